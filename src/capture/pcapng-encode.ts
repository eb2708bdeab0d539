/**
 * Writes pcapng: every block that pcapng.ts reads or skips, with options, in either byte order. Lengths are
 * computed, so a hostile block is made by changing the bytes afterwards. Not made for speed.
 */
import { concat, integers } from './integers.js';
import * as block from './pcapng-blocks.js';
import { IF_TSOFFSET, IF_TSRESOL, OPT_COMMENT, OPT_ENDOFOPT } from './pcapng-options.js';

/** An option of a block (draft-ietf-opsawg-pcapng §3.5); text is written as UTF-8. */
export interface OptionToEncode {
  readonly code: number;
  readonly value: Uint8Array | string;
}

/** An Interface Description Block to be written. */
export interface InterfaceToEncode {
  /** LINKTYPE_ value; 1 (Ethernet) when left out. */
  readonly linkType?: number;
  /** Bytes; 0 (no limit) when left out. */
  readonly snapLength?: number;
  /** The raw byte of if_tsresol: 6 for microseconds (the default when absent), 9 for nanoseconds, 0x80 | n for 2^-n. */
  readonly resolution?: number;
  /** if_tsoffset in seconds. */
  readonly offset?: bigint;
  readonly options?: readonly OptionToEncode[];
}

/** An Enhanced Packet Block to be written. */
export interface EnhancedPacketToEncode {
  /** Index of the interface in its section; 0 when left out. */
  readonly interfaceId?: number;
  /** Since the epoch, in units of the interface's resolution. */
  readonly timestamp: bigint;
  /** From the link header on. */
  readonly data: Uint8Array;
  /** Bytes on the wire; the data's length when left out. */
  readonly originalLength?: number;
  readonly comment?: string;
  readonly options?: readonly OptionToEncode[];
}

/**
 * Makes the blocks of a pcapng capture, each as bytes to be written one behind the other: a section header, its interfaces,
 * then packets. Sections are those of draft-ietf-opsawg-pcapng.
 *
 * @example A capture with a comment
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { PcapngEncoder } from 'wsdissect/capture';
 *
 * const encoder = new PcapngEncoder();
 * const blocks = [
 *   encoder.sectionHeader(),
 *   encoder.interfaceDescription({ linkType: 101, resolution: 9 }),
 *   encoder.enhancedPacket({ timestamp: 1_000_000_000n, data: new Uint8Array(40), comment: 'the first' }),
 * ];
 * writeFileSync('made.pcapng', Buffer.concat(blocks));
 * ```
 */
export class PcapngEncoder {
  private readonly little: boolean;

  /** `little`: the byte order, little-endian by default. */
  constructor(options: { readonly little?: boolean } = {}) {
    this.little = options.little ?? true;
  }

