/**
 * Random choices that a seed repeats: splitmix32, whose every state is good, so that seeds may be 1, 2, 3.
 */
export class Random {
  constructor(private state: number) {}

  /** 0 … 2^32 - 1. */
  next(): number {
    this.state = (this.state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** 0 … limit - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** 0 … limit - 1, the small ones mostly. */
  small(limit: number): number {
    return this.below(1 + this.below(1 + this.below(limit)));
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** What parsers get wrong: borders of every width. */
  odd(): number {
    const power = 2 ** this.below(33);
    return Math.max(0, Math.min(2 ** 32 - 1, power + this.below(3) - 1));
  }
}
