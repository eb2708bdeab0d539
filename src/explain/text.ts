/**
 * An explanation for a terminal of 80 columns, with colours or without: the figure, each part with its reason, the
 * bytes, the unmasking, the steps of a decoder, where the frame lay, and what is wrong with it.
 */
import { hexByte } from '../bytes/hex.js';
import { visible } from '../bytes/visible.js';
import type { Colors } from '../output/colors.js';
import { wrap } from '../output/width.js';
import { count } from '../rules/count.js';
import { opcodeTitle } from '../websocket/opcode.js';
import { byteLines, paint } from './bytes.js';
import { type Cell, type Diagram, ROW_BITS } from './diagram.js';
import type { Explanation } from './explanation.js';
import type { Part } from './part.js';
import type { Step } from './steps.js';
import type { UnmaskedByte } from './unmasking.js';

/** As RFCs have it, and good on a narrow terminal. */
const WIDTH = 78;
/** Packets that are named. */
const MAX_PACKETS = 16;

/** What an explanation consists of, in this order. */
export type SectionName =
  | 'title'
  | 'assumed'
  | 'figure'
  | 'parts'
  | 'bytes'
  | 'unmasking'
  | 'steps'
  | 'message'
  | 'place'
  | 'findings';

export interface Section {
  readonly name: SectionName;
  /** Empty: none. */
  readonly title: string;
  readonly lines: readonly string[];
}

export function explanationText(explanation: Explanation, colors: Colors): string {
  return explanationSections(explanation, colors)
    .map(({ title, lines }) => [...(title === '' ? [] : [colors.label(title)]), ...lines].join('\n'))
    .join('\n\n')
    .concat('\n');
}

/** Those that have something to say of this frame. */
export function explanationSections(explanation: Explanation, colors: Colors): readonly Section[] {
  const { parts, diagram, steps, findings, assumed } = explanation;
  const sections: readonly (readonly [SectionName, string, readonly string[]])[] = [
    ['title', '', [colors.label(titleOf(explanation))]],
    ['assumed', 'What is assumed', assumed.flatMap((one) => wrapped(one, '  '))],
    ['figure', 'Bit by bit (RFC 6455 §5.2)', diagramLines(diagram, colors)],
    ['parts', 'What each part says', togetherOf(parts).flatMap((alike) => partLines(alike, colors))],
    ['bytes', 'The bytes, and below them their parts', byteLines(explanation, colors)],
    [
      'unmasking',
      'Unmasking (RFC 6455 §5.3): byte i of the payload XOR byte i mod 4 of the key',
      unmaskLines(explanation),
    ],
    ['steps', 'What a decoder does', steps.flatMap(stepLines)],
    ['message', `The message that it ends (${explanation.joined?.section})`, messageLines(explanation)],
    ['place', 'Where it lay', placeLines(explanation)],
    [
      'findings',
      'What is wrong',
      findings.flatMap(({ rule, severity, message }) => [
        ...wrapped(`${severity}: ${rule.title} (${rule.section})`, '', (line) =>
          colors.severity(severity, line),
        ),
        ...wrapped(visible(message), '  '),
        ...wrapped(rule.asks, '  '),
      ]),
    ],
  ];
  return sections
    .filter(([, , lines]) => lines.length > 0)
    .map(([name, title, lines]) => ({ name, title, lines }));
}

export function titleOf({ frame, pieces }: Explanation): string {
  const from = frame.sender === 'client' ? 'client → server' : 'server → client';
  const session = pieces.length === 0 ? '' : `, session ${frame.session.number}`;
  const { exactLength: length } = frame;
  return `Frame ${frame.number}: ${opcodeTitle(frame.opcode)}, ${length} ${length === 1n ? 'byte' : 'bytes'}, ${from}${session}`;
}

/** The lines of the figure, uncoloured where `colors` are none. */
export function diagramLines({ rows, omitted }: Diagram, colors: Colors): string[] {
  const lines = [
    ' 0                   1                   2                   3',
    ` ${Array.from({ length: ROW_BITS }, (_, i) => i % 10).join(' ')}`,
  ];
  for (const [i, row] of rows.entries()) {
    lines.push(border(row, rows[i - 1]));
    const columns = row.map((cell) => cellLines(cell));
    const height = Math.max(...columns.map((column) => column.length));
    for (let line = 0; line < height; line++)
      lines.push(
        `|${row.map((cell, at) => paint(cell.part, centred(columns[at][line] ?? '', widthOf(cell)), colors)).join('|')}|`,
      );
    lines.push(`|${row.map((cell) => paint(cell.part, cell.bits.split('').join(' '), colors)).join('|')}|`);
  }
  lines.push(border(rows.at(-1) ?? [], undefined));
  return omitted > 0 ? [...lines, `  … ${count(omitted, 'more byte')} of payload`] : lines;
}

