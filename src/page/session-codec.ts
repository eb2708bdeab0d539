/**
 * Sessions, with all that their handshakes say, as JSON and back.
 */
import type { HeaderField, RequestHead, ResponseHead } from '../http/head.js';
import type { Delivered, Timestamp } from '../stream/place.js';
import type { TlsFacts } from '../tls/facts.js';
import type { CloseBody } from '../websocket/close.js';
import type { Extension, ExtensionList, ExtensionParameter } from '../websocket/extensions.js';
import type { Handshake } from '../websocket/handshake.js';
import type {
  BySender,
  CutHeader,
  ObservedClose,
  Session,
  SessionCarrier,
  SessionSummary,
} from '../websocket/session-record.js';
import { boolean, type Codec, list, maybe, number, optional, plain, record, text } from './codec.js';

export const timestamp = record<Timestamp>({ seconds: number, nanoseconds: number });
export const closeBody = record<CloseBody>({ code: number, reason: text });

const strings = plain<readonly string[]>();
const extensions = record<ExtensionList>({
  extensions: list(
    record<Extension>({
      name: text,
      parameters: list(record<ExtensionParameter>({ name: text, value: maybe(text), quoted: boolean })),
    }),
  ),
  malformed: boolean,
});

const head = {
  headers: list(record<HeaderField>({ name: text, value: text })),
  unknownFields: number,
  version: text,
  byteLength: number,
  streamOffset: number,
  packet: number,
  seconds: number,
  nanoseconds: number,
  firstPacket: number,
  firstSeconds: number,
  firstNanoseconds: number,
  firstSequence: number,
  quirks: plain<RequestHead['quirks']>(),
  malformedLines: strings,
};

const handshake = record<Handshake>({
  request: maybe(record<RequestHead>({ kind: plain(), method: text, target: text, ...head })),
  response: record<ResponseHead>({
    kind: plain(),
    status: number,
    reason: text,
    resetWith: optional(text) as Codec<string>,
    ...head,
  }),
  method: maybe(text),
  target: maybe(text),
  host: maybe(text),
  origin: maybe(text),
  userAgent: maybe(text),
  server: maybe(text),
  key: maybe(text),
  keyBytes: maybe(number),
  version: maybe(text),
  supportedVersions: strings,
  accept: maybe(text),
  expectedAccept: maybe(text),
  offeredSubprotocols: strings,
  subprotocol: maybe(text),
  offeredExtensions: extensions,
  extensions,
  status: maybe(number),
  reason: text,
  resetWith: maybe(text),
  requestUpgrade: strings,
  requestConnection: strings,
  responseUpgrade: strings,
  responseConnection: strings,
  isExtendedConnect: boolean,
  connectOffered: maybe(boolean),
  isWebSocketRequest: boolean,
  isWebSocketResponse: boolean,
});

const carrier = record<SessionCarrier>({
  http: plain(),
  stream: maybe(number),
  tunnel: maybe(number),
  tls: maybe(
    record<TlsFacts>({
      version: maybe(text),
      cipherSuite: maybe(text),
      serverName: maybe(text),
      alpn: maybe(text),
      offeredAlpn: strings,
      resumed: boolean,
    }),
  ),
});

const session = record<Session>({
  number,
  connection: number,
  client: text,
  server: text,
  carrier,
  handshake: maybe(handshake),
  path: maybe(text),
  host: maybe(text),
  confidence: number,
  earlyClientBytes: number,
  opened: timestamp,
  answered: timestamp,
  openedPacket: number,
});

function bySender<T>(codec: Codec<T>): Codec<BySender<T>> {
  return record<BySender<T>>({ client: codec, server: codec });
}

const observedClose = record<ObservedClose>({
  body: maybe(closeBody),
  packet: number,
  timestamp,
  acknowledges: maybe(number),
  sequenceEnd: maybe(number),
});

export const sessionCodec = record<SessionSummary>({
  session,
  frames: bySender(number),
  payloadBytes: bySender(number),
  missingBytes: bySender(number),
  lostAt: bySender(maybe(number)),
  undecodedBytes: bySender(number),
  close: bySender(maybe(observedClose)),
  closedBy: maybe(plain()),
  closesCrossed: boolean,
  unansweredPings: bySender(number),
  end: maybe(bySender(plain())),
  cutHeader: bySender(maybe(record<CutHeader>({ length: number, sequence: number }))),
  endAcknowledges: bySender(maybe(number)),
  delivered: bySender(maybe(record<Delivered>({ to: number, time: number }))),
  endedInTurn: maybe(plain()),
  endedFirst: maybe(plain()),
  endedFirstAt: maybe(timestamp),
  ended: timestamp,
});
