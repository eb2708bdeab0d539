/**
 * pcapng options (draft-ietf-opsawg-pcapng §3.5): code, length, value padded to 32 bits, until opt_endofopt
 * or the end of the block. Only the options that change what a packet means are decoded: comments, and an
 * interface's timestamp resolution and offset.
 */
import { u16 } from './integers.js';

/** §3.5: in any block; §4.2: if_tsresol and if_tsoffset of an interface description. */
export const OPT_ENDOFOPT = 0;
export const OPT_COMMENT = 1;
export const IF_TSRESOL = 9;
export const IF_TSOFFSET = 14;

/**
 * Calls `visit(code, at, length)` for each option in bytes[start, end), the value being
 * bytes[at, at + length). False if the options do not add up; those before the fault were visited.
 */
export function visitOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  visit: (code: number, at: number, length: number) => void,
): boolean {
  let at = start;
  while (at + 4 <= end) {
    const code = u16(bytes, at, little);
    const length = u16(bytes, at + 2, little);
    if (code === OPT_ENDOFOPT) return length === 0;
    at += 4;
    if (at + length > end) return false;
    visit(code, at, length);
    at += (length + 3) & ~3;
  }
  return at === end;
}

const utf8 = new TextDecoder();

/** Collects the comments of one block, joined by line breaks and bounded in length. */
export class CommentCollector {
  text: string | undefined = undefined;
  /** Something was left out. */
  cut = false;

  /** `room`: longest text kept of all comments of the block, in bytes. */
  constructor(private room: number) {}

  /** The line break behind each counts too: a block may hold millions of empty comments. */
  add(bytes: Uint8Array, at: number, length: number): void {
    const kept = Math.min(length, this.room);
    if (this.room <= 0 || kept < length) this.cut = true;
    if (this.room <= 0) return;
    this.room -= kept + 1;
    const text = utf8.decode(bytes.subarray(at, at + kept)) + (kept < length ? '…' : '');
    this.text = this.text === undefined ? text : `${this.text}\n${text}`;
  }
}
