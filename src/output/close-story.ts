/**
 * Who closed a session and why, in one sentence: the first Close with its code and reason, the answer to it,
 * who ended TCP and how, heartbeats that were missed, and what the capture does not show of all that.
 *
 * Strategy: clauses, each from the facts that it needs; what was not captured is said, not guessed.
 */
import { visible } from '../bytes/visible.js';
import type { StreamEnd } from '../stream/stream-sink.js';
import { closeCodeName } from '../websocket/close.js';
import { SENDERS, type Sender } from '../websocket/frame-record.js';
import {
  type BySender,
  isInHttp2Stream,
  type ObservedClose,
  type SessionSummary,
} from '../websocket/session-record.js';

export function closeStory(summary: SessionSummary): string {
  const { end, closedBy, unansweredPings } = summary;
  if (end === undefined) return refusal(summary);
  const story = closedBy === undefined ? withoutClose(summary, end) : withClose(summary, end, closedBy);
  return [story, ...missedHeartbeats(unansweredPings), ...losses(summary)].join('; ');
}

function refusal({ session }: SessionSummary): string {
  const { handshake } = session;
  if (handshake === undefined) return 'refused';
  const { status, reason, resetWith } = handshake;
  if (resetWith !== undefined) return `refused: server reset the stream with ${resetWith}`;
  return `refused: ${status} ${visible(reason)}`.trimEnd();
}

function withoutClose(summary: SessionSummary, end: BySender<StreamEnd>): string {
  const { endedFirst, frames } = summary;
  const stream = streamOf(summary);
  const known = isSilenceKnown(summary, 'client') && isSilenceKnown(summary, 'server');
  if (endedFirst === undefined)
    return known ? 'still open at the end of the capture' : `no Close was captured, nor an end of ${stream}`;
  const ended = `${endedFirst} ${end[endedFirst] === 'reset' ? 'reset' : 'ended'} ${stream}`;
  if (!known) return `no Close was captured; ${ended}`;
  const lacking = frames.client + frames.server === 0 ? 'before any frame' : 'without a Close';
  // RFC 6455 §7.1.5: without a Close both sides report 1006.
  return `${ended} ${lacking} (1006, ${closeCodeName(1006)})`;
}

function withClose(summary: SessionSummary, end: BySender<StreamEnd>, closedBy: Sender): string {
  const peer = peerOf(closedBy);
  const first = summary.close[closedBy]!;
  const answer = summary.close[peer];
  const parts = [`${closedBy} closed ${describe(first)}`];
  if (answer !== undefined && summary.closesCrossed)
    parts.push(`${peer} closed, too, ${describe(answer)}, before it got that`);
  else if (answer !== undefined)
    parts.push(`${peer} answered${isEcho(first, answer) ? '' : ` ${describe(answer)}`}`);
  // It may have been the first one.
  else if (!isSilenceKnown(summary, peer)) parts.push(`no Close of the ${peer} was captured`);
  else parts.push(end[peer] === 'capture-end' ? `no answer of the ${peer} so far` : `${peer} did not answer`);
  parts.push(endOfTcp(summary, end));
  return parts.join(', ');
}

/** In the order in which it happened. */
function endOfTcp(summary: SessionSummary, end: BySender<StreamEnd>): string {
  const { endedFirst, missingBytes } = summary;
  const stream = streamOf(summary);
  if (endedFirst === undefined) return `${stream} still open at the end of the capture`;
  if (end[endedFirst] === 'reset') return `${endedFirst} reset ${stream}`;
  const endOfPeer = end[peerOf(endedFirst)];
  // By either side: one that has ended TCP resets it if more comes.
  if (endOfPeer === 'reset') return `${endedFirst} ended ${stream} first, then ${stream} was reset`;
  if (endOfPeer === 'capture-end') return `only ${endedFirst} ended ${stream}`;
  // An end is told late where bytes in front of it are missing.
  const late = missingBytes.client + missingBytes.server > 0;
  return late ? `both ended ${stream}` : `${endedFirst} ended ${stream} first`;
}

/** What ends with a session: of HTTP/2, its stream (RFC 8441 §5). */
function streamOf({ session }: SessionSummary): string {
  return isInHttp2Stream(session.carrier) ? 'the stream' : 'TCP';
}

/** `with 1001 (Going Away) "bye"`. */
function describe({ body }: ObservedClose): string {
  if (body === undefined) return 'without a code';
  const reason = body.reason === '' ? '' : ` "${visible(body.reason)}"`;
  return `with ${body.code} (${closeCodeName(body.code)})${reason}`;
}

/** The code counts; the reason may be left out of an answer. */
function isEcho({ body: first }: ObservedClose, { body: answer }: ObservedClose): boolean {
  return first?.code === answer?.code && (!answer?.reason || answer.reason === first?.reason);
}

function missedHeartbeats(unanswered: BySender<number>): string[] {
  return SENDERS.filter((sender) => unanswered[sender] > 0).map((sender) => {
    const pings = unanswered[sender];
    return `${pings === 1 ? 'the last Ping' : `the last ${pings} Pings`} of the ${sender} got no Pong`;
  });
}

/**
 * Whether a sender of whom there is no Close has sent none: no frames of it were lost, nor may it have closed
 * before the capture began, as one of whom only silence was captured.
 */
function isSilenceKnown(
  { lostAt, undecodedBytes, session, frames }: SessionSummary,
  sender: Sender,
): boolean {
  if (lostAt[sender] !== undefined || undecodedBytes[sender] > 0) return false;
  return session.handshake !== undefined || frames[sender] > 0;
}

function losses({ session, lostAt, undecodedBytes, missingBytes }: SessionSummary): string[] {
  return SENDERS.flatMap((sender) => {
    if (lostAt[sender] === 0 && session.handshake === undefined) return [`no frames of the ${sender} found`];
    if (lostAt[sender] !== undefined) return [`${sender}'s frames lost from byte ${lostAt[sender]} on`];
    if (undecodedBytes[sender] > 0) return [`${sender}'s frames in ${undecodedBytes[sender]} bytes lost`];
    return missingBytes[sender] > 0 ? [`${missingBytes[sender]} bytes of the ${sender} missing`] : [];
  });
}

function peerOf(sender: Sender): Sender {
  return sender === 'client' ? 'server' : 'client';
}
