/**
 * Octets as lines of hexadecimal with their ASCII, as a hex dump has them.
 */
import { hexByte } from '../../bytes/hex.js';
import { asciiOf } from './octets.js';

const ROW = 16;

export function hexLines(octets: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(octets.length / ROW) }, (_, row) => {
    const part = Array.from(octets.subarray(row * ROW, (row + 1) * ROW));
    const hex = part
      .map(hexByte)
      .join(' ')
      .padEnd(3 * ROW - 1);
    return `${(row * ROW).toString(16).padStart(4, '0')}  ${hex}  ${part.map(asciiOf).join('')}`;
  });
}
