/**
 * A TCP connection written packet by packet: Ethernet, IPv4, checksums, acknowledgements, and times as on a network with
 * a way of some milliseconds. What is lost is not written, but counts.
 */
import type { PcapngEncoder } from '../capture/pcapng-encode.js';
import { encodeEthernet } from '../link/ethernet.js';
import { EtherType } from '../link/payload.js';
import { encodeIpv4 } from '../network/ipv4.js';
import { ACK, encodeSegment, FIN, RST, SYN } from '../tcp/segment.js';
import type { Sender } from '../websocket/frame-record.js';

/** Of documentation (RFC 5737). */
const ADDRESSES = { client: Uint8Array.of(192, 0, 2, 10), server: Uint8Array.of(198, 51, 100, 20) };
const CLIENT_PORT = 50_000;
const MACS = { client: Uint8Array.of(2, 0, 0, 0, 0, 1), server: Uint8Array.of(2, 0, 0, 0, 0, 2) };
/** 2026-01-01T12:00:00Z, in nanoseconds. */
const START = 1_767_268_800_000_000_000n;
/** From one side to the other, and between two packets of one side. */
const WAY = 5_000_000n;
const BETWEEN = 100_000n;
/** After which a sender sends a segment again. */
const TIMEOUT = 200_000_000n;
const MAX_SEGMENT = 1460;

export interface SegmentOptions {
  readonly comment?: string | undefined;
  /** So many segments at least. */
  readonly segments?: number | undefined;
  readonly packet?: 'lost' | 'twice' | 'late' | undefined;
}

export class PacketWriter {
  private time = START;
  private readonly ports: Readonly<Record<Sender, number>>;
  private readonly sequences = { client: 1_000_000, server: 5_000_000 };
  /** Who spoke last: the other side answers a way later. */
  private last: Sender = 'server';
  private identification = 0;

  constructor(
    private readonly encoder: PcapngEncoder,
    private readonly write: (block: Uint8Array) => void,
    serverPort: number,
  ) {
    this.ports = { client: CLIENT_PORT, server: serverPort };
  }

  wait(seconds: number): void {
    this.time += BigInt(Math.round(seconds * 1e9));
  }

  open(comment: string | undefined): void {
    this.packet('client', SYN, { comment });
    this.packet('server', SYN | ACK);
    this.packet('client', ACK);
  }

  /** The bytes in segments, and the acknowledgement of the other side. */
  send(by: Sender, bytes: Uint8Array, { comment, segments = 1, packet }: SegmentOptions = {}): void {
    const size = Math.max(1, Math.min(MAX_SEGMENT, Math.ceil(bytes.length / segments)));
    const all: Segment[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      const payload = bytes.subarray(at, at + size);
      all.push({ payload, sequence: this.sequences[by], comment: at === 0 ? comment : undefined });
      this.sequences[by] += payload.length;
    }
    const [first, ...rest] = all;
    if (first === undefined) return;
    const early = packet === 'late' || packet === 'lost' ? rest : all;
    for (const segment of early) this.packet(by, ACK, segment);
    if (packet === 'twice' || packet === 'late') {
      this.time += packet === 'late' ? BETWEEN : TIMEOUT;
      this.packet(by, ACK, first);
    }
    this.packet(by === 'client' ? 'server' : 'client', ACK);
  }

  end(by: Sender, how: 'fin' | 'reset', comment: string | undefined): void {
    this.packet(by, how === 'fin' ? FIN | ACK : RST | ACK, { comment });
    if (how === 'fin') this.packet(by === 'client' ? 'server' : 'client', ACK);
  }

  private packet(
    by: Sender,
    flags: number,
    { payload = NOTHING, sequence, comment }: Partial<Segment> = {},
  ): void {
    const other = by === 'client' ? 'server' : 'client';
    const own = sequence ?? this.sequences[by];
    if (sequence === undefined && (flags & (SYN | FIN)) !== 0) this.sequences[by]++;
    const fields = {
      sourcePort: this.ports[by],
      destinationPort: this.ports[other],
      sequence: own,
      acknowledgement: (flags & ACK) === 0 ? 0 : this.sequences[other],
      flags,
    };
    const [source, destination] = [ADDRESSES[by], ADDRESSES[other]];
    const ip = encodeIpv4(
      { source, destination, protocol: 6, identification: ++this.identification },
      encodeSegment(fields, payload, source, destination),
    );
    this.time += by === this.last ? BETWEEN : WAY;
    this.last = by;
    const data = encodeEthernet(
      { source: MACS[by], destination: MACS[other], etherType: EtherType.ipv4 },
      ip,
    );
    this.write(
      this.encoder.enhancedPacket({ timestamp: this.time, data, ...(comment !== undefined && { comment }) }),
    );
  }
}

interface Segment {
  readonly payload: Uint8Array;
  readonly sequence: number;
  readonly comment: string | undefined;
}

const NOTHING = new Uint8Array(0);
