/**
 * Records of numbers and texts as octets, one behind the other, in memory: for what is kept of a great many things
 * until all are known.
 *
 * Strategy: half a million small objects take hundreds of megabytes and the garbage collector's time; their numbers in
 * as many octets as they need take twenty. Texts that come again are kept once, as long as there are not too many.
 */

const CHUNK = 1 << 18;
/** Texts that are kept once; further ones are written out each time. */
const MOST_SHARED = 4096;
const LATIN1 = /^[\0-\xff]*$/;
/** How a text is written: its place among those that are shared comes behind these. */
const LATIN1_TEXT = 1;
const UTF16_TEXT = 2;
const SHARED = 3;

export class RecordWriter {
  /** One is longer than CHUNK only where a record is. */
  readonly chunks: Uint8Array[] = [];
  /** Of each chunk, the octets that are used. */
  readonly ends: number[] = [];
  readonly texts: string[] = [];
  private readonly places = new Map<string, number>();
  private scratch = Buffer.alloc(1024);
  private used = 0;

  /** Octets of all records. */
  get size(): number {
    return this.ends.reduce((sum, end) => sum + end, 0);
  }

  /** A whole number from 0 on, or undefined. */
  whole(value: number | undefined): void {
    this.reserve(8);
    let left = value === undefined ? 0 : value + 1;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) this.scratch[this.used++] = (left % 0x80) | 0x80;
    this.scratch[this.used++] = left;
  }

  /** Any number. */
  double(value: number): void {
    this.reserve(8);
    this.used = this.scratch.writeDoubleLE(value, this.used);
  }

  /** A text that is hardly ever the same as another. */
  text(text: string): void {
    const encoding = LATIN1.test(text) ? 'latin1' : 'utf16le';
    const size = encoding === 'latin1' ? text.length : 2 * text.length;
    this.whole(encoding === 'latin1' ? LATIN1_TEXT : UTF16_TEXT);
    this.whole(size);
    this.reserve(size);
    this.used += this.scratch.write(text, this.used, encoding);
  }

  /** One that probably is. */
  sharedText(text: string | undefined): void {
    let place = text === undefined ? -1 : this.places.get(text);
    if (place === undefined && this.texts.length < MOST_SHARED) {
      place = this.texts.push(text!) - 1;
      this.places.set(text!, place);
    }
    if (text === undefined) this.whole(undefined);
    else if (place === undefined) this.text(text);
    else this.whole(SHARED + place);
  }

  /** The record is whole. Returns where it is, for RecordReader.at(). */
  end(): number {
    const { scratch, used } = this;
    let chunk = this.chunks.length - 1;
    if (chunk < 0 || this.ends[chunk] + used > this.chunks[chunk].length) {
      this.chunks.push(new Uint8Array(Math.max(CHUNK, used)));
      this.ends.push(0);
      chunk++;
    }
    const at = this.ends[chunk];
    this.chunks[chunk].set(scratch.subarray(0, used), at);
    this.ends[chunk] += used;
    this.used = 0;
    return chunk * CHUNK + at;
  }

  private reserve(size: number): void {
    if (this.used + size <= this.scratch.length) return;
    const grown = Buffer.alloc(2 * (this.used + size));
    this.scratch.copy(grown, 0, 0, this.used);
    this.scratch = grown;
  }
}

/** Reads what was written, in the same order of kinds. */
export class RecordReader {
  private bytes: Buffer = Buffer.alloc(0);
  private next = 0;

  constructor(private readonly records: RecordWriter) {}

  /** Goes to the record that end() returned `place` for. A record begins within the first CHUNK octets of its chunk. */
  at(place: number): void {
    const { buffer, byteOffset, length } = this.records.chunks[Math.floor(place / CHUNK)];
    this.bytes = Buffer.from(buffer, byteOffset, length);
    this.next = place % CHUNK;
  }

  whole(): number | undefined {
    let value = 0;
    let factor = 1;
    let octet = this.bytes[this.next++];
    for (; octet >= 0x80; octet = this.bytes[this.next++]) {
      value += (octet & 0x7f) * factor;
      factor *= 0x80;
    }
    value += octet * factor;
    return value === 0 ? undefined : value - 1;
  }

  double(): number {
    this.next += 8;
    return this.bytes.readDoubleLE(this.next - 8);
  }

  /** For text() and sharedText(). */
  text(): string | undefined {
    const kind = this.whole();
    if (kind === undefined) return undefined;
    if (kind >= SHARED) return this.records.texts[kind - SHARED];
    const size = this.whole()!;
    const from = this.next;
    this.next = from + size;
    return this.bytes.toString(kind === LATIN1_TEXT ? 'latin1' : 'utf16le', from, from + size);
  }
}
