/**
 * The figure of RFC 6455 §5.2, 32 bits wide, with the bits of one frame: rows of cells, which text and SVG draw.
 */
import type { Part, PartName } from './part.js';

export const ROW_BITS = 32;

/** Rows of payload that are drawn. */
const PAYLOAD_ROWS = 2;

export interface Cell {
  readonly part: PartName;
  readonly title: string;
  /** Of the row: [start, end). */
  readonly start: number;
  readonly end: number;
  /** `0` and `1`, and `?` of what is missing. */
  readonly bits: string;
  /** It goes on from the row before. */
  readonly continued: boolean;
}

export interface Diagram {
  readonly rows: readonly (readonly Cell[])[];
  /** Octets of payload that are not drawn. */
  readonly omitted: number;
}

/** `bytes`: of the frame, as many as there are; `isMissing`: the one at an index is none of it. */
export function makeDiagram(
  parts: readonly Part[],
  bytes: Uint8Array,
  isMissing: (at: number) => boolean = () => false,
): Diagram {
  const rows: Cell[][] = [];
  const payload = parts.find(({ name }) => name === 'payload');
  const firstRow = payload === undefined ? 0 : Math.floor(payload.startBit / ROW_BITS);
  const payloadEnd = Math.min(bytes.length * 8, (firstRow + PAYLOAD_ROWS) * ROW_BITS);
  for (const { name, title, startBit, endBit } of parts) {
    const end = Math.min(endBit, name === 'payload' ? payloadEnd : bytes.length * 8);
    for (let at = startBit; at < end; ) {
      const row = Math.floor(at / ROW_BITS);
      const to = Math.min(end, (row + 1) * ROW_BITS);
      rows[row] ??= [];
      rows[row].push({
        part: name,
        title,
        start: at % ROW_BITS,
        end: ((to - 1) % ROW_BITS) + 1,
        bits: bitsOf(bytes, at, to, isMissing),
        continued: at > startBit,
      });
      at = to;
    }
  }
  return { rows, omitted: payload === undefined ? 0 : Math.max(0, (payload.endBit - payloadEnd) / 8) };
}

function bitsOf(bytes: Uint8Array, start: number, end: number, isMissing: (at: number) => boolean): string {
  let bits = '';
  for (let at = start; at < end; at++)
    bits += isMissing(at >> 3) ? '?' : (bytes[at >> 3] >> (7 - (at & 7))) & 1;
  return bits;
}
