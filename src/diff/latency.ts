/**
 * How long messages take from one place to the other, and what that tells of the two clocks.
 *
 * Strategy: what is measured is the clock of B less the clock of A, of the same message, so that a difference of the clocks is
 * in it, and of what goes from B to A the sign is turned. Nothing arrives before it was sent: so the clocks differ by no
 * more than the quickest message of the one direction and no less than that of the other. The middle is the estimate, as NTP
 * has it (RFC 5905 §8), which is right if the quickest of both directions were equally quick.
 */
import type { MessagePair } from './messages.js';

/** Nanoseconds, B's clock less A's. */
export interface Latency {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface Clocks {
  /** Where A was captured: nearer to the client of the sessions, or to their server; undefined: the times do not tell. */
  readonly nearA: 'client' | 'server' | undefined;
  /** Nanoseconds that B's clock is ahead of A's: at least, at most, and the middle of these. */
  readonly least: number;
  readonly most: number;
  readonly estimate: number;
}

/** `opened`: from when A's session was opened to when B's was, in nanoseconds. */
export function differences(pairs: readonly MessagePair[], opened: number): number[] {
  return pairs.map(([a, b]) => opened + b.at - a.at);
}

/** Undefined without any. The median of an even number is the lower of the two. */
export function latencyOf(list: readonly number[]): Latency | undefined {
  if (list.length === 0) return undefined;
  const sorted = Float64Array.from(list).sort();
  const { length } = sorted;
  return { count: length, min: sorted[0], median: sorted[(length - 1) >> 1], max: sorted[length - 1] };
}

/** Undefined where messages of one direction only are in both, or the two contradict each other (a clock was set). */
export function clocksOf(client: Latency | undefined, server: Latency | undefined): Clocks | undefined {
  if (client === undefined || server === undefined) return undefined;
  // What the client says comes to B later if A is nearer to it, and what the server says earlier.
  const isNearClient = client.min >= server.max;
  const isNearServer = server.min >= client.max;
  if (isNearClient && isNearServer) return between(undefined, server.max, client.min);
  if (isNearClient) return between('client', server.max, client.min);
  return isNearServer ? between('server', client.max, server.min) : undefined;
}

function between(nearA: Clocks['nearA'], least: number, most: number): Clocks {
  return { nearA, least, most, estimate: Math.round((least + most) / 2) };
}
