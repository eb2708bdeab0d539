/**
 * How a session is brought to its end (RFC 6455 §5.5.1, §7.1): who sent the first Close, what the other side
 * did then, and whether it is certain that somebody sent none. Shared by the rules on that.
 *
 * Strategy: the order of capture is the only clock, and within a round trip it says nothing of what a side
 * had seen when it sent something. So only what it did long after a Close, or its end of TCP, counts.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { FrameFacts, MessageFacts } from '../websocket/observer.js';
import { BINARY, CLOSE, isControl, TEXT } from '../websocket/opcode.js';
import type { SessionSummary } from '../websocket/session.js';
import { closeBody, closeCode } from './close-body.js';
import { PeerFaults } from './faults.js';
import { peerOf, type WatchedSession, type Watcher, type Where, whereIs } from './rule.js';
import { patienceWith, secondsOf } from './seconds.js';
import { Talk } from './talk.js';

export interface FirstClose {
  readonly sender: Sender;
  readonly where: Where;
  readonly time: number;
  readonly code: number | undefined;
}

/** A data frame that came where a Close was due. */
export interface Reaction {
  readonly where: Where;
  readonly opcode: number;
}

export interface Unanswered {
  readonly close: FirstClose;
  /** Who received it and did not answer. */
  readonly breaker: Sender;
  /** What shows that it received it. */
  readonly proof: string;
  /** The data frame that it certainly answered with. */
  readonly reaction: Reaction | undefined;
}

export class Ending implements Watcher {
  readonly faults: PeerFaults;
  /** Certain to have sent no Close up to now; so is who has sent more plain messages than those. */
  private readonly open: { client: boolean; server: boolean };
  private readonly plainBefore = { client: 0, server: 0 };
  private first: FirstClose | undefined = undefined;
  /** What the receiver of the first Close sent first behind it; null: no data frame. */
  private reaction: Reaction | null | undefined = undefined;
  private readonly talk: Talk;
  /** Nothing that the receiver of the first Close sends behind it can be anything but a reaction to it. */
  private isReactionSure = false;

  constructor(private readonly watched: WatchedSession) {
    this.talk = watched.share(Talk);
    this.faults = new PeerFaults(watched);
    const known = watched.handshake !== undefined;
    this.open = { client: known, server: known };
  }

  get calm(): boolean {
    return this.first === undefined;
  }

  frame(facts: FrameFacts): void {
    const { sender, header, confidence } = facts;
    const { opcode } = header;
    this.faults.frame(facts);
    if (opcode === CLOSE) this.close(facts);
    else if (!isControl(opcode) && confidence === 1 && this.first === undefined) this.open[sender] = true;
    if (this.first === undefined || sender === this.first.sender || this.reaction !== undefined) return;
    const isStart = opcode === TEXT || opcode === BINARY;
    if (isStart || isControl(opcode)) this.reaction = isStart ? { where: whereIs(facts), opcode } : null;
  }

  message(facts: MessageFacts): void {
    this.faults.message(facts);
  }

  lost(sender: Sender): void {
    this.unsure(sender);
    this.isReactionSure = false;
  }

  /** Certain: neither side has sent a Close. */
  get withoutClose(): boolean {
    return this.isOpen('client') && this.isOpen('server');
  }

  /** The Close that came only when the other side, which had sent none, had ended TCP. */
  closeBehindEnd({ endedFirst, endedFirstAt }: SessionSummary): FirstClose | undefined {
    const { first } = this;
    if (first === undefined || endedFirst !== peerOf(first.sender) || !this.isOpen(endedFirst))
      return undefined;
    return secondsOf(endedFirstAt!) < first.time ? first : undefined;
  }

  /** A Close that certainly arrived and certainly was not answered, of a side that was to be answered. */
  unanswered(summary: SessionSummary): Unanswered | undefined {
    const { first: close } = this;
    if (close === undefined || this.faults.of(close.sender)) return undefined;
    const breaker = peerOf(close.sender);
    const proof = this.isOpen(breaker) ? this.proofOfLife(close, breaker, summary) : undefined;
    if (proof === undefined) return undefined;
    const reaction = this.isReactionSure ? (this.reaction ?? undefined) : undefined;
    return { close, breaker, proof, reaction };
  }

  private close(facts: FrameFacts): void {
    const { sender, confidence, time } = facts;
    const peer = peerOf(sender);
    const isFirst = this.first === undefined && confidence === 1 && this.isOpen(peer);
    this.unsure(sender);
    if (!isFirst) return;
    this.isReactionSure = this.talk.wouldReplyOnly(peer);
    const body = closeBody(facts);
    const code = body && closeCode(body);
    this.first = { sender, where: whereIs(facts), time, code };
  }

  private isOpen(sender: Sender): boolean {
    return this.open[sender] || this.talk.by(sender).plain > this.plainBefore[sender];
  }

  private unsure(sender: Sender): void {
    this.open[sender] = false;
    this.plainBefore[sender] = this.talk.by(sender).plain;
  }

  private proofOfLife(
    close: FirstClose,
    receiver: Sender,
    { end, endedFirst, endedFirstAt, endedInTurn }: SessionSummary,
  ): string | undefined {
    const ended = endedFirstAt === undefined ? 0 : secondsOf(endedFirstAt);
    // Who ended TCP before the Close came could not answer it.
    if (endedFirst === receiver) return ended < close.time ? undefined : `the ${receiver} ended TCP instead`;
    if (endedInTurn === receiver) return `the ${receiver} got it, and only ended TCP in turn`;
    const patience = patienceWith(this.watched.session, receiver);
    const since = this.talk.by(receiver).lastFrame - close.time;
    if (since >= patience) return `the ${receiver} still sent other frames ${since.toFixed(1)} s later`;
    // Who closed had waited when it ended TCP; an answer would have come by then.
    const waited = ended - close.time;
    return end?.[receiver] === 'fin' && waited >= patience
      ? `the ${receiver} did nothing for ${waited.toFixed(1)} s, until TCP was ended`
      : undefined;
  }
}
