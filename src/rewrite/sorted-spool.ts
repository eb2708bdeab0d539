/**
 * Records that come in nearly any order and are read back by their keys, those of the same key as they came: more of them
 * than memory holds.
 *
 * Strategy: an external merge sort. What fits into memory is sorted and written as a run; in the end all runs are read side by
 * side, the one with the least key first. A run is read in pieces, smaller ones where there are more runs, so that memory is
 * the same for any number of records.
 */
import { TemporaryFile } from './temporary-file.js';

/** Octets gathered in memory, and what a record costs there beside its own. */
const MOST = 1 << 23;
const RECORD_COST = 128;
/** Key, as a double, and length. */
const HEADER = 12;
const PIECE = 1 << 16;
const LEAST_PIECE = 1 << 12;

export interface KeyedRecord {
  readonly key: number;
  readonly bytes: Uint8Array;
}

export class SortedSpool {
  private readonly file = new TemporaryFile();
  private readonly runs: { readonly start: number; readonly end: number }[] = [];
  private waiting: KeyedRecord[] = [];
  private held = 0;
  private end = 0;
  private readers: RunReader[] | undefined = undefined;

  /** `most`: octets in memory. */
  constructor(private readonly most = MOST) {}

  /** `bytes` is kept. */
  add(key: number, bytes: Uint8Array): void {
    this.waiting.push({ key, bytes });
    this.held += bytes.length + RECORD_COST;
    if (this.held > this.most) this.store();
  }

  /** The next record if its key is `key` or less; from then on nothing may be added. */
  next(key: number): KeyedRecord | undefined {
    this.readers ??= this.open();
    const { readers } = this;
    const first = readers[0];
    const record = first?.record;
    if (record === undefined || record.key > key) return undefined;
    first.advance();
    if (first.record === undefined) readers.shift();
    else sink(readers);
    return record;
  }

  close(): void {
    this.file.close();
  }

  private store(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    // Stable, as the language asks.
    waiting.sort((a, b) => a.key - b.key);
    const size = waiting.reduce((sum, { bytes }) => sum + HEADER + bytes.length, 0);
    const run = Buffer.alloc(size);
    let at = 0;
    for (const { key, bytes } of waiting) {
      run.writeDoubleLE(key, at);
      run.writeUInt32LE(bytes.length, at + 8);
      run.set(bytes, at + HEADER);
      at += HEADER + bytes.length;
    }
    this.file.write(run, this.end);
    this.runs.push({ start: this.end, end: this.end + size });
    this.end += size;
    this.waiting = [];
    this.held = 0;
  }

  private open(): RunReader[] {
    this.store();
    const piece = Math.max(
      LEAST_PIECE,
      Math.min(PIECE, Math.floor((2 * this.most) / (this.runs.length + 1))),
    );
    const readers = this.runs.map(
      ({ start, end }, order) => new RunReader(this.file, start, end, order, piece),
    );
    return readers.sort(byKey);
  }
}

class RunReader {
  record: KeyedRecord | undefined = undefined;
  private buffer: Buffer;
  private at = 0;
  private filled = 0;

  constructor(
    private readonly file: TemporaryFile,
    private start: number,
    private readonly end: number,
    readonly order: number,
    piece: number,
  ) {
    this.buffer = Buffer.alloc(piece);
    this.advance();
  }

  advance(): void {
    this.record = undefined;
    if (!this.has(HEADER)) return;
    const key = this.buffer.readDoubleLE(this.at);
    const length = this.buffer.readUInt32LE(this.at + 8);
    this.has(HEADER + length);
    const from = this.at + HEADER;
    this.record = { key, bytes: Buffer.from(this.buffer.subarray(from, from + length)) };
    this.at = from + length;
  }

  /** Reads on until `length` octets are there; false at the end of the run. */
  private has(length: number): boolean {
    if (this.filled - this.at >= length) return true;
    if (this.start === this.end && this.filled === this.at) return false;
    const rest = this.buffer.subarray(this.at, this.filled);
    const larger = length > this.buffer.length ? Buffer.alloc(length) : this.buffer;
    larger.set(rest);
    this.buffer = larger;
    this.at = 0;
    const room = Math.min(larger.length - rest.length, this.end - this.start);
    const count = this.file.read(larger.subarray(rest.length, rest.length + room), this.start);
    this.start += count;
    this.filled = rest.length + count;
    return true;
  }
}

function byKey(a: RunReader, b: RunReader): number {
  return a.record!.key - b.record!.key || a.order - b.order;
}

/** Moves the first reader to where its record belongs: mostly that is where it is, since records come nearly in order. */
function sink(readers: RunReader[]): void {
  const first = readers[0];
  let at = 0;
  for (; at + 1 < readers.length && byKey(readers[at + 1], first) < 0; at++) readers[at] = readers[at + 1];
  readers[at] = first;
}
