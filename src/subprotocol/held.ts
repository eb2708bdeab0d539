/**
 * Octets of a unit that goes on in its sender's next message, within a budget of all sessions.
 *
 * Strategy: one buffer per sender that grows by doubling, so that a unit that comes octet by octet costs one copy of
 * each; nothing is copied where each message holds whole units.
 */

/** How many octets of unfinished units may be held by all sessions together. */
export class HeldBudget {
  held = 0;

  constructor(
    readonly limit: number,
    private readonly limitHit: () => void,
  ) {}

  /** Whether there is room for so many more octets, which are then counted. */
  take(count: number): boolean {
    if (this.held + count > this.limit) {
      this.limitHit();
      return false;
    }
    this.held += count;
    return true;
  }

  /** Octets that take() had counted are held no more. */
  give(count: number): void {
    this.held -= count;
  }
}

const NONE = new Uint8Array(0);

export class Remainder {
  private own = NONE;
  private used = 0;

  constructor(private readonly budget: HeldBudget) {}

  get length(): number {
    return this.used;
  }

  /** What was kept with the content behind it; undefined where that is too much, and nothing is kept any more. */
  with(content: Uint8Array): Uint8Array | undefined {
    const { used } = this;
    if (used === 0) return content;
    if (!this.budget.take(content.length)) {
      this.drop();
      return undefined;
    }
    const length = used + content.length;
    if (length > this.own.length) {
      const larger = new Uint8Array(Math.max(length, this.own.length * 2));
      larger.set(this.own.subarray(0, used));
      this.own = larger;
    }
    this.own.set(content, used);
    this.used = length;
    return this.own.subarray(0, length);
  }

  /** Keeps bytes[start, …) of what with() gave; false where that is too much, and nothing is kept. */
  keep(bytes: Uint8Array, start: number): boolean {
    const count = bytes.length - start;
    if (this.used > 0) {
      this.budget.give(this.used - count);
      if (count === 0) this.own = NONE;
      else if (start > 0) this.own.copyWithin(0, start, bytes.length);
      this.used = count;
      return true;
    }
    if (count === 0) return true;
    if (!this.budget.take(count)) return false;
    this.own = bytes.slice(start);
    this.used = count;
    return true;
  }

  drop(): void {
    this.budget.give(this.used);
    this.own = NONE;
    this.used = 0;
  }
}
