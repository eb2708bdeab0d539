/**
 * A set of small whole numbers that grows: a bit for each number up to the greatest.
 */
export class NumberSet {
  private bits = new Uint8Array(64);

  add(number: number): void {
    const at = number >>> 3;
    if (at >= this.bits.length) {
      const grown = new Uint8Array(2 * (at + 1));
      grown.set(this.bits);
      this.bits = grown;
    }
    this.bits[at] |= 1 << (number & 7);
  }

  has(number: number): boolean {
    return ((this.bits[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }
}
