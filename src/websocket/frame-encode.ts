/**
 * The frame encoder, RFC 6455 §5.2: writes everything that the decoder can read, violations included
 * (reserved bits, wasteful length forms, lengths that are not true).
 */
import type { LengthForm } from './frame.js';
import { maskInto } from './mask.js';

/** What encodeFrame() is to write: all of a header may be set, also against the RFC. */
export interface FrameFields {
  /** Default true. */
  readonly fin?: boolean;
  readonly rsv1?: boolean;
  readonly rsv2?: boolean;
  readonly rsv3?: boolean;
  /** 0 … 15. */
  readonly opcode: number;
  /** Four octets as an int32, the first one most significant; the frame is masked where it is given. */
  readonly maskingKey?: number | undefined;
  /** Unmasked payload. */
  readonly payload?: Uint8Array;
  /** Default: the shortest form that holds the length (§5.2 asks for it). */
  readonly lengthForm?: LengthForm;
  /** The length to declare; default: the true one. */
  readonly length?: number | bigint;
}

/**
 * Encodes header and masked payload.
 *
 * @example A masked text frame, and its key
 * ```ts
 * import { encodeFrame, parseKey, TEXT } from 'wsdissect/websocket';
 *
 * const maskingKey = parseKey(crypto.getRandomValues(new Uint8Array(4)));
 * const frame = encodeFrame({ opcode: TEXT, maskingKey, payload: new TextEncoder().encode('Hello') });
 * console.log(frame.length); // 11: two octets, four of the key, five of text
 * ```
 */
export function encodeFrame(fields: FrameFields): Uint8Array {
  const payload = fields.payload ?? new Uint8Array(0);
  const header = encodeFrameHeader(fields);
  const bytes = new Uint8Array(header.length + payload.length);
  bytes.set(header);
  maskInto(bytes, header.length, payload, 0, payload.length, fields.maskingKey ?? 0, 0);
  return bytes;
}

/** The header alone, 2 … 14 octets; `payload` tells only how long it is. */
export function encodeFrameHeader(fields: FrameFields): Uint8Array {
  const length = BigInt(fields.length ?? fields.payload?.length ?? 0);
  const form = fields.lengthForm ?? shortestForm(length);
  const masked = fields.maskingKey !== undefined;
  const lengthBytes = form === 7 ? 0 : form / 8;
  const bytes = new Uint8Array(2 + lengthBytes + (masked ? 4 : 0));
  const view = new DataView(bytes.buffer);
  bytes[0] =
    (fields.fin === false ? 0 : 0x80) |
    (fields.rsv1 ? 0x40 : 0) |
    (fields.rsv2 ? 0x20 : 0) |
    (fields.rsv3 ? 0x10 : 0) |
    (fields.opcode & 0x0f);
  bytes[1] = (masked ? 0x80 : 0) | (form === 7 ? Number(length) & 0x7f : form === 16 ? 126 : 127);
  if (form === 16) view.setUint16(2, Number(length & 0xffffn));
  if (form === 64) view.setBigUint64(2, BigInt.asUintN(64, length));
  if (masked) view.setInt32(2 + lengthBytes, fields.maskingKey! | 0);
  return bytes;
}

/** RFC 6455 §5.2: the minimal number of bytes MUST be used. */
export function shortestForm(length: number | bigint): LengthForm {
  return length < 126 ? 7 : length < 65_536 ? 16 : 64;
}
