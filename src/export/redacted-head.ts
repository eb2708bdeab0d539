/**
 * The head of a handshake without what may be a secret, in as many octets (RFC 9112 §2).
 *
 * Strategy: written anew from what was decoded; of header fields only the values of those stay that the handshake needs or
 * that say nothing of a user. Each character that goes becomes an x. What spaces the original had between is not known, so
 * the first of them is left out where there is no room for it, and spaces behind the last value fill what is left.
 */
import type { Head, HeaderField, RequestHead, ResponseHead } from '../http/head.js';

/** Fields whose values stay, in lower case. */
const KEPT: ReadonlySet<string> = new Set([
  'host',
  ':method',
  ':scheme',
  ':authority',
  ':status',
  ':protocol',
  'upgrade',
  'connection',
  'origin',
  'date',
  'server',
  'via',
  'content-length',
  'transfer-encoding',
  'sec-websocket-key',
  'sec-websocket-accept',
  'sec-websocket-version',
  'sec-websocket-extensions',
]);

/**
 * Subprotocols by name: https://www.iana.org/assignments/websocket/, and those of libraries. Others may be made of tokens, which
 * browsers can send in no other field.
 */
const SUBPROTOCOL =
  /^(mqtt|mqttv3\.1|v1[012]\.stomp|wamp(\.2\.\w+)?|graphql-ws|graphql-transport-ws|ocpp[\d.]+|sip|xmpp|json|chat|superchat|soap|amqp|actioncable-v1-json|actioncable-unsupported)$/i;

export type AnyHead = RequestHead | ResponseHead;

/** The fields of a head without what may be a secret; each value as long as it was. */
export function redactedFields({ headers }: Head): readonly HeaderField[] {
  return headers.map(({ name, value }) => ({ name, value: redactedValue(name.toLowerCase(), value) }));
}

/** A request target without its query, which is as long as it was. */
export function redactedTarget(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query + 1) + blank(target.slice(query + 1));
}

/** As many octets as the head had; undefined where it cannot be written in so few. `isCut`: of one that has no last line. */
export function redactedHead(head: AnyHead, isCut = false): Uint8Array | undefined {
  const start =
    head.kind === 'request'
      ? `${head.method} ${redactedTarget(head.target)} HTTP/${head.version}`
      : `HTTP/${head.version} ${String(head.status).padStart(3, '0')} ${head.reason}`;
  const fields = redactedFields(head);
  for (const [colon, end] of [
    [': ', '\r\n'],
    [':', '\r\n'],
    [':', '\n'],
  ]) {
    const lines = [start, ...fields.map(({ name, value }) => name + colon + value)].join(end);
    const ending = isCut ? end : end + end;
    const room = head.byteLength - lines.length - ending.length;
    if (room >= 0) return Buffer.from(lines + ' '.repeat(room) + ending, 'latin1');
  }
  return undefined;
}

/** `name` in lower case. */
export function redactedValue(name: string, value: string): string {
  if (KEPT.has(name)) return value;
  if (name === ':path') return redactedTarget(value);
  if (name !== 'sec-websocket-protocol') return blank(value);
  return value.replace(/[^\s,]+/g, (element) => (SUBPROTOCOL.test(element) ? element : blank(element)));
}

function blank(text: string): string {
  return 'x'.repeat(text.length);
}
