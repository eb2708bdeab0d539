/**
 * Requests that wait for their answers, so that an answer can tell what it answers and after how long.
 *
 * Strategy: a table per session, by a key that its decoder makes of who asked and of the id; and one list of all
 * sessions' requests in the order in which they were asked, so that the oldest of all is forgotten at the limit. Kept
 * are number and time, never the message.
 */
import type { Timestamp } from '../stream/place.js';
import type { Message } from '../websocket/message-record.js';
import type { Answer } from './decoder.js';

/** UTF-16 units of a key, and of what is noted; a request with a longer key is not paired. */
const MAX_KEY = 256;
const MAX_NOTE = 80;

interface Asked {
  readonly table: Map<string, Asked>;
  readonly key: string;
  readonly message: number;
  readonly time: Timestamp;
  readonly note: string;
  answers: number;
}

/** A request that was found for an answer. */
export interface Found {
  readonly answers: Answer;
  /** What the decoder noted of the request. */
  readonly note: string;
  /** How many answers there were, with this one. */
  readonly count: number;
}

/** Of all sessions. */
export class OpenRequests {
  private readonly all = new Set<Asked>();

  constructor(
    private readonly limit: number,
    private readonly limitHit: (message: Message) => void,
  ) {}

  get size(): number {
    return this.all.size;
  }

  add(asked: Asked, message: Message): void {
    asked.table.set(asked.key, asked);
    this.all.add(asked);
    if (this.all.size <= this.limit) return;
    for (const oldest of this.all) {
      this.remove(oldest);
      break;
    }
    this.limitHit(message);
  }

  remove(asked: Asked): void {
    asked.table.delete(asked.key);
    this.all.delete(asked);
  }
}

/** Requests of one session that wait for their answers, by a key that the decoder makes (256 characters at most). */
export class SessionRequests {
  private readonly table = new Map<string, Asked>();

  constructor(private readonly open: OpenRequests) {}

  /** Notes a request; one before it with the same key is forgotten. */
  ask(key: string, message: Message, note = ''): void {
    if (key.length > MAX_KEY) return;
    const before = this.table.get(key);
    if (before !== undefined) this.open.remove(before);
    const { number, timestamp } = message;
    this.open.add(
      {
        table: this.table,
        key,
        message: number,
        time: timestamp,
        note: note.slice(0, MAX_NOTE),
        answers: 0,
      },
      message,
    );
  }

  /** The request that a message answers; more answers may come. */
  find(key: string, { timestamp }: Message): Found | undefined {
    const asked = this.table.get(key);
    if (asked === undefined) return undefined;
    asked.answers++;
    const latency = secondsBetween(asked.time, timestamp);
    return { answers: { message: asked.message, latency }, note: asked.note, count: asked.answers };
  }

  /** The request that a message answers for good. */
  settle(key: string, message: Message): Found | undefined {
    const found = this.find(key, message);
    if (found !== undefined) this.open.remove(this.table.get(key)!);
    return found;
  }

  /** The session is over: forgets them all. */
  close(): void {
    for (const asked of this.table.values()) this.open.remove(asked);
  }
}

function secondsBetween(from: Timestamp, to: Timestamp): number {
  return Number((to.seconds - from.seconds + (to.nanoseconds - from.nanoseconds) / 1e9).toFixed(9));
}
