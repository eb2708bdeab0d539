/**
 * Writes classic pcap in every variant that pcap.ts reads. Not made for speed: the sample generator and the
 * tests use it.
 */
import { concat, integers } from './integers.js';
import type { PcapVariant } from './pcap.js';

/** A packet of a capture to be written. */
export interface PacketToEncode {
  /** Since the epoch, whole; 0 … 2^32 - 1. */
  readonly seconds: number;
  /** 0 … 999 999 999; cut to microseconds where the format has no more. */
  readonly nanoseconds?: number;
  /** From the link header on. */
  readonly data: Uint8Array;
  /** Bytes on the wire; the data's length when left out. */
  readonly originalLength?: number;
  /** What the captured length field claims, for hostile captures; the data's length when left out. */
  readonly capturedLength?: number;
}

/** The variant to write, little-endian microseconds by default, and what the file header says. */
export interface PcapToEncode extends Partial<PcapVariant> {
  /** LINKTYPE_ value; 1 (Ethernet) when left out. */
  readonly linkType?: number;
  /** Bytes; 262,144 when left out. Nothing is cut to it. */
  readonly snapLength?: number;
}

/** The 24 bytes of the file header. Little-endian microseconds unless the options say otherwise. */
export function encodePcapHeader(options: PcapToEncode = {}): Uint8Array {
  const {
    little = true,
    nanoseconds = false,
    modified = false,
    linkType = 1,
    snapLength = 262_144,
  } = options;
  const magic = modified ? 0xa1b2cd34 : nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const zone = [32, 0] as const;
  return integers(little, [32, magic], [16, 2], [16, 4], zone, zone, [32, snapLength], [32, linkType]);
}

/** One record: its header and the packet's bytes. */
export function encodePcapRecord(packet: PacketToEncode, options: PcapToEncode = {}): Uint8Array {
  const { little = true, nanoseconds = false, modified = false } = options;
  const { seconds, data, capturedLength = data.length, originalLength = data.length } = packet;
  const fraction = Math.floor((packet.nanoseconds ?? 0) / (nanoseconds ? 1 : 1000));
  const header = integers(little, [32, seconds], [32, fraction], [32, capturedLength], [32, originalLength]);
  // Kuznetzov: interface index, protocol, packet type and padding; readers have no use for them.
  return concat(modified ? [header, new Uint8Array(8), data] : [header, data]);
}

/**
 * A whole capture.
 *
 * @example A packet, written and read
 * ```ts
 * import { encodePcap, readCaptures } from 'wsdissect/capture';
 *
 * const capture = encodePcap([{ seconds: 1, data: new Uint8Array(60) }]);
 * const { packets } = await readCaptures([capture], { report: () => {} }, { packet: () => {} });
 * console.log(packets); // 1
 * ```
 */
export function encodePcap(packets: readonly PacketToEncode[], options: PcapToEncode = {}): Uint8Array {
  return concat([encodePcapHeader(options), ...packets.map((packet) => encodePcapRecord(packet, options))]);
}
