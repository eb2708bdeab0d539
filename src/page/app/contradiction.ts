/**
 * What of a place cannot be together: anyone may have written the link, and what is selected need not be what is listed.
 */
import type { Frame } from '../../websocket/frame-record.js';
import { whole } from './amounts.js';
import type { Spot } from './link.js';

export interface Arrived {
  readonly spot: Spot;
  /** Of the capture. */
  readonly sessions: number;
  /** The selected one. */
  readonly frame: Frame | undefined;
  /** Number of one that is asked for and not there. */
  readonly absent: number | undefined;
  /** The selected frame is in the list, or may still come. */
  readonly isListed: boolean;
}

/** A sentence; undefined: all agrees. */
export function contradictionOf({ spot, sessions, frame, absent, isListed }: Arrived): string | undefined {
  const { session } = spot;
  if (session !== undefined && session > sessions)
    return `There is no session ${whole(session)}, only ${whole(sessions)}.`;
  if (absent !== undefined) return `There is no frame ${whole(absent)}.`;
  if (frame === undefined || frame.number !== spot.frame) return undefined;
  const [name, own] = [`Frame ${whole(frame.number)}`, frame.session.number];
  if (session !== undefined && own !== session)
    return `${name} is of session ${whole(own)}, not of session ${whole(session)}: it is shown, but not listed.`;
  return isListed
    ? undefined
    : `The filter does not hold for ${name.toLowerCase()}: it is shown, but not listed.`;
}
