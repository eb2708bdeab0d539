/**
 * What connections hold in memory while it is open whether they are of interest, and the bound of all together.
 *
 * Strategy: each connection has a Holding, to which whoever holds something for it adds the bytes. Beyond the
 * bound the one that was renewed longest ago is given up; never the one that is adding, which may be at work.
 */

/** Where held bytes are counted. */
export interface Account {
  /** Less than 0 for what is let go. */
  add(bytes: number): void;
}

export const uncounted: Account = { add() {} };

export class HoldingPool {
  /** All that hold something, those renewed longest ago first. */
  readonly holdings = new Set<Holding>();
  bytes = 0;

  /** `limit` in bytes. */
  constructor(readonly limit = 64 << 20) {}

  /** Gives up holdings, but not `current`, until the bound is kept. */
  trim(current: Holding): void {
    while (this.bytes > this.limit) {
      const [first, second] = this.holdings;
      const oldest = first === current ? second : first;
      if (oldest === undefined) return;
      this.holdings.delete(oldest);
      oldest.giveUp();
    }
  }
}

export class Holding implements Account {
  private bytes = 0;
  private closed = false;

  /** `giveUp` is called when the pool's bound is exceeded, to let go what can be. */
  constructor(
    private readonly pool: HoldingPool,
    readonly giveUp: () => void,
  ) {}

  add(bytes: number): void {
    const { pool } = this;
    if (this.closed) return;
    this.bytes += bytes;
    pool.bytes += bytes;
    if (this.bytes <= 0) pool.holdings.delete(this);
    else pool.holdings.add(this);
    if (bytes > 0 && pool.bytes > pool.limit) pool.trim(this);
  }

  /** The connection has shown anew that it may be of interest. */
  renew(): void {
    if (this.pool.holdings.delete(this)) this.pool.holdings.add(this);
  }

  /** Nothing of what was added is held any more, and no more is counted. */
  close(): void {
    this.add(-this.bytes);
    this.closed = true;
  }
}
