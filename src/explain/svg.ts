/**
 * The figure of a frame as SVG: the cells in colours, each with its title, its bits and, as a tooltip, its meaning;
 * below it the bytes in the same colours, and what is assumed of them. Nothing in it is loaded from elsewhere, and what a capture says is text.
 */
import { visible } from '../bytes/visible.js';
import { wrap } from '../output/width.js';
import { type Cell, ROW_BITS } from './diagram.js';
import type { Explanation } from './explanation.js';
import { type Part, type PartName, partsOfDigit, wireHex } from './part.js';
import { titleOf } from './text.js';

const BIT = 24;
const LEFT = 12;
const TITLE_Y = 26;
const TOP = 64;
const ROW_HEIGHT = 66;
/** A title of a cell of one bit stands downwards. */
const LETTER = 10;
const BYTES_IN_ROW = 24;
const WIDTH = 2 * LEFT + ROW_BITS * BIT;
const LINE_HEIGHT = 18;
/** Characters of a line below the bytes. */
const LINE = 95;

/** Light, so that black text stands out on them: at least 7 to 1. */
const COLORS: Readonly<Record<PartName, string>> = {
  fin: '#ffd8a8',
  rsv1: '#e9ecef',
  rsv2: '#e9ecef',
  rsv3: '#e9ecef',
  opcode: '#b2f2bb',
  mask: '#ffc9c9',
  length: '#a5d8ff',
  'extended-length': '#99e9f2',
  key: '#fcc2d7',
  payload: '#fff3bf',
};

export function explanationSvg(explanation: Explanation): string {
  const { diagram, frame, parts, bytes, assumed } = explanation;
  const byName = new Map(parts.map((part) => [part.name, part]));
  const top = (row: number) => TOP + row * ROW_HEIGHT;
  const bytesTop = top(diagram.rows.length) + 34;
  const notesTop = bytesTop + Math.ceil(bytes.length / BYTES_IN_ROW) * 26 + 8;
  const notes = assumed.flatMap((one) => wrap(`Assumed: ${one}`, LINE));
  const height = notesTop + notes.length * LINE_HEIGHT + 4;
  const title = escaped(titleOf(explanation));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#111111" text-anchor="middle">`,
    `<text x="${LEFT}" y="${TITLE_Y}" font-size="16" font-weight="bold" text-anchor="start">${title}</text>`,
    ...Array.from({ length: ROW_BITS }, (_, bit) =>
      text(middle(bit, bit + 1), TOP - 8, String(bit), ' font-size="10" fill="#555555"'),
    ),
    ...diagram.rows.flatMap((row, i) => row.map((cell) => cellSvg(cell, top(i), byName.get(cell.part)!))),
    ...wireHex(frame, bytes).map((byte, i) => byteSvg(byte, i, bytesTop, parts)),
    ...notes.map((line, i) => text(LEFT, notesTop + i * LINE_HEIGHT, line, ' text-anchor="start"')),
    '</g>',
    '</svg>\n',
  ].join('\n');
}

function cellSvg(
  { part, title, start, end, bits, continued }: Cell,
  y: number,
  { meaning, value, section }: Part,
): string {
  const x = LEFT + start * BIT;
  const said = [value, meaning].filter((one) => one !== '').join(': ');
  const label = continued ? `${title} (continued)` : title;
  const titles =
    end - start === 1
      ? label
          .split('')
          .map((letter, i) => text(middle(start, end), y + 13 + i * LETTER, letter, ' font-size="10"'))
      : [text(middle(start, end), y + 22, label)];
  return [
    `<g><title>${escaped(visible(`${title} ${said} (${section})`))}</title>`,
    `<rect x="${x}" y="${y}" width="${(end - start) * BIT}" height="${ROW_HEIGHT}" fill="${COLORS[part]}" stroke="#111111"/>`,
    ...titles,
    ...bits.split('').map((bit, i) => text(middle(start + i, start + i + 1), y + ROW_HEIGHT - 8, bit)),
    '</g>',
  ].join('');
}

/** Each of its digits in the colour of the part that begins there, or goes on. */
function byteSvg(byte: string, index: number, top: number, parts: readonly Part[]): string {
  const x = LEFT + (index % BYTES_IN_ROW) * 32;
  const y = top + Math.floor(index / BYTES_IN_ROW) * 26;
  const halves = [0, 1].map((digit) => {
    const [part, ...others] = partsOfDigit(parts, 2 * index + digit);
    const title = [part, ...others].map((one) => one.title).join(', ');
    return `<rect x="${x + 14 * digit}" y="${y - 16}" width="14" height="22" fill="${COLORS[part.name]}"><title>${escaped(title)}</title></rect>`;
  });
  // The halves below it have the tooltips.
  return `<g>${halves.join('')}${text(x + 14, y, byte, ' pointer-events="none"')}</g>`;
}

const middle = (start: number, end: number) => LEFT + ((start + end) / 2) * BIT;

function text(x: number, y: number, said: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes}>${escaped(said)}</text>`;
}

function escaped(said: string): string {
  return said.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
