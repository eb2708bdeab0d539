/**
 * The frame of a direction that is under way, and once it has ended, what is told of it: one record, overwritten by
 * the next frame.
 */
import type { Timestamp } from '../stream/place.js';
import type { FrameHeader } from './frame.js';
import type { Sender } from './frame-record.js';
import type { FrameFacts } from './observer.js';

export const EMPTY = new Uint8Array(0);
const NO_PACKETS: readonly number[] = [];

export class FrameState implements FrameFacts {
  number = 0;
  controlPayload: Uint8Array = EMPTY;
  complete = true;
  messageUnderWay: boolean | undefined = false;
  confidence = 1;
  time = 0;
  acknowledges: number | undefined = undefined;
  sequenceEnd: number | undefined = undefined;
  packet = 0;
  seconds = 0;
  nanoseconds = 0;
  firstTimestamp: Timestamp = { seconds: 0, nanoseconds: 0 };
  packets: readonly number[] = NO_PACKETS;
  truncated = false;

  constructor(
    readonly sender: Sender,
    public header: Readonly<FrameHeader>,
  ) {}
}
