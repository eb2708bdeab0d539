/**
 * h2Frames (RFC 9113 §6), the other way round: for samples and tests.
 */
import { concat, u16, u32 } from '../bytes/concat.js';
import { END_HEADERS, END_STREAM, H2, PADDED, PRIORITY } from './h2-frame.js';

/** Any h2Frame; `length`: declared, if it is to lie. */
export function encodeH2Frame(
  { type, flags = 0, stream = 0, length }: { type: number; flags?: number; stream?: number; length?: number },
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const declared = length ?? payload.length;
  const header = [declared >>> 16, (declared >>> 8) & 0xff, declared & 0xff, type, flags];
  return concat(header, u32(stream), payload);
}

export interface H2DataOptions {
  readonly endStream?: boolean;
  /** Octets of padding; left out: no field for it. */
  readonly padding?: number;
}

export function encodeH2Data(stream: number, data: Uint8Array, options: H2DataOptions = {}): Uint8Array {
  const { endStream = false, padding } = options;
  const flags = (endStream ? END_STREAM : 0) | (padding === undefined ? 0 : PADDED);
  return encodeH2Frame({ type: H2.data, flags, stream }, padded(data, padding));
}

export interface H2HeadersOptions extends H2DataOptions {
  /** With a dependency on stream 0 (RFC 9113 §6.2). */
  readonly priority?: boolean;
  /** Octets of the block in each h2Frame: the others are CONTINUATION. */
  readonly pieces?: number;
}

/** A header block as HEADERS, with as many CONTINUATION as asked for. */
export function encodeH2Headers(
  stream: number,
  block: Uint8Array,
  options: H2HeadersOptions = {},
): Uint8Array {
  const { endStream = false, padding, priority = false, pieces = Number.POSITIVE_INFINITY } = options;
  const whole = block.length <= pieces;
  const flags =
    (endStream ? END_STREAM : 0) |
    (whole ? END_HEADERS : 0) |
    (padding === undefined ? 0 : PADDED) |
    (priority ? PRIORITY : 0);
  const first = whole ? block : block.subarray(0, pieces);
  const prefixed = priority ? concat(u32(0), [16], first) : first;
  const parts = [encodeH2Frame({ type: H2.headers, flags, stream }, padded(prefixed, padding))];
  for (let at = pieces; at < block.length; at += pieces) {
    const isLast = at + pieces >= block.length;
    const part = block.subarray(at, at + pieces);
    parts.push(encodeH2Frame({ type: H2.continuation, flags: isLast ? END_HEADERS : 0, stream }, part));
  }
  return concat(...parts);
}

export function encodeH2Settings(settings: Readonly<Record<number, number>> = {}): Uint8Array {
  const entries = Object.entries(settings).map(([id, value]) => concat(u16(Number(id)), u32(value)));
  return encodeH2Frame({ type: H2.settings }, concat(...entries));
}

export function encodeH2Reset(stream: number, code: number): Uint8Array {
  return encodeH2Frame({ type: H2.resetStream, stream }, u32(code));
}

function padded(payload: Uint8Array, padding: number | undefined): Uint8Array {
  return padding === undefined ? payload : concat([padding], payload, new Uint8Array(padding));
}
