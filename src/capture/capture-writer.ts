/**
 * Writes captures anew as pcapng (draft-ietf-opsawg-pcapng), with more comments on packets: interfaces, times, options and
 * all other blocks stay what they were.
 *
 * Strategy: fed with what readCaptures tells of packets and blocks. One capture keeps its sections and their byte order.
 * Several become one section in little-endian, with the interfaces of all; numbers of known meaning are turned round where
 * a capture has the other order, and other blocks with numbers of their own are then left out. Every packet becomes an
 * Enhanced Packet Block, the only one that has options.
 */
import { u32 } from './integers.js';
import type { CaptureBlock, Packet } from './packet.js';
import * as block from './pcapng-blocks.js';
import { BlockBuffer } from './pcapng-buffer.js';
import { PcapngEncoder } from './pcapng-encode.js';
import { IF_TSOFFSET, IF_TSRESOL, OPT_COMMENT, visitOptions } from './pcapng-options.js';
import { ticksOf } from './pcapng-ticks.js';

export interface CaptureWriterOptions {
  /** Several captures become one section, which has these comments. */
  readonly merged?: readonly string[] | undefined;
  /** Only packets and interfaces: comments and all else that may quote what was said is left out, and so are secrets. */
  readonly bare?: boolean;
  /** A key log to embed behind the first section header, in place of all decryption secrets that there are. */
  readonly keyLog?: Uint8Array | undefined;
}

/** §4.2 if_name. */
const IF_NAME = 2;
const BARE_OPTIONS: ReadonlySet<number> = new Set([IF_NAME, IF_TSRESOL, IF_TSOFFSET]);
/** Appendix A: drops of the obsolete Packet Block, which §4.3 has as epb_dropcount; all ones: not known. */
const EPB_DROPCOUNT = 4;
const UNKNOWN_DROPS = 0xffff;
const MICROSECONDS = 6;

/** What times of an interface are counted in: the octet of if_tsresol, and the seconds of if_tsoffset. */
interface Clock {
  readonly id: number;
  resolution: number;
  offset: bigint;
}

export class CaptureWriter {
  private readonly out: BlockBuffer;
  private hasSection = false;
  private isEmbedded = false;
  /** Of the section, by Packet.interfaceIndex. */
  private clocks = new Map<number, Clock>();

  constructor(
    write: (bytes: Uint8Array) => void,
    private readonly options: CaptureWriterOptions = {},
  ) {
    this.out = new BlockBuffer(write);
  }

  block(one: CaptureBlock): void {
    if (one.type === block.SECTION_HEADER) this.section(one);
    else if (one.type === block.INTERFACE_DESCRIPTION) this.interface(one);
    else if (this.options.bare !== true) this.other(one);
  }

  /** `comments`: to be added, each at most 65,535 octets. */
  packet(packet: Packet, comments: readonly string[] = []): void {
    const { out } = this;
    const clock = this.clocks.get(packet.interfaceIndex) ?? this.describe(packet);
    const { bytes, start, end, blockType } = packet;
    out.begin(block.ENHANCED_PACKET);
    out.u32(clock.id);
    if (blockType === block.ENHANCED_PACKET || blockType === block.PACKET) {
      out.u32(u32(bytes, start - 16, packet.little));
      out.u32(u32(bytes, start - 12, packet.little));
    } else {
      const [high, low] = ticksOf(packet, clock.resolution, clock.offset);
      out.u32(high);
      out.u32(low);
    }
    out.u32(end - start);
    out.u32(packet.originalLength);
    out.bytes(bytes, start, end);
    const before = out.length;
    if (this.options.bare !== true) this.packetOptions(packet);
    for (const comment of comments) out.option(OPT_COMMENT, Buffer.from(comment));
    out.end(out.length > before);
  }

  /** All was told. */
  end(): void {
    this.openSection();
    this.out.flush();
  }

  private packetOptions(packet: Packet): void {
    const { out } = this;
    const { bytes, start, blockType, little, optionsStart, optionsEnd } = packet;
    if (optionsEnd > optionsStart)
      visitOptions(bytes, optionsStart, optionsEnd, little, (code, at, length) =>
        out.copy(block.ENHANCED_PACKET, code, bytes.subarray(at, at + length), little),
      );
    if (blockType !== block.PACKET) return;
    const drops = (u32(bytes, start - 20, little) >>> (little ? 16 : 0)) & 0xffff;
    if (drops !== UNKNOWN_DROPS) out.option(EPB_DROPCOUNT, out.u64(drops));
  }

