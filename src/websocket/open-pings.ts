/**
 * The last Pings of a side that nobody has answered, as the summary of a session tells of them.
 */
import type { Place } from '../stream/place.js';

/** Seconds that a Pong may take. */
const PONG_TIME = 1;

/** The Pings of one sender since the last Pong. */
export class OpenPings {
  private count = 0;
  private since = 0;

  sent({ seconds, nanoseconds }: Place): void {
    if (this.count++ === 0) this.since = seconds + nanoseconds / 1e9;
  }

  answered(): void {
    this.count = 0;
  }

  overdue({ seconds, nanoseconds }: Place): number {
    return seconds + nanoseconds / 1e9 - this.since >= PONG_TIME ? this.count : 0;
  }
}
