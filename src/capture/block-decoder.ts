/**
 * What a decompressor looks like from outside: sans-I/O, one block of output at a time.
 */
import type { Block } from './open.js';

/** Told of a truncated or corrupt stream: `truncated-capture` or `corrupt-compression`. */
export type Trouble = (code: string, message: string) => void;

/** A sans-I/O decompressor: push input, then take output while next() is true. */
export interface BlockDecoder {
  /** The output of the last next(); borrowed until the one after the following. */
  readonly block: Block;
  /** Why nothing more can be decoded. */
  readonly failure: string | undefined;
  /** All input was used and no frame is open: the input may end here. */
  readonly atBoundary: boolean;
  push(bytes: Uint8Array, start: number, end: number): void;
  next(): boolean;
  /** At the end of the input: decodes what there is of a cut block. */
  salvage(): boolean;
}
