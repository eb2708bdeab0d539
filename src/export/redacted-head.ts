/**
 * The head of a handshake without what may be a secret, in as many octets (RFC 9112 §2).
 *
 * Strategy: written anew from what was decoded; of header fields only the values of those stay that the handshake needs or
 * that say nothing of a user. Each character that goes becomes an x. What spaces the original had between is not known, so
 * the first of them is left out where there is no room for it, and spaces behind the last value fill what is left.
 */
import type { Head, HeaderField, RequestHead, ResponseHead } from '../http/head.js';
import { isStandardReason } from '../http/reasons.js';
import type { ExtensionList, ExtensionParameter } from '../websocket/extensions.js';

/** Fields whose values stay, in lower case. */
const KEPT: ReadonlySet<string> = new Set([
  ':method',
  ':scheme',
  ':status',
  ':protocol',
  'upgrade',
  'connection',
  'date',
  'server',
  'via',
  'content-length',
  'transfer-encoding',
  'sec-websocket-key',
  'sec-websocket-accept',
  'sec-websocket-version',
]);

/** Values of extension parameters that stay are small numbers, as those of permessage-deflate (RFC 7692 §7.1) are. */
const SMALL_NUMBER = /^=\s*"?\d{1,2}"?\s*$/;
/** A value with the sign in front, or a quoted string that is none. */
const EXTENSION_VALUE = /=[^,;"]*(?:"(?:[^"\\]|\\.)*"?[^,;"]*)*|"(?:[^"\\]|\\.)*"?/gs;

/**
 * Subprotocols by name: https://www.iana.org/assignments/websocket/, and those of libraries. Others may be made of tokens, which
 * browsers can send in no other field.
 */
const SUBPROTOCOL =
  /^(mqtt|mqttv3\.1|v1[012]\.stomp|wamp(\.2\.\w+)?|graphql-ws|graphql-transport-ws|ocpp[\d.]+|sip|xmpp|json|chat|superchat|soap|amqp|actioncable-v1-json|actioncable-unsupported)$/i;

/** RFC 3986 §3.2.1. */
const USERINFO = /^(\w+:\/\/)?([^/?#]*)@/;

export type AnyHead = RequestHead | ResponseHead;

/** The fields of a head without what may be a secret; each value as long as it was. */
export function redactedFields({ headers }: Head): readonly HeaderField[] {
  return headers.map(({ name, value }) => ({ name, value: redactedValue(name.toLowerCase(), value) }));
}

/** A request target without its query, or userinfo of an absolute one, as long as it was. */
export function redactedTarget(target: string): string {
  const named = withoutUser(target);
  const query = named.search(/[?#]/);
  return query < 0 ? named : named.slice(0, query + 1) + blank(named.slice(query + 1));
}

/** As many octets as the head had; undefined where it cannot be written in so few. `isCut`: of one that has no last line. */
export function redactedHead(head: AnyHead, isCut = false): Uint8Array | undefined {
  const start =
    head.kind === 'request'
      ? `${head.method} ${redactedTarget(head.target)} HTTP/${head.version}`
      : `HTTP/${head.version} ${String(head.status).padStart(3, '0')} ${redactedReason(head)}`;
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
  if (name === 'host' || name === ':authority' || name === 'origin') return redactedOrigin(value);
  if (name === 'sec-websocket-extensions') return redactedExtensions(value);
  if (name !== 'sec-websocket-protocol') return blank(value);
  return value.replace(/[^\s,]+/g, (element) => (SUBPROTOCOL.test(element) ? element : blank(element)));
}

/** Of a Host or Origin what it should be: no userinfo, and nothing behind the host (RFC 9110 §7.2, RFC 6454 §7). */
export function redactedOrigin(value: string): string {
  const named = withoutUser(value);
  const rest = named.slice(/^(?:\w+:\/\/)?[^/?#]*/.exec(named)![0].length);
  return named.slice(0, named.length - rest.length) + rest.replace(/[^/?#]/g, 'x');
}

/** Any server may make up a reason; what says no more than the status stays. */
export function redactedReason({
  status,
  reason,
}: {
  readonly status: number;
  readonly reason: string;
}): string {
  return isStandardReason(status, reason) ? reason : blank(reason);
}

/** Names stay, of extensions and of their parameters. */
function redactedExtensions(value: string): string {
  return value.replace(EXTENSION_VALUE, (given) =>
    SMALL_NUMBER.test(given) ? given : given[0] + blank(given.slice(1)),
  );
}

export function redactedExtensionList({ extensions, malformed }: ExtensionList): ExtensionList {
  const redacted = ({ name, value, quoted }: ExtensionParameter) => {
    const stays = value === undefined || SMALL_NUMBER.test(`=${value}`);
    return { name, value: stays ? value : blank(value), quoted };
  };
  return {
    extensions: extensions.map(({ name, parameters }) => ({ name, parameters: parameters.map(redacted) })),
    malformed,
  };
}

function withoutUser(address: string): string {
  return address.replace(USERINFO, (_, scheme = '', userinfo) => `${scheme}${blank(userinfo)}@`);
}

function blank(text: string): string {
  return 'x'.repeat(text.length);
}
