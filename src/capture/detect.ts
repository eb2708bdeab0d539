/**
 * Recognises what a file is by its first bytes: a capture, a compressed one, or something else that people
 * hand over by mistake, for which the error says what to do.
 */
import { visible } from '../bytes/visible.js';
import { CaptureError } from '../stream/defect.js';
import { u32 } from './integers.js';
import { pcapVariant } from './pcap.js';
import { byteOrder, SECTION_HEADER } from './pcapng-blocks.js';

/** The formats of captures that are read, in all their variants. */
export type CaptureFormat = 'pcap' | 'pcapng';
/** What captures may be packed by. */
export type Compression = 'gzip' | 'zstd' | 'lz4';

/** Bytes that decide; every valid capture has more. */
export const ENOUGH_TO_DETECT = 16;

/** What bytes[start, end) is the beginning of, or undefined; 16 octets are enough. */
export function detect(
  bytes: Uint8Array,
  start: number,
  end: number,
): CaptureFormat | Compression | undefined {
  if (end - start < 4) return undefined;
  if (pcapVariant(bytes, start) !== undefined) return 'pcap';
  const magic = u32(bytes, start, true);
  if (magic === SECTION_HEADER && end - start >= 12 && byteOrder(bytes, start + 8) !== undefined)
    return 'pcapng';
  if ((magic & 0xffff) === 0x8b1f) return 'gzip'; // RFC 1952 §2.3.1
  if (magic === 0xfd2fb528) return 'zstd'; // RFC 8878 §3.1.1
  if (magic === 0x184d2204 || magic === 0x184c2102) return 'lz4'; // frame format; the legacy frame
  // RFC 8878 §3.1.2: a skippable frame may open zstd and lz4; what follows tells, zstd if it is far away.
  if (magic >>> 4 === 0x184d2a5) {
    const behind = start + 8 + (end - start >= 8 ? u32(bytes, start + 4, true) : 0);
    return (behind > start + 8 ? detect(bytes, Math.min(behind, end), end) : undefined) ?? 'zstd';
  }
  return undefined;
}

/** Other capture formats, with the name by which people know them. */
const OTHER_CAPTURES: readonly (readonly [string, string])[] = [
  ['snoop\0\0\0', 'a Solaris snoop capture'],
  ['GMBU', 'a Microsoft Network Monitor capture'],
  ['RTSS', 'a Microsoft Network Monitor capture'],
  ['btsnoop\0', 'a Bluetooth snoop capture'],
  ['TRSNIFF data', 'a Sniffer capture'],
  ['XCP\0', 'a NetXRay capture'],
  ['iptrace ', 'an AIX iptrace capture'],
  ['\x05VNF', 'a Visual Networks capture'],
];

/** Packers that we do not read, with the command that unpacks. */
const OTHER_PACKERS: readonly (readonly [string, string])[] = [
  ['\xfd7zXZ\0', 'xz -d'],
  ['BZh', 'bzip2 -d'],
  ['PK\x03\x04', 'unzip'],
  ['7z\xbc\xaf', '7z x'],
];

/** The error for an input that is no capture; `bytes[start, end)` is its beginning. */
export function notACapture(name: string, bytes: Uint8Array, start: number, end: number): CaptureError {
  const who = visible(name);
  if (start === end) return new CaptureError('empty', `${who} is empty (0 bytes)`);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, 512));
  const text = head.toString('latin1');
  const capture = OTHER_CAPTURES.find(([magic]) => text.startsWith(magic));
  if (capture !== undefined) {
    return new CaptureError(
      'unsupported',
      `${who} is ${capture[1]}: convert it with editcap -F pcapng IN OUT`,
    );
  }
  const packer = OTHER_PACKERS.find(([magic]) => text.startsWith(magic));
  if (packer !== undefined) {
    return new CaptureError('unsupported', `${who} is packed: unpack it first with ${packer[1]}`);
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    return new CaptureError(
      'not-a-capture',
      `${who} is a web page or XML, not a capture: save the pcap or pcapng file itself`,
    );
  }
  if (end - start < 4) {
    const size = `${end - start} bytes`;
    return new CaptureError('not-a-capture', `${who} has only ${size}: not a pcap or pcapng capture`);
  }
  if (/^[\t\n\r -~\x80-\xff]*$/.test(text)) {
    return new CaptureError(
      'not-a-capture',
      `${who} is a text file, not a capture: a hex dump becomes one with text2pcap IN OUT`,
    );
  }
  return new CaptureError(
    'not-a-capture',
    `${who} is not a pcap or pcapng capture: unknown magic number ${hex(head)}`,
  );
}

function hex(head: Buffer): string {
  return head.subarray(0, 4).toString('hex');
}
