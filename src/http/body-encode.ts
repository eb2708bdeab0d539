/**
 * The chunked coding (RFC 9112 §7.1) as bytes: for samples and tests.
 */
import type { HeaderField } from './head.js';

export interface ChunkedEncodeOptions {
  /** Written behind each size, such as `;a=b`. */
  readonly extension?: string;
  readonly trailers?: readonly HeaderField[];
  /** Default CRLF. */
  readonly lineEnd?: '\r\n' | '\n';
}

/** One chunk per piece (empty pieces would end the body and are left out), the last chunk and the trailers. */
export function encodeChunked(pieces: readonly Uint8Array[], options: ChunkedEncodeOptions = {}): Uint8Array {
  const { extension = '', trailers = [], lineEnd = '\r\n' } = options;
  const parts: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece.length === 0) continue;
    parts.push(latin1(`${piece.length.toString(16)}${extension}${lineEnd}`), piece, latin1(lineEnd));
  }
  const fields = trailers.map(({ name, value }) => `${name}: ${value}${lineEnd}`).join('');
  parts.push(latin1(`0${extension}${lineEnd}${fields}${lineEnd}`));
  return new Uint8Array(Buffer.concat(parts));
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
