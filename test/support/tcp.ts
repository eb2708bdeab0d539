/**
 * TCP connections made packet by packet, for tests of what happens to them: raw IPv4 packets that go through
 * the real decoders.
 */
import { Packet } from '../../src/capture/packet.js';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { LinkType } from '../../src/link/link-types.js';
import { encodeIpv4 } from '../../src/network/ipv4.js';
import { ACK, encodeSegment, FIN, RST, SYN } from '../../src/tcp/segment.js';
import { utf8 } from './splits.js';

export interface Sent {
  readonly text?: string | Uint8Array;
  readonly flags?: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
}

export const CLIENT = 0;
export const SERVER = 1;

/** Keeps the sequence numbers of both sides; each call gives the next packet of that side. */
export class Talk {
  readonly sequences: [number, number];

  constructor(
    readonly ports: readonly [number, number] = [40_000, 80],
    initial: readonly [number, number] = [1000, 5000],
    readonly addresses: readonly [string, string] = ['10.0.0.1', '10.0.0.2'],
  ) {
    this.sequences = [initial[0], initial[1]];
  }

  handshake(): Uint8Array[] {
    const { sequences } = this;
    return [
      this.send(CLIENT, { flags: SYN }),
      this.send(SERVER, { flags: SYN | ACK, acknowledgement: sequences[0] }),
      this.send(CLIENT, {}),
    ];
  }

  /** The next packet of `side`; a given sequence number leaves its own as it is. */
  send(side: 0 | 1, sent: Sent | string | Uint8Array): Uint8Array {
    const {
      text = '',
      flags = ACK,
      ...numbers
    } = typeof sent === 'string' || isBytes(sent) ? { text: sent } : sent;
    const payload = isBytes(text) ? text : utf8(text);
    const other = side === 0 ? 1 : 0;
    const sequence = numbers.sequence ?? this.sequences[side];
    const acknowledgement = numbers.acknowledgement ?? this.sequences[other];
    if (numbers.sequence === undefined)
      this.sequences[side] =
        (sequence + payload.length + ((flags & SYN) === 0 ? 0 : 1) + ((flags & FIN) === 0 ? 0 : 1)) | 0;
    const fields = {
      sourcePort: this.ports[side],
      destinationPort: this.ports[other],
      sequence,
      acknowledgement,
      flags,
    };
    return encodeIpv4(
      { source: this.addresses[side], destination: this.addresses[other], protocol: 6 },
      encodeSegment(fields, payload),
    );
  }

  fin(side: 0 | 1): Uint8Array {
    return this.send(side, { flags: FIN | ACK });
  }

  reset(side: 0 | 1, sequence?: number): Uint8Array {
    return this.send(side, { flags: RST | ACK, ...(sequence === undefined ? {} : { sequence }) });
  }
}

/** Gives raw IP packets to a decoder as a reader would: one mutable record, numbered from 1. */
export function deliver(packets: readonly Uint8Array[], take: (packet: Packet) => void): void {
  const packet = new Packet();
  packet.linkType = LinkType.raw;
  for (const bytes of packets) {
    packet.number++;
    packet.seconds = 1_700_000_000 + packet.number;
    packet.bytes = bytes;
    packet.start = 0;
    packet.end = packet.originalLength = bytes.length;
    take(packet);
  }
}

/** Raw IP packets as a capture, one a second from 1,700,000,000 on. */
export function pcapOf(packets: readonly Uint8Array[]): Uint8Array {
  return encodePcap(
    packets.map((data, i) => ({ seconds: 1_700_000_000 + i, data })),
    { linkType: LinkType.raw },
  );
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
