/**
 * The h2Frames of one direction of HTTP/2 (RFC 9113 §4.1): nine octets of header, then a payload.
 *
 * Strategy: a header that lies whole in a chunk is read in place, only one that straddles chunks is copied. Payloads
 * are handed on as the parts of the chunks that they are, so no declared length costs memory. A gap inside a payload
 * is exact; behind one that swallows a header the visitor has to find the next.
 */
import type { Place } from '../stream/place.js';

export const H2_HEADER = 9;

/** RFC 9113 §6. */
export const H2 = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** RFC 9113 §6: the flags of all types. */
export const END_STREAM = 0x1;
export const ACK = 0x1;
export const END_HEADERS = 0x4;
export const PADDED = 0x8;
export const PRIORITY = 0x20;

/** RFC 9113 §6.5.2, RFC 8441 §3. */
export const SETTING = {
  headerTableSize: 1,
  maxFrameSize: 5,
  enableConnectProtocol: 8,
} as const;
/** RFC 9113 §6.5.2: until SETTINGS_MAX_FRAME_SIZE says another. */
export const DEFAULT_FRAME_SIZE = 16_384;

/** One record per direction, overwritten. */
export class H2FrameHeader {
  length = 0;
  type = 0;
  flags = 0;
  stream = 0;
  /** Place of its first octet. */
  packet = 0;
  seconds = 0;
  nanoseconds = 0;
  sequence = 0;
}

/** RFC 9113 §7, by their numbers. */
const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/** `PROTOCOL_ERROR`; undefined: the code was not captured. */
export function errorName(code: number | undefined): string {
  if (code === undefined) return 'a code that is not known';
  return ERRORS[code] ?? `0x${code.toString(16)}`;
}

export interface H2FrameVisitor {
  /** A header is complete. */
  begin(header: H2FrameHeader): void;
  /** chunk[start, end) are octets of the payload from `offset` on. Borrowed. */
  payload(header: H2FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void;
  /** So many octets of the payload are missing. */
  missing(header: H2FrameHeader, offset: number, length: number): void;
  /** The payload is over. */
  finish(header: H2FrameHeader): void;
}

export class H2FrameDecoder {
  readonly header = new H2FrameHeader();
  private readonly partial = new Uint8Array(H2_HEADER);
  private partialLength = 0;
  private inPayload = false;
  private received = 0;
  private stopped = false;

  constructor(
    private readonly place: Place,
    private readonly visitor: H2FrameVisitor,
  ) {}

  /** Takes chunk[start, end). Returns the index behind the last octet used: less than `end` only behind stop(). */
  push(chunk: Uint8Array, start: number, end: number): number {
    const { header, visitor } = this;
    let at = start;
    this.stopped = false;
    while (at < end) {
      if (!this.inPayload) {
        at = this.takeHeader(chunk, at, end);
        if (!this.inPayload) continue;
        visitor.begin(header);
        if (this.stopped) return at;
      } else {
        const taken = Math.min(header.length - this.received, end - at);
        const offset = this.received;
        this.received += taken;
        visitor.payload(header, chunk, at, at + taken, offset);
        at += taken;
      }
      if (this.received === header.length) this.finish();
    }
    return at;
  }

  /** So many bytes are missing. Returns how many of them lie behind the h2Frame under way: more than 0, all is lost. */
  skip(length: number): number {
    if (!this.inPayload) {
      this.reset();
      return length;
    }
    const { header, received } = this;
    const inside = Math.min(length, header.length - received);
    this.received += inside;
    this.visitor.missing(header, received, inside);
    if (this.received === header.length) this.finish();
    return length - inside;
  }

  /** What has just begun is no h2Frame: called by begin(). */
  stop(): void {
    this.stopped = true;
    this.reset();
  }

  /** The next byte begins an h2Frame. */
  reset(): void {
    this.inPayload = false;
    this.partialLength = 0;
  }

  private finish(): void {
    this.inPayload = false;
    this.visitor.finish(this.header);
  }

  private takeHeader(chunk: Uint8Array, at: number, end: number): number {
    const { partial, partialLength } = this;
    if (partialLength === 0) this.notePlace(at);
    if (partialLength === 0 && end - at >= H2_HEADER) {
      this.read(chunk, at);
      return at + H2_HEADER;
    }
    const taken = Math.min(H2_HEADER - partialLength, end - at);
    for (let i = 0; i < taken; i++) partial[partialLength + i] = chunk[at + i];
    this.partialLength += taken;
    if (this.partialLength === H2_HEADER) {
      this.partialLength = 0;
      this.read(partial, 0);
    }
    return at + taken;
  }

  private notePlace(at: number): void {
    const { header, place } = this;
    header.packet = place.packet;
    header.seconds = place.seconds;
    header.nanoseconds = place.nanoseconds;
    header.sequence = (place.sequence + at) | 0;
  }

  private read(bytes: Uint8Array, at: number): void {
    readH2Header(bytes, at, this.header);
    this.received = 0;
    this.inPayload = true;
  }
}

/** Reads the header at bytes[at] into `header`. */
export function readH2Header(
  bytes: Uint8Array,
  at: number,
  header: Pick<H2FrameHeader, 'length' | 'type' | 'flags' | 'stream'>,
): void {
  header.length = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
  header.type = bytes[at + 3];
  header.flags = bytes[at + 4];
  // RFC 9113 §4.1: the reserved bit is ignored.
  header.stream =
    ((bytes[at + 5] & 0x7f) << 24) | (bytes[at + 6] << 16) | (bytes[at + 7] << 8) | bytes[at + 8];
}
