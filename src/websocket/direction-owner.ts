/**
 * What a direction needs of its session, and tells it.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd } from '../stream/stream-sink.js';
import type { CloseBody } from './close.js';
import type { MessageInflater } from './deflate.js';
import type { Frame, Sender } from './frame-record.js';
import type { MessageOwner } from './message.js';
import type { FrameFacts } from './observer.js';
import type { PlainReader } from './plain-reader.js';
import type { Resynchronisation } from './resync.js';
import type { WindowBudget } from './segment-window.js';

/** How a direction begins that frames alone told. */
export interface Beginning {
  /** Bytes before the first frame; undefined where that is to be found. */
  readonly start: number | undefined;
  /** Of these, how many may be of frames. */
  readonly undecoded: number;
  /** Where that is to be found: the offset at which a frame is expected to begin, if there is one. */
  readonly expected: number | undefined;
}

/** What a direction tells its session. */
export interface DirectionOwner extends MessageOwner {
  readonly place: Place;
  /** Payload octets kept per frame. */
  readonly payloadLimit: number;
  /** Whether permessage-deflate was negotiated. */
  readonly deflate: boolean;
  /** Frames are compressed one by one, not whole messages. */
  readonly perFrame: boolean;
  /** Of all that look for frames. */
  readonly windowBudget: WindowBudget;
  /** For what `sender` compresses. */
  inflater(sender: Sender): MessageInflater | undefined;
  /** Next frame number of the run. */
  nextFrameNumber(): number;
  /** For what `sender` sends. */
  plainReader(sender: Sender): PlainReader;
  /** Undefined when nobody wants frames. */
  readonly frame: ((frame: Frame) => void) | undefined;
  heartbeat(sender: Sender, isPing: boolean): void;
  closeFrame(facts: FrameFacts, body: CloseBody | undefined): void;
  tooLong(sender: Sender, length: number): void;
  /** Less of a frame's payload is kept, because all payloads under way hold too much together. */
  overBudget(sender: Sender, length: number): void;
  /** Less of it is kept, because of a gap that is too long to be filled with zeros. */
  behindGap(sender: Sender, length: number): void;
  /** From `streamOffset` on, frames could not be told apart. */
  lost(sender: Sender, streamOffset: number): void;
  /** Frames that were lost at `streamOffset` were found again. */
  found(sender: Sender, streamOffset: number, where: Resynchronisation): void;
  ended(sender: Sender, end: DirectionEnd): void;
}

export interface DirectionEnd {
  readonly how: StreamEnd;
  /** Bytes of a frame header that is not whole. */
  readonly pendingHeader: number;
  /** Data messages that ended. */
  readonly messages: number;
  /** Bytes behind the place where frames were lost for good, missing ones included. */
  readonly unfound: number;
  /** TCP sequence number behind the last byte (int32); undefined without one. */
  readonly sequence: number | undefined;
}
