/**
 * Classic pcap (draft-ietf-opsawg-pcap): microseconds and nanoseconds, both byte orders, and Kuznetzov's
 * "modified" variant with longer record headers. Captures that were joined byte for byte (cat a.pcap b.pcap) are
 * read one after the other.
 *
 * Strategy: one pass over records by offset. A captured length beyond reason means damage: we look byte by
 * byte, within a bounded window, for two plausible record headers in a row and go on there, saying how much
 * was skipped.
 */
import { ByteQueue } from '../bytes/queue.js';
import { atLimit } from '../limits.js';
import { CaptureError } from '../stream/defect.js';
import { u16, u32 } from './integers.js';
import { type CaptureReader, Packet, type ReaderContext } from './packet.js';
import { INTERFACE_DESCRIPTION } from './pcapng-blocks.js';
import { PcapngEncoder } from './pcapng-encode.js';

/** §4 File Header; a record header has 16 bytes (§5), or 24 in the modified variant. */
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MODIFIED_RECORD_HEADER = 24;

/** While looking, neighbouring records are believed to lie within 30 days of each other. */
const RESYNC_SECONDS = 30 * 86_400;

/** What the magic number of a pcap file tells. */
export interface PcapVariant {
  /** Byte order: little-endian if true. */
  readonly little: boolean;
  /** Fractions of a second are nanoseconds, not microseconds. */
  readonly nanoseconds: boolean;
  /** Kuznetzov's variant: 24-byte record headers. */
  readonly modified: boolean;
}

/** The variant that the four bytes at `at` announce, or undefined if they are no pcap magic number. */
export function pcapVariant(bytes: Uint8Array, at: number): PcapVariant | undefined {
  for (const little of [true, false]) {
    const magic = u32(bytes, at, little);
    if (magic === 0xa1b2c3d4) return { little, nanoseconds: false, modified: false };
    if (magic === 0xa1b23c4d) return { little, nanoseconds: true, modified: false };
    if (magic === 0xa1b2cd34) return { little, nanoseconds: false, modified: true };
  }
  return undefined;
}

/** Whether the eight bytes at `at` begin a file header: the magic number and version 2.4. */
function isFileHeader(bytes: Uint8Array, at: number): boolean {
  const variant = pcapVariant(bytes, at);
  if (variant === undefined) return false;
  return u16(bytes, at + 4, variant.little) === 2 && u16(bytes, at + 6, variant.little) === 4;
}

type State = 'header' | 'records' | 'lost' | 'cut' | 'done';

/** Reads classic pcap in all its variants. Throws CaptureError for what is none. */
export class PcapReader implements CaptureReader {
  readonly packet = new Packet();
  interfaces = 0;
  private readonly queue = new ByteQueue();
  private readonly context: ReaderContext;
  private state: State = 'header';
  private ended = false;
  private little = true;
  private recordHeader = RECORD_HEADER;
  /** Nanoseconds per unit of the fraction field. */
  private unit = 1000;
  private lostAt = 0;
  private lostLength = 0;

  constructor(context: ReaderContext) {
    this.context = context;
    this.packet.capture = context.capture;
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
    const { queue } = this;
    for (;;) {
      if (this.state !== 'records') {
        if (!this.step()) return false;
        continue;
      }
      const at = queue.start;
      const body = at + this.recordHeader;
      if (body <= queue.end) {
        const captured = queue.view.getUint32(at + 8, this.little);
        if (captured === 0 || captured > this.context.maxPacketLength) {
          // Where a file header has its time zone, which is 0.
          if (isFileHeader(queue.bytes, at)) {
            this.beginAnother();
            continue;
          }
          if (captured > 0) {
            this.lose(captured);
            continue;
          }
        }
        if (body + captured <= queue.end) {
          this.deliver(at, body, body + captured);
          return true;
        }
      }
      if (!this.ended) return false;
      if (this.finish()) return true;
    }
  }

  private deliver(at: number, body: number, end: number): void {
    const { queue, packet, little } = this;
    const { bytes, view } = queue;
    packet.captureOffset = queue.offset + this.recordHeader;
    packet.seconds = view.getUint32(at, little);
    packet.nanoseconds = view.getUint32(at + 4, little) * this.unit;
    if (packet.nanoseconds >= 1e9) {
      packet.seconds += Math.floor(packet.nanoseconds / 1e9);
      packet.nanoseconds %= 1e9;
    }
    packet.originalLength = view.getUint32(at + 12, little);
    // Not stored where it is the same: a pointer costs more than a number.
    if (packet.bytes !== bytes) packet.bytes = bytes;
    packet.start = body;
    packet.end = end;
    packet.number++;
    queue.start = end;
  }

  private step(): boolean {
    switch (this.state) {
      case 'header':
        return this.readHeader();
      case 'lost':
        return this.resynchronise();
      case 'cut':
        this.reportTruncation('in the middle of a packet');
        return false;
      default:
        return false;
    }
  }

