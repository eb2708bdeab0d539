/**
 * The shared frame decoder, RFC 6455 §5.2, and its encoder. Sans-I/O and incremental: push bytes, say where
 * bytes are missing, get each frame's header, its payload in pieces, and its end.
 *
 * Strategy: one mutable FrameHeader; a header that is whole in the chunk is decoded in place, one that
 * straddles chunks is gathered in 14 bytes of our own; payload is never copied, kept or unmasked here, so a
 * frame declared 2^62 bytes long costs nothing. The decoder never judges: reserved bits and opcodes, missing
 * masks and wasteful length forms are facts, and it decodes on behind them.
 */

/** The three forms of the payload length: 7 bits, or 7 bits and 16 or 64 more. */
export type LengthForm = 7 | 16 | 64;

/** The facts of a frame's header, RFC 6455 §5.2. A decoder has one record, overwritten by the next frame: copy what you keep. */
export class FrameHeader {
  fin = false;
  rsv1 = false;
  rsv2 = false;
  rsv3 = false;
  /** 0 … 15. */
  opcode = 0;
  masked = false;
  /** The four octets as an int32, the first one most significant; 0 when not masked. */
  maskingKey = 0;
  lengthForm: LengthForm = 7;
  /**
   * Payload length in bytes, rounded above 2^53; `lengthHigh` and `lengthLow` are exact. Where the most
   * significant bit of a 64-bit length is set, which MUST be 0, that of the other 63 bits: no stream holds
   * 2^63 bytes, so that only these can tell where the next frame begins.
   */
  length = 0;
  /** The upper and lower 32 bits of the payload length, unsigned. */
  lengthHigh = 0;
  lengthLow = 0;
  /** 2 … 14. */
  headerLength = 0;
  /** Offset of the first byte of the frame in the stream. */
  streamOffset = 0;

  /** The payload length without loss of precision. */
  get exactLength(): bigint {
    return (BigInt(this.lengthHigh) << 32n) | BigInt(this.lengthLow);
  }
}

/** Who is told what a FrameDecoder finds, while it is pushed: header, payload (in any number of pieces), finished. */
export interface FrameVisitor {
  /** A whole header was decoded. */
  header(header: FrameHeader): void;
  /** Payload as on the wire, chunk[start, end), borrowed; chunk[start] is octet `offset` of the payload. */
  payload(header: FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void;
  /** Octets `offset` … `offset + length - 1` of the payload are missing. */
  missing(header: FrameHeader, offset: number, length: number): void;
  /** The frame is over; `received` of its payload octets (present or missing) lie before the stream's end. */
  finished(header: FrameHeader, received: number): void;
  /** A gap swallowed (part of) a header: nothing from `streamOffset` on can be told apart into frames. */
  lost(streamOffset: number): void;
}

/** Longest header: 2 octets, 8 of length, 4 of masking key. */
const MAX_HEADER = 14;

const EMPTY = new Uint8Array(0);

/**
 * Decodes the frames that one sender sends, from bytes in pieces of any size. It keeps 14 octets at most, judges
 * nothing and never throws: reserved bits and opcodes, missing masks and wasteful lengths are facts of the header.
 *
 * @example Frames from anywhere
 * ```ts
 * import { FrameDecoder, opcodeName } from 'wsdissect/websocket';
 *
 * const decoder = new FrameDecoder({
 *   header: ({ opcode, length, fin }) => console.log(opcodeName(opcode), length, fin),
 *   payload: (header, chunk, start, end) => console.log(end - start, 'octets, masked:', header.masked),
 *   missing: (_header, offset, length) => console.log(length, 'octets are missing at', offset),
 *   finished: () => console.log('over'),
 *   lost: (streamOffset) => console.log('no frames can be told apart from', streamOffset),
 * });
 * decoder.push(Uint8Array.of(0x81, 0x02, 0x68, 0x69));
 * decoder.end();
 * ```
 */
export class FrameDecoder {
  /** Offset in the stream of the next byte pushed. */
  streamOffset: number;
  /** False behind a gap that swallowed a header; the bytes are then only counted. */
  synchronised = true;
  /** Of the frame under way, or the last one. */
  readonly header = new FrameHeader();
  /** Made for the first header that straddles chunks: most streams have none, and an array of 14 octets costs 200. */
  private partial: Uint8Array | undefined = undefined;
  private partialLength = 0;
  private inPayload = false;
  private received = 0;

  /** `streamOffset`: what the first byte pushed counts as. */
  constructor(
    private readonly visitor: FrameVisitor,
    streamOffset = 0,
  ) {
    this.streamOffset = streamOffset;
  }

  /** Header octets at hand of a frame whose header is not yet whole. */
  get pendingHeader(): Uint8Array {
    return this.partialLength === 0 ? EMPTY : this.partial!.subarray(0, this.partialLength);
  }

  /** The next byte pushed is the first of a frame. */
  get isBetweenFrames(): boolean {
    return !this.inPayload && this.partialLength === 0 && this.synchronised;
  }

  /** Takes the next bytes of the stream, chunk[start, end), borrowed: nothing of them is kept but a header that is cut. */
  push(chunk: Uint8Array, start = 0, end = chunk.length): void {
    let at = start;
    // What is mostly true is compared with it: a mere test asks V8 whether it is an empty string, 0n and so on.
    while (at < end && this.synchronised === true) {
      if (this.inPayload) at = this.takePayload(chunk, at, end);
      else at = this.takeHeader(chunk, at, end);
    }
    this.streamOffset += end - at;
  }

