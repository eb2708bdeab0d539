/**
 * What connections hold in memory while it is open whether they are of interest, and the bound of all together.
 *
 * Strategy: each connection has a Holding, to which whoever holds something for it adds the bytes. Beyond the
 * bound the one that was renewed longest ago is given up; never the one that is adding, which may be at work.
 * They are a linked list: the oldest of a Set is behind all that were deleted, and takes as long to find.
 */
import { DEFAULT_LIMITS } from '../limits.js';

/** Where held bytes are counted. */
export interface Account {
  /** Less than 0 for what is let go. */
  add(bytes: number): void;
  /** As add(), of bytes of the stream that wait to be told what they are. */
  wait(bytes: number): void;
}

export const uncounted: Account = { add() {}, wait() {} };

interface Link {
  previous: Link;
  next: Link;
}

export class HoldingPool implements Link {
  /** What all hold together. */
  bytes = 0;
  /** Of these, bytes of streams that wait. */
  waiting = 0;
  /** The ends of the list: `next` is the oldest. */
  previous: Link = this;
  next: Link = this;

  /** `limit` in bytes. */
  constructor(readonly limit = DEFAULT_LIMITS.maxUndecided) {}

  /** Gives up holdings, but not `current`, until the bound is kept. */
  trim(current: Holding): void {
    while (this.bytes > this.limit) {
      const oldest = this.next === current ? current.next : this.next;
      if (!(oldest instanceof Holding)) return;
      oldest.unlink();
      oldest.giveUp();
    }
  }
}

export class Holding implements Account, Link {
  /** Itself where it is in no list. */
  previous: Link = this;
  next: Link = this;
  private bytes = 0;
  private waiting = 0;
  private closed = false;

  /** `giveUp` is called when the pool's bound is exceeded, to let go what can be. */
  constructor(
    private readonly pool: HoldingPool,
    readonly giveUp: () => void,
  ) {}

  add(bytes: number): void {
    if (this.closed) return;
    const { pool } = this;
    this.bytes += bytes;
    pool.bytes += bytes;
    if (this.bytes <= 0) this.unlink();
    else if (this.next === this) this.link();
    if (bytes > 0 && pool.bytes > pool.limit) pool.trim(this);
  }

  wait(bytes: number): void {
    if (this.closed) return;
    this.waiting += bytes;
    this.pool.waiting += bytes;
    this.add(bytes);
  }

  /** The connection has shown anew that it may be of interest. */
  renew(): void {
    if (this.next === this) return;
    this.unlink();
    this.link();
  }

  /** Nothing of what was added is held any more, and no more is counted. */
  close(): void {
    this.wait(-this.waiting);
    this.add(-this.bytes);
    this.closed = true;
  }

  unlink(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this.next = this;
  }

  private link(): void {
    const { pool } = this;
    this.previous = pool.previous;
    this.next = pool;
    this.previous.next = pool.previous = this;
  }
}
