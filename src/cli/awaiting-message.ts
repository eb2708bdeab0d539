/**
 * Frames that wait until the message that they end has been told, so that what it says can be shown with them.
 *
 * Strategy: frames are handed on in their order, so one that waits holds up all behind it. Messages mostly come at once;
 * while they are held back for their order, frames are held as well, bounded: then the oldest goes on without.
 */
import type { Decoded } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { isControl } from '../websocket/opcode.js';

/** As many, and as many octets of payload, as are held. */
const MAX_FRAMES = 4096;
const MAX_PAYLOAD = 16 * 1024 * 1024;

interface Held {
  readonly frame: Frame;
  waits: boolean;
}

export class AwaitingMessage {
  private readonly held: Held[] = [];
  private payload = 0;
  private readonly said = new WeakMap<Frame, Decoded>();

  constructor(
    private readonly decode: (message: Message) => Decoded | undefined,
    private readonly handOn: (frame: Frame) => void,
  ) {}

  frame(frame: Frame): void {
    this.held.push({ frame, waits: frame.fin && !isControl(frame.opcode) });
    this.payload += frame.payload.length;
    this.drain();
  }

  message(message: Message): void {
    const decoded = this.decode(message);
    const last = message.frames.at(-1);
    const held = this.held.find(({ frame }) => frame.number === last);
    if (held === undefined) return;
    if (decoded !== undefined) this.said.set(held.frame, decoded);
    held.waits = false;
    this.drain();
  }

  /** No more messages of this session will come. */
  closed(session: number): void {
    for (const held of this.held) if (held.frame.session.number === session) held.waits = false;
    this.drain();
  }

  /** What the message says that this frame ends. */
  decoded(frame: Frame): Decoded | undefined {
    return this.said.get(frame);
  }

  private drain(): void {
    const { held } = this;
    let count = 0;
    while (count < held.length) {
      const isTooMuch = held.length - count > MAX_FRAMES || this.payload > MAX_PAYLOAD;
      if (held[count].waits && !isTooMuch) break;
      const { frame } = held[count++];
      this.payload -= frame.payload.length;
      this.handOn(frame);
    }
    if (count > 0) held.splice(0, count);
  }
}
