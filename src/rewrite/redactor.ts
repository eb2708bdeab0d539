/**
 * Overwrites what was said in packets of WebSocket connections, in as many octets, in a second reading of a capture.
 *
 * Strategy: what is not known to be harmless goes. Each octet of a TCP payload has a place in its stream; where a head or a
 * frame is known there (redaction.ts) it says what is to stand there, so that retransmissions and overlaps get the same, and
 * all else becomes x. Packets of no such connection are left out, and so are fragments. Of TLS the records stay. Checksums are
 * made anew: one that had been left as it was would tell of what was there; so tunnels whose checksums cover that of TCP stay
 * right.
 */
import { Packet } from '../capture/packet.js';
import { FILLER } from '../export/redacted.js';
import { transportChecksum } from '../network/checksum.js';
import type { Datagram } from '../network/datagram.js';
import { NetworkDecoder } from '../network/decoder.js';
import { IpProtocol } from '../network/header.js';
import { decodeSegment, Segment, SYN } from '../tcp/segment.js';
import { fillerAt } from './filler.js';
import type { PacketConnections } from './packet-connections.js';
import { type Patch, streamOf } from './patches.js';
import type { Redaction } from './redaction.js';
import { StreamPatches } from './stream-patches.js';

/** What a pcapng block has in front of its packet, and who writes it looks at. */
const BLOCK_HEADER = 32;
/** Offset of the checksum in a TCP header (RFC 9293 §3.1). */
const CHECKSUM = 16;
/** RFC 8446 §5.1: a record of a handshake, and the major version of all. */
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 3;

export class Redactor {
  /** Packets of these connections that were left out: they hold fragments, or could not be taken apart. */
  leftOut = 0;
  private readonly copy = new Packet();
  private readonly segment = new Segment();
  private readonly network: NetworkDecoder;
  private readonly streams: StreamPatches;
  /** By stream: from where on it is TLS. */
  private readonly tlsFrom = new Map<number, number>();
  private stream = 0;
  private isEncrypted = false;
  private isDone = false;

  constructor(
    private readonly redaction: Redaction,
    private readonly connections: PacketConnections,
  ) {
    this.streams = new StreamPatches(redaction.patches);
    this.network = new NetworkDecoder({
      sink: { datagram: (datagram) => this.datagram(datagram) },
      report() {},
    });
  }

  /** The packet as it may be told, which is overwritten by the next one; undefined: it must not be. */
  packet(packet: Packet): Packet | undefined {
    this.streams.advance(packet.number);
    const assigned = this.connections.of(packet.number);
    if (assigned === undefined) return undefined;
    const { connection } = assigned;
    const { plain, encrypted, unredactable } = this.redaction;
    this.isEncrypted = encrypted.has(connection);
    if (unredactable.has(connection) || (!plain.has(connection) && !this.isEncrypted)) return undefined;
    this.stream = streamOf(assigned);
    this.isDone = false;
    if (!assigned.isFragment) this.network.packet(this.copied(packet));
    if (this.isDone) return this.copy;
    this.leftOut++;
    return undefined;
  }

  /** Of bytes that can be written to: those of the reader may be asked for again. */
  private copied(packet: Packet): Packet {
    const { copy } = this;
    const { start, end } = packet;
    const size = end - start;
    const before = Math.min(start, BLOCK_HEADER);
    const room =
      copy.bytes.length >= BLOCK_HEADER + size ? copy.bytes : new Uint8Array(2 * (BLOCK_HEADER + size));
    room.set(packet.bytes.subarray(start - before, end), BLOCK_HEADER - before);
    Object.assign(copy, packet, { bytes: room, start: BLOCK_HEADER, end: BLOCK_HEADER + size });
    copy.optionsStart = copy.optionsEnd = 0;
    return copy;
  }

  private datagram(datagram: Datagram): void {
    const { segment, copy } = this;
    if (Number.isNaN(datagram.origin) || !decodeSegment(datagram, segment)) return;
    const { bytes } = datagram;
    const sequence = (segment.sequence + ((segment.flags & SYN) !== 0 ? 1 : 0)) | 0;
    if (!this.isEncrypted || !this.isTls(bytes, sequence)) this.overwrite(bytes, sequence);
    // Behind the datagram there may be padding, or a check sum of the link.
    bytes.fill(0, datagram.end, copy.end);
    setChecksum(datagram);
    this.isDone = true;
  }

  /** `sequence`: of the first octet of the segment's payload. */
  private overwrite(bytes: Uint8Array, sequence: number): void {
    const { start, end } = this.segment;
    let at = start;
    for (const patch of this.streams.overlapping(this.stream, sequence, end - start)) {
      const begin = Math.max(at, start + ((patch.sequence - sequence) | 0));
      bytes.fill(FILLER, at, begin);
      at = Math.min(end, start + ((patch.sequence - sequence) | 0) + patch.length);
      if (at > begin) apply(patch, bytes, begin, at, start + ((patch.sequence - sequence) | 0));
      else at = begin;
    }
    bytes.fill(FILLER, at, end);
  }

  /** TLS may begin behind a CONNECT, in which a password may stand. */
  private isTls(bytes: Uint8Array, sequence: number): boolean {
    const { segment, stream, tlsFrom } = this;
    const { start, end } = segment;
    const from = tlsFrom.get(stream);
    if (from !== undefined && ((sequence - from) | 0) >= 0) return true;
    const begins = end - start > 1 && bytes[start] === TLS_HANDSHAKE && bytes[start + 1] === TLS_MAJOR;
    if (begins) tlsFrom.set(stream, sequence);
    return begins;
  }
}

/** Writes what the patch, whose first octet belongs at `origin`, says into bytes[start, end). */
function apply(
  { literal, frame, length }: Patch,
  bytes: Uint8Array,
  start: number,
  end: number,
  origin: number,
): void {
  if (literal !== undefined) {
    bytes.set(literal.subarray(start - origin, end - origin), start);
    return;
  }
  const { headerLength, maskingKey, kind, before, after } = frame!;
  const filled = { kind, before, after, length: length - headerLength };
  for (let at = Math.max(start, origin + headerLength); at < end; at++) {
    const offset = at - origin - headerLength;
    const octet = fillerAt(filled, offset);
    if (octet !== undefined) bytes[at] = octet ^ (maskingKey >>> (24 - 8 * (offset & 3)));
  }
}

function setChecksum({ bytes, source, destination, addressLength, start, end, length }: Datagram): void {
  bytes[start + CHECKSUM] = bytes[start + CHECKSUM + 1] = 0;
  // Of a packet that was cut nobody can know it.
  if (end - start < length) return;
  const from = bytes.subarray(source, source + addressLength);
  const to = bytes.subarray(destination, destination + addressLength);
  const sum = transportChecksum(from, to, IpProtocol.tcp, bytes.subarray(start, end));
  bytes[start + CHECKSUM] = sum >>> 8;
  bytes[start + CHECKSUM + 1] = sum & 0xff;
}
