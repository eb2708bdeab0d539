/**
 * The npm package `pcap-parser` 0.2.1 behind our CaptureReader: selectable, and the oracle for our own
 * reader. It reads classic microsecond pcap only.
 *
 * Strategy: it accepts any object with on/pause/resume, so an EventEmitter drives it synchronously. What it
 * lacks is put around it, not into it:
 * - it joins chunks with the deprecated `new Buffer` (DEP0005), but only while its `buffer` is not null. We
 *   take its rest away before each chunk and hand rest and chunk over as one, so that code never runs.
 * - it believes any captured length and would buffer for ever: we look at each 'packetHeader' and stop.
 * - it drops a cut packet without a word: at the end we deliver it and say so.
 * - it says "error" for other variants and versions: we look at the file header before it does.
 */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { atLimit } from '../limits.js';
import { CaptureError } from '../stream/defect.js';
import { u16 } from './integers.js';
import { type CaptureReader, Packet, type ReaderContext } from './packet.js';
import { pcapVariant } from './pcap.js';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

interface PacketHeader {
  readonly timestampSeconds: number;
  readonly timestampMicroseconds: number;
  readonly capturedLength: number;
  readonly originalLength: number;
}

/** What we use of the package, which has no types. `buffer` is what it has not yet decoded. */
interface Parser extends EventEmitter {
  buffer: Buffer | null;
}

interface ParserModule {
  parse(stream: EventEmitter): Parser;
}

interface ParsedPacket {
  readonly header: PacketHeader;
  readonly data: Buffer;
}

/** Reads classic microsecond pcap by the npm package `pcap-parser`. Throws CaptureError for other variants. */
export class NpmPcapParserReader implements CaptureReader {
  readonly packet = new Packet();
  interfaces = 0;
  finished = false;
  private readonly context: ReaderContext;
  private readonly stream: EventEmitter;
  private readonly parser: Parser;
  private packets: ParsedPacket[] = [];
  private taken = 0;
  /** The header of the packet whose bytes are still awaited. */
  private awaited: PacketHeader | undefined = undefined;
  private offset = FILE_HEADER;
  private ended = false;
  private failed: PacketHeader | undefined = undefined;

  constructor(context: ReaderContext) {
    this.context = context;
    this.packet.capture = context.capture;
    this.stream = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
    const { parse } = createRequire(import.meta.url)('pcap-parser') as ParserModule;
    this.parser = parse(this.stream);
    this.parser.on('globalHeader', (header: { linkLayerType: number }) => {
      this.packet.linkType = header.linkLayerType & 0xffff;
      this.packet.interfaceIndex = context.interfaces.next++;
      this.interfaces = 1;
    });
    this.parser.on('packetHeader', (header: PacketHeader) => {
      this.awaited = header;
      if (header.capturedLength > context.maxPacketLength || isFileHeader(header)) this.failed ??= header;
    });
    this.parser.on('packet', (packet: ParsedPacket) => {
      this.awaited = undefined;
      if (this.failed === undefined) this.packets.push(packet);
    });
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    if (this.finished || this.failed !== undefined) return;
    const rest = this.parser.buffer;
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
    const joined = rest === null || rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.packets.length = 0;
    this.taken = 0;
    if (this.interfaces === 0 && !acceptable(joined)) {
      this.parser.buffer = joined;
      return;
    }
    this.parser.buffer = null;
    this.stream.emit('data', joined);
  }

  end(): void {
    this.ended = true;
  }

  next(): boolean {
    if (this.finished) return false;
    const { packets, awaited } = this;
    if (this.taken < packets.length) {
      const { header, data } = packets[this.taken++];
      this.deliver(header, data);
      return true;
    }
    if (this.failed !== undefined) return this.stop(this.failed);
    if (!this.ended) return false;
    const rest = this.parser.buffer;
    if (awaited !== undefined && rest !== null) {
      this.deliver(awaited, rest);
      this.awaited = undefined;
      this.parser.buffer = Buffer.alloc(1); // so that the next call tells of the truncation
      return true;
    }
    this.finished = true;
    if (rest === null || rest.length > 0 || this.interfaces === 0) {
      this.report('truncated-capture', 'the capture ends in the middle of a packet or of a header');
    }
    return false;
  }

  private deliver(header: PacketHeader, data: Buffer): void {
    const { packet } = this;
    const microseconds = header.timestampMicroseconds;
    packet.seconds = header.timestampSeconds + Math.floor(microseconds / 1e6);
    packet.nanoseconds = (microseconds % 1e6) * 1000;
    packet.originalLength = header.originalLength;
    packet.bytes = data;
    packet.start = 0;
    packet.end = data.length;
    packet.captureOffset = this.offset + RECORD_HEADER;
    packet.number++;
    this.offset += RECORD_HEADER + data.length;
  }

  private stop(header: PacketHeader): boolean {
    this.finished = true;
    const what = isFileHeader(header)
      ? 'another capture begins here'
      : `record claims a captured length of ${header.capturedLength} bytes ${atLimit('maxPacketLength', this.context.maxPacketLength)}`;
    const message = `${what}; pcap-parser cannot go on after it, the default reader can`;
    this.report('damaged-capture', message);
    return false;
  }

  private report(code: string, message: string): void {
    const { capture, report } = this.context;
    const captureOffset = this.offset;
    report({ layer: 'capture', code, message, packet: this.packet.number, captureOffset, capture });
  }
}

/** A file header read as that of a record: magic number, version 2.4, and two fields that are 0. */
function isFileHeader(header: PacketHeader): boolean {
  return (
    header.timestampSeconds === 0xa1b2c3d4 &&
    (header.timestampMicroseconds === 0x0004_0002 || header.timestampMicroseconds === 0x0002_0004) &&
    header.capturedLength === 0
  );
}

/** Whether the file header is there and is one that pcap-parser reads; throws if it is another. */
function acceptable(head: Buffer): boolean {
  if (head.length < FILE_HEADER) return false;
  const variant = pcapVariant(head, 0);
  const advice = 'use the default reader for this capture (leave out --reader pcap-parser)';
  if (variant === undefined || variant.nanoseconds || variant.modified) {
    throw new CaptureError('unsupported', `pcap-parser reads only classic microsecond pcap; ${advice}`);
  }
  const [major, minor] = [u16(head, 4, variant.little), u16(head, 6, variant.little)];
  if (major !== 2 && minor !== 4) {
    const version = `${major}.${minor}`;
    throw new CaptureError(
      'unsupported',
      `pcap-parser reads only pcap version 2.4, this is ${version}; ${advice}`,
    );
  }
  return true;
}