  private readHeader(): boolean {
    const { queue, context } = this;
    if (queue.length < FILE_HEADER) {
      if (this.ended) this.reportTruncation(`within the file header of ${FILE_HEADER} bytes`);
      return false;
    }
    const { bytes, start } = queue;
    const variant = pcapVariant(bytes, start);
    if (variant === undefined)
      throw new CaptureError('not-a-capture', 'not a pcap capture: unknown magic number');
    this.little = variant.little;
    this.unit = variant.nanoseconds ? 1 : 1000;
    this.recordHeader = variant.modified ? MODIFIED_RECORD_HEADER : RECORD_HEADER;
    const major = u16(bytes, start + 4, this.little);
    const minor = u16(bytes, start + 6, this.little);
    if (major !== 2) this.report('unsupported-version', `pcap version ${major}.${minor} is read as 2.4`, 4);
    // §4: the upper 16 bits tell of a frame check sequence, they are not part of the link type.
    this.packet.linkType = u32(bytes, start + 20, this.little) & 0xffff;
    this.packet.interfaceIndex = context.interfaces.next++;
    this.interfaces++;
    this.tell(variant, u32(bytes, start + 16, this.little));
    queue.start += FILE_HEADER;
    this.state = 'records';
    return true;
  }

  /** Shows the file header as pcapng would have it to who wants all blocks. */
  private tell({ nanoseconds }: PcapVariant, snapLength: number): void {
    const { packet, context } = this;
    const { blocks, capture } = context;
    if (blocks === undefined) return;
    const resolution = nanoseconds ? 9 : 6;
    const { linkType, interfaceIndex } = packet;
    const whole = new PcapngEncoder().interfaceDescription({ linkType, snapLength, resolution });
    const body = whole.subarray(8, -4);
    blocks({ capture, type: INTERFACE_DESCRIPTION, little: true, body, interfaces: [interfaceIndex] });
  }

  private beginAnother(): void {
    const message =
      'another capture begins here, as when files are joined with cat; it is read as part of this one';
    this.report('another-file-header', message, this.queue.offset);
    this.state = 'header';
  }

  /**
   * The capture ends within a record. True: the packet is delivered as far as it goes. But one that captured
   * more than there was lies, and a record that is found in it is the next one.
   */
  private finish(): boolean {
    const { queue, little } = this;
    const { start } = queue;
    if (queue.length >= this.recordHeader) {
      const captured = u32(queue.bytes, start + 8, little);
      if (captured > u32(queue.bytes, start + 12, little)) {
        this.lose(captured);
        if (this.find()) return false;
        queue.start = start;
      }
      this.deliver(start, start + this.recordHeader, queue.end);
      this.state = 'cut';
      return true;
    }
    if (queue.length > 0) this.reportTruncation('within the header of a record');
    this.state = 'done';
    return false;
  }

  private lose(length: number): void {
    this.lostAt = this.queue.offset;
    this.lostLength = length;
    this.queue.start++;
    this.state = 'lost';
  }

  private resynchronise(): boolean {
    if (this.find()) return true;
    const searched = this.queue.offset - this.lostAt;
    const { maxResync } = this.context;
    if (this.ended || searched >= maxResync) {
      const limit = this.ended ? '' : ` ${atLimit('maxResync', maxResync)}`;
      this.reportDamage(
        'damaged-capture',
        `no record found in the next ${searched} bytes, reading stops here${limit}`,
      );
      this.state = 'done';
    }
    return false;
  }

  /** Goes to the next two records in a row that can be believed, if they are in reach. */
  private find(): boolean {
    const { queue, recordHeader, little } = this;
    const { bytes, start, end } = queue;
    const limit = start + this.lostAt + this.context.maxResync - queue.offset;
    const near = this.packet.number > 0 ? this.packet.seconds : Number.NaN;
    for (queue.start = start; queue.start < limit; queue.start++) {
      const at = queue.start;
      if (at + recordHeader > end) break;
      if (!this.plausible(at, near)) continue;
      const follower = at + recordHeader + u32(bytes, at + 8, little);
      if (follower + recordHeader > end) {
        if (!this.ended) break;
        if (follower > end) continue;
      } else if (!this.plausible(follower, u32(bytes, at, little))) continue;
      const skipped = queue.offset - this.lostAt;
      this.reportDamage('implausible-record-length', `${skipped} bytes skipped to the next plausible record`);
      this.state = 'records';
      return true;
    }
    return false;
  }

  private plausible(at: number, near: number): boolean {
    const { little } = this;
    const bytes = this.queue.bytes;
    const captured = u32(bytes, at + 8, little);
    const original = u32(bytes, at + 12, little);
    if (captured === 0 || captured > original || original > this.context.maxPacketLength) return false;
    if (u32(bytes, at + 4, little) * this.unit >= 1e9) return false;
    return !(Math.abs(u32(bytes, at, little) - near) > RESYNC_SECONDS);
  }

  private reportDamage(code: string, outcome: string): void {
    const { maxPacketLength } = this.context;
    const limit = this.lostLength > maxPacketLength ? ` ${atLimit('maxPacketLength', maxPacketLength)}` : '';
    const message = `record claims a captured length of ${this.lostLength} bytes${limit}; ${outcome}`;
    this.report(code, message, this.lostAt);
  }

  private reportTruncation(where: string): void {
    this.state = 'done';
    const { queue } = this;
    this.report('truncated-capture', `the capture ends ${where}`, queue.offset + queue.length);
  }

  private report(code: string, message: string, captureOffset: number): void {
    const { capture, report } = this.context;
    report({ layer: 'capture', code, message, packet: this.packet.number, captureOffset, capture });
  }
}
