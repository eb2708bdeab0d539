/**
 * The parts of a frame in the order of the wire, as RFC 6455 §5.2 draws them: where each lies, its bits, what it means
 * here, and why it is so. Everything that an explanation shows points at one of them.
 */
import { hexByte } from '../bytes/hex.js';
import { type FrameField, frameFields } from '../output/frame-fields.js';
import { count } from '../rules/count.js';
import { encodeFrameHeader } from '../websocket/frame-encode.js';
import type { Frame } from '../websocket/frame-record.js';
import { maskInto } from '../websocket/mask.js';
import { whyPart } from './why.js';

export const PART_NAMES = [
  'fin',
  'rsv1',
  'rsv2',
  'rsv3',
  'opcode',
  'mask',
  'length',
  'extended-length',
  'key',
  'payload',
] as const;
export type PartName = (typeof PART_NAMES)[number];

export interface Part {
  readonly name: PartName;
  /** As the RFC's figure calls it. */
  readonly title: string;
  /** Bits of the frame: [start, end). */
  readonly startBit: number;
  readonly endBit: number;
  readonly value: string;
  readonly meaning: string;
  readonly why: string;
  /** `RFC 6455 §5.2`. */
  readonly section: string;
}

/** Octets of payload that are explained one by one. */
export const SHOWN_PAYLOAD = 64;

const TITLES: Readonly<Record<string, readonly [PartName, title: string, bit: number, bits: number]>> = {
  FIN: ['fin', 'FIN', 0, 1],
  RSV1: ['rsv1', 'RSV1', 1, 1],
  RSV2: ['rsv2', 'RSV2', 2, 1],
  RSV3: ['rsv3', 'RSV3', 3, 1],
  Opcode: ['opcode', 'opcode', 4, 4],
  Mask: ['mask', 'MASK', 8, 1],
  'Payload length': ['length', 'Payload len', 9, 7],
};

export function partsOf(frame: Frame): readonly Part[] {
  // What lies inside the payload is told of with it.
  const fields = frameFields(frame).filter(({ name }) => name !== 'Status code' && name !== 'Reason');
  return fields.map((field) => {
    const [name, title, startBit, bits] = placeOf(field);
    const { value, section } = field;
    const meaning = name === 'payload' ? withGaps(field.meaning, frame) : field.meaning;
    const why = whyPart(name, frame);
    return { name, title, startBit, endBit: startBit + bits, value, meaning, why, section };
  });
}

/** What stands for missing octets in the value is none of them. */
function withGaps(meaning: string, { missing, truncated }: Frame): string {
  if (missing.length === 0 || truncated) return meaning;
  const gaps = missing
    .map(({ offset, length }) => `${count(length, 'byte')} from byte ${offset} on`)
    .join(', ');
  const told = `not captured: ${gaps}; 00 stands for them`;
  return meaning === '' ? told : `${meaning}; ${told}`;
}

function placeOf({ name, start, end }: FrameField): readonly [PartName, string, number, number] {
  const known = TITLES[name];
  if (known !== undefined) return known;
  const bits = (end - start) * 8;
  if (name.startsWith('Extended')) return ['extended-length', 'Extended payload length', 8 * start, bits];
  if (name === 'Masking key') return ['key', 'Masking-key', 8 * start, bits];
  return ['payload', 'Payload Data', 8 * start, bits];
}

/** Whether the capture does not hold this octet of the frame, header included. */
export function isMissing({ missing, headerLength }: Frame, octet: number): boolean {
  const at = octet - headerLength;
  return missing.some(({ offset, length }) => at >= offset && at < offset + length);
}

/** The parts that have bits in a hexadecimal digit of the frame, the first one at least. */
export function partsOfDigit(parts: readonly Part[], digit: number): readonly Part[] {
  return parts.filter(({ startBit, endBit }) => startBit < 4 * digit + 4 && endBit > 4 * digit);
}

/** The octets of a frame in hexadecimal, `??` for those that are missing. */
export function wireHex(frame: Frame, bytes: Uint8Array): readonly string[] {
  return Array.from(bytes, (byte, at) => (isMissing(frame, at) ? '??' : hexByte(byte)));
}

/** The frame as on the wire: its header, and `most` octets of its payload. Missing octets are 0, masked. */
export function wireBytes(frame: Frame, most = SHOWN_PAYLOAD): Uint8Array {
  const { payload, masked, maskingKey, exactLength } = frame;
  const key = masked ? maskingKey : undefined;
  const header = encodeFrameHeader({ ...frame, maskingKey: key, length: exactLength });
  const shown = Math.min(payload.length, most);
  const bytes = new Uint8Array(header.length + shown);
  bytes.set(header);
  maskInto(bytes, header.length, payload, 0, shown, key ?? 0, 0);
  return bytes;
}
