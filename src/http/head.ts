/**
 * The head of an HTTP/1.1 request or response (RFC 9112 §2): its record, look-ups in it, and the
 * incremental decoder that makes it from pieces of a stream.
 *
 * Strategy: a head that lies whole in one chunk is decoded in place; only one that straddles chunks is
 * copied, into a buffer that goes when the head is done and never exceeds `maxHeadLength`. The first bytes
 * are checked at once, so that a stream which is not HTTP is let go after a few bytes.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import { Place } from '../stream/place.js';
import { type ParsedHead, parseHead } from './head-parse.js';
import { type Account, uncounted } from './holding.js';
import { type ForeignProtocol, recognise } from './protocol.js';
import { PROXY_V1_SIGNATURE, PROXY_V2_SIGNATURE } from './proxy-header.js';
import { TOKEN, trimWhitespace } from './text.js';

/** A line of a head. */
export interface HeaderField {
  /** As written. */
  readonly name: string;
  /** Latin-1, without surrounding SP and HTAB. */
  readonly value: string;
}

/** What was unusual in how a head was written; a fact, no verdict. */
export type HeadQuirk = 'bare-lf' | 'bare-cr' | 'obs-fold' | 'malformed-line' | 'leading-empty-line';

/** What requests and responses have in common; HTTP/2's pseudo-header fields are among `headers`. */
export interface Head {
  readonly headers: readonly HeaderField[];
  /** How many of them have a name or value that is not known (of HTTP/2, behind a loss): UNKNOWN stands for it. */
  readonly unknownFields: number;
  /** Such as `1.1`; `2`. */
  readonly version: string;
  /** Bytes from the first of the start line to the end of the empty line. */
  readonly byteLength: number;
  /** Offset of the first byte in its direction; what follows the head is at streamOffset + byteLength. */
  readonly streamOffset: number;
  /** Place of the last byte. */
  readonly packet: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Place of the first byte. */
  readonly firstPacket: number;
  readonly firstSeconds: number;
  readonly firstNanoseconds: number;
  /** Sequence number of its first byte in the TCP stream (int32). */
  readonly firstSequence: number;
  /** Each kind at most once. */
  readonly quirks: readonly HeadQuirk[];
  /** Header lines without a name and colon, or with whitespace before the colon (RFC 9112 §5.1). */
  readonly malformedLines: readonly string[];
}

/** Request line and headers (RFC 9112 §3). */
export interface RequestHead extends Head {
  readonly kind: 'request';
  readonly method: string;
  /** As written; of HTTP/2 `:path`. */
  readonly target: string;
}

/** Status line and headers (RFC 9112 §4). */
export interface ResponseHead extends Head {
  readonly kind: 'response';
  /** 0 … 999. */
  readonly status: number;
  readonly reason: string;
  /** HTTP/2 only: the server reset the stream in place of an answer; name of the error code. */
  readonly resetWith?: string;
}

/** What most heads have of most headers. */
const NONE: readonly string[] = [];

/** All values of the header `name` (any case), in order. */
export function headerValues(head: Head, name: string): readonly string[] {
  let values: string[] | undefined;
  for (const header of head.headers) {
    if (!isNamed(header, name)) continue;
    if (values === undefined) values = [header.value];
    else values.push(header.value);
  }
  return values ?? NONE;
}

/** How many headers `name` (any case) there are. */
export function headerCount(head: Head, name: string): number {
  let count = 0;
  for (const header of head.headers) if (isNamed(header, name)) count++;
  return count;
}

/** The first value of the header `name` (any case). */
export function headerValue(head: Head, name: string): string | undefined {
  for (const header of head.headers) if (isNamed(header, name)) return header.value;
  return undefined;
}

/** Who is asked: Host, or the :authority that HTTP/2 has in its place (RFC 9113 §8.3.1). */
export function hostOf(head: Head): string | undefined {
  return (head.version === '2' ? headerValue(head, ':authority') : undefined) ?? headerValue(head, 'Host');
}

/** Mostly a name is written as it is in the RFC. */
function isNamed({ name }: HeaderField, wanted: string): boolean {
  if (name.length !== wanted.length) return false;
  return name === wanted || name.toLowerCase() === wanted.toLowerCase();
}

/** The elements of all headers `name` as one comma list, as written, without empty ones (RFC 9110 §5.6.1). */
export function listElements(head: Head, name: string): readonly string[] {
  const values = headerValues(head, name);
  if (values.length === 0) return NONE;
  // One element, as most lists are: its value has no whitespace around it.
  if (values.length === 1 && values[0] !== '' && !values[0].includes(',')) return values;
  return values
    .flatMap((value) => value.split(','))
    .map(trimWhitespace)
    .filter((element) => element !== '');
}

