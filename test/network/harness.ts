/** Feeds link-layer packets to a NetworkDecoder and writes down, copied, all that comes out. */
import { Packet } from '../../src/capture/packet.js';
import { linkEncoders } from '../../src/link/encoders.js';
import { formatAddress } from '../../src/network/address.js';
import type { Datagram } from '../../src/network/datagram.js';
import { NetworkDecoder, type NetworkLimits } from '../../src/network/decoder.js';
import type { Defect } from '../../src/stream/defect.js';

export interface Seen {
  readonly packet: number;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
  readonly length: number;
  /** Offset of the payload in the packet; NaN for a reassembled datagram. */
  readonly offset: number;
}

export interface PacketFields {
  readonly linkType?: number;
  readonly seconds?: number;
  readonly interfaceIndex?: number;
  /** Captures only so many bytes. */
  readonly snapLength?: number;
}

/** Bytes around each packet in its block, and the offset of the first packet in the capture. */
const HEADROOM = 11;
export const FIRST_OFFSET = 1000;

export class Harness {
  readonly seen: Seen[] = [];
  readonly defects: Defect[] = [];
  readonly decoder: NetworkDecoder;
  private readonly packet = new Packet();

  constructor(limits: Partial<NetworkLimits> = {}) {
    const report = (defect: Defect) => this.defects.push(defect);
    this.decoder = new NetworkDecoder({
      sink: { datagram: (d) => this.seen.push(copyOf(d)) },
      report,
      limits,
    });
    this.packet.captureOffset = FIRST_OFFSET;
  }

  get codes(): string[] {
    return this.defects.map(({ code }) => code);
  }

  /** One packet, at offset FIRST_OFFSET of the capture. */
  link(bytes: Uint8Array, fields: PacketFields = {}): this {
    const { packet } = this;
    const captured = Math.min(bytes.length, fields.snapLength ?? bytes.length);
    const block = new Uint8Array(captured + 2 * HEADROOM).fill(0xff);
    block.set(bytes.subarray(0, captured), HEADROOM);
    packet.number++;
    packet.seconds = fields.seconds ?? 0;
    packet.bytes = block;
    packet.start = HEADROOM;
    packet.end = HEADROOM + captured;
    packet.originalLength = bytes.length;
    packet.linkType = fields.linkType ?? 1;
    packet.interfaceIndex = fields.interfaceIndex ?? 0;
    this.decoder.packet(packet);
    return this;
  }

  /** One IP datagram as a packet of LINKTYPE_RAW. */
  ip(bytes: Uint8Array, fields: PacketFields = {}): this {
    return this.link(bytes, { ...fields, linkType: linkEncoders.raw.linkType });
  }
}

function copyOf(datagram: Datagram): Seen {
  const { packet, bytes, addressLength, start, end, length, protocol, origin } = datagram;
  return {
    packet: packet.number,
    source: formatAddress(bytes, datagram.source, addressLength),
    destination: formatAddress(bytes, datagram.destination, addressLength),
    protocol,
    payload: bytes.slice(start, end),
    length,
    offset: start - origin,
  };
}
