/**
 * A session without a capture: what two peers said, from wherever somebody has it (a proxy, a log, a test).
 *
 * Strategy: a SessionDecoder with nothing around it. Each push counts as a packet, so that frames and messages tell by
 * number which pushes brought them; times are those that pushes are given.
 */
import { atLimit, DEFAULT_LIMITS, type Limits } from '../limits.js';
import { Place, type Timestamp } from '../stream/place.js';
import type { Frame, Sender } from './frame-record.js';
import type { Handshake } from './handshake.js';
import type { Message } from './message-record.js';
import { PayloadBudget } from './payload-budget.js';
import { WindowBudget } from './segment-window.js';
import { SessionDecoder } from './session.js';
import { type BySender, PLAIN_HTTP1, type SessionSummary } from './session-record.js';

/** Who wants what a SessionReader finds. What is left out is not made. */
export interface SessionReaderConsumer {
  /** A frame ended. */
  frame?(frame: Frame): void;
  /** A message, joined and inflated, or a control frame, ended; numbers are in the order in which they are told. */
  message?(message: Message): void;
  /** Both sides have ended. */
  closed?(summary: SessionSummary): void;
  /** A limit was hit, or something may be missing. `code`: as of a Defect. */
  defect?(code: string, message: string): void;
}

/** What is known of the session beforehand. */
export interface SessionReaderOptions {
  /** Tells what was negotiated. Without it RSV1 counts as permessage-deflate, with any window. */
  readonly handshake?: Handshake | undefined;
  /** Those of payloads, of messages, and of the search for frames behind what is missing; others do not apply. */
  readonly limits?: Partial<Limits>;
}

/**
 * Reads both sides of a session, from behind the heads of its handshake: frames and messages.
 *
 * @example Messages from anywhere
 * ```ts
 * import { encodeFrame, SessionReader, TEXT } from 'wsdissect/websocket';
 *
 * const reader = new SessionReader({
 *   message: ({ sender, content, frames }) => console.log(sender, new TextDecoder().decode(content), frames),
 * });
 * const payload = new TextEncoder().encode('Hel');
 * reader.push('server', encodeFrame({ opcode: TEXT, fin: false, payload }));
 * reader.push('client', encodeFrame({ opcode: TEXT, maskingKey: 0x37fa213d, payload }));
 * reader.push('server', encodeFrame({ opcode: 0, payload: new TextEncoder().encode('lo') }));
 * reader.end('client');
 * reader.end('server');
 * ```
 */
export class SessionReader {
  private readonly place = new Place();
  private readonly decoder: SessionDecoder;
  private readonly read: Record<Sender, number> = { client: 0, server: 0 };
  private frames = 0;
  private messages = 0;

  constructor(consumer: SessionReaderConsumer, { handshake, limits: given }: SessionReaderOptions = {}) {
    const limits: Limits = { ...DEFAULT_LIMITS, ...given };
    const { place } = this;
    const none = { seconds: 0, nanoseconds: 0 };
    const session = {
      ...{ number: 1, connection: 0, client: '', server: '', carrier: PLAIN_HTTP1, handshake },
      ...{ path: handshake?.target, host: handshake?.host, confidence: 1, earlyClientBytes: 0 },
      ...{ opened: none, answered: none, openedPacket: 0 },
    };
    this.decoder = new SessionDecoder(
      session,
      {
        place,
        payloadLimit: limits.maxPayload,
        limits,
        windowBudget: new WindowBudget(limits.maxSearched, limits.maxSearchedTotal, (key) =>
          consumer.defect?.(
            'search-limit',
            `too much is held while frames are searched for ${atLimit(key, limits[key])}`,
          ),
        ),
        payloadBudget: new PayloadBudget(limits.maxHeldPayload, false, limits.maxZeros),
        nextFrameNumber: () => ++this.frames,
      },
      {
        frame: consumer.frame && ((frame) => consumer.frame?.(frame)),
        message:
          consumer.message &&
          ((message) => consumer.message?.(Object.assign(message, { number: ++this.messages }))),
        closed: (summary) => consumer.closed?.(summary),
        defect: (code, message) => consumer.defect?.(code, message),
      },
    );
  }

  /** Takes the next bytes that a side sent, borrowed, and when they came. */
  push(sender: Sender, bytes: Uint8Array, time?: Timestamp): void {
    this.note(sender, bytes.length, time);
    this.decoder[sender].bytes(bytes, 0, bytes.length);
  }

  /** The next `length` bytes of a side are missing. */
  skip(sender: Sender, length: number, time?: Timestamp): void {
    this.note(sender, length, time);
    this.decoder[sender].gap(length);
  }

  /** A side says no more: `fin` by default. To be called once for each. */
  end(sender: Sender, how: 'fin' | 'reset' | 'capture-end' = 'fin'): void {
    this.note(sender, 0);
    this.decoder[sender].end(how);
  }

  /** Octets that each side has sent so far, missing ones included. */
  get streamOffsets(): BySender<number> {
    return { ...this.read };
  }

  private note(sender: Sender, length: number, time?: Timestamp): void {
    const { place, read } = this;
    place.packet++;
    place.sequence = read[sender] | 0;
    if (time !== undefined) {
      place.seconds = time.seconds;
      place.nanoseconds = time.nanoseconds;
    }
    read[sender] += length;
  }
}
