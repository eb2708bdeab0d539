/**
 * HPACK (RFC 7541): the header blocks of one direction → header fields, with the dynamic table that they share.
 *
 * Strategy: a block is decoded whole. Beyond the bound on what a head may come to, fields are not listed any more,
 * but decoding goes on, since the table has to follow. Behind a loss what is not known is marked and the rest is
 * right; a block that cannot be decoded leaves a table that is not known.
 */
import type { HeaderField } from './head.js';
import { STATIC_TABLE } from './hpack-static.js';
import { entrySize, HpackTable } from './hpack-table.js';
import { decodeHuffman } from './huffman.js';

/** Name or value that a loss hides: in no field that was captured, since those are Latin-1. */
export const UNKNOWN = '\ufffd';
const UNKNOWN_FIELD: HeaderField = { name: UNKNOWN, value: UNKNOWN };

/** Integers of more than this are no length or index of anything (RFC 7541 §5.1 asks for a limit). */
const MOST = 2 ** 31;

/** Why a block cannot be decoded. */
export type HpackFault =
  | 'an integer is cut or too large'
  | 'a string is cut'
  | 'a string is no Huffman code'
  | 'an index is in no table'
  | 'the table is resized behind a field'
  | 'the table is resized beyond what is allowed';

export interface HpackBlock {
  /** In their order; of a block with a fault, those before it. */
  readonly fields: readonly HeaderField[];
  /** Fields of which the name or the value is not known. */
  readonly unknown: number;
  /** Fields were left out: they come to more than the bound. */
  readonly cut: boolean;
  readonly fault: HpackFault | undefined;
}

export class HpackDecoder {
  readonly table: HpackTable;
  /** The largest table that the one who decodes allows (SETTINGS_HEADER_TABLE_SIZE); undefined: not known. */
  allowedSize: number | undefined = undefined;
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private fault: HpackFault | undefined = undefined;

  /** `maxHead`: octets that the fields of a block may come to; `maxTable`: that are kept of the table. */
  constructor(
    private readonly maxHead: number,
    maxTable: number,
  ) {
    this.table = new HpackTable(maxTable);
  }

  /** Decodes bytes[start, end), a whole header block. */
  decode(bytes: Uint8Array, start: number, end: number): HpackBlock {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.fault = undefined;
    const fields: HeaderField[] = [];
    let unknown = 0;
    let room = this.maxHead;
    let begun = false;
    while (this.at < end) {
      // RFC 7541 §6.3: 001 begins a size update.
      if ((bytes[this.at] & 0xe0) === 0x20) {
        if (begun) this.fault = 'the table is resized behind a field';
        else this.resize();
        if (this.fault !== undefined) break;
        continue;
      }
      begun = true;
      const field = this.field();
      if (this.fault !== undefined) break;
      room -= entrySize(field);
      if (room < 0) continue;
      fields.push(field);
      if (field.name === UNKNOWN || field.value === UNKNOWN) unknown++;
    }
    if (this.fault !== undefined) this.table.forget();
    return { fields, unknown, cut: room < 0, fault: this.fault };
  }

  /** RFC 7541 §6.1: 1 begins an indexed field; §6.2: 01 a literal that is added, 0000 and 0001 others. */
  private field(): HeaderField {
    const byte = this.bytes[this.at];
    if (byte >= 0x80) return this.entry(this.integer(7));
    const isAdded = byte >= 0x40;
    const index = this.integer(isAdded ? 6 : 4);
    const name = index === 0 ? this.string() : this.entry(index).name;
    const value = this.string();
    const field = { name, value };
    if (isAdded && this.fault === undefined) this.table.add(field);
    return field;
  }

  /** RFC 7541 §2.3.3: one address space for both tables. */
  private entry(index: number): HeaderField {
    if (index > 0 && index <= STATIC_TABLE.length) return STATIC_TABLE[index - 1];
    const entry = index === 0 ? undefined : this.table.get(index - STATIC_TABLE.length - 1);
    if (entry !== undefined) return entry;
    if (index === 0 || !this.table.incomplete) this.fault ??= 'an index is in no table';
    return UNKNOWN_FIELD;
  }

  private resize(): void {
    const size = this.integer(5);
    if (this.fault !== undefined) return;
    if (this.allowedSize !== undefined && size > this.allowedSize)
      this.fault = 'the table is resized beyond what is allowed';
    else this.table.resize(size);
  }

  /** RFC 7541 §5.1, with a prefix of so many bits. */
  private integer(prefix: number): number {
    const most = 2 ** prefix - 1;
    let value = this.bytes[this.at++] & most;
    if (value < most) return value;
    for (let factor = 1; this.at < this.end && factor <= MOST; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80 && value < MOST) return value;
      if (byte < 0x80) break;
    }
    this.fault ??= 'an integer is cut or too large';
    return 0;
  }

  /** RFC 7541 §5.2. */
  private string(): string {
    if (this.fault !== undefined || this.at >= this.end) {
      this.fault ??= 'a string is cut';
      return '';
    }
    const isHuffman = this.bytes[this.at] >= 0x80;
    const length = this.integer(7);
    const start = this.at;
    if (length > this.end - start) this.fault ??= 'a string is cut';
    if (this.fault !== undefined) return '';
    this.at += length;
    if (!isHuffman) return latin1(this.bytes, start, this.at);
    const text = decodeHuffman(this.bytes, start, this.at);
    if (text === undefined) this.fault = 'a string is no Huffman code';
    return text ?? '';
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
