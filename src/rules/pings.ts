/**
 * Which Pings are still open (RFC 6455 §5.5.2, §5.5.3): one ledger per sender of Pings, fed with its Pings
 * and with what the other side sends.
 *
 * Strategy: a Pong answers the Ping whose payload it has and all before that: an endpoint may answer only the
 * latest of several. What was lost or is not whole is taken to fit, so that nothing is concluded from it. A data frame
 * is taken for an answer if it has the payload of the Ping, or if nothing else explains it: its sender owed no reply,
 * it had got the Ping, it came at once, and it looks like an answer or its sender only ever replies. What came later
 * must not contradict that (PingWatch).
 */
import { DEFAULT_LIMITS } from '../limits.js';
import { type FrameFacts, hasGot, type MessageFacts } from '../websocket/observer.js';
import { BINARY, CONTROL_LIMIT, TEXT } from '../websocket/opcode.js';
import { isSoundControl } from './control-form.js';
import { type Where, whereIs } from './rule.js';
import type { Spoken } from './talk.js';

export interface OpenPing {
  readonly where: Where;
  readonly time: number;
  /** TCP sequence number behind it. */
  readonly sequenceEnd: number | undefined;
  /** Undefined where it was not captured whole. */
  readonly payload: Uint8Array | undefined;
  /** A Pong is due: the Ping is right in form and neither side was closing. */
  readonly owed: boolean;
  /** Frames that the other side had sent before. */
  readonly framesBefore: number;
  /** The first Pong behind it with another payload. */
  wrong: WrongPong | undefined;
  /** What came in place of the right Pong, so far. */
  answer: 'none' | 'pong' | 'data';
  /** The first frame of the other side behind it, if that is a data frame. */
  reply: Where | undefined;
  /** Why that is an answer to the Ping, if no Pong ever comes. */
  sign: Sign | undefined;
  /** The other side owed no reply, and the Ping's sender has said nothing since. */
  quiet: boolean;
  /** The other side has only replied up to then. */
  readonly byReplier: boolean;
}

/** The reply is the Ping's payload, holds it, says "pong", or comes from who only replies and had nothing to reply to. */
export type Sign = 'same' | 'holds' | 'pong' | 'only';

export interface WrongPong {
  readonly where: Where;
  readonly length: number;
}

/** A shorter payload may be in any text. */
export const LEAST_HELD = 4;
/** `pong`, `{"op":"pong"}`, `PONG :x`. */
const SAYS_PONG = /(?<![a-z])pong(?![a-z])/i;

export class PingLedger {
  readonly open: OpenPing[] = [];
  /** Answered by a Pong to a later one; their own may still come. */
  private overtaken: OpenPing[] = [];
  /** The other side sends Pongs on its own, as a heartbeat. */
  private hasHeartbeat = false;
  /** The other side has sent a Pong at all. */
  hasPong = false;
  /** Newest Pings behind which the other side has sent nothing yet. */
  private fresh = 0;
  private awaitsMessage = false;

  /**
   * `patience`: seconds within which the other side, whose frames `spoken` counts, says what it says to a Ping. More
   * open Pings than `most` are not told apart: the oldest are forgotten, and `forgot` is told so, once.
   */
  constructor(
    private readonly patience: number,
    private spoken: Spoken,
    private readonly most = DEFAULT_LIMITS.maxOpenPings,
    private forgot: (() => void) | undefined = undefined,
  ) {}

  /** Frames of the other side up to the Close of the Pings' sender. */
  get frames(): number {
    return this.spoken.frames;
  }

  /** When the last one of these came. */
  get lastFrame(): number {
    return this.spoken.lastFrame;
  }

  /** The sender of the Pings has sent its Close: what comes behind it proves nothing. */
  closed(): void {
    const { frames, plain, lastFrame } = this.spoken;
    this.spoken = { frames, plain, lastFrame };
  }

  /** What the other side sends next may be what it says to a Ping. */
  get awaitsReply(): boolean {
    return this.fresh > 0 || this.awaitsMessage;
  }