  /**
   * The next `length` bytes of the stream are missing. Within a payload they are skipped, and the decoder goes on behind
   * them; a header among them ends what it can tell apart, until resume(). `uncertain`: about so many, so that what follows
   * is not known to belong to the frame under way.
   */
  skip(length: number, uncertain = false): void {
    if (length <= 0 && !uncertain) return;
    if (!this.synchronised) {
      this.streamOffset += length;
      return;
    }
    const offset = this.streamOffset;
    this.streamOffset += length;
    if (!this.inPayload) {
      this.lose(offset - this.partialLength);
      return;
    }
    const { header, received } = this;
    const rest = header.length - received;
    const inFrame = uncertain ? rest : Math.min(length, rest);
    this.received += inFrame;
    this.visitor.missing(header, received, inFrame);
    if (this.received === header.length) this.finish();
    if (uncertain) this.lose(this.streamOffset);
    else if (inFrame < length) this.lose(offset + inFrame);
  }

  /** Frames can be told apart again: one begins at `streamOffset`, with the next byte pushed. */
  resume(streamOffset: number): void {
    this.streamOffset = streamOffset;
    this.synchronised = true;
    this.inPayload = false;
    this.partialLength = 0;
  }

  /**
   * A frame is under way, of which another decoded the header and `received` octets of the payload.
   *
   * @internal
   */
  goOn(header: Readonly<FrameHeader>, received: number): void {
    Object.assign(this.header, header);
    this.inPayload = true;
    this.received = received;
  }

  /** The stream is over: a frame under way ends incomplete. */
  end(): void {
    if (this.inPayload) this.finish();
  }

  private takeHeader(chunk: Uint8Array, at: number, end: number): number {
    const { header } = this;
    if (this.partialLength > 0) return this.takeRest(chunk, at, end);
    const size = decodeFrameHeader(chunk, at, end, header);
    if (size === 0) return this.takeRest(chunk, at, end);
    header.streamOffset = this.streamOffset;
    this.streamOffset += size;
    return this.begin(chunk, at + size, end);
  }

  /** Gathers a header that does not lie in one chunk. */
  private takeRest(chunk: Uint8Array, at: number, end: number): number {
    const { header } = this;
    const partial = (this.partial ??= new Uint8Array(MAX_HEADER));
    let size = 0;
    let from = at;
    while (from < end && size === 0) {
      partial[this.partialLength++] = chunk[from++];
      size = decodeFrameHeader(partial, 0, this.partialLength, header);
    }
    this.streamOffset += from - at;
    if (size === 0) return from;
    header.streamOffset = this.streamOffset - size;
    this.partialLength = 0;
    return this.begin(chunk, from, end);
  }

  private begin(chunk: Uint8Array, at: number, end: number): number {
    const { header } = this;
    this.visitor.header(header);
    this.inPayload = true;
    this.received = 0;
    if (header.length > 0) return at < end ? this.takePayload(chunk, at, end) : at;
    this.finish();
    return at;
  }

  private takePayload(chunk: Uint8Array, at: number, end: number): number {
    const { header, received } = this;
    const size = Math.min(end - at, header.length - received);
    this.received += size;
    this.streamOffset += size;
    this.visitor.payload(header, chunk, at, at + size, received);
    if (this.received === header.length) this.finish();
    return at + size;
  }

  private finish(): void {
    this.inPayload = false;
    this.visitor.finished(this.header, this.received);
  }

  private lose(streamOffset: number): void {
    this.synchronised = false;
    this.partialLength = 0;
    this.visitor.lost(streamOffset);
  }
}

/**
 * Decodes the header that begins at bytes[start] into `header`; returns its length in bytes (2 … 14), or 0 when it does
 * not end before `end`. Leaves `streamOffset` alone.
 */
export function decodeFrameHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  header: FrameHeader,
): number {
  if (end - start < 2) return 0;
  const first = bytes[start];
  const second = bytes[start + 1];
  const form = second & 0x7f;
  const lengthBytes = form < 126 ? 0 : form === 126 ? 2 : 8;
  const masked = second > 0x7f;
  const size = 2 + lengthBytes + (masked ? 4 : 0);
  if (end - start < size) return 0;
  header.fin = (first & 0x80) !== 0;
  header.rsv1 = (first & 0x40) !== 0;
  header.rsv2 = (first & 0x20) !== 0;
  header.rsv3 = (first & 0x10) !== 0;
  header.opcode = first & 0x0f;
  header.masked = masked;
  header.headerLength = size;
  let at = start + 2;
  header.lengthHigh = 0;
  if (lengthBytes === 0) {
    header.lengthForm = 7;
    header.length = header.lengthLow = form;
  } else if (lengthBytes === 2) {
    header.lengthForm = 16;
    header.length = header.lengthLow = (bytes[at] << 8) | bytes[at + 1];
  } else {
    header.lengthForm = 64;
    header.lengthHigh = int32(bytes, at) >>> 0;
    header.lengthLow = int32(bytes, at + 4) >>> 0;
    header.length = (header.lengthHigh & 0x7fff_ffff) * 0x1_0000_0000 + header.lengthLow;
  }
  at += lengthBytes;
  header.maskingKey = masked ? int32(bytes, at) : 0;
  return size;
}

function int32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
