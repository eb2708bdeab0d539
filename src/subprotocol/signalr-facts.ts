/**
 * Messages of SignalR's hub protocols as the same facts, whether they are JSON or MessagePack (HubProtocol.md).
 */
import { facts } from './bounded.js';
import { isRecord } from './content.js';
import type { JsonLike } from './decoder.js';
import { decodeMessagePack } from './msgpack.js';
import { scanMessagePack } from './msgpack-scan.js';

/** By the number of the type ("MessagePack encoding" has the same). */
export const KINDS: readonly string[] = [
  ...[
    '',
    'invocation',
    'item',
    'completion',
    'stream invocation',
    'cancel',
    'ping',
    'close',
    'ack',
    'sequence',
  ],
];
const [INVOCATION, ITEM, COMPLETION, STREAM, CANCEL, PING, CLOSE, ACK, SEQUENCE] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9,
];
/** Of a completion: what its last item is. */
const [ERROR_RESULT, VOID_RESULT, RESULT] = [1, 2, 3];
/** Most octets of a length: 32 bits, seven in each. */
const MAX_PREFIX = 5;

export interface HubMessage {
  readonly kind: number;
  readonly id: string | undefined;
  readonly error: string | undefined;
  readonly value: { readonly [name: string]: JsonLike };
}

type Fields = Readonly<Record<string, unknown>>;

/** Undefined where it is no hub message. */
export function messageOfJson({ type, ...told }: Fields): HubMessage | undefined {
  if (typeof type !== 'number' || !Number.isInteger(type) || KINDS[type] === undefined || type === 0)
    return undefined;
  return hubMessage(type, told);
}

function hubMessage(kind: number, { invocationId, ...told }: Fields): HubMessage {
  const { error } = told;
  const id = typeof invocationId === 'string' ? invocationId : undefined;
  return { kind, id, error: typeof error === 'string' ? error : undefined, value: facts({ id, ...told }) };
}

/** Of a message of MessagePack, each with its length in front; undefined where they are none. */
export function hubMessages(content: Uint8Array): HubMessage[] | undefined {
  const messages: HubMessage[] = [];
  for (let at = 0; at < content.length; ) {
    const prefix = lengthAt(content, at);
    if (prefix === undefined || prefix.length === 0) return undefined;
    const end = prefix.end + prefix.length;
    if (end > content.length) return undefined;
    const body = content.subarray(prefix.end, end);
    if (scanMessagePack(body, 0)?.end !== body.length) return undefined;
    const message = messageOfList(decodeMessagePack(body));
    if (message === undefined) return undefined;
    messages.push(message);
    at = end;
  }
  return messages.length === 0 ? undefined : messages;
}

function lengthAt(content: Uint8Array, start: number): { length: number; end: number } | undefined {
  let length = 0;
  for (let i = 0; i < MAX_PREFIX && start + i < content.length; i++) {
    const octet = content[start + i];
    length += (octet & 0x7f) * 2 ** (7 * i);
    if (octet < 0x80) return { length, end: start + i + 1 };
  }
  return undefined;
}

function messageOfList(list: unknown): HubMessage | undefined {
  if (!Array.isArray(list)) return undefined;
  const [kind, first, id, ...rest] = list;
  if (kind === PING) return list.length === 1 ? hubMessage(kind, {}) : undefined;
  if (kind === CLOSE) return hubMessage(kind, { error: first ?? undefined, allowReconnect: id });
  if (kind === ACK || kind === SEQUENCE) return hubMessage(kind, { sequenceId: first });
  if (!isRecord(first) || (id !== null && typeof id !== 'string')) return undefined;
  const headers = Object.keys(first).length === 0 ? undefined : first;
  const common = { invocationId: id ?? undefined, headers };
  if (kind === INVOCATION || kind === STREAM) {
    const [target, args, streamIds] = rest;
    if (typeof target !== 'string' || !Array.isArray(args)) return undefined;
    const streams = Array.isArray(streamIds) && streamIds.length > 0 ? streamIds : undefined;
    return hubMessage(kind, { ...common, target, arguments: args, streamIds: streams });
  }
  if (kind === ITEM) return hubMessage(kind, { ...common, item: rest[0] });
  if (kind === CANCEL) return hubMessage(kind, common);
  if (kind !== COMPLETION) return undefined;
  const [form, result] = rest;
  if (form === ERROR_RESULT) return hubMessage(kind, { ...common, error: result });
  if (form === VOID_RESULT) return hubMessage(kind, common);
  return form === RESULT ? hubMessage(kind, { ...common, result }) : undefined;
}
