/**
 * The header block under way in one direction: HEADERS or PUSH_PROMISE and its CONTINUATIONs (RFC 9113 §4.3), without
 * padding and priority.
 *
 * Strategy: a block that lies whole in one chunk is decoded in place; only one that straddles is copied, into a
 * buffer that goes when the block is done and never exceeds the bound.
 */
import { H2, type H2FrameHeader, PADDED, PRIORITY } from './h2-frame.js';

const EMPTY = new Uint8Array(0);
/** RFC 9113 §6.2: exclusive bit, dependency and weight. RFC 9113 §6.6: the promised stream. */
const PRIORITY_LENGTH = 5;
const PROMISED_LENGTH = 4;

export class H2Block {
  /** Of its stream; 0: none is under way. */
  stream = 0;
  /** Of the HEADERS that began it. */
  endStream = false;
  isPromise = false;
  byteLength = 0;
  packet = 0;
  seconds = 0;
  nanoseconds = 0;
  sequence = 0;
  /** Why it cannot be decoded. */
  broken: 'missing' | 'too-long' | 'padding' | undefined = undefined;
  private own = EMPTY;
  private kept = 0;
  private padding = 0;
  /** What in front of the block is to be left out, and at the end of this h2Frame. */
  private prefix = 0;

  constructor(private readonly limit: number) {}

  /** HEADERS or PUSH_PROMISE begins it. */
  begin(header: H2FrameHeader, endStream: boolean): void {
    this.drop();
    const { packet, seconds, nanoseconds, sequence } = header;
    Object.assign(this, { stream: header.stream, endStream, packet, seconds, nanoseconds, sequence });
    this.isPromise = header.type === H2.pushPromise;
    this.continue(header);
  }

  /** An h2Frame of the block begins. */
  continue(header: H2FrameHeader): void {
    const { type, flags } = header;
    this.byteLength += header.length;
    this.padding = 0;
    this.prefix = 0;
    if (type === H2.continuation) return;
    if ((flags & PADDED) !== 0) this.prefix += 1;
    if (type === H2.headers && (flags & PRIORITY) !== 0) this.prefix += PRIORITY_LENGTH;
    if (type === H2.pushPromise) this.prefix += PROMISED_LENGTH;
  }

  /**
   * Octets of its h2Frame, from `offset` of the payload on. If they are all of the block (`last`: no CONTINUATION
   * comes), gives them to `whole`, else keeps them.
   */
  payload(
    header: H2FrameHeader,
    chunk: Uint8Array,
    start: number,
    end: number,
    offset: number,
    whole: ((chunk: Uint8Array, start: number, end: number) => void) | undefined,
  ): void {
    if (offset === 0 && header.type !== H2.continuation && (header.flags & PADDED) !== 0)
      this.padding = chunk[start];
    const contentEnd = header.length - this.padding;
    if (contentEnd < this.prefix) this.broken ??= 'padding';
    const from = start + Math.max(0, this.prefix - offset);
    const to = Math.min(end, start + contentEnd - offset);
    if (whole !== undefined && offset === 0 && end - start === header.length && this.broken === undefined)
      whole(chunk, from, to);
    else if (from < to) this.keep(chunk, from, to);
  }

  /** The octets that were kept; borrowed. */
  get content(): Uint8Array {
    return this.own.subarray(0, this.kept);
  }

  drop(): void {
    this.stream = this.byteLength = this.kept = 0;
    this.own = EMPTY;
    this.broken = undefined;
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.kept + end - start;
    if (needed > this.limit) {
      this.broken ??= 'too-long';
      return;
    }
    if (needed > this.own.length) {
      const grown = new Uint8Array(Math.min(this.limit, Math.max(needed, this.own.length * 2)));
      grown.set(this.own.subarray(0, this.kept));
      this.own = grown;
    }
    this.own.set(chunk.subarray(start, end), this.kept);
    this.kept = needed;
  }
}
