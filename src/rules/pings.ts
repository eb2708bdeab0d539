/**
 * Which Pings are still open (RFC 6455 §5.5.2, §5.5.3): one ledger per sender of Pings, fed with its Pings
 * and with what the other side sends.
 *
 * Strategy: a Pong answers the Ping whose payload it has and all before that: an endpoint may answer only the
 * latest of several. What was lost or is not whole is taken to fit, so that nothing is concluded from it. A data frame
 * is taken for an answer if it has the payload of the Ping, or if nothing else explains it: its sender owed no reply,
 * it had got the Ping, it came at once, and it looks like an answer or its sender only ever replies. What came later
 * must not contradict that (PingWatch). No Ping is looked at again for what was said of it before: what each frame costs
 * does not grow with the Pings that are open.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import { type FrameFacts, hasGot, type MessageFacts } from '../websocket/observer.js';
import { BINARY, CONTROL_LIMIT, TEXT } from '../websocket/opcode.js';
import { isSoundControl } from './control-form.js';
import { type OpenPing, PingList, type Sign } from './ping-list.js';
import { type Where, whereIs } from './rule.js';
import type { Spoken } from './talk.js';

/** A shorter payload may be in any text. */
export const LEAST_HELD = 4;
/** `pong`, `{"op":"pong"}`, `PONG :x`. */
const SAYS_PONG = /(?<![a-z])pong(?![a-z])/i;

export class PingLedger {
  readonly open = new PingList();
  /** Answered by a Pong to a later one; their own may still come. */
  private readonly overtaken = new PingList();
  /** The other side sends Pongs on its own, as a heartbeat. */
  private hasHeartbeat = false;
  /** The other side has sent a Pong at all. */
  hasPong = false;
  /** Newest Pings behind which the other side has sent nothing yet. */
  private fresh = 0;
  /** Newest Pings behind which their sender has said nothing yet. */
  private unspoken = 0;
  /** Those behind which the message under way came first; undefined where that is not awaited. */
  private replied: readonly OpenPing[] | undefined = undefined;

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
    return this.fresh > 0 || this.replied !== undefined;
  }

  /**
   * `closing`: one of the sides has sent its Close. `quiet`, `byReplier`: the other side owes no reply; and has only
   * replied up to now.
   */
  ping(facts: FrameFacts, closing: boolean, quiet: boolean, byReplier: boolean): void {
    const { header, sender } = facts;
    const { open } = this;
    if (open.size >= this.most) {
      if (open.oldest !== undefined) open.remove(open.oldest);
      this.forgot?.();
      this.forgot = undefined;
    }
    const sound = isSoundControl(facts) && header.masked === (sender === 'client');
    open.push({
      where: whereIs(facts),
      time: facts.time,
      sequenceEnd: facts.sequenceEnd,
      payload: facts.complete && sound ? latin1(facts.controlPayload) : undefined,
      owed: facts.complete && sound && !closing,
      framesBefore: this.frames,
      answer: 'none',
      wrong: undefined,
      reply: undefined,
      sign: undefined,
      quiet,
      byReplier,
      earlier: undefined,
      later: undefined,
      nextAlike: undefined,
    });
    this.fresh++;
    this.unspoken++;
  }

  /** The other side sent a Pong. */
  pong(facts: FrameFacts): void {
    const { open, overtaken } = this;
    this.hasPong = true;
    const payload = facts.complete ? latin1(facts.controlPayload) : undefined;
    const fitting = open.newestFor(payload);
    if (fitting !== undefined) {
      this.answered(fitting);
      return;
    }
    const late = overtaken.oldestFor(payload);
    if (late !== undefined) {
      overtaken.remove(late);
      return;
    }
    if (open.size === 0) this.hasHeartbeat = true;
    if (open.size === 0 || this.hasHeartbeat) return;
    const wrong = { where: whereIs(facts), length: facts.header.length };
    // A Ping that had a wrong one before has it in common with all before it.
    for (let ping = open.newest; ping !== undefined && ping.wrong === undefined; ping = ping.earlier) {
      ping.answer = 'pong';
      ping.wrong = wrong;
    }
  }

  /** An open Ping, and so all before it. */
  private answered(fitting: OpenPing): void {
    const { open, overtaken } = this;
    // The Pong with another payload that came before was none to this Ping.
    if (fitting.wrong !== undefined) this.hasHeartbeat = true;
    for (let ping = open.oldest!; ping !== fitting; ping = open.oldest!) {
      open.remove(ping);
      overtaken.push(ping);
      if (overtaken.size > this.most) overtaken.remove(overtaken.oldest!);
    }
    open.remove(fitting);
  }

  /** The other side sent any frame. */
  frame(facts: FrameFacts): void {
    const { header, time, acknowledges } = facts;
    const { newest } = this.open;
    // What it began to send before it had got the Ping has nothing to do with that.
    if (this.fresh === 0 || !hasGot(acknowledges, newest?.sequenceEnd)) return;
    if (header.opcode === TEXT || header.opcode === BINARY) {
      this.replied = this.repliedBy(whereIs(facts), time);
      // Of several Pings one was answered: the latest.
      if (newest?.quiet && newest.byReplier) newest.sign = 'only';
    }
    this.fresh = 0;
  }

  /** The Pings that this is the first frame behind, which came at `time`. */
  private repliedBy(reply: Where, time: number): OpenPing[] {
    const replied: OpenPing[] = [];
    let ping = this.open.newest;
    for (let i = 0; i < this.fresh && ping !== undefined; i++, ping = ping.earlier) {
      ping.reply = reply;
      if (i >= this.unspoken || time - ping.time > this.patience) ping.quiet = false;
      replied.push(ping);
    }
    return replied;
  }

  /** The sender of the Pings has sent something that the other side may answer. */
  spoke(): void {
    this.unspoken = 0;
  }

  /** The other side sent a message. */
  message(message: MessageFacts): void {
    const { firstFrame, complete, length } = message;
    const { replied } = this;
    if (replied === undefined) return;
    this.replied = undefined;
    if (!complete || replied[0]?.reply?.frame !== firstFrame) return;
    const start = latin1(startOf(message));
    for (const ping of replied) {
      const { payload, answer } = ping;
      if (payload === undefined || answer !== 'none') continue;
      if (payload.length > 0 && length === payload.length && payload === start) {
        ping.answer = 'data';
        ping.sign = 'same';
      } else if (ping.quiet) ping.sign = signOf(payload, start, length) ?? ping.sign;
    }
  }

  /** Frames of one of the sides were lost. */
  forget(): void {
    this.open.clear();
    this.overtaken.clear();
    this.fresh = this.unspoken = 0;
    this.replied = undefined;
  }
}

/** What the reply, of `length` octets that begin with `start`, has of an answer to a Ping. */
function signOf(payload: string, start: string, length: number): Sign | undefined {
  if (payload.length >= LEAST_HELD && start.includes(payload)) return 'holds';
  return length <= CONTROL_LIMIT && SAYS_PONG.test(start) ? 'pong' : undefined;
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

/** As much of a message as a control frame may have: more is not at hand where nobody lists it. */
export function startOf({ content }: MessageFacts): Buffer {
  return Buffer.from(content.buffer, content.byteOffset, Math.min(content.length, CONTROL_LIMIT));
}
