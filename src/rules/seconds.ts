/**
 * Times as the facts of frames have them: seconds since the epoch, in one number; and how long an answer may take.
 */
import type { Timestamp } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Session } from '../websocket/session-record.js';

export function secondsOf({ seconds, nanoseconds }: Timestamp): number {
  return seconds + nanoseconds / 1e9;
}

/** What is waited for an answer of a side of which nothing is known; longer than any round trip. */
const PATIENCE = 1;
/** The least that is waited, whatever is known. */
const LEAST_PATIENCE = 0.25;
const ROUND_TRIPS = 5;

/**
 * Seconds within which an answer of `answerer` would have been captured, if it answered at once. Its answer to
 * the opening handshake took the same way to it and back, as seen from where the capture was made; of a
 * client nothing of the kind is known.
 */
export function patienceWith({ handshake, opened, answered }: Session, answerer: Sender): number {
  if (answerer === 'client' || handshake?.request === undefined) return PATIENCE;
  const roundTrip = secondsOf(answered) - secondsOf(opened);
  return Math.min(PATIENCE, Math.max(LEAST_PATIENCE, roundTrip * ROUND_TRIPS));
}
