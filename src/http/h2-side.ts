/**
 * One direction of an HTTP/2 connection: where its h2Frames begin, at the beginning and behind a loss.
 *
 * Strategy: a small state machine in front of the frame decoder; what the h2Frames hold, H2Contents tells the owner
 * (H2Connection, which sees both directions).
 *
 *   beginning   the first bytes tell whether they are the beginning of a connection
 *   frames      one h2Frame behind the other
 *   lost        where they begin is not known: searched for
 */
import { atLimit, type Limits } from '../limits.js';
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { H2Block } from './h2-block.js';
import { H2Contents, type H2ContentsOwner } from './h2-contents.js';
import {
  DEFAULT_FRAME_SIZE,
  H2,
  H2_HEADER,
  H2FrameDecoder,
  H2FrameHeader,
  readH2Header,
} from './h2-frame.js';
import { mayFollow } from './h2-plausible.js';
import { H2Search } from './h2-search.js';
import { HeldBytes } from './held.js';
import type { Account } from './holding.js';
import type { HpackBlock } from './hpack.js';

/** RFC 9113 §3.4. */
export const H2_PREFACE = Uint8Array.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', (c) => c.charCodeAt(0));

export type H2Limits = Pick<
  Limits,
  'maxHeadLength' | 'maxHeldForResponse' | 'maxH2Table' | 'maxH2Searched' | 'maxH2Streams'
>;

export interface H2SideOwner {
  /** The first bytes are the preface, and this side is the client; or they are what a server begins with. */
  begun(side: H2Side, role: 'client' | 'server'): void;
  block(side: H2Side, info: H2Block, block: HpackBlock): void;
  data(side: H2Side, stream: number, chunk: Uint8Array, start: number, end: number): void;
  dataMissing(side: H2Side, stream: number, length: number): void;
  endStream(side: H2Side, stream: number): void;
  resetStream(side: H2Side, stream: number, code: number | undefined): void;
  setting(side: H2Side, id: number, value: number): void;
  /** SETTINGS are complete. */
  settings(side: H2Side): void;
  isKnown(stream: number): boolean;
  /** Where h2Frames begin is not known any more; so many bytes are missing there. */
  lost(side: H2Side, length: number): void;
  /** Something may be missing in front of the next byte. */
  doubted(side: H2Side): void;
  /** Another so many bytes on they were found, or the stream ended. */
  found(side: H2Side, length: number): void;
  ended(side: H2Side, how: StreamEnd): void;
  defect(code: string, message: string): void;
}

export class H2Side implements StreamSink, H2ContentsOwner {
  readonly contents: H2Contents;
  endedBy: StreamEnd | undefined = undefined;
  /** All h2Frames from the first one on were seen. */
  isComplete = true;
  /** SETTINGS of this side were seen. */
  hasSettings = false;
  /** The largest payload that the other side allows; undefined: that is not known. */
  maxFrameSize: number | undefined = undefined;
  private state: 'beginning' | 'frames' | 'lost' = 'beginning';
  private readonly frames: H2FrameDecoder;
  private search: H2Search | undefined = undefined;
  /** The first bytes, until they tell. */
  private held: HeldBytes | undefined = undefined;
  private readonly first: number[] = [];
  /** h2Frames were found again: they may turn out to be none. */
  private isDoubtful = false;
  private toldSize = false;
  /** Something may be missing in front of the next byte. */
  private isInDoubt = false;

  constructor(
    readonly index: 0 | 1,
    private readonly owner: H2SideOwner,
    private readonly place: Place,
    private readonly limits: H2Limits,
    private readonly account: Account,
  ) {
    this.contents = new H2Contents(this, limits);
    this.frames = new H2FrameDecoder(place, this.contents);
  }

  /** All from the first h2Frame on was seen, if only so far. */
  get isWhole(): boolean {
    return this.isComplete && !this.isInDoubt && this.state !== 'beginning';
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.isInDoubt = false;
    if (this.state === 'beginning') this.takeBeginning(chunk, start, end);
    else this.take(chunk, start, end);
  }

  gap(length: number, uncertain = false): void {
    this.isInDoubt = false;
    if (this.state === 'beginning') this.beginInTheMiddle();
    if (this.state === 'lost') this.search!.gap(length);
    else {
      const behind = this.frames.skip(length);
      if (behind > 0) this.lose(behind);
      else if (uncertain) {
        this.frames.reset();
        this.lose(0);
      }
    }
  }

  inDoubt(): void {
    this.isInDoubt = true;
    this.owner.doubted(this);
  }

  end(how: StreamEnd): void {
    if (this.state === 'beginning' && this.first.length > 0) this.beginInTheMiddle();
    const { search } = this;
    if (search !== undefined) {
      search.giveUp();
      this.tellFound(search.passed);
    }
    this.search = undefined;
    this.endedBy = how;
    this.owner.ended(this, how);
  }

