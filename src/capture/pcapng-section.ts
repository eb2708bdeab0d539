/**
 * What a pcapng section holds (draft-ietf-opsawg-pcapng §4): interfaces, packets with their comments, and the
 * secrets that decrypt them.
 *
 * Strategy: each block is decoded where it lies in the queue. One with a lying inner length, or on an
 * interface that was not described, is a defect and costs only itself.
 */
import type { ByteQueue } from '../bytes/queue.js';
import { atLimit } from '../limits.js';
import { u16, u32 } from './integers.js';
import type { CaptureSecrets, Packet, ReaderContext } from './packet.js';
import * as block from './pcapng-blocks.js';
import { PcapngInterface } from './pcapng-interface.js';
import { CommentCollector, IF_TSOFFSET, IF_TSRESOL, OPT_COMMENT, visitOptions } from './pcapng-options.js';

/** What a block of secrets costs in memory beside its octets: a flood of short ones is bounded, too. */
const SECRETS_OVERHEAD = 256;

export class PcapngSections {
  readonly secrets: CaptureSecrets[] = [];
  readonly comments: string[] = [];
  interfaces = 0;
  /** Byte order of the section at hand. */
  little = true;
  private readonly queue: ByteQueue;
  private readonly packet: Packet;
  private readonly context: ReaderContext;
  private described: PcapngInterface[] = [];
  private secretsSize = 0;

  constructor(queue: ByteQueue, packet: Packet, context: ReaderContext) {
    this.queue = queue;
    this.packet = packet;
    this.context = context;
  }

  /** §4.1: a new section, whose header of `length` bytes lies at the queue's start. */
  begin(length: number, little: boolean): void {
    const { bytes, start } = this.queue;
    this.little = little;
    this.described = [];
    const major = u16(bytes, start + 12, little);
    if (major !== 1) this.report('unsupported-version', `pcapng version ${major} is read as 1.0`);
    const comment = this.readComments(start + 24, start + length - 4);
    if (comment !== undefined) this.keep(comment);
  }

  private keep(comment: string): void {
    const { maxSectionComments } = this.context;
    if (this.comments.length < maxSectionComments) this.comments.push(comment);
    else
      this.report(
        'comment-limit',
        `the comment of a section is left out ${atLimit('maxSectionComments', maxSectionComments)}`,
      );
  }

  /** Shows the block at the queue's start to who wants all that are no packets. */
  tell(type: number, length: number): void {
    const { queue, context, little, described } = this;
    const { blocks, capture } = context;
    if (blocks === undefined) return;
    const body = queue.bytes.subarray(queue.start + 8, queue.start + length - 4);
    blocks({ capture, type, little, body, interfaces: described.map(({ index }) => index) });
  }

  /** Decodes the block at the queue's start, of `length` bytes as declared; true if it is a packet. */
  decode(type: number, length: number): boolean {
    if (type === block.ENHANCED_PACKET && length >= 32) return this.readPacket(type, length);
    if (length < block.minLength(type)) {
      this.report('malformed-block', `block of type ${type} has only ${length} bytes`);
      return false;
    }
    if (type === block.PACKET) return this.readPacket(type, length);
    if (type === block.SIMPLE_PACKET) return this.readSimplePacket(length);
    if (type === block.INTERFACE_DESCRIPTION) {
      const before = this.described.length;
      this.readInterface(length);
      if (this.described.length === before) return false;
    } else if (type === block.DECRYPTION_SECRETS) this.readSecrets(length);
    this.tell(type, length);
    return false;
  }

  /** Whether the length of the packet block at the queue's start suits the packet that it says it holds. */
  isConsistent(type: number, length: number): boolean {
    const { bytes, start } = this.queue;
    if (length < block.minLength(type)) return false;
    const room = length - block.minLength(type);
    const captured = u32(bytes, start + (type === block.SIMPLE_PACKET ? 8 : 20), this.little);
    return type === block.SIMPLE_PACKET || (captured <= room && room - captured <= block.MAX_RESYNC_EXTRA);
  }

  /** §4.3 Enhanced Packet Block; the obsolete Packet Block (appendix A) differs in the interface's width. */
  private readPacket(type: number, length: number): boolean {
    const { queue, packet, little } = this;
    const { view, start } = queue;
    const id = type === block.PACKET ? view.getUint16(start + 8, little) : view.getUint32(start + 8, little);
    const captured = view.getUint32(start + 20, little);
    const data = start + 28;
    if (!this.beginPacket(id, captured, length - 32)) return false;
    if (
      !this.described[id].stamp(
        packet,
        view.getUint32(start + 12, little),
        view.getUint32(start + 16, little),
      )
    ) {
      this.report('implausible-timestamp', 'timestamp beyond any calendar, read as 0');
    }
    packet.originalLength = view.getUint32(start + 24, little);
    packet.start = data;
    packet.end = Math.min(data + captured, queue.end);
    packet.captureOffset = queue.offset + 28;
    const options = data + ((captured + 3) & ~3);
    const optionsEnd = start + length - 4;
    if (options < optionsEnd && optionsEnd <= queue.end) {
      packet.comment = this.readComments(options, optionsEnd);
      packet.optionsStart = options;
      packet.optionsEnd = optionsEnd;
    }
    packet.blockType = type;
    return true;
  }

