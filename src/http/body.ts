/**
 * The body of an HTTP/1.1 message: where it ends (RFC 9112 §6), and the decoder that finds its end.
 *
 * Strategy: bytes of known length are skipped by arithmetic and never looked at; only the lines of the
 * chunked coding are read byte by byte. Nothing is stored, so no declared length can cost memory. A body
 * until close is one of infinite length.
 */
import { headerValue, listElements, type RequestHead, type ResponseHead, tokenList } from './head.js';

export type BodyProblem =
  | 'invalid-content-length'
  | 'conflicting-content-length'
  | 'unclear-transfer-encoding';

export interface BodyFraming {
  readonly kind: 'none' | 'length' | 'chunked' | 'until-close';
  /** Bytes, for kind `length`. */
  readonly length: number;
  /** Why the declared framing could not be used; the kind is then `until-close`. */
  readonly problem: BodyProblem | undefined;
}

export const NO_BODY: BodyFraming = { kind: 'none', length: 0, problem: undefined };
const CHUNKED: BodyFraming = { kind: 'chunked', length: 0, problem: undefined };
const UNTIL_CLOSE: BodyFraming = { kind: 'until-close', length: 0, problem: undefined };

/** RFC 9112 §6.3 for requests. A CONNECT request has no content (RFC 9110 §9.3.6). */
export function requestFraming(head: RequestHead): BodyFraming {
  if (head.method === 'CONNECT') return NO_BODY;
  const coding = tokenList(head, 'Transfer-Encoding').at(-1);
  if (coding === 'chunked') return CHUNKED;
  if (coding !== undefined) return { ...UNTIL_CLOSE, problem: 'unclear-transfer-encoding' };
  return contentLength(head) ?? NO_BODY;
}

/** RFC 9112 §6.3 for responses; `method` is that of the request, undefined where it was not captured. */
export function responseFraming(head: ResponseHead, method: string | undefined): BodyFraming {
  const { status } = head;
  if (method === 'HEAD' || (status >= 100 && status < 200) || status === 204 || status === 304)
    return NO_BODY;
  if (method === 'CONNECT' && status >= 200 && status < 300) return NO_BODY;
  const coding = tokenList(head, 'Transfer-Encoding').at(-1);
  if (coding !== undefined) return coding === 'chunked' ? CHUNKED : UNTIL_CLOSE;
  return contentLength(head) ?? UNTIL_CLOSE;
}

/** Several equal values count as one (RFC 9110 §8.6). */
function contentLength(head: RequestHead | ResponseHead): BodyFraming | undefined {
  if (headerValue(head, 'Content-Length') === undefined) return undefined;
  const values = listElements(head, 'Content-Length').map((text) => (/^\d+$/.test(text) ? Number(text) : -1));
  const length = values[0] ?? -1;
  if (!values.every((value) => Number.isSafeInteger(value) && value >= 0) || length < 0) {
    return { ...UNTIL_CLOSE, problem: 'invalid-content-length' };
  }
  if (values.some((value) => value !== length))
    return { ...UNTIL_CLOSE, problem: 'conflicting-content-length' };
  return { kind: 'length', length, problem: undefined };
}

const DONE = 0;
const FAILED = 1;
const DATA = 2;
const CHUNK_SIZE = 3;
const CHUNK_EXTENSION = 4;
const CHUNK_DATA = 5;
const CHUNK_END = 6;
const TRAILER = 7;

const CR = 0x0d;
const LF = 0x0a;
/** What the current line holds so far. */
const NOTHING = 0;
const ONLY_CR = 1;
const TEXT = 2;

export class BodySkipper {
  private phase = DONE;
  private remaining = 0;
  private line = NOTHING;

  /** The body is complete (or there was none). */
  get done(): boolean {
    return this.phase === DONE;
  }

  /** The chunked coding was broken; nothing more can be told of this stream. */
  get failed(): boolean {
    return this.phase === FAILED;
  }

  /** Only the end of the stream ends the body. */
  get untilClose(): boolean {
    return this.remaining === Number.POSITIVE_INFINITY;
  }

  begin(framing: BodyFraming): void {
    this.line = NOTHING;
    this.remaining = framing.kind === 'until-close' ? Number.POSITIVE_INFINITY : framing.length;
    if (framing.kind === 'chunked') this.phase = CHUNK_SIZE;
    else this.phase = this.remaining > 0 ? DATA : DONE;
  }

  /** Takes chunk[start, end); returns the index behind the last byte that belongs to the body. */
  push(chunk: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.phase > FAILED) {
      if (this.phase === DATA || this.phase === CHUNK_DATA) {
        const taken = Math.min(this.remaining, end - at);
        at += taken;
        this.passData(taken);
      } else this.pushFraming(chunk[at++]);
    }
    return at;
  }

  /** Passes over `length` missing bytes; false (and failed): not all of them were certainly data of the body. */
  skip(length: number): boolean {
    if ((this.phase === DATA || this.phase === CHUNK_DATA) && length <= this.remaining) this.passData(length);
    else this.phase = FAILED;
    return this.phase !== FAILED;
  }

  private passData(length: number): void {
    this.remaining -= length;
    if (this.remaining > 0) return;
    this.phase = this.phase === DATA ? DONE : CHUNK_END;
    this.line = NOTHING;
  }

  /** One byte of a chunk-size line, of the line end behind chunk data, or of the trailers (RFC 9112 §7.1). */
  private pushFraming(byte: number): void {
    if (this.phase === CHUNK_SIZE) this.pushSize(byte);
    else if (this.phase === CHUNK_EXTENSION) {
      if (byte === LF) this.endSize();
    } else if (byte === LF && this.line !== TEXT) {
      this.phase = this.phase === TRAILER ? DONE : CHUNK_SIZE;
      this.line = NOTHING;
    } else if (byte === CR && this.line === NOTHING) this.line = ONLY_CR;
    else if (this.phase === CHUNK_END) this.phase = FAILED;
    else this.line = byte === LF ? NOTHING : TEXT;
  }

  private pushSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.remaining = this.remaining * 16 + digit;
      this.line = TEXT;
      if (this.remaining > Number.MAX_SAFE_INTEGER) this.phase = FAILED;
    } else if (this.line === NOTHING) this.phase = FAILED;
    else if (byte === LF) this.endSize();
    else if (byte === CR || byte === 0x3b || byte === 0x20 || byte === 0x09) this.phase = CHUNK_EXTENSION;
    else this.phase = FAILED;
  }

  private endSize(): void {
    this.phase = this.remaining > 0 ? CHUNK_DATA : TRAILER;
    this.line = NOTHING;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