  private section({ little, body }: CaptureBlock): void {
    const { merged } = this.options;
    if (merged !== undefined && this.hasSection) return;
    this.hasSection = true;
    if (merged === undefined) {
      this.out.little = little;
      this.clocks = new Map();
    }
    this.sectionHeader(body, little);
  }

  /** A capture that is no pcapng has none; `body` is of that of another, if there is one (§4.1). */
  private sectionHeader(body?: Uint8Array, little = true): void {
    const { out, options } = this;
    out.begin(block.SECTION_HEADER);
    for (const value of [block.BYTE_ORDER_MAGIC, out.little ? 1 : 0x10000, 0xffffffff, 0xffffffff])
      out.u32(value);
    const before = out.length;
    if (body !== undefined && options.bare !== true)
      visitOptions(body, 16, body.length, little, (code, at, length) => {
        if (code !== OPT_COMMENT || options.merged === undefined)
          out.copy(block.SECTION_HEADER, code, body.subarray(at, at + length), little);
      });
    for (const comment of options.bare === true ? [] : (options.merged ?? []))
      out.option(OPT_COMMENT, Buffer.from(comment));
    out.end(out.length > before);
    this.embedKeyLog();
  }

  private embedKeyLog(): void {
    const { out } = this;
    const { keyLog } = this.options;
    if (keyLog === undefined || this.isEmbedded) return;
    this.isEmbedded = true;
    const secrets = new PcapngEncoder({ little: out.little }).decryptionSecrets(block.TLS_KEY_LOG, keyLog);
    out.bytes(secrets, 0, secrets.length);
  }

  private openSection(): void {
    if (this.hasSection) return;
    this.hasSection = true;
    this.sectionHeader();
  }

  private interface({ body, little, interfaces }: CaptureBlock): void {
    this.openSection();
    const { out, options } = this;
    const clock: Clock = { id: this.clocks.size, resolution: MICROSECONDS, offset: 0n };
    this.clocks.set(interfaces.at(-1)!, clock);
    out.begin(block.INTERFACE_DESCRIPTION);
    // §4.2: LinkType and a reserved field of 16 bits each, then SnapLen.
    out.u16(little ? body[0] | (body[1] << 8) : (body[0] << 8) | body[1]);
    out.u16(0);
    out.u32(u32(body, 4, little));
    const before = out.length;
    visitOptions(body, 8, body.length, little, (code, at, length) => {
      if (code === IF_TSRESOL && length === 1) clock.resolution = body[at];
      if (code === IF_TSOFFSET && length === 8)
        clock.offset = new DataView(body.buffer, body.byteOffset + at).getBigInt64(0, little);
      if (options.bare !== true || BARE_OPTIONS.has(code))
        out.copy(block.INTERFACE_DESCRIPTION, code, body.subarray(at, at + length), little);
    });
    out.end(out.length > before);
  }

  /** Of a reader that tells of no blocks. */
  private describe({ linkType, interfaceIndex }: Packet): Clock {
    const nanoseconds = 9;
    const body = Uint8Array.of(
      linkType & 0xff,
      linkType >> 8,
      0,
      0,
      0,
      0,
      0,
      0,
      IF_TSRESOL,
      0,
      1,
      0,
      nanoseconds,
      0,
      0,
      0,
    );
    this.interface({
      capture: 0,
      type: block.INTERFACE_DESCRIPTION,
      little: true,
      body,
      interfaces: [interfaceIndex],
    });
    return this.clocks.get(interfaceIndex)!;
  }

  private other({ type, body, little, interfaces }: CaptureBlock): void {
    this.openSection();
    const { out, options } = this;
    if (type === block.DECRYPTION_SECRETS && options.keyLog !== undefined) return;
    const isStatistics = type === block.INTERFACE_STATISTICS;
    if (little !== out.little && !isStatistics && type !== block.DECRYPTION_SECRETS) return;
    const first = u32(body, 0, little);
    if (!isStatistics) {
      out.begin(type);
      if (little === out.little) out.bytes(body, 0, body.length);
      else {
        // §4.7: type and length, then the secrets as they are.
        out.u32(first);
        out.u32(u32(body, 4, little));
        out.bytes(body, 8, body.length);
      }
      out.end(false);
      return;
    }
    // §4.6: the interface, its time in two halves, and options.
    const clock = this.clocks.get(interfaces[first]);
    if (clock === undefined || body.length < 12) return;
    out.begin(type);
    out.u32(clock.id);
    out.u32(u32(body, 4, little));
    out.u32(u32(body, 8, little));
    const before = out.length;
    visitOptions(body, 12, body.length, little, (code, at, length) =>
      out.copy(type, code, body.subarray(at, at + length), little),
    );
    out.end(out.length > before);
  }
}
