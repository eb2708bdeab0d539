/**
 * What each of many comes to (client addresses, hosts with paths), and who has most.
 *
 * Strategy: a map that is bounded in entries and in the length of names: a peer decides how many there are, and how long.
 * What finds no place in it is summed.
 */
import type { BySender } from '../websocket/session-record.js';

/** What a session, or several, came to. */
export interface Amounts {
  readonly sessions: number;
  readonly messages: BySender<number>;
  readonly bytes: BySender<number>;
}

export interface TopEntry<N> extends Amounts {
  readonly name: N;
}

export class Top<N> {
  /** What found no place; undefined: all did. */
  unnamed: Amounts | undefined = undefined;
  private readonly entries = new Map<string, TopEntry<N>>();

  constructor(
    private readonly most: number,
    /** Told when the first one finds no place. */
    private readonly full: () => void,
  ) {}

  /** `key` is what makes a name this one. */
  add(key: string, name: N, amounts: Amounts): void {
    const known = this.entries.get(key);
    if (known !== undefined) this.entries.set(key, { ...plus(known, amounts), name: known.name });
    else if (this.entries.size < this.most) this.entries.set(key, { ...amounts, name });
    else {
      if (this.unnamed === undefined) this.full();
      this.unnamed = plus(this.unnamed ?? NOTHING, amounts);
    }
  }

  /** Those with most octets first, then with most messages, then by name; and what all others come to. */
  ranked(most: number): { readonly first: TopEntry<N>[]; readonly others: Amounts | undefined } {
    const ranked = [...this.entries].sort(
      ([aKey, a], [bKey, b]) =>
        both(b.bytes) - both(a.bytes) || both(b.messages) - both(a.messages) || (aKey < bKey ? -1 : 1),
    );
    const rest = ranked.slice(most).map(([, entry]): Amounts => entry);
    if (this.unnamed !== undefined) rest.push(this.unnamed);
    return {
      first: ranked.slice(0, most).map(([, entry]) => entry),
      others: rest.length === 0 ? undefined : rest.reduce(plus),
    };
  }
}

export const NOTHING: Amounts = {
  sessions: 0,
  messages: { client: 0, server: 0 },
  bytes: { client: 0, server: 0 },
};

export function both({ client, server }: BySender<number>): number {
  return client + server;
}

function plus(a: Amounts, b: Amounts): Amounts {
  const sum = (one: BySender<number>, other: BySender<number>) => ({
    client: one.client + other.client,
    server: one.server + other.server,
  });
  return {
    sessions: a.sessions + b.sessions,
    messages: sum(a.messages, b.messages),
    bytes: sum(a.bytes, b.bytes),
  };
}
