/**
 * How a session ended, as one of a few kinds that can be counted. The whole story of one is told elsewhere (`sessions`).
 */
import type { SessionSummary } from '../websocket/session-record.js';

/** In the order in which they are listed. */
export const ENDINGS = [
  'closed-by-client',
  'closed-by-server',
  'closed-by-both',
  'close-of-client-unanswered',
  'close-of-server-unanswered',
  'ended-by-client',
  'ended-by-server',
  'reset-by-client',
  'reset-by-server',
  'still-open',
  'refused',
] as const;

export type Ending = (typeof ENDINGS)[number];

/** A Close counts before what TCP says. */
export function endingOf({ end, close, closedBy, closesCrossed, endedFirst }: SessionSummary): Ending {
  if (end === undefined) return 'refused';
  if (closedBy !== undefined) {
    if (closesCrossed) return 'closed-by-both';
    const isAnswered = close[closedBy === 'client' ? 'server' : 'client'] !== undefined;
    return isAnswered ? `closed-by-${closedBy}` : `close-of-${closedBy}-unanswered`;
  }
  if (endedFirst === undefined) return 'still-open';
  return end[endedFirst] === 'reset' ? `reset-by-${endedFirst}` : `ended-by-${endedFirst}`;
}