const widthOf = ({ start, end }: Cell) => 2 * (end - start) - 1;

/** `+-+-+---+`, with a joint wherever a cell of this row or of the one above ends. */
function border(row: readonly Cell[], above: readonly Cell[] | undefined): string {
  const joints = new Set([0, ...[...row, ...(above ?? [])].flatMap(({ start, end }) => [start, end])]);
  const last = Math.max(...joints);
  let line = '';
  for (let bit = 0; bit <= last; bit++) line += `${joints.has(bit) ? '+' : '-'}${bit < last ? '-' : ''}`;
  return line;
}

/** The title of a cell in lines: downwards where it has the width of a bit. */
function cellLines({ title, start, end, continued }: Cell): string[] {
  if (end - start === 1) return title.split('');
  const text = continued ? `${title} (continued)` : title;
  return wrap(text, 2 * (end - start) - 1);
}

function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return text.padStart(text.length + Math.max(0, left)).padEnd(width);
}

/** Those next to each other of which the same is to be said, as of reserved bits, are told together. */
export function togetherOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const groups: Part[][] = [];
  for (const part of parts) {
    const [like] = groups.at(-1) ?? [];
    const isAlike = like?.why === part.why && like.value === part.value && like.meaning === part.meaning;
    if (isAlike) groups.at(-1)!.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** `4 bits`, `2 bytes`. */
export function sizeOf(parts: readonly Part[]): string {
  const bits = parts.at(-1)!.endBit - parts[0].startBit;
  return bits % 8 === 0 ? count(bits / 8, 'byte') : count(bits, 'bit');
}

/** `7f ^ 37 = 48 'H'` */
export function unmaskedText({ wire, key, result }: UnmaskedByte): string {
  const isPrintable = result >= 0x20 && result < 0x7f;
  return `${hexByte(wire)} ^ ${hexByte(key)} = ${hexByte(result)}${isPrintable ? ` '${String.fromCharCode(result)}'` : ''}`;
}

function partLines(alike: readonly Part[], colors: Colors): string[] {
  const [{ name, value, meaning, why, section }] = alike;
  const title = alike.map((part) => part.title).join(', ');
  const says = [value, meaning].filter((one) => one !== '').join(': ');
  return [
    `${paint(name, title.padEnd(24), colors)} ${sizeOf(alike)}, ${section}`,
    ...wrapped(says, '  = '),
    ...wrapped(why, '  ', colors.dim),
  ];
}

function unmaskLines(explanation: Explanation): string[] {
  return [
    ...explanation.unmasking.map((byte) => `  ${String(byte.index).padStart(2)}: ${unmaskedText(byte)}`),
    ...unmaskingRest(explanation).map((line) => `  ${line}`),
  ];
}

/** Says that there is more than is worked; empty where there is not. */
export function unmaskingRest({ unmaskingRest: rest }: Explanation): readonly string[] {
  return rest === 0 ? [] : [`… ${count(rest, 'more byte')}`];
}

function stepLines({ state, takes, tells }: Step): string[] {
  const bytes = takes === 0 ? '' : count(takes, 'byte');
  return wrapped(tells, `  ${state.padEnd(8)} ${bytes.padStart(9)}  `);
}

function messageLines({ joined }: Explanation): string[] {
  if (joined === undefined) return [];
  const { told, content, wrong } = joined;
  const lines = [...wrapped(told, '  '), ...(content === '' ? [] : wrapped(content, '  = '))];
  return [...lines, ...wrong.flatMap((one) => wrapped(one, '  '))];
}

function placeLines({ pieces, frame }: Explanation): string[] {
  const lines = pieces.slice(0, MAX_PACKETS).map(({ packet, packetOffset, streamOffset, length }) => {
    const from = streamOffset - frame.streamOffset;
    const where = packetOffset === undefined ? '' : `, at offset ${packetOffset}`;
    return `  packet ${packet}${where}: bytes ${from} to ${from + length - 1} of the frame`;
  });
  const comments = pieces
    .slice(0, MAX_PACKETS)
    .flatMap(({ packet, comment }) =>
      comment === undefined ? [] : wrapped(`comment on packet ${packet}: ${visible(comment)}`, '  '),
    );
  const more = pieces.length - MAX_PACKETS;
  return [...lines, ...(more > 0 ? [`  … and ${more} more packets`] : []), ...comments];
}

function wrapped(text: string, indent: string, paintLine = (line: string) => line): string[] {
  const hanging = ' '.repeat(indent.length);
  return wrap(text, WIDTH - indent.length).map((line, i) =>
    paintLine(`${i === 0 ? indent : hanging}${line}`),
  );
}