/** As listElements, but tokens (RFC 9110 §5.6.2) in lower case. */
export function tokenList(head: Head, name: string): readonly string[] {
  const elements = listElements(head, name);
  if (elements.length === 0) return NONE;
  return elements.map((element) => (TOKEN.test(element) ? element.toLowerCase() : element));
}

/**
 * `not-http`: the first bytes already tell; `malformed-start-line`: the whole head was needed to tell;
 * `proxy-v1` and `proxy-v2`: a PROXY header comes first, its signature was used.
 */
export type HeadFailure = 'not-http' | 'malformed-start-line' | 'too-long' | 'proxy-v1' | 'proxy-v2';

const EMPTY = new Uint8Array(0);
/** Half-begun heads can be many, and mostly are short. */
const FIRST_SIZE = 64;
const CR = 0x0d;
const LF = 0x0a;
/** RFC 6455 §4.1: how the client's head begins. */
const GET = 'GET ';
/** RFC 6455 §4.2.2: how the server's head begins; there is no 101 in HTTP/1.0 (RFC 9110 §15.2). */
const SWITCHING = 'HTTP/1.1 101';
/** What the current line holds so far. */
const NOTHING = 0;
const ONLY_CR = 1;
const TEXT = 2;

/** What came of a head that a gap cut. */
export interface CutHead {
  /** Number of the packet with its first octet, and the TCP sequence number of that (int32). */
  readonly firstPacket: number;
  readonly firstSequence: number;
  /** What tells which kind of head it is, as far as that came: a method or a status. */
  readonly beginning: string;
  /** Its whole lines, as if it ended there; undefined where not even the first is whole. */
  readonly lines: RequestHead | ResponseHead | undefined;
}

export class HeadDecoder {
  /** Set when a head is complete, until reset(). */
  head: RequestHead | ResponseHead | undefined = undefined;
  /** Set when these bytes are no head, until reset(). */
  failure: HeadFailure | undefined = undefined;
  /** With `not-http`: a protocol that carries HTTP. */
  foreign: ForeignProtocol | undefined = undefined;
  /** What came so far is the beginning of a head. */
  recognised = false;
  private own = EMPTY;
  private kept = 0;
  private line = NOTHING;
  private emptyLines = false;
  private streamOffset = 0;
  private firstPacket = 0;
  private firstSeconds = 0;
  private firstNanoseconds = 0;
  private firstSequence = 0;

  constructor(
    private readonly place: Place,
    private readonly maxHeadLength = DEFAULT_LIMITS.maxHeadLength,
    private readonly account: Account = uncounted,
  ) {}

  /** Bytes of an incomplete head that it has copied. */
  get length(): number {
    return this.kept;
  }

  /**
   * Takes chunk[start, end), which begins at `streamOffset` of its direction. Returns the index behind the
   * last byte used: less than `end` only with `head` or `failure` set.
   */
  push(chunk: Uint8Array, start: number, end: number, streamOffset: number): number {
    let at = start;
    if (this.kept === 0) {
      at = this.skipEmptyLines(chunk, start, end);
      if (at === end) return end;
      if (!this.recognise(chunk, at, end)) return at + this.signatureLength;
      this.begin(streamOffset + at - start, at);
    }
    const limit = Math.min(end, at + this.maxHeadLength - this.kept);
    const stop = this.findEnd(chunk, at, limit);
    if (this.kept === 0 && stop >= 0) {
      this.decode(chunk, at, stop);
      return stop;
    }
    const before = this.kept;
    this.keep(chunk, at, stop < 0 ? limit : stop);
    if (!this.recognised && !this.recognise(this.own, 0, this.kept))
      return this.signatureLength > 0 ? at + this.signatureLength - before : limit;
    if (stop >= 0) this.decode(this.own, 0, this.kept);
    else if (this.kept === this.maxHeadLength) this.failure = 'too-long';
    return stop < 0 ? limit : stop;
  }

  /** The first `length` bytes of what came so far; borrowed. */
  begun(length: number): Uint8Array {
    return this.own.subarray(0, length);
  }

  /** What came so far may begin a head of a WebSocket's handshake: a GET, or what may become a 101. */
  get mayOpen(): boolean {
    if (!this.recognised) return false;
    const beginning = latin1(this.own, 0, Math.min(this.kept, SWITCHING.length));
    return beginning.startsWith(GET) || SWITCHING.startsWith(beginning);
  }

  /** The whole lines of a head that is cut, as if it ended there; undefined where not even the first is whole. */
  get wholeLines(): RequestHead | ResponseHead | undefined {
    const end = this.recognised ? this.own.lastIndexOf(LF, this.kept - 1) + 1 : 0;
    const parsed = end > 0 ? parseHead(`${latin1(this.own, 0, end)}\r\n`, this.emptyLines) : undefined;
    return parsed && this.toHead(parsed, end);
  }