  /** §4.4 Simple Packet Block: interface 0 and no time; it keeps the time of the packet before it. */
  private readSimplePacket(length: number): boolean {
    const { queue, packet } = this;
    const original = u32(queue.bytes, queue.start + 8, this.little);
    const snapLength = this.described[0]?.snapLength || Number.POSITIVE_INFINITY;
    const captured = Math.min(original, snapLength, length - 16);
    if (!this.beginPacket(0, captured, length - 16)) return false;
    packet.originalLength = original;
    packet.blockType = block.SIMPLE_PACKET;
    packet.start = queue.start + 12;
    packet.end = Math.min(packet.start + captured, queue.end);
    packet.captureOffset = queue.offset + 12;
    return true;
  }

  /** What all packets have in common; false, with a defect, if the block cannot be believed. */
  private beginPacket(id: number, captured: number, room: number): boolean {
    const { packet, context } = this;
    const described = this.described[id];
    if (described === undefined) {
      this.report('unknown-interface', `packet on interface ${id}, which was not described; packet skipped`);
      return false;
    }
    if (captured > room || captured > context.maxPacketLength) {
      const { maxPacketLength } = context;
      const most = Math.min(room, maxPacketLength);
      const limit = captured > room ? '' : ` ${atLimit('maxPacketLength', maxPacketLength)}`;
      const message = `packet claims a captured length of ${captured} bytes where at most ${most} can be${limit}; packet skipped`;
      this.report('implausible-record-length', message);
      return false;
    }
    packet.number++;
    // Not stored where it is the same: a pointer costs more than a number.
    if (packet.bytes !== this.queue.bytes) packet.bytes = this.queue.bytes;
    packet.linkType = described.linkType;
    packet.interfaceIndex = described.index;
    packet.comment = undefined;
    packet.little = this.little;
    packet.optionsStart = packet.optionsEnd = 0;
    return true;
  }

  private readComments(start: number, end: number): string | undefined {
    const { bytes } = this.queue;
    const { maxComment } = this.context;
    const comments = new CommentCollector(maxComment);
    const complete = visitOptions(bytes, start, end, this.little, (code, at, length) => {
      if (code === OPT_COMMENT) comments.add(bytes, at, length);
    });
    if (!complete) this.report('malformed-options', 'options do not add up to the length of their block');
    if (comments.cut)
      this.report('comment-limit', `comments of a block are cut ${atLimit('maxComment', maxComment)}`);
    return comments.text;
  }

  /** §4.2 Interface Description Block. */
  private readInterface(length: number): void {
    const { little, described, context } = this;
    const { bytes, start } = this.queue;
    if (described.length >= context.maxInterfaces) {
      this.report(
        'too-many-interfaces',
        `too many interfaces in a section ${atLimit('maxInterfaces', context.maxInterfaces)}`,
      );
      return;
    }
    const linkType = u16(bytes, start + 8, little);
    const one = new PcapngInterface(context.interfaces.next++, linkType, u32(bytes, start + 12, little));
    const complete = visitOptions(bytes, start + 16, start + length - 4, little, (code, at, size) => {
      if (code === IF_TSRESOL && size === 1) one.setResolution(bytes[at]);
      else if (code === IF_TSOFFSET && size === 8) {
        const [high, low] = little ? [at + 4, at] : [at, at + 4];
        one.setOffset(u32(bytes, high, little), u32(bytes, low, little));
      }
    });
    if (!complete) this.report('malformed-options', 'options do not add up to the length of their block');
    described.push(one);
    this.interfaces++;
  }

  /** §4.7 Decryption Secrets Block. */
  private readSecrets(length: number): void {
    const { bytes, start } = this.queue;
    const type = u32(bytes, start + 8, this.little);
    const size = u32(bytes, start + 12, this.little);
    if (size > length - 20) {
      this.report('malformed-block', `secrets claim ${size} bytes in a block of ${length}`);
    } else if (this.secretsSize + size + SECRETS_OVERHEAD > this.context.maxSecrets) {
      this.report(
        'secrets-limit',
        `decryption secrets are ignored: they are too long together ${atLimit('maxSecrets', this.context.maxSecrets)}`,
      );
    } else {
      this.secretsSize += size + SECRETS_OVERHEAD;
      const secrets = { type, data: new Uint8Array(bytes.subarray(start + 16, start + 16 + size)) };
      this.secrets.push(secrets);
      this.context.secrets?.(secrets);
    }
  }

  private report(code: string, message: string): void {
    const { capture, report } = this.context;
    const [packet, captureOffset] = [this.packet.number, this.queue.offset];
    report({ layer: 'capture', code, message, packet, captureOffset, capture });
  }
}
