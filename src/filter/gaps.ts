/**
 * How long after each other the records of a session came: for `ws.gap`.
 *
 * Strategy: of each session when its latest record was, until the session is over.
 */
import { secondsBetween, type Timestamp } from '../stream/place.js';
import type { Session } from '../websocket/session-record.js';

export class Gaps {
  private readonly latest = new Map<number, Timestamp>();

  /** Told of each record, in their order. Seconds since the one before it in its session; undefined: there is none. */
  since({
    session: { number },
    timestamp,
  }: {
    readonly session: Session;
    readonly timestamp: Timestamp;
  }): number | undefined {
    const before = this.latest.get(number);
    this.latest.set(number, timestamp);
    return before && secondsBetween(before, timestamp);
  }

  forget(session: number): void {
    this.latest.delete(session);
  }
}
