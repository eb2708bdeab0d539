/**
 * The bytes of a frame for a terminal: below each digit a letter for its part, in the colour that this has in the figure.
 *
 * Strategy: digit by digit, since the first two bytes have two parts each and more: a digit counts as the part that its
 * first bit belongs to. Rows that are payload alone need no letters.
 */
import type { Colors } from '../output/colors.js';
import { count } from '../rules/count.js';
import type { Explanation } from './explanation.js';
import { PART_NAMES, type Part, type PartName, partsOfDigit, wireHex } from './part.js';

const ROW_BYTES = 16;

export function paint(part: PartName, text: string, colors: Colors): string {
  return colors.part(PART_NAMES.indexOf(part), text);
}

export function byteLines({ bytes, parts, frame }: Explanation, colors: Colors): string[] {
  const lines: string[] = [];
  const hex = wireHex(frame, bytes);
  const payloadFrom = 2 * frame.headerLength;
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = hex.slice(at, at + ROW_BYTES);
    const painted = (textOf: (digit: number, part: PartName) => string) =>
      row.map((_, i) => {
        const digits = [2 * (at + i), 2 * (at + i) + 1].map((digit) => {
          const [{ name }] = partsOfDigit(parts, digit);
          return paint(name, textOf(digit, name), colors);
        });
        return `${i === 8 ? ' ' : ''}${digits.join('')}`;
      });
    const bytesOfRow = painted((digit) => row[(digit >> 1) - at][digit & 1]);
    lines.push(`  ${at.toString(16).padStart(4, '0')}  ${bytesOfRow.join(' ')}`);
    if (2 * at < payloadFrom) lines.push(`        ${painted((_, part) => LETTERS[part][0]).join(' ')}`);
  }
  const rest = frame.headerLength + frame.length - bytes.length;
  if (rest > 0) lines.push(`  … ${count(rest, 'more byte')}`);
  return [...lines, `  ${legendOf(parts, colors)}`];
}

/** Below a digit: the part that it belongs to, or that begins in it. */
const LETTERS: Readonly<Record<PartName, readonly [letter: string, meaning: string]>> = {
  fin: ['F', 'FIN, RSV'],
  rsv1: ['F', ''],
  rsv2: ['F', ''],
  rsv3: ['F', ''],
  opcode: ['O', 'opcode'],
  mask: ['M', 'MASK'],
  length: ['L', 'length'],
  'extended-length': ['E', 'extended length'],
  key: ['K', 'key'],
  payload: ['P', 'payload'],
};

function legendOf(parts: readonly Part[], colors: Colors): string {
  const told = parts.filter(({ name }) => LETTERS[name][1] !== '');
  return told.map(({ name }) => `${paint(name, LETTERS[name][0], colors)} ${LETTERS[name][1]}`).join('  ');
}
