/**
 * What is kept of one of two captures that are compared: of each session its handshake, and of each message a number for its
 * content, when it came, and how it was sent.
 *
 * Strategy: contents are told apart by their SHA-256, of which both captures number the same ones; nothing of a payload is kept.
 * What a message's frames were like is gathered under the number of the first of them until the message is told.
 */
import { createHash } from 'node:crypto';
import { atLimit, DEFAULT_LIMITS } from '../limits.js';
import { nanosecondsBetween } from '../stream/place.js';
import type { Frame, Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { CONTINUATION, isControl } from '../websocket/opcode.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';

/** Messages that a session counts as. */
const SESSION_COST = 16;

/** How the frames of a message were made. */
export interface FrameForm {
  masked: number;
  /** Hashes of the masking keys and of the lengths, in order (int32). */
  keys: number;
  lengths: number;
}

export interface SideMessage {
  /** The same for messages of the same kind and content, in both captures. */
  readonly content: number;
  readonly number: number;
  readonly opcode: number;
  readonly length: number;
  readonly wireLength: number;
  readonly frames: number;
  readonly compressed: boolean;
  readonly complete: boolean;
  /** When its last byte was captured, in nanoseconds since its session was opened. */
  readonly at: number;
  /** Undefined where it is not known which frames were its. */
  readonly form: FrameForm | undefined;
}

export interface SideSession {
  readonly summary: SessionSummary;
  readonly messages: { readonly client: SideMessage[]; readonly server: SideMessage[] };
}

interface OpenSession {
  /** There was room for it. */
  readonly isKept: boolean;
  readonly messages: { readonly client: SideMessage[]; readonly server: SideMessage[] };
  readonly forms: Map<number, FrameForm>;
  /** Of the data message under way of each side. */
  readonly open: Partial<Record<Sender, FrameForm>>;
}

/** Numbers contents, for both captures. */
export class Contents {
  private readonly numbers = new Map<string, number>();

  of({ opcode, content }: Pick<Message, 'opcode' | 'content'>): number {
    const digest = createHash('sha256').update(Uint8Array.of(opcode)).update(content).digest('base64');
    const known = this.numbers.get(digest);
    if (known !== undefined) return known;
    this.numbers.set(digest, this.numbers.size);
    return this.numbers.size - 1;
  }
}

export interface SideOptions {
  /** Messages that are kept. */
  readonly maxDiffMessages?: number;
  /** Told once, when there are more. */
  readonly report?: (code: string, message: string) => void;
}

export class Side {
  readonly sessions: SideSession[] = [];
  /** Messages and sessions that were left out. */
  omitted = 0;
  private readonly under = new Map<number, OpenSession>();
  private kept = 0;
  /** From then on nothing is kept: what is left out lies at the end. */
  private isFull = false;
  private readonly most: number;
  private readonly report: (code: string, message: string) => void;

  constructor(
    private readonly contents: Contents,
    { maxDiffMessages = DEFAULT_LIMITS.maxDiffMessages, report = () => {} }: SideOptions = {},
  ) {
    this.most = maxDiffMessages;
    this.report = report;
  }

  frame(frame: Frame): void {
    const { number, sender, opcode } = frame;
    const { forms, open } = this.of(frame.session);
    const isOwn = isControl(opcode) || opcode !== CONTINUATION || open[sender] === undefined;
    const form = isOwn ? { masked: 0, keys: 0, lengths: 0 } : open[sender]!;
    if (isOwn) forms.set(number, form);
    if (frame.masked) form.masked++;
    form.keys = (Math.imul(form.keys, 31) + frame.maskingKey) | 0;
    form.lengths = (Math.imul(form.lengths, 31) + frame.length) | 0;
    if (isControl(opcode)) return;
    if (frame.fin) delete open[sender];
    else open[sender] = form;
  }

  message(message: Message): void {
    const { session, sender, number, opcode, length, wireLength, frames, compressed, complete, timestamp } =
      message;
    const { messages, forms, isKept } = this.of(session);
    const form = forms.get(frames[0]);
    forms.delete(frames[0]);
    if (!isKept || !this.hasRoom(1)) {
      this.omitted++;
      return;
    }
    messages[sender].push({
      content: this.contents.of(message),
      number,
      opcode,
      length,
      wireLength,
      frames: frames.length,
      compressed,
      complete,
      at: nanosecondsBetween(session.opened, timestamp),
      form,
    });
  }

  /** `isWanted`: false forgets it. */
  closed(summary: SessionSummary, isWanted = true): void {
    const { messages, isKept } = this.of(summary.session);
    this.under.delete(summary.session.number);
    if (isKept && isWanted) this.sessions.push({ summary, messages });
    else if (isKept) this.kept -= SESSION_COST + messages.client.length + messages.server.length;
    else if (isWanted) this.omitted++;
  }

  /** In the order of their numbers. */
  end(): readonly SideSession[] {
    return this.sessions.sort((a, b) => a.summary.session.number - b.summary.session.number);
  }

  private of({ number }: Session): OpenSession {
    let own = this.under.get(number);
    if (own === undefined) {
      const isKept = this.hasRoom(SESSION_COST);
      own = { messages: { client: [], server: [] }, forms: new Map(), open: {}, isKept };
      this.under.set(number, own);
    }
    return own;
  }

  private hasRoom(cost: number): boolean {
    if (!this.isFull && this.kept + cost <= this.most) {
      this.kept += cost;
      return true;
    }
    if (!this.isFull)
      this.report(
        'diff-messages-limit',
        `there are too many messages to compare; the rest is left out ${atLimit('maxDiffMessages', this.most)}`,
      );
    this.isFull = true;
    return false;
  }
}
