/**
 * What is drawn for samples and quizzes: the same for the same seed, on any machine.
 */
import { createHash } from 'node:crypto';
import { SENDERS, type Sender } from '../websocket/frame-record.js';

export class Draw {
  private drawn = 0;

  constructor(private readonly seed: string) {}

  /** At most 32. */
  bytes(length: number): Buffer {
    return createHash('sha256')
      .update(`${this.seed} ${++this.drawn}`)
      .digest()
      .subarray(0, length);
  }

  /** From 0 to limit - 1. */
  below(limit: number): number {
    return this.bytes(4).readUInt32BE() % limit;
  }

  /** From `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  sender(): Sender {
    return this.one(SENDERS);
  }

  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    return list.map(() => rest.splice(this.below(rest.length), 1)[0]);
  }
}
