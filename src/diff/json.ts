/**
 * The comparison of two captures as one JSON document. The names are a contract, documented in the README.
 */
import { jsonValue } from '../output/json.js';
import type { TextWriter } from '../output/writer.js';
import type { Sender } from '../websocket/frame-record.js';
import type { CaptureDiff, Omitted, SessionDiff } from './compare.js';
import type { Latency } from './latency.js';
import type { MessagePair } from './messages.js';
import type { SideMessage, SideSession } from './side.js';

export function writeDiffJson(writer: TextWriter, diff: CaptureDiff, omitted: Omitted): void {
  const { isSame, sessions, onlyA, onlyB, latency, clocks } = diff;
  writer.write(`{"same":${isSame},"sessions":[`);
  for (const [index, session] of sessions.entries())
    writer.write(`${index === 0 ? '' : ','}\n${jsonValue(sessionObject(session))}`);
  const rest = {
    onlyA: onlyA.map(loneObject),
    onlyB: onlyB.map(loneObject),
    latency: { client: latencyObject(latency.client), server: latencyObject(latency.server) },
    clocks:
      clocks === undefined
        ? null
        : {
            nearA: clocks.nearA ?? null,
            least: seconds(clocks.least),
            most: seconds(clocks.most),
            estimate: seconds(clocks.estimate),
          },
    omitted,
  };
  writer.write(`\n],${jsonValue(rest).slice(1)}\n`);
}

function sessionObject({ matched, headers, directions, isSame }: SessionDiff) {
  return {
    a: peerObject(matched.a),
    b: peerObject(matched.b),
    matchedBy: matched.by,
    same: isSame,
    headers: headers.map(({ head, name, a = null, b = null }) => ({ head, name, a, b })),
    client: directionObject('client', matched, directions.client),
    server: directionObject('server', matched, directions.server),
  };
}

function directionObject(
  sender: Sender,
  { a, b }: SessionDiff['matched'],
  diff: SessionDiff['directions'][Sender],
) {
  return {
    messages: { a: diff.a, b: diff.b },
    same: diff.same.length,
    onlyA: diff.onlyA.map(numberOf),
    onlyB: diff.onlyB.map(numberOf),
    changed: diff.changed.map(pairObject),
    incomplete: diff.incomplete.map(pairObject),
    reordered: diff.reordered.map(pairObject),
    masked: diff.masked.map(pairObject),
    remasked: diff.remasked.map(pairObject),
    refragmented: diff.refragmented.map(pairObject),
    recompressed: diff.recompressed.map(pairObject),
    missingBytes: { a: a.summary.missingBytes[sender], b: b.summary.missingBytes[sender] },
    end: { a: a.summary.end?.[sender] ?? null, b: b.summary.end?.[sender] ?? null },
    latency: latencyObject(diff.latency),
  };
}

function loneObject(session: SideSession) {
  const { client, server } = session.messages;
  return { ...peerObject(session), messages: { client: client.length, server: server.length } };
}

function peerObject({ summary: { session } }: SideSession) {
  const { number, client, server, host = null, path = null } = session;
  return { session: number, client, server, host, path };
}

function pairObject([a, b]: MessagePair) {
  return { a: a.number, b: b.number };
}

function numberOf({ number }: SideMessage): number {
  return number;
}

function latencyObject(latency: Latency | undefined) {
  if (latency === undefined) return null;
  const { count, min, median, max } = latency;
  return { count, min: seconds(min), median: seconds(median), max: seconds(max) };
}

/** To the nanosecond. */
function seconds(nanoseconds: number): number {
  return Math.round(nanoseconds) / 1e9;
}
