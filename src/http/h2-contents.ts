/**
 * What the h2Frames of one direction hold: header blocks, which are decoded with the table that they share, the parts
 * of DATA without their padding, settings and resets. All else is passed over: PRIORITY, PING, GOAWAY,
 * WINDOW_UPDATE and unknown types concern only the two peers (RFC 9113 §6, §5.5).
 *
 * Strategy: told of parts of payloads as they come; only a header block that straddles chunks is kept.
 */
import { atLimit } from '../limits.js';
import { H2Block } from './h2-block.js';
import {
  ACK,
  END_HEADERS,
  END_STREAM,
  H2,
  type H2FrameHeader,
  type H2FrameVisitor,
  PADDED,
} from './h2-frame.js';
import { type HpackBlock, HpackDecoder } from './hpack.js';

/** A setting is an identifier of two octets and a value of four (RFC 9113 §6.5.1). */
const SETTING_LENGTH = 6;

export interface H2ContentsOwner {
  /** An h2Frame begins. False: it cannot be one; the decoder is then told to stop. */
  accepts(header: H2FrameHeader): boolean;
  /** A header block is complete. */
  block(info: H2Block, block: HpackBlock): void;
  data(stream: number, chunk: Uint8Array, start: number, end: number): void;
  dataMissing(stream: number, length: number): void;
  /** END_STREAM, behind all else that its h2Frame tells. */
  endStream(stream: number): void;
  /** `code`: undefined where it was not captured. */
  resetStream(stream: number, code: number | undefined): void;
  setting(id: number, value: number): void;
  /** SETTINGS are complete, perhaps without any setting. */
  settings(): void;
  defect(code: string, message: string): void;
}

const UNDECODED: HpackBlock = { fields: [], unknown: 1, cut: false, fault: undefined };

export class H2Contents implements H2FrameVisitor {
  readonly hpack: HpackDecoder;
  private readonly current: H2Block;
  /** Of the DATA under way; undefined: not known, since it is missing. */
  private padding: number | undefined = 0;
  /** The setting, or the error code, under way. */
  private readonly word = new Uint8Array(SETTING_LENGTH);
  /** Octets of the small payload under way are missing. */
  private isHoley = false;
  private toldTable = false;

  constructor(
    private readonly owner: H2ContentsOwner,
    private readonly limits: { readonly maxHeadLength: number; readonly maxH2Table: number },
  ) {
    this.hpack = new HpackDecoder(limits.maxHeadLength, limits.maxH2Table);
    this.current = new H2Block(limits.maxHeadLength);
  }

  /** Behind a loss: the table is not known, and no block is under way. */
  forget(): void {
    this.current.drop();
    this.hpack.table.forget();
  }

  begin(header: H2FrameHeader): void {
    if (!this.owner.accepts(header)) return;
    const { type, flags, stream } = header;
    const { current } = this;
    const isContinuation = type === H2.continuation;
    // RFC 9113 §4.3: a header block is contiguous.
    if (current.stream !== 0 && !(isContinuation && stream === current.stream)) this.breakBlock();
    if (isContinuation) {
      if (current.stream === 0) this.strayContinuation();
      else current.continue(header);
    } else if (type === H2.headers || type === H2.pushPromise)
      current.begin(header, type === H2.headers && (flags & END_STREAM) !== 0);
    this.padding = 0;
    this.isHoley = false;
    if (stream === 0 && (type <= H2.resetStream || isContinuation))
      this.owner.defect('h2-stream-zero', 'an HTTP/2 frame that is of a stream names none');
  }

  payload(header: H2FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    const { type, flags } = header;
    if (type === H2.data) this.data(header, chunk, start, end, offset);
    else if (type === H2.settings || type === H2.resetStream) this.words(header, chunk, start, end, offset);
    else if (this.isOfBlock(type)) {
      const isWhole = type !== H2.continuation && (flags & END_HEADERS) !== 0;
      this.current.payload(header, chunk, start, end, offset, isWhole ? this.decode : undefined);
    }
  }

  missing(header: H2FrameHeader, offset: number, length: number): void {
    const { type, stream } = header;
    this.isHoley = true;
    if (this.isOfBlock(type)) this.current.broken ??= 'missing';
    if (type !== H2.data) return;
    const isPadded = (header.flags & PADDED) !== 0;
    if (isPadded && offset === 0) this.padding = undefined;
    const before = isPadded && offset === 0 ? 1 : 0;
    const end = Math.min(offset + length, header.length - (this.padding ?? 0));
    if (end > offset + before) this.owner.dataMissing(stream, end - offset - before);
  }