  /** What came so far, of a head that is cut. */
  get cutHead(): CutHead {
    const { firstPacket, firstSequence, wholeLines: lines } = this;
    const isRequest = latin1(this.own, 0, this.kept).startsWith(GET);
    const length = isRequest ? GET.length : Math.min(this.kept, SWITCHING.length);
    return { firstPacket, firstSequence, lines, beginning: latin1(this.own, 0, length) };
  }

  /** Makes it ready for the next head and lets go what it has copied. */
  reset(): void {
    this.head = undefined;
    this.failure = undefined;
    this.foreign = undefined;
    if (this.own.length > 0) this.account.add(-this.own.length);
    this.own = EMPTY;
    this.kept = 0;
    this.line = NOTHING;
    this.recognised = false;
    this.emptyLines = false;
  }

  /** RFC 9112 §2.2: empty lines before the start line are ignored. */
  private skipEmptyLines(chunk: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && (chunk[at] === CR || chunk[at] === LF)) at++;
    if (at > start) this.emptyLines = true;
    return at;
  }

  private recognise(bytes: Uint8Array, start: number, end: number): boolean {
    const protocol = recognise(bytes, start, end);
    this.recognised = protocol === 'http1-request' || protocol === 'http1-response';
    this.foreign = protocol === 'tls' || protocol === 'http2' ? protocol : undefined;
    if (!this.recognised && protocol !== 'undecided')
      this.failure = protocol === 'proxy-v1' || protocol === 'proxy-v2' ? protocol : 'not-http';
    return this.failure === undefined;
  }

  private get signatureLength(): number {
    if (this.failure === 'proxy-v1') return PROXY_V1_SIGNATURE.length;
    return this.failure === 'proxy-v2' ? PROXY_V2_SIGNATURE.length : 0;
  }

  /** The head begins at index `at` of the chunk. */
  private begin(streamOffset: number, at: number): void {
    this.streamOffset = streamOffset;
    this.firstPacket = this.place.packet;
    this.firstSeconds = this.place.seconds;
    this.firstNanoseconds = this.place.nanoseconds;
    this.firstSequence = (this.place.sequence + at) | 0;
  }

  /** Index behind the empty line that ends the head, or -1. */
  private findEnd(chunk: Uint8Array, start: number, end: number): number {
    let line = this.line;
    for (let i = start; i < end; i++) {
      const byte = chunk[i];
      if (byte === LF) {
        if (line !== TEXT) return i + 1;
        line = NOTHING;
      } else line = byte === CR && line === NOTHING ? ONLY_CR : TEXT;
    }
    this.line = line;
    return -1;
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.kept + end - start;
    if (needed > this.own.length) {
      const grown = new Uint8Array(
        Math.min(this.maxHeadLength, Math.max(needed, this.own.length * 2, FIRST_SIZE)),
      );
      grown.set(this.own.subarray(0, this.kept));
      this.account.add(grown.length - this.own.length);
      this.own = grown;
    }
    this.own.set(chunk.subarray(start, end), this.kept);
    this.kept = needed;
  }

  private decode(bytes: Uint8Array, start: number, end: number): void {
    const parsed = parseHead(latin1(bytes, start, end), this.emptyLines);
    if (parsed === undefined) {
      this.failure = 'malformed-start-line';
      return;
    }
    this.head = this.toHead(parsed, end - start);
  }

  /** Spelled out: merging objects by spread took more time than parsing them. */
  private toHead(parsed: ParsedHead, byteLength: number): RequestHead | ResponseHead {
    const { startLine, headers, quirks, malformedLines } = parsed;
    const { packet, seconds, nanoseconds } = this.place;
    const { streamOffset, firstPacket, firstSeconds, firstNanoseconds, firstSequence } = this;
    const { version } = startLine;
    const unknownFields = 0;
    if (startLine.kind === 'request') {
      const { kind, method, target } = startLine;
      // biome-ignore format: one line per kind of fact
      return {
        kind, method, target, version, headers, unknownFields, quirks, malformedLines, byteLength, streamOffset,
        packet, seconds, nanoseconds, firstPacket, firstSeconds, firstNanoseconds, firstSequence,
      };
    }
    const { kind, status, reason } = startLine;
    // biome-ignore format: one line per kind of fact
    return {
      kind, status, reason, version, headers, unknownFields, quirks, malformedLines, byteLength, streamOffset,
      packet, seconds, nanoseconds, firstPacket, firstSeconds, firstNanoseconds, firstSequence,
    };
  }
}

/**
 * The head at the beginning of bytes, of HTTP/1.1; undefined where they are none, or hold none to its end.
 * `byteLength` of it tells where the rest begins. Its places (packet, times) are 0.
 */
export function decodeHead(bytes: Uint8Array): RequestHead | ResponseHead | undefined {
  const decoder = new HeadDecoder(new Place());
  decoder.push(bytes, 0, bytes.length, 0);
  return decoder.head;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
