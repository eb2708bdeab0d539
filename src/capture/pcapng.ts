/**
 * pcapng (draft-ietf-opsawg-pcapng): the walk over the blocks of a capture. What is in them is decoded by
 * pcapng-section.ts.
 *
 * Strategy: one pass by offset. Blocks that say nothing about packets are skipped by counting, without being
 * buffered, however long they are. A block whose length cannot be right means damage: we look, within a bounded
 * window, for the next block that is consistent with itself and go on there, saying how much was skipped. One
 * of unknown type that is longer than any that we decode may be either: it is damage if a block is found in its
 * beginning, else it is skipped.
 */
import { ByteQueue } from '../bytes/queue.js';
import { atLimit } from '../limits.js';
import { CaptureError } from '../stream/defect.js';
import { u32 } from './integers.js';
import { type CaptureReader, type CaptureSecrets, Packet, type ReaderContext } from './packet.js';
import * as block from './pcapng-blocks.js';
import { PcapngSections } from './pcapng-section.js';

export type { CaptureSecrets } from './packet.js';

type State = 'begin' | 'blocks' | 'skip' | 'lost' | 'cut' | 'done';

/** Reads pcapng. Throws CaptureError for what is none. */
export class PcapngReader implements CaptureReader {
  readonly packet = new Packet();
  private readonly queue = new ByteQueue();
  private readonly section: PcapngSections;
  private readonly context: ReaderContext;
  private readonly maxBlock: number;
  private state: State = 'begin';
  private ended = false;
  private skipping = 0;
  private skippedLength = 0;
  private lostAt = 0;
  private lostLength = 0;
  /** The lost block may be as long as it says. */
  private doubtful = false;

  constructor(context: ReaderContext) {
    this.context = context;
    this.packet.capture = context.capture;
    this.section = new PcapngSections(this.queue, this.packet, context);
    // A Name Resolution or Secrets Block may be longer than any packet.
    this.maxBlock = context.maxBlockLength + context.maxPacketLength;
  }

  /** Secrets of the Decryption Secrets Blocks so far. */
  get secrets(): readonly CaptureSecrets[] {
    return this.section.secrets;
  }

  /** Comments of the section headers so far. */
  get sectionComments(): readonly string[] {
    return this.section.comments;
  }

  get interfaces(): number {
    return this.section.interfaces;
  }

  get finished(): boolean {
    return this.state === 'done';
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    if (this.state !== 'done') this.queue.push(bytes, start, end);
  }

  end(): void {
    this.ended = true;
  }

  next(): boolean {
    const { queue, section } = this;
    for (;;) {
      if (this.state !== 'blocks') {
        if (!this.step()) return false;
        continue;
      }
      const { view, start } = queue;
      const { little } = section;
      const type = start + block.MIN_BLOCK > queue.end ? -1 : view.getUint32(start, little);
      if (type === block.SECTION_HEADER) {
        if (this.readSection()) continue;
      } else if (type >= 0) {
        const length = view.getUint32(start + 4, little);
        const skippable =
          !block.matters(type) && (this.context.blocks === undefined || length > this.maxBlock);
        const isLong = length > this.maxBlock;
        if (length < block.MIN_BLOCK || length % 4 !== 0 || isLong) {
          this.lose(length, start + 1, isLong && skippable && length % 4 === 0);
          continue;
        }
        if (skippable) {
          this.skip(length, 0);
          continue;
        }
        if (start + length <= queue.end) {
          if (view.getUint32(start + length - 4, little) !== length) {
            this.lose(length, start + 1);
            continue;
          }
          const isPacket = section.decode(type, length);
          queue.start = start + length;
          if (isPacket) return true;
          continue;
        }
      }
      if (!this.ended) return false;
      if (this.finish()) return true;
    }
  }

  /** §4.1 Section Header Block: brings its own byte order. False: more bytes are needed. */
  private readSection(): boolean {
    const { queue, section } = this;
    const { bytes, start } = queue;
    const little = block.byteOrder(bytes, start + 8);
    const length = u32(bytes, start + 4, little ?? section.little);
    if (little === undefined || length < block.MIN_SECTION || length % 4 !== 0 || length > this.maxBlock) {
      this.lose(length, start + 1);
    } else if (start + length > queue.end) {
      return false;
    } else if (u32(bytes, start + length - 4, little) !== length) {
      this.lose(length, start + 1);
    } else {
      section.begin(length, little);
      section.tell(block.SECTION_HEADER, length);
      queue.start = start + length;
    }
    return true;
  }