  /** Nothing is held any more while h2Frames are searched for. */
  settle(): void {
    this.search?.giveUp();
  }

  accepts(header: H2FrameHeader): boolean {
    if (this.isDoubtful && !mayFollow(header, this.maxFrameSize ?? DEFAULT_FRAME_SIZE)) {
      this.frames.stop();
      this.lose(H2_HEADER);
      return false;
    }
    if (this.maxFrameSize !== undefined && header.length > this.maxFrameSize) this.tellSize(header);
    return true;
  }

  block(info: H2Block, block: HpackBlock): void {
    this.owner.block(this, info, block);
  }

  data(stream: number, chunk: Uint8Array, start: number, end: number): void {
    this.owner.data(this, stream, chunk, start, end);
  }

  dataMissing(stream: number, length: number): void {
    this.owner.dataMissing(this, stream, length);
  }

  endStream(stream: number): void {
    this.owner.endStream(this, stream);
  }

  resetStream(stream: number, code: number | undefined): void {
    this.owner.resetStream(this, stream, code);
  }

  setting(id: number, value: number): void {
    this.owner.setting(this, id, value);
  }

  settings(): void {
    this.hasSettings = true;
    this.owner.settings(this);
  }

  defect(code: string, message: string): void {
    this.owner.defect(code, message);
  }

  private take(chunk: Uint8Array, start: number, end: number): void {
    const at = this.state === 'frames' ? this.frames.push(chunk, start, end) : start;
    if (at < end && this.search!.push(chunk, at, end)) this.resume(this.search!);
  }

  private takeBeginning(chunk: Uint8Array, start: number, end: number): void {
    const { first } = this;
    for (let at = start; at < end && first.length < H2_PREFACE.length; at++) first.push(chunk[at]);
    const isPreface = first.every((byte, i) => byte === H2_PREFACE[i]);
    if (first.length < (isPreface ? H2_PREFACE.length : H2_HEADER)) {
      this.held ??= new HeldBytes(this.place, this.limits.maxHeldForResponse, this.account, () => {});
      this.held.bytes(chunk, start, end);
      return;
    }
    let skip = 0;
    if (isPreface) skip = H2_PREFACE.length;
    if (isPreface) this.open('client');
    else if (isSettings(first)) this.open('server');
    else this.beginInTheMiddle();
    const bytes = (piece: Uint8Array, from: number, to: number) => {
      const skipped = Math.min(skip, to - from);
      skip -= skipped;
      if (from + skipped < to) this.take(piece, from + skipped, to);
    };
    this.held?.replay({ bytes, gap() {} });
    this.held = undefined;
    bytes(chunk, start, end);
  }

  private open(role: 'client' | 'server'): void {
    this.state = 'frames';
    this.owner.begun(this, role);
  }

  private beginInTheMiddle(): void {
    this.contents.hpack.table.beginInTheMiddle();
    this.lose(0);
    const { held } = this;
    this.held = undefined;
    if (held !== undefined && this.first.length < H2_HEADER)
      held.replay({ bytes: (...piece) => this.take(...piece), gap() {} });
  }

  /** `length` bytes are missing, and where the next h2Frame begins is not known. */
  private lose(length: number): void {
    const { limits, place, account, owner } = this;
    this.state = 'lost';
    this.isComplete = false;
    this.contents.forget();
    owner.lost(this, length);
    this.search = new H2Search({
      place,
      account,
      limit: limits.maxH2Searched,
      maxLength: () => this.maxFrameSize ?? DEFAULT_FRAME_SIZE,
      isKnown: (stream) => owner.isKnown(stream),
      overflow: () =>
        owner.defect(
          'h2-search-limit',
          'too much is held while HTTP/2 frames are searched for: all of it is given up ' +
            atLimit('maxH2Searched', limits.maxH2Searched),
        ),
    });
  }

  private resume(search: H2Search): void {
    this.search = undefined;
    this.state = 'frames';
    this.isDoubtful = true;
    search.replay(
      () => this.tellFound(search.passed),
      (chunk, start, end) => this.take(chunk, start, end),
    );
  }

  private tellFound(passed: number): void {
    this.owner.found(this, passed);
    if (passed > 0)
      this.owner.defect(
        'h2-frames-lost',
        `${passed} bytes of HTTP/2 were passed over in search of its frames`,
      );
  }

  private tellSize({ length, type }: H2FrameHeader): void {
    if (!this.toldSize)
      this.defect(
        'h2-frame-size',
        `an HTTP/2 frame of type ${type} has ${length} bytes; the other side allows ${this.maxFrameSize}`,
      );
    this.toldSize = true;
  }
}

/** RFC 9113 §3.4: a server begins with SETTINGS, and what it acknowledges comes later. */
function isSettings(first: readonly number[]): boolean {
  const header = new H2FrameHeader();
  readH2Header(Uint8Array.from(first), 0, header);
  return header.type === H2.settings && header.flags === 0 && header.stream === 0 && header.length % 6 === 0;
}
