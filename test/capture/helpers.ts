/** What the tests of this folder share: readers driven over pieces, packets as plain values. */
import { type ReadOptions, readCaptures } from '../../src/capture/captures.js';
import type { Input } from '../../src/capture/open.js';
import {
  type CaptureReader,
  defaultCaptureLimits,
  type Packet,
  type ReaderContext,
} from '../../src/capture/packet.js';
import type { Defect } from '../../src/stream/defect.js';

export interface PlainPacket {
  number: number;
  seconds: number;
  nanoseconds: number;
  data: string;
  originalLength: number;
  linkType: number;
  interfaceIndex: number;
  capture: number;
  captureOffset: number;
  comment: string | undefined;
}

export function plain(packet: Packet): PlainPacket {
  const { number, seconds, nanoseconds, originalLength, linkType, interfaceIndex, capture } = packet;
  const data = Buffer.from(packet.bytes.subarray(packet.start, packet.end)).toString('hex');
  const { captureOffset, comment } = packet;
  const place = { linkType, interfaceIndex, capture, captureOffset, comment };
  return { number, seconds, nanoseconds, data, originalLength, ...place };
}

export type MakeReader = (context: ReaderContext) => CaptureReader;

export interface ReadResult {
  packets: PlainPacket[];
  defects: Defect[];
  reader: CaptureReader;
}

/** Reads a capture given in pieces; each piece is a copy, as large as it is, that is spoilt afterwards. */
export function readPieces(
  make: MakeReader,
  pieces: readonly Uint8Array[],
  maxPacketLength = 65_536,
): ReadResult {
  const defects: Defect[] = [];
  const packets: PlainPacket[] = [];
  const report = (defect: Defect) => defects.push(defect);
  const reader = make({
    ...defaultCaptureLimits,
    capture: 0,
    maxPacketLength,
    interfaces: { next: 0 },
    report,
  });
  const drain = () => {
    while (reader.next()) packets.push(plain(reader.packet));
  };
  let last: Uint8Array | undefined;
  for (const piece of pieces) {
    const lent = new Uint8Array(piece);
    reader.push(lent, 0, lent.length);
    drain();
    last?.fill(0xee);
    last = lent;
  }
  reader.end();
  drain();
  drain();
  return { packets, defects, reader };
}

export function readWhole(make: MakeReader, bytes: Uint8Array, maxPacketLength?: number): ReadResult {
  return readPieces(make, [bytes], maxPacketLength);
}

/** The bytes cut into pieces of `size`. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
  return cut;
}

/** Runs readCaptures and collects everything. */
export async function collect(inputs: readonly Input[], options: Partial<ReadOptions> = {}) {
  const packets: PlainPacket[] = [];
  const defects: Defect[] = [];
  const report = (defect: Defect) => defects.push(defect);
  const totals = await readCaptures(
    inputs,
    { report, ...options },
    {
      packet: (packet) => {
        packets.push(plain(packet));
      },
    },
  );
  return { packets, defects, totals };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Bytes that look like nothing in particular, the same in each run. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

export function codes(defects: readonly Defect[]): string[] {
  return defects.map((defect) => defect.code);
}