  /**
   * `closing`: one of the sides has sent its Close. `quiet`, `byReplier`: the other side owes no reply; and has only
   * replied up to now.
   */
  ping(facts: FrameFacts, closing: boolean, quiet: boolean, byReplier: boolean): void {
    const { header, sender } = facts;
    if (this.open.length >= this.most) {
      this.open.shift();
      this.forgot?.();
      this.forgot = undefined;
    }
    const sound = isSoundControl(facts) && header.masked === (sender === 'client');
    this.open.push({
      where: whereIs(facts),
      time: facts.time,
      sequenceEnd: facts.sequenceEnd,
      payload: facts.complete && sound ? facts.controlPayload : undefined,
      owed: facts.complete && sound && !closing,
      framesBefore: this.frames,
      answer: 'none',
      wrong: undefined,
      reply: undefined,
      sign: undefined,
      quiet,
      byReplier,
    });
    this.fresh++;
  }

  /** The other side sent a Pong. */
  pong(facts: FrameFacts): void {
    const { open } = this;
    this.hasPong = true;
    const { complete, controlPayload } = facts;
    const fits = ({ payload }: OpenPing) =>
      !complete || payload === undefined || sameBytes(payload, controlPayload);
    const at = open.findLastIndex(fits);
    if (at >= 0) {
      // The Pong with another payload that came before was none to this Ping.
      if (open[at].wrong !== undefined) this.hasHeartbeat = true;
      this.overtaken = [...this.overtaken, ...open.splice(0, at + 1).slice(0, -1)].slice(-this.most);
      return;
    }
    const late = this.overtaken.findIndex(fits);
    if (late >= 0) {
      this.overtaken.splice(late, 1);
      return;
    }
    if (open.length === 0) this.hasHeartbeat = true;
    if (open.length === 0 || this.hasHeartbeat) return;
    const wrong = { where: whereIs(facts), length: facts.header.length };
    for (const ping of open) {
      ping.answer = 'pong';
      ping.wrong ??= wrong;
    }
  }

  /** The other side sent any frame. */
  frame(facts: FrameFacts): void {
    const { header, time, acknowledges } = facts;
    // What it began to send before it had got the Ping has nothing to do with that.
    if (this.fresh === 0 || !hasGot(acknowledges, this.open.at(-1)?.sequenceEnd)) return;
    if (header.opcode === TEXT || header.opcode === BINARY) {
      const reply = whereIs(facts);
      for (const ping of this.open.slice(-this.fresh)) {
        ping.reply = reply;
        if (time - ping.time > this.patience) ping.quiet = false;
      }
      // Of several Pings one was answered: the latest.
      const latest = this.open[this.open.length - 1];
      if (latest?.quiet && latest.byReplier) latest.sign = 'only';
      this.awaitsMessage = true;
    }
    this.fresh = 0;
  }

  /** The sender of the Pings has sent something that the other side may answer. */
  spoke(): void {
    for (let i = 1; i <= Math.min(this.fresh, this.open.length); i++)
      this.open[this.open.length - i].quiet = false;
  }

  /** The other side sent a message. */
  message(message: MessageFacts): void {
    const { firstFrame, complete, length } = message;
    if (!this.awaitsMessage) return;
    this.awaitsMessage = false;
    if (!complete) return;
    const start = startOf(message);
    for (const ping of this.open) {
      const { reply, payload, answer } = ping;
      if (reply?.frame !== firstFrame || payload === undefined || answer !== 'none') continue;
      if (payload.length > 0 && length === payload.length && sameBytes(payload, start)) {
        ping.answer = 'data';
        ping.sign = 'same';
      } else if (ping.quiet) ping.sign = signOf(payload, start, length) ?? ping.sign;
    }
  }

  /** Frames of one of the sides were lost. */
  forget(): void {
    this.open.length = this.overtaken.length = this.fresh = 0;
    this.awaitsMessage = false;
  }
}

/** What the reply, of `length` octets that begin with `start`, has of an answer to a Ping. */
function signOf(payload: Uint8Array, start: Buffer, length: number): Sign | undefined {
  if (payload.length >= LEAST_HELD && start.includes(Buffer.from(payload))) return 'holds';
  return length <= CONTROL_LIMIT && SAYS_PONG.test(start.toString('latin1')) ? 'pong' : undefined;
}

/** As much of a message as a control frame may have: more is not at hand where nobody lists it. */
export function startOf({ content }: MessageFacts): Buffer {
  return Buffer.from(content.buffer, content.byteOffset, Math.min(content.length, CONTROL_LIMIT));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
