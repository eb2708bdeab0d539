/**
 * Pings of one sender in the order in which they came, found by payload without a look at the others: a peer decides how
 * many there are, and how many Pongs are to be compared with them.
 *
 * Strategy: links from Ping to Ping, in order and from each to the next with the same payload, and a map to the ends of
 * the latter. A Ping is in one list at a time. Only the oldest of all those with its payload ever leaves.
 */
import type { Where } from './rule.js';

export interface OpenPing {
  readonly where: Where;
  readonly time: number;
  /** TCP sequence number behind it. */
  readonly sequenceEnd: number | undefined;
  /** A character per octet; undefined where it was not captured whole. */
  readonly payload: string | undefined;
  /** A Pong is due: the Ping is right in form and neither side was closing. */
  readonly owed: boolean;
  /** Frames that the other side had sent before. */
  readonly framesBefore: number;
  /** The first Pong behind it with another payload. */
  wrong: WrongPong | undefined;
  /** What came in place of the right Pong, so far. */
  answer: 'none' | 'pong' | 'data';
  /** The first frame of the other side behind it, if that is a data frame. */
  reply: Where | undefined;
  /** Why that is an answer to the Ping, if no Pong ever comes. */
  sign: Sign | undefined;
  /** The other side owed no reply, and the Ping's sender has said nothing since. */
  quiet: boolean;
  /** The other side has only replied up to then. */
  readonly byReplier: boolean;
  /** Its neighbours in the list that it is in, and the next one there with its payload (PingList). */
  earlier: OpenPing | undefined;
  later: OpenPing | undefined;
  nextAlike: OpenPing | undefined;
}

/** The reply is the Ping's payload, holds it, says "pong", or comes from who only replies and had nothing to reply to. */
export type Sign = 'same' | 'holds' | 'pong' | 'only';

export interface WrongPong {
  readonly where: Where;
  readonly length: number;
}

interface Alike {
  oldest: OpenPing;
  newest: OpenPing;
}

export class PingList {
  size = 0;
  oldest: OpenPing | undefined = undefined;
  newest: OpenPing | undefined = undefined;
  private readonly alike = new Map<string | undefined, Alike>();

  push(ping: OpenPing): void {
    const { newest, alike } = this;
    ping.earlier = newest;
    if (newest === undefined) this.oldest = ping;
    else newest.later = ping;
    this.newest = ping;
    this.size++;
    const same = alike.get(ping.payload);
    if (same === undefined) alike.set(ping.payload, { oldest: ping, newest: ping });
    else {
      same.newest.nextAlike = ping;
      same.newest = ping;
    }
  }

  /** The newest that a Pong with this payload fits; undefined: that of a Pong that is not whole, which fits all. */
  newestFor(payload: string | undefined): OpenPing | undefined {
    if (payload === undefined) return this.newest;
    const same = this.alike.get(payload)?.newest;
    const unknown = this.alike.get(undefined)?.newest;
    return same === undefined || (unknown !== undefined && isBefore(same, unknown)) ? unknown : same;
  }

  /** The oldest of these. */
  oldestFor(payload: string | undefined): OpenPing | undefined {
    if (payload === undefined) return this.oldest;
    const same = this.alike.get(payload)?.oldest;
    const unknown = this.alike.get(undefined)?.oldest;
    return same === undefined || (unknown !== undefined && isBefore(unknown, same)) ? unknown : same;
  }

  /** `ping`: the oldest of those with its payload. */
  remove(ping: OpenPing): void {
    const { earlier, later, nextAlike, payload } = ping;
    if (earlier === undefined) this.oldest = later;
    else earlier.later = later;
    if (later === undefined) this.newest = earlier;
    else later.earlier = earlier;
    this.size--;
    if (nextAlike === undefined) this.alike.delete(payload);
    else this.alike.get(payload)!.oldest = nextAlike;
    ping.earlier = ping.later = ping.nextAlike = undefined;
  }

  clear(): void {
    this.oldest = this.newest = undefined;
    this.size = 0;
    this.alike.clear();
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<OpenPing> {
    for (let ping = this.oldest; ping !== undefined; ping = ping.later) yield ping;
  }
}

const isBefore = (a: OpenPing, b: OpenPing): boolean => a.where.frame < b.where.frame;
