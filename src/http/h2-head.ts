/**
 * The fields of a header block as the head of a request or response (RFC 9113 §8.3), as if HTTP/1.1 had brought it:
 * `target` is :path, and the pseudo-header fields stay among the headers, as they were sent.
 */
import type { Place } from '../stream/place.js';
import type { H2Block } from './h2-block.js';
import { errorName } from './h2-frame.js';
import type { Head, HeaderField, RequestHead, ResponseHead } from './head.js';
import type { HpackBlock } from './hpack.js';

/** As a request line has them: HTTP/2 has no minor version. */
export const H2_VERSION = '2';

/** What RFC 8441 §4 adds. */
export const PROTOCOL = ':protocol';

export function fieldValue({ fields }: HpackBlock, name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

export function h2Request(info: H2Block, block: HpackBlock, place: Place): RequestHead {
  const method = fieldValue(block, ':method') ?? '';
  const target = fieldValue(block, ':path') ?? '';
  return { kind: 'request', method, target, ...headOf(info, block, place) };
}

export function h2Response(info: H2Block, block: HpackBlock, place: Place): ResponseHead {
  return { kind: 'response', status: statusOf(block) ?? 0, reason: '', ...headOf(info, block, place) };
}

/** What stands for an answer where the server reset the h2Stream in its place. */
export function h2Reset(code: number | undefined, place: Place): ResponseHead {
  const { packet, seconds, nanoseconds, sequence } = place;
  const head = headOf({ byteLength: 0, packet, seconds, nanoseconds, sequence }, NO_FIELDS, place);
  return { kind: 'response', status: 0, reason: '', resetWith: errorName(code), ...head };
}

/** RFC 9113 §8.3.2; undefined: not known, or no status. */
export function statusOf(block: HpackBlock): number | undefined {
  const text = fieldValue(block, ':status');
  return text !== undefined && /^\d{3}$/.test(text) ? Number(text) : undefined;
}

/** By the pseudo-header fields that only requests have. */
export function isRequest({ fields }: HpackBlock): boolean {
  return fields.some(({ name }) => REQUEST_FIELDS.has(name));
}

export function isResponse(block: HpackBlock): boolean {
  return fieldValue(block, ':status') !== undefined;
}

const REQUEST_FIELDS = new Set([':method', ':path', ':scheme', ':authority', PROTOCOL]);
const NONE: readonly never[] = [];
const NO_FIELDS = { fields: NONE, unknown: 0 };

type Begun = Pick<H2Block, 'byteLength' | 'packet' | 'seconds' | 'nanoseconds' | 'sequence'>;

function headOf(
  info: Begun,
  { fields, unknown }: Pick<HpackBlock, 'fields' | 'unknown'>,
  place: Place,
): Head {
  const headers: readonly HeaderField[] = fields;
  return {
    headers,
    unknownFields: unknown,
    version: H2_VERSION,
    byteLength: info.byteLength,
    streamOffset: 0,
    packet: place.packet,
    seconds: place.seconds,
    nanoseconds: place.nanoseconds,
    firstPacket: info.packet,
    firstSeconds: info.seconds,
    firstNanoseconds: info.nanoseconds,
    firstSequence: info.sequence,
    quirks: NONE,
    malformedLines: NONE,
  };
}
