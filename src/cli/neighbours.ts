/**
 * `--context n`: what a filter holds for, with the n items of its session before and behind it.
 */
import type { Session } from '../websocket/session-record.js';

interface Around<T> {
  /** The last ones that were not shown. */
  before: T[];
  /** So many are to be shown, whatever they are. */
  behind: number;
}

export class Neighbours<T extends { readonly session: Session; readonly number: number }> {
  /** Number of the item that was shown last. */
  private last = 0;
  private readonly sessions = new Map<number, Around<T>>();
  /** Sessions of which some are to be shown that have not come yet. */
  private waiting = 0;

  constructor(
    private readonly count: number,
    private readonly showItem: (item: T, isNeighbour: boolean) => void,
    /** Told in front of an item that does not follow the one before it. */
    private readonly gap: () => void = () => {},
  ) {}

  get isWaiting(): boolean {
    return this.waiting > 0;
  }

  take(item: T, isHit: boolean): void {
    const { number } = item.session;
    let around = this.sessions.get(number);
    if (around === undefined) {
      around = { before: [], behind: 0 };
      this.sessions.set(number, around);
    }
    if (isHit) {
      for (const one of around.before) this.show(one, true);
      around.before = [];
      if (around.behind === 0 && this.count > 0) this.waiting++;
      around.behind = this.count;
      this.show(item, false);
    } else if (around.behind > 0) {
      if (--around.behind === 0) this.waiting--;
      this.show(item, true);
    } else {
      around.before.push(item);
      if (around.before.length > this.count) around.before.shift();
    }
  }

  private show(item: T, isNeighbour: boolean): void {
    if (this.last > 0 && item.number !== this.last + 1) this.gap();
    this.last = item.number;
    this.showItem(item, isNeighbour);
  }

  closed(session: number): void {
    if ((this.sessions.get(session)?.behind ?? 0) > 0) this.waiting--;
    this.sessions.delete(session);
  }
}
