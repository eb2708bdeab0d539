/**
 * Generators of hostile input that is too much to be kept: packets that are made one by one in one buffer, and given
 * to a Dissector as a reader would. Nothing of them is held here, so that what is held is the Dissector's.
 */
import { Packet } from '../../src/capture/packet.js';
import { type DissectionConsumer, Dissector, type DissectorOptions } from '../../src/dissector.js';
import { LinkType } from '../../src/link/link-types.js';
import { encodeIpv4 } from '../../src/network/ipv4.js';
import type { Defect } from '../../src/stream/defect.js';
import { ACK, encodeSegment } from '../../src/tcp/segment.js';

/** Defects are counted by code, and the first of each kind kept. */
export class Hostile {
  readonly counts = new Map<string, number>();
  readonly first = new Map<string, Defect>();
  readonly dissector: Dissector;
  /** The most that was held between two packets, in bytes: behind holes, undecided, of payloads. */
  readonly most = { holes: 0, undecided: 0, payload: 0 };
  private readonly packet = new Packet();

  constructor(options: DissectorOptions = {}, consumer: DissectionConsumer = {}) {
    this.dissector = new Dissector({ ...consumer, defect: (defect) => this.note(defect) }, options);
    this.packet.linkType = LinkType.raw;
    this.packet.seconds = 1_700_000_000;
  }

  /** Takes a raw IP packet, which may be overwritten afterwards. */
  take(bytes: Uint8Array): void {
    const { packet, dissector, most } = this;
    packet.number++;
    packet.bytes = bytes;
    packet.start = 0;
    packet.end = packet.originalLength = bytes.length;
    dissector.packet(packet);
    most.holes = Math.max(most.holes, dissector.tcp.held);
    most.undecided = Math.max(most.undecided, dissector.holdingPool.bytes);
    most.payload = Math.max(most.payload, dissector.payloadBudget.held);
  }

  takeAll(packets: Iterable<Uint8Array>): this {
    for (const packet of packets) this.take(packet);
    return this;
  }

  end(): this {
    this.dissector.end();
    return this;
  }

  private note(defect: Defect): void {
    const count = this.counts.get(defect.code) ?? 0;
    this.counts.set(defect.code, count + 1);
    if (count === 0) this.first.set(defect.code, defect);
  }
}

export interface Segmented {
  readonly flags?: number;
  readonly payload?: Uint8Array;
  readonly sequence?: number;
  readonly acknowledgement?: number;
}

/** A packet that is used again and again: only addresses, ports and numbers change. */
export class Template {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor({ flags = ACK, payload = new Uint8Array(0), sequence = 1, acknowledgement = 1 }: Segmented) {
    const fields = { sourcePort: 1, destinationPort: 80, sequence, acknowledgement, flags };
    const [source, destination] = ['10.0.0.1', '192.0.2.1'];
    this.bytes = new Uint8Array(
      encodeIpv4({ source, destination, protocol: 6 }, encodeSegment(fields, payload)),
    );
    this.view = new DataView(this.bytes.buffer);
  }

  /** From the `index`th client: each has an address and a port of its own. */
  from(index: number): Uint8Array {
    this.view.setUint32(12, 0x0a00_0000 + (index >>> 14));
    this.view.setUint16(20, 1024 + (index & 0x3fff));
    return this.bytes;
  }

  at(sequence: number): Uint8Array {
    this.view.setUint32(24, sequence);
    return this.bytes;
  }
}
