/**
 * Frames that wait until the message that they end has been told, so that what it says is known with them.
 *
 * Strategy: frames are handed on in their order, so one that waits holds up all behind it. Messages mostly come at once;
 * while they are held back for their order, frames are held as well, bounded: then the oldest goes on without. What waits
 * stands in a queue for each side of a session, in the order in which its messages end.
 */
import { type Frame, isWholeMessage } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { isControl } from '../websocket/opcode.js';
import type { Session } from '../websocket/session-record.js';

/** As many, and as many octets of payload and of what is said, as are held. */
const MAX_FRAMES = 4096;
const MAX_OCTETS = 16 * 1024 * 1024;

interface Held {
  readonly frame: Frame;
  waits: boolean;
  message: Message | undefined;
  /** To be told behind it: sessions that are over. */
  over: (() => void)[] | undefined;
}

export interface AwaitingOptions {
  /** Sessions of which a frame that is a message of its own, with its content as it is, waits for none. */
  readonly joinedOnly?: ((session: Session) => boolean) | undefined;
  /** Fragments wait, too: what is found about their message is told when that ends. */
  readonly fragments?: boolean;
  /** Payloads are lent: of what is held they are copied. */
  readonly lent?: boolean;
}

export class AwaitingMessage {
  private readonly held: Held[] = [];
  private octets = 0;
  private readonly waiting = new Map<number, Held[]>();

  /** `handOn`: told of each frame, and of the data message that it ends, where that is known. */
  constructor(
    private readonly handOn: (frame: Frame, message: Message | undefined) => void,
    private readonly options: AwaitingOptions = {},
  ) {}

  frame(frame: Frame): void {
    const waits = this.awaits(frame);
    if (!waits && this.held.length === 0) {
      this.handOn(frame, undefined);
      return;
    }
    const kept = this.options.lent === true ? { ...frame, payload: frame.payload.slice() } : frame;
    const held: Held = { frame: kept, waits, message: undefined, over: undefined };
    this.held.push(held);
    this.octets += frame.payload.length;
    if (waits) {
      const side = sideOf(frame);
      const queue = this.waiting.get(side);
      if (queue === undefined) this.waiting.set(side, [held]);
      else queue.push(held);
    }
    this.drain();
  }

  message(message: Message): void {
    const side = sideOf(message);
    const queue = this.waiting.get(side);
    const last = message.frames.at(-1);
    if (queue === undefined || last === undefined || isControl(message.opcode)) return;
    let count = 0;
    for (; count < queue.length && queue[count].frame.number <= last; count++) {
      const held = queue[count];
      held.waits = false;
      if (held.frame.number !== last || !held.frame.fin) continue;
      held.message = message;
      this.octets += message.content.length;
    }
    letGo(queue, count);
    this.drain();
  }

  /** No more messages of this session will come; `over` is told behind its last frame. */
  closed(session: number, over: () => void): void {
    const last = this.held.at(-1);
    if (last === undefined) over();
    else (last.over ??= []).push(over);
    for (const side of [2 * session, 2 * session + 1]) {
      for (const held of this.waiting.get(side) ?? []) held.waits = false;
      this.waiting.delete(side);
    }
    this.drain();
  }

  private awaits(frame: Frame): boolean {
    if (isControl(frame.opcode)) return false;
    if (!frame.fin) return this.options.fragments === true;
    return !isWholeMessage(frame) || this.options.joinedOnly?.(frame.session) !== true;
  }

  private drain(): void {
    const { held } = this;
    let count = 0;
    while (count < held.length) {
      const isTooMuch = held.length - count > MAX_FRAMES || this.octets > MAX_OCTETS;
      const { frame, waits, message, over } = held[count];
      if (waits && !isTooMuch) break;
      // It is the first of its side.
      if (waits) this.waiting.get(sideOf(frame))!.shift();
      count++;
      this.octets -= frame.payload.length + (message?.content.length ?? 0);
      this.handOn(frame, message);
      for (const tell of over ?? []) tell();
    }
    letGo(held, count);
  }
}

/** The first ones: mostly all. */
function letGo(held: Held[], count: number): void {
  if (count === held.length) held.length = 0;
  else if (count > 0) held.splice(0, count);
}

function sideOf({ session, sender }: Pick<Frame, 'session' | 'sender'>): number {
  return 2 * session.number + (sender === 'client' ? 0 : 1);
}