  /** §3.1: any block; the body is padded to 32 bits. */
  block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
    const padded = pad(concat(body));
    const length = padded.length + block.MIN_BLOCK;
    return concat([
      integers(this.little, [32, type], [32, length]),
      padded,
      integers(this.little, [32, length]),
    ]);
  }

  /** §4.1 Section Header Block; a section of unspecified length. */
  sectionHeader(options: readonly OptionToEncode[] = []): Uint8Array {
    const fixed = integers(
      this.little,
      [32, block.BYTE_ORDER_MAGIC],
      [16, 1],
      [16, 0],
      [32, 0xffffffff],
      [32, 0xffffffff],
    );
    return this.block(block.SECTION_HEADER, fixed, this.options(options));
  }

  /** §4.2 Interface Description Block. */
  interfaceDescription(described: InterfaceToEncode = {}): Uint8Array {
    const { linkType = 1, snapLength = 0, resolution, offset, options = [] } = described;
    const all = [...options];
    if (resolution !== undefined) all.push({ code: IF_TSRESOL, value: Uint8Array.of(resolution) });
    if (offset !== undefined) {
      const value = new Uint8Array(8);
      new DataView(value.buffer).setBigInt64(0, offset, this.little);
      all.push({ code: IF_TSOFFSET, value });
    }
    const fixed = integers(this.little, [16, linkType], [16, 0], [32, snapLength]);
    return this.block(block.INTERFACE_DESCRIPTION, fixed, this.options(all));
  }

  /** §4.3 Enhanced Packet Block. */
  enhancedPacket(packet: EnhancedPacketToEncode): Uint8Array {
    return this.packet(block.ENHANCED_PACKET, integers(this.little, [32, packet.interfaceId ?? 0]), packet);
  }

  /** Appendix A: the obsolete Packet Block, with a count of drops. */
  obsoletePacket(packet: EnhancedPacketToEncode, drops = 0xffff): Uint8Array {
    const first = integers(this.little, [16, packet.interfaceId ?? 0], [16, drops]);
    return this.packet(block.PACKET, first, packet);
  }

  /** §4.4 Simple Packet Block: without time and interface. */
  simplePacket(data: Uint8Array, originalLength = data.length): Uint8Array {
    return this.block(block.SIMPLE_PACKET, integers(this.little, [32, originalLength]), data);
  }

  /** §4.5 Name Resolution Block: one IPv4 record and the end of records. */
  nameResolution(address: readonly [number, number, number, number], name: string): Uint8Array {
    const value = concat([Uint8Array.from(address), utf8.encode(`${name}\0`)]);
    return this.block(block.NAME_RESOLUTION, this.option({ code: 1, value }), integers(true, [32, 0]));
  }

  /** §4.6 Interface Statistics Block; the timestamp in units of the interface's resolution. */
  interfaceStatistics(interfaceId: number, timestamp: bigint): Uint8Array {
    return this.block(
      block.INTERFACE_STATISTICS,
      integers(this.little, [32, interfaceId], ...halves(timestamp)),
    );
  }

  /** §4.7 Decryption Secrets Block; type 0x544c534b is a TLS key log. */
  decryptionSecrets(type: number, data: Uint8Array): Uint8Array {
    return this.block(
      block.DECRYPTION_SECRETS,
      integers(this.little, [32, type], [32, data.length]),
      pad(data),
    );
  }

  /** §4.8 Custom Block of a private enterprise number; `copied`: whether programs that do not know it may copy it. */
  custom(enterprise: number, data: Uint8Array, copied = true): Uint8Array {
    const type = copied ? block.CUSTOM : block.CUSTOM_NOT_COPIED;
    return this.block(type, integers(this.little, [32, enterprise]), data);
  }

  private packet(type: number, first: Uint8Array, packet: EnhancedPacketToEncode): Uint8Array {
    const { timestamp, data, originalLength = data.length, comment, options = [] } = packet;
    const lengths = [
      [32, data.length],
      [32, originalLength],
    ] as const;
    const all = comment === undefined ? options : [{ code: OPT_COMMENT, value: comment }, ...options];
    const fixed = integers(this.little, ...halves(timestamp), ...lengths);
    return this.block(type, first, fixed, pad(data), this.options(all));
  }

  private options(options: readonly OptionToEncode[]): Uint8Array {
    if (options.length === 0) return new Uint8Array(0);
    const end = { code: OPT_ENDOFOPT, value: '' };
    return concat([...options, end].map((option) => this.option(option)));
  }

  private option({ code, value }: OptionToEncode): Uint8Array {
    const bytes = typeof value === 'string' ? utf8.encode(value) : value;
    return concat([integers(this.little, [16, code], [16, bytes.length]), pad(bytes)]);
  }
}

const utf8 = new TextEncoder();

function pad(bytes: Uint8Array): Uint8Array {
  return bytes.length % 4 === 0 ? bytes : concat([bytes, new Uint8Array(4 - (bytes.length % 4))]);
}

function halves(timestamp: bigint): [readonly [32, number], readonly [32, number]] {
  const unsigned = BigInt.asUintN(64, timestamp);
  return [
    [32, Number(unsigned >> 32n)],
    [32, Number(unsigned & 0xffff_ffffn)],
  ];
}
