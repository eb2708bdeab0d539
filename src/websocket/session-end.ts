/**
 * Who ended a session, from how each of its streams ended and what Closes were in them.
 *
 * Strategy: what TCP acknowledges tells what a side had got; where it says nothing, the order of capture does.
 */
import type { Delivered, Timestamp } from '../stream/place.js';
import type { StreamEnd } from '../stream/stream-sink.js';
import type { Sender } from './frame-record.js';
import { hasGot } from './observer.js';
import type { BySender, ObservedClose } from './session-record.js';

/** Who sent the first Close, by the order of capture. */
export function firstToClose({
  client,
  server,
}: {
  client?: ObservedClose;
  server?: ObservedClose;
}): Sender | undefined {
  if (client === undefined) return server && 'server';
  return server === undefined || client.packet < server.packet ? 'client' : 'server';
}

/** Neither side had got the other's Close when it sent its own. */
export function haveCrossed({ client, server }: { client?: ObservedClose; server?: ObservedClose }): boolean {
  if (client === undefined || server === undefined) return false;
  return !hasGot(client.acknowledges, server.sequenceEnd) && !hasGot(server.acknowledges, client.sequenceEnd);
}

/** The end of a stream. */
export interface ObservedEnd {
  readonly how: StreamEnd;
  readonly packet: number;
  readonly timestamp: Timestamp;
  /** Of TCP: behind the last byte, and what of the other side is acknowledged there. */
  readonly sequence: number | undefined;
  readonly acknowledgement: number | undefined;
  readonly delivered: Delivered | undefined;
}

/** When the stream of `sender` ended: at the latest where the other one's did, if its FIN was not captured. */
export function endOf({ client, server }: BySender<ObservedEnd>, sender: Sender): Timestamp {
  const [own, others] = sender === 'client' ? [client, server] : [server, client];
  return own.how === 'capture-end' ? others.timestamp : own.timestamp;
}

/** RFC 9293 §3.4: a FIN occupies one sequence number. */
export function lastToEnd({ client, server }: BySender<ObservedEnd>): Sender | undefined {
  const acknowledges = (a: ObservedEnd, b: ObservedEnd) =>
    a.acknowledgement !== undefined && b.sequence !== undefined && ((a.acknowledgement - b.sequence) | 0) > 0;
  // The FIN that it acknowledges may itself not have been captured.
  const isLast = (a: ObservedEnd, b: ObservedEnd) =>
    a.how === 'fin' && b.how !== 'reset' && acknowledges(a, b);
  if (isLast(client, server)) return 'client';
  return isLast(server, client) ? 'server' : undefined;
}

/**
 * Not who had got the other's end. Else by the order of capture; at the same place, as by one reset, who is told of
 * first.
 */
export function firstToEnd(ends: BySender<ObservedEnd>): Sender | undefined {
  const last = lastToEnd(ends);
  if (last !== undefined) return last === 'client' ? 'server' : 'client';
  return (Object.keys(ends) as Sender[])
    .filter((sender) => ends[sender].how !== 'capture-end')
    .sort((a, b) => ends[a].packet - ends[b].packet)[0];
}
