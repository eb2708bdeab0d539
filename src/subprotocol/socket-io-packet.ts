/**
 * Packets of Socket.IO as text (https://socket.io/docs/v4/socket-io-protocol/): type, attachments, namespace, id, data.
 *
 * Strategy: a parser of our own. That of the npm package `socket.io-parser` (4.2, healthy, synchronous) guards an
 * application: it throws at event names that are reserved, at more than ten attachments, at CONNECT packets of protocol
 * 4 and below, and tells of a packet only when its last attachment has come, while each message is to be told of when
 * it was captured. The tests have it as their oracle.
 */
import { isRecord, parseJson } from './content.js';

export const CONNECT = 0;
export const DISCONNECT = 1;
export const EVENT = 2;
export const ACK = 3;
/** CONNECT_ERROR; in protocol 4 and below ERROR. */
export const CONNECT_ERROR = 4;
export const BINARY_EVENT = 5;
export const BINARY_ACK = 6;

export interface SocketPacket {
  readonly type: number;
  /** Octet strings that follow, a message each. */
  readonly attachments: number;
  readonly namespace: string;
  /** Behind the namespace of a CONNECT of protocol 4 and below. */
  readonly query: string | undefined;
  readonly id: number | undefined;
  /** What JSON.parse gave; undefined: none. */
  readonly data: unknown;
}

/** Type, then `<attachments>-`, `/<namespace>,`, `<id>`, each if it is there; the rest is JSON. */
const PACKET = /^([0-6])(?:(\d{1,6})-)?(?:(\/[^,?]*)(?:\?([^,]*))?(?:,|$))?(\d{1,15})?/;

export function parseSocketPacket(text: string): SocketPacket | undefined {
  const match = PACKET.exec(text);
  if (match === null) return undefined;
  const [whole, digit, attachments, namespace = '/', query, id] = match;
  const type = Number(digit);
  const isBinary = type === BINARY_EVENT || type === BINARY_ACK;
  if (isBinary !== (attachments !== undefined)) return undefined;
  const json = text.slice(whole.length);
  const data = json === '' ? undefined : parseJson(json);
  if (json !== '' && data === undefined) return undefined;
  if (!fits(type, data)) return undefined;
  return {
    type,
    attachments: Number(attachments ?? 0),
    namespace,
    query,
    id: id === undefined ? undefined : Number(id),
    data,
  };
}

/** Whether packets of the type have such data. */
function fits(type: number, data: unknown): boolean {
  switch (type) {
    case CONNECT:
      return data === undefined || isRecord(data);
    case DISCONNECT:
      return data === undefined;
    case CONNECT_ERROR:
      return typeof data === 'string' || isRecord(data);
    case ACK:
    case BINARY_ACK:
      return Array.isArray(data);
    default:
      return Array.isArray(data) && (typeof data[0] === 'string' || typeof data[0] === 'number');
  }
}
