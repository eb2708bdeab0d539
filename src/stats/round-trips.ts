/**
 * Which Pong answers which Ping of one side, and how long it took.
 *
 * Strategy: a Pong answers the oldest open Ping with its body (RFC 6455 §5.5.3 lets a peer skip Pings, but not answer them
 * out of turn). Found by body without a look at the others; bounded in number, and, as a control frame, in size.
 */

interface Sent {
  readonly body: string;
  readonly time: number;
  readonly isCounted: boolean;
}

export class RoundTrips {
  /** In the order in which they were sent. */
  private readonly open = new Set<Sent>();
  private readonly byBody = new Map<string, Sent[]>();

  constructor(
    private readonly most: number,
    /** Told when one is forgotten. */
    private readonly forgets: () => void,
  ) {}

  /** `time` in nanoseconds since any point; `isCounted`: its answer is asked for. */
  ping(body: string, time: number, isCounted: boolean): void {
    const sent: Sent = { body, time, isCounted };
    this.open.add(sent);
    const alike = this.byBody.get(body);
    if (alike === undefined) this.byBody.set(body, [sent]);
    else alike.push(sent);
    if (this.open.size <= this.most) return;
    const [oldest] = this.open;
    this.remove(oldest);
    this.forgets();
  }

  /** Nanoseconds since the Ping that this answers; undefined where it answers none that is counted. */
  pong(body: string, time: number): number | undefined {
    const sent = this.byBody.get(body)?.[0];
    if (sent === undefined) return undefined;
    this.remove(sent);
    return sent.isCounted ? time - sent.time : undefined;
  }

  /** Those that have got no Pong so far, but for forgotten ones. */
  get unanswered(): number {
    let count = 0;
    for (const { isCounted } of this.open) if (isCounted) count++;
    return count;
  }

  /** `sent`: the oldest of those with its body. */
  private remove(sent: Sent): void {
    this.open.delete(sent);
    const alike = this.byBody.get(sent.body)!;
    if (alike.length === 1) this.byBody.delete(sent.body);
    else alike.shift();
  }
}