  private step(): boolean {
    switch (this.state) {
      case 'begin':
        return this.readBeginning();
      case 'skip':
        return this.continueSkip();
      case 'lost':
        return this.resynchronise();
      case 'cut':
        this.reportTruncation('in the middle of a packet');
        return false;
      default:
        return false;
    }
  }

  private readBeginning(): boolean {
    const { bytes, start, length } = this.queue;
    if (length < block.MIN_BLOCK) {
      if (this.ended) this.reportTruncation('within the section header');
      return false;
    }
    if (u32(bytes, start, true) !== block.SECTION_HEADER || block.byteOrder(bytes, start + 8) === undefined) {
      const message = 'not a pcapng capture: it does not begin with a section header';
      throw new CaptureError('not-a-capture', message);
    }
    this.state = 'blocks';
    return true;
  }

  /** Skips a block, of which so many bytes were left behind already. */
  private skip(length: number, passed: number): void {
    this.skipping = length - 4 - passed;
    this.skippedLength = length;
    this.state = 'skip';
  }

  private continueSkip(): boolean {
    const { queue } = this;
    const counted = Math.min(this.skipping, queue.length);
    queue.start += counted;
    this.skipping -= counted;
    if (this.skipping > 0 || queue.length < 4) {
      if (this.ended) this.reportTruncation('in the middle of a block');
      return false;
    }
    this.state = 'blocks';
    if (u32(queue.bytes, queue.start, this.section.little) === this.skippedLength) queue.start += 4;
    else this.lose(this.skippedLength, queue.start);
    return true;
  }

  /**
   * The capture ends within a block. True: it is a packet, delivered as far as it goes. Else the block may have
   * claimed what is not its own: a block that is found in it is the next one.
   */
  private finish(): boolean {
    const { queue, section } = this;
    const { bytes, start, length: left } = queue;
    const isHeader = left >= block.MIN_BLOCK;
    const type = isHeader ? u32(bytes, start, section.little) : -1;
    const length = isHeader ? u32(bytes, start + 4, section.little) : 0;
    if (left >= block.packetHeader(type) && section.isConsistent(type, length)) {
      if (section.decode(type, length)) {
        this.state = 'cut';
        return true;
      }
    } else if (isHeader && block.matters(type)) {
      this.lose(length, start + 1);
      if (this.find()) return false;
      queue.start = start;
    }
    if (left > 0) this.reportTruncation('in the middle of a block');
    this.state = 'done';
    return false;
  }

  private lose(length: number, searchFrom: number, doubtful = false): void {
    this.doubtful = doubtful;
    this.lostAt = this.queue.offset;
    this.lostLength = length;
    this.queue.start = searchFrom;
    this.state = 'lost';
  }

  private resynchronise(): boolean {
    const { queue } = this;
    if (this.find()) return true;
    const searched = queue.offset - this.lostAt;
    const { maxResync } = this.context;
    if (this.doubtful && searched >= maxResync) {
      this.skip(this.lostLength, searched);
      return true;
    }
    if (this.ended || searched >= maxResync) {
      const limit = this.ended ? '' : ` ${atLimit('maxResync', maxResync)}`;
      this.reportDamage(
        'damaged-capture',
        `no block found in the next ${searched} bytes, reading stops here${limit}`,
      );
      this.state = 'done';
    }
    return false;
  }

  /** Goes to the next block that can be believed, if it is in reach. */
  private find(): boolean {
    const { queue } = this;
    const window = Math.max(this.lostAt + this.context.maxResync - queue.offset, 0);
    const longest = this.context.maxPacketLength + block.MAX_RESYNC_EXTRA;
    if (!block.findBlock(queue, window, this.section.little, longest, this.ended)) return false;
    const skipped = queue.offset - this.lostAt;
    this.reportDamage('implausible-block-length', `${skipped} bytes skipped to the next plausible block`);
    this.state = 'blocks';
    return true;
  }

  private reportDamage(code: string, outcome: string): void {
    const { capture, report } = this.context;
    const { maxBlockLength } = this.context;
    const limit = this.lostLength > this.maxBlock ? ` ${atLimit('maxBlockLength', maxBlockLength)}` : '';
    const message = `block claims a length of ${this.lostLength} bytes${limit}; ${outcome}`;
    const [packet, captureOffset] = [this.packet.number, this.lostAt];
    report({ layer: 'capture', code, message, packet, captureOffset, capture });
  }

  private reportTruncation(where: string): void {
    this.state = 'done';
    this.queue.start = this.queue.end;
    this.report('truncated-capture', `the capture ends ${where}`);
  }

  private report(code: string, message: string): void {
    const { capture, report } = this.context;
    const [packet, captureOffset] = [this.packet.number, this.queue.offset];
    report({ layer: 'capture', code, message, packet, captureOffset, capture });
  }
}
