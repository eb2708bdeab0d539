/**
 * The patches that packets of now may ask for: those of late, of all streams.
 *
 * Strategy: they come from the spool as the packets do that brought them. Of all together the latest are kept, and of each
 * stream its last one, which may be a long frame: what is retransmitted after so much else is overwritten as unknown.
 */
import type { Patch, PatchSpool } from './patches.js';

const KEPT = 1 << 16;

export class StreamPatches {
  /** By stream, in the order of their sequence numbers. */
  private readonly streams = new Map<number, Patch[]>();
  /** In the order in which they came, from `first` on. */
  private queue: Patch[] = [];
  private first = 0;

  constructor(
    private readonly spool: PatchSpool,
    private readonly kept = KEPT,
  ) {}

  /** Takes up what the packets up to this one have brought. */
  advance(packet: number): void {
    for (let patch = this.spool.next(packet); patch !== undefined; patch = this.spool.next(packet)) {
      this.insert(patch);
      this.queue.push(patch);
      // Two, since one may have to stay.
      for (let i = 0; i < 2 && this.queue.length - this.first > this.kept; i++) this.forget();
    }
  }

  /** Those that cover some of `length` octets from `sequence` on, in order. */
  overlapping(stream: number, sequence: number, length: number): readonly Patch[] {
    const patches = this.streams.get(stream);
    if (patches === undefined || length === 0) return [];
    let end = patches.length;
    while (end > 0 && ((patches[end - 1].sequence - sequence) | 0) >= length) end--;
    let start = end;
    while (start > 0 && ((patches[start - 1].sequence - sequence) | 0) + patches[start - 1].length > 0)
      start--;
    return patches.slice(start, end);
  }

  private insert(patch: Patch): void {
    let patches = this.streams.get(patch.stream);
    if (patches === undefined) {
      patches = [];
      this.streams.set(patch.stream, patches);
    }
    let at = patches.length;
    while (at > 0 && ((patches[at - 1].sequence - patch.sequence) | 0) > 0) at--;
    patches.splice(at, 0, patch);
  }

  private forget(): void {
    const patch = this.queue[this.first++];
    const patches = this.streams.get(patch.stream)!;
    if (patches.at(-1) === patch) this.queue.push(patch);
    else patches.splice(patches.indexOf(patch), 1);
    if (this.first < this.kept) return;
    this.queue = this.queue.slice(this.first);
    this.first = 0;
  }
}
