/**
 * HPACK (RFC 7541), the other way round: header fields → a header block. For samples and tests, which choose how
 * each field is represented.
 */
import { concat } from '../bytes/concat.js';
import type { HeaderField } from './head.js';
import { STATIC_TABLE } from './hpack-static.js';
import { HpackTable } from './hpack-table.js';
import { encodeHuffman } from './huffman.js';

export interface HpackFieldOptions {
  /** Default: added to the table, and by index where it is in one (RFC 7541 §6.1, §6.2.1). */
  readonly as?: 'indexed' | 'added' | 'not-indexed' | 'never-indexed';
  /** Default: where that is shorter. */
  readonly huffman?: boolean;
}

export type HpackField = readonly [name: string, value: string, options?: HpackFieldOptions];

/** A table that holds whatever the peers agree on. */
const NO_BOUND = 2 ** 31;
/** RFC 7541 §6.2: first bits of each kind of literal, and bits of the index of its name. */
const LITERALS = {
  added: [0x40, 6],
  'not-indexed': [0, 4],
  'never-indexed': [0x10, 4],
} as const;

export class HpackEncoder {
  private readonly table = new HpackTable(NO_BOUND);

  block(fields: readonly HpackField[]): Uint8Array {
    return concat(...fields.map((field) => this.field(field)));
  }

  /** A dynamic table size update (RFC 7541 §6.3), for the beginning of a block. */
  resize(size: number): Uint8Array {
    this.table.resize(size);
    return encodeInteger(size, 0x20, 5);
  }

  private field([name, value, options = {}]: HpackField): Uint8Array {
    const { as, huffman } = options;
    const field = { name, value };
    const index = this.find((entry) => entry.name === name && entry.value === value);
    if (index > 0 && (as === undefined || as === 'indexed')) return encodeInteger(index, 0x80, 7);
    const how = as === undefined || as === 'indexed' ? 'added' : as;
    const [first, prefix] = LITERALS[how];
    const named = this.find((entry) => entry.name === name);
    const parts = [encodeInteger(named, first, prefix)];
    if (named === 0) parts.push(encodeString(name, huffman));
    parts.push(encodeString(value, huffman));
    if (how === 'added') this.table.add(field);
    return concat(...parts);
  }

  /** Index of the first entry that fits; 0: none. */
  private find(fits: (field: HeaderField) => boolean): number {
    const inStatic = STATIC_TABLE.findIndex(fits);
    if (inStatic >= 0) return inStatic + 1;
    for (let i = 0; i < this.table.length; i++)
      if (fits(this.table.get(i)!)) return STATIC_TABLE.length + 1 + i;
    return 0;
  }
}

/** RFC 7541 §5.1: `first` has the bits in front of the prefix. */
export function encodeInteger(value: number, first: number, prefix: number): Uint8Array {
  const most = 2 ** prefix - 1;
  if (value < most) return Uint8Array.of(first | value);
  const bytes = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

/** RFC 7541 §5.2. */
export function encodeString(text: string, huffman?: boolean): Uint8Array {
  const coded = encodeHuffman(text);
  if (huffman ?? coded.length < text.length) return concat(encodeInteger(coded.length, 0x80, 7), coded);
  return concat(encodeInteger(text.length, 0, 7), Buffer.from(text, 'latin1'));
}
