/**
 * The dynamic table of HPACK (RFC 7541 §2.3.2, §4): the newest entry first, the oldest evicted.
 *
 * Strategy: a ring, so that nothing is moved. Entries are counted from the newest, so behind a loss those that
 * were added since are exact and only older ones unknown: it is `incomplete` then, and an index beyond what is
 * here is no fault. Where the peers agree on a larger table than we keep, the oldest entries are unknown, too.
 */
import type { HeaderField } from './head.js';

/** RFC 7541 §4.1: an entry counts its octets and 32. */
const ENTRY_OVERHEAD = 32;
/** RFC 9113 §6.5.2: the size until SETTINGS_HEADER_TABLE_SIZE says another. */
export const DEFAULT_TABLE_SIZE = 4096;

const FIRST_ROOM = 16;

export function entrySize({ name, value }: HeaderField): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}

export class HpackTable {
  /** Of all known entries. */
  size = 0;
  length = 0;
  /** Entries older than those that are known may be in it. */
  incomplete = false;
  /** Some of them, because of our own bound. */
  isCut = false;
  private entries: (HeaderField | undefined)[] = new Array(FIRST_ROOM);
  /** Where the next one goes. */
  private next = 0;
  private maxSize = DEFAULT_TABLE_SIZE;
  /** The peers may have agreed on another size where that was not captured. */
  private isSizeKnown = true;

  /** `bound`: octets that are kept, whatever the peers agree on. */
  constructor(private readonly bound: number) {}

  /** `index` from 0, the newest. Undefined: none, or not known. */
  get(index: number): HeaderField | undefined {
    return index < this.length ? this.entries[this.at(index)] : undefined;
  }

  /** RFC 7541 §4.4: an entry larger than the table empties it. */
  add(field: HeaderField): void {
    const size = entrySize(field);
    this.evictTo(this.maxSize - size);
    if (size > this.maxSize) return;
    while (this.length > 0 && this.size + size > this.bound) {
      this.dropOldest();
      this.incomplete = this.isCut = true;
    }
    if (size > this.bound) {
      this.incomplete = this.isCut = true;
      return;
    }
    if (this.length === this.entries.length) this.grow();
    this.entries[this.next] = field;
    this.next = (this.next + 1) % this.entries.length;
    this.length++;
    this.size += size;
  }

  /** RFC 7541 §4.3. */
  resize(maxSize: number): void {
    this.maxSize = maxSize;
    this.isSizeKnown = true;
    this.evictTo(maxSize);
  }

  /** Behind a loss: what is in it is not known. */
  forget(): void {
    this.entries = new Array(FIRST_ROOM);
    this.next = this.length = this.size = 0;
    this.incomplete = true;
  }

  /** The beginning was not captured: neither is the size known that the peers agreed on. */
  beginInTheMiddle(): void {
    this.forget();
    this.isSizeKnown = false;
    this.maxSize = this.bound;
  }

  /** Where one of the known entries has to go, all unknown ones have gone before. */
  private evictTo(size: number): void {
    if (this.size <= size && size > 0) return;
    while (this.length > 0 && this.size > size) this.dropOldest();
    if (this.isSizeKnown) this.incomplete = false;
  }

  private dropOldest(): void {
    const at = this.at(this.length - 1);
    this.size -= entrySize(this.entries[at]!);
    this.entries[at] = undefined;
    this.length--;
  }

  private at(index: number): number {
    const { length } = this.entries;
    return (this.next - 1 - index + length) % length;
  }

  private grow(): void {
    const { length } = this;
    const entries: (HeaderField | undefined)[] = new Array(this.entries.length * 2);
    for (let i = 0; i < length; i++) entries[length - 1 - i] = this.get(i);
    this.entries = entries;
    this.next = length;
  }
}