  finish(header: H2FrameHeader): void {
    const { type, flags, stream } = header;
    if (this.isOfBlock(type) && (flags & END_HEADERS) !== 0) this.endBlock();
    else if (type === H2.data && (flags & END_STREAM) !== 0) this.owner.endStream(stream);
    else if (type === H2.settings && (flags & ACK) === 0 && !this.isHoley) this.owner.settings();
    else if (type === H2.resetStream && stream !== 0)
      this.owner.resetStream(stream, this.isHoley ? undefined : this.wordAt(0, 4));
  }

  private isOfBlock(type: number): boolean {
    if (this.current.stream === 0) return false;
    return type === H2.headers || type === H2.continuation || type === H2.pushPromise;
  }

  /** RFC 9113 §6.1: in padded DATA an octet says how many of the last are padding. */
  private data(header: H2FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    const { flags, stream, length } = header;
    let at = start;
    if ((flags & PADDED) !== 0) {
      if (offset === 0) this.padding = chunk[at++];
      if (this.padding !== undefined && this.padding >= length) {
        if (offset === 0)
          this.owner.defect('h2-padding', `${this.padding} bytes of padding in HTTP/2 DATA of ${length}`);
        return;
      }
    }
    if (stream === 0) return;
    // Where its length is missing, any of the octets may be padding.
    if (this.padding === undefined) {
      this.owner.dataMissing(stream, end - at);
      return;
    }
    const to = Math.min(end, start + length - this.padding - offset);
    if (to > at) this.owner.data(stream, chunk, at, to);
  }

  private words(
    { type, flags }: H2FrameHeader,
    chunk: Uint8Array,
    start: number,
    end: number,
    offset: number,
  ): void {
    const { word } = this;
    for (let at = start; at < end; at++) {
      const i = (offset + at - start) % SETTING_LENGTH;
      word[i] = chunk[at];
      const isSetting = type === H2.settings && i === SETTING_LENGTH - 1 && (flags & ACK) === 0;
      if (isSetting && !this.isHoley) this.owner.setting(this.wordAt(0, 2), this.wordAt(2, 4));
    }
  }

  private wordAt(start: number, length: number): number {
    let value = 0;
    for (let i = start; i < start + length; i++) value = value * 256 + this.word[i];
    return value;
  }

  /** A block that lies whole in a chunk, or was kept. */
  private readonly decode = (chunk: Uint8Array, start: number, end: number): void => {
    const { current } = this;
    const block = this.hpack.decode(chunk, start, end);
    if (block.fault !== undefined)
      this.owner.defect(
        'hpack-undecodable',
        `a header block of HTTP/2 stream ${current.stream}: ${block.fault}`,
      );
    else if (block.cut) this.tooLong(current.stream);
    if (this.hpack.table.isCut && !this.toldTable) this.tellTable();
    this.tell(block.fault === undefined && !block.cut ? block : { ...block, unknown: block.unknown + 1 });
  };

  private endBlock(): void {
    const { current } = this;
    if (current.stream === 0) return;
    if (current.broken === undefined) {
      const { content } = current;
      this.decode(content, 0, content.length);
      return;
    }
    if (current.broken === 'too-long') this.tooLong(current.stream);
    else if (current.broken === 'padding')
      this.owner.defect(
        'h2-padding',
        `HTTP/2 HEADERS of stream ${current.stream} have more padding than bytes`,
      );
    this.hpack.table.forget();
    this.tell(UNDECODED);
  }

  private tell(block: HpackBlock): void {
    const { current } = this;
    const { stream, endStream, isPromise } = current;
    if (!isPromise && stream !== 0) this.owner.block(current, block);
    current.drop();
    if (endStream && stream !== 0) this.owner.endStream(stream);
  }

  private tooLong(stream: number): void {
    const { maxHeadLength } = this.limits;
    this.owner.defect(
      'head-limit',
      `an HTTP head is too long, of HTTP/2 stream ${stream} ${atLimit('maxHeadLength', maxHeadLength)}`,
    );
  }

  private tellTable(): void {
    this.toldTable = true;
    this.owner.defect(
      'h2-table-limit',
      `a table of HTTP/2 headers is larger than what is kept of it ${atLimit('maxH2Table', this.limits.maxH2Table)}`,
    );
  }

  private breakBlock(): void {
    this.owner.defect(
      'h2-header-block',
      `other HTTP/2 frames come within a header block of stream ${this.current.stream}`,
    );
    this.current.drop();
    this.hpack.table.forget();
  }

  private strayContinuation(): void {
    if (!this.hpack.table.incomplete)
      this.owner.defect('h2-header-block', 'an HTTP/2 CONTINUATION continues no header block');
    this.hpack.table.forget();
  }
}
