/**
 * Two captures of the same traffic, compared: sessions, their handshakes, messages, and how these were sent.
 */
import { nanosecondsBetween } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';
import type { BySender } from '../websocket/session-record.js';
import type { Aspect } from './aspects.js';
import { compareHandshakes, type HeadDifference } from './handshakes.js';
import { type Clocks, clocksOf, differences, type Latency, latencyOf } from './latency.js';
import { type MatchedSessions, matchSessions } from './match.js';
import { compareMessages, type MessageDiff, type MessagePair } from './messages.js';
import type { SideSession } from './side.js';

export interface DirectionDiff extends MessageDiff {
  /** Messages with the same content of which only one is masked, or both, with other keys. */
  readonly masked: readonly MessagePair[];
  readonly remasked: readonly MessagePair[];
  /** ... that lie in other frames: more, fewer, or of other lengths. */
  readonly refragmented: readonly MessagePair[];
  /** ... of which only one is compressed, or both, to other lengths. */
  readonly recompressed: readonly MessagePair[];
  readonly latency: Latency | undefined;
}

export interface SessionDiff {
  readonly matched: MatchedSessions;
  readonly headers: readonly HeadDifference[];
  readonly directions: BySender<DirectionDiff>;
  /** There is no difference but of addresses and times. */
  readonly isSame: boolean;
}

/** Messages and sessions that were left out of account, for a limit. */
export interface Omitted {
  readonly a: number;
  readonly b: number;
}

export interface CaptureDiff {
  readonly sessions: readonly SessionDiff[];
  readonly onlyA: readonly SideSession[];
  readonly onlyB: readonly SideSession[];
  /** Of all messages. */
  readonly latency: BySender<Latency | undefined>;
  readonly clocks: Clocks | undefined;
  readonly isSame: boolean;
}

export function compareSides(
  a: readonly SideSession[],
  b: readonly SideSession[],
  ignored: ReadonlySet<Aspect> = new Set(),
): CaptureDiff {
  const { both, onlyA, onlyB } = matchSessions(a, b);
  const all: { readonly client: number[]; readonly server: number[] } = { client: [], server: [] };
  const sessions = both.map((matched) => {
    const direction = (sender: Sender) => compareDirection(matched, sender, ignored, all[sender]);
    const directions = { client: direction('client'), server: direction('server') };
    const headers = ignored.has('headers')
      ? []
      : compareHandshakes(matched.a.summary.session, matched.b.summary.session);
    const isSame = headers.length === 0 && isAlike(directions.client) && isAlike(directions.server);
    return { matched, headers, directions, isSame };
  });
  const latency = { client: latencyOf(all.client), server: latencyOf(all.server) };
  return {
    sessions,
    onlyA,
    onlyB,
    latency,
    clocks: clocksOf(latency.client, latency.server),
    isSame: onlyA.length + onlyB.length === 0 && sessions.every((session) => session.isSame),
  };
}

function compareDirection(
  { a, b }: MatchedSessions,
  sender: Sender,
  ignored: ReadonlySet<Aspect>,
  all: number[],
): DirectionDiff {
  const diff = compareMessages(a.messages[sender], b.messages[sender]);
  const equal = [...diff.same, ...diff.reordered];
  const opened = nanosecondsBetween(a.summary.session.opened, b.summary.session.opened);
  const times = differences(equal, opened);
  for (const time of times) all.push(time);
  const which = (aspect: Aspect, differs: (pair: MessagePair) => boolean) =>
    ignored.has(aspect) ? [] : equal.filter(differs);
  return {
    ...diff,
    reordered: ignored.has('order') ? [] : diff.reordered,
    masked: which('masking', (pair) => isMasked(pair[0]) !== isMasked(pair[1])),
    remasked: which('masking', isRemasked),
    refragmented: which('fragments', isRefragmented),
    recompressed: which('compression', isRecompressed),
    latency: latencyOf(times),
  };
}

function isMasked({ form }: MessagePair[0]): boolean {
  return (form?.masked ?? 0) > 0;
}

function isRemasked([a, b]: MessagePair): boolean {
  return isMasked(a) && isMasked(b) && a.form!.keys !== b.form!.keys;
}

/** A message that is compressed anew has frames of other lengths, which tells nothing more. */
function isRefragmented([a, b]: MessagePair): boolean {
  if (a.frames !== b.frames) return true;
  return (
    a.wireLength === b.wireLength &&
    a.form !== undefined &&
    b.form !== undefined &&
    a.form.lengths !== b.form.lengths
  );
}

function isRecompressed([a, b]: MessagePair): boolean {
  return a.compressed !== b.compressed || a.wireLength !== b.wireLength;
}

function isAlike(diff: DirectionDiff): boolean {
  const { reordered, changed, incomplete, onlyA, onlyB, masked, remasked, refragmented, recompressed } = diff;
  return [reordered, changed, incomplete, onlyA, onlyB, masked, remasked, refragmented, recompressed].every(
    (list) => list.length === 0,
  );
}
