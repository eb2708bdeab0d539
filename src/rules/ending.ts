/**
 * How a session is brought to its end (RFC 6455 §5.5.1, §7.1): who sent the first Close, what the other side
 * did then, and whether it is certain that somebody sent none. Shared by the rules on that.
 *
 * Strategy: what a side had got when it sent something, its acknowledgements tell. It may finish the message under
 * way, and its application may know nothing of the Close yet: so only what it began to send long after it had got
 * that, or its end of TCP, shows that there was no answer; and only a message that says so is one.
 */
import type { Sender } from '../websocket/frame-record.js';
import { type FrameFacts, hasGot, type MessageFacts } from '../websocket/observer.js';
import { BINARY, CLOSE, isControl, TEXT } from '../websocket/opcode.js';
import type { SessionSummary } from '../websocket/session-record.js';
import { answers, type CloseHeard, ENOUGH_REPLIES } from './close-answer.js';
import { closeBody, closeCode } from './close-body.js';
import { PeerFaults } from './faults.js';
import { peerOf, type WatchedSession, type Watcher, type Where, whereIs } from './rule.js';
import { patienceWith, secondsOf } from './seconds.js';
import { Talk } from './talk.js';

export interface FirstClose extends CloseHeard {
  readonly sender: Sender;
  readonly where: Where;
  readonly time: number;
  readonly code: number | undefined;
  /** TCP sequence number behind it. */
  readonly sequenceEnd: number | undefined;
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
  /** What the receiver of the first Close began to send first once it had got that; null: no data frame. */
  private reaction: Reaction | null | undefined = undefined;
  private isAnswer = false;
  /** When the last frame ended that it began to send then. */
  private lastReaction = 0;
  /** Its last frame is not whole. */
  private isUnfinished = false;
  private hasLost = false;
  private readonly talk: Talk;

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
    if (this.first !== undefined && sender !== this.first.sender) this.react(this.first, facts);
  }

  message(facts: MessageFacts): void {
    const { first, reaction } = this;
    this.faults.message(facts);
    if (first !== undefined && facts.sender !== first.sender && facts.firstFrame === reaction?.where.frame)
      this.isAnswer = !this.hasLost && answers(first, facts);
  }

  lost(sender: Sender): void {
    this.unsure(sender);
    this.hasLost = true;
  }

  /** Certain: neither side has sent a Close. */
  get withoutClose(): boolean {
    return this.isOpen('client') && this.isOpen('server');
  }

  /** The Close that came only when the other side, which had sent none, had ended TCP. */
  closeBehindEnd(summary: SessionSummary): FirstClose | undefined {
    const { first } = this;
    const { endedFirst, endedFirstAt } = summary;
    if (first === undefined || endedFirst !== peerOf(first.sender) || !this.isOpen(endedFirst))
      return undefined;
    return secondsOf(endedFirstAt!) < first.time && !hadGot(endedFirst, first, summary) ? first : undefined;
  }

  /** A Close that certainly arrived and certainly was not answered, of a side that was to be answered. */
  unanswered(summary: SessionSummary): Unanswered | undefined {
    const { first: close } = this;
    // Within a frame nobody can send a Close.
    if (close === undefined || this.isUnfinished) return undefined;
    const breaker = peerOf(close.sender);
    if (!this.isOpen(breaker) || this.faults.of(close.sender)) return undefined;
    const proof = this.proofOfLife(close, breaker, summary);
    if (proof === undefined) return undefined;
    const reaction = this.isAnswer ? this.reaction : undefined;
    return { close, breaker, proof, reaction: reaction ?? undefined };
  }

  private close(facts: FrameFacts): void {
    const { sender, confidence, time, sequenceEnd, controlPayload: payload } = facts;
    const peer = peerOf(sender);
    const isFirst = this.first === undefined && confidence === 1 && this.isOpen(peer);
    this.unsure(sender);
    if (!isFirst) return;
    this.hasLost = false;
    const body = closeBody(facts);
    const code = body && closeCode(body);
    const toSilent = this.talk.wouldReplyOnly(peer);
    const toReplier = this.talk.isReplier(peer, ENOUGH_REPLIES);
    this.first = { sender, where: whereIs(facts), time, code, sequenceEnd, payload, toSilent, toReplier };
  }

  /** The receiver of the Close has sent a frame behind it. */
  private react(close: FirstClose, facts: FrameFacts): void {
    const { header, complete, acknowledges, time } = facts;
    const { opcode } = header;
    this.isUnfinished = !complete;
    if (!hasGot(acknowledges, close.sequenceEnd)) return;
    this.lastReaction = time;
    if (this.reaction !== undefined) return;
    const isStart = opcode === TEXT || opcode === BINARY;
    if (isStart || isControl(opcode)) this.reaction = isStart ? { where: whereIs(facts), opcode } : null;
  }

  private isOpen(sender: Sender): boolean {
    return this.open[sender] || this.talk.by(sender).plain > this.plainBefore[sender];
  }

  private unsure(sender: Sender): void {
    this.open[sender] = false;
    this.plainBefore[sender] = this.talk.by(sender).plain;
  }

  private proofOfLife(close: FirstClose, receiver: Sender, summary: SessionSummary): string | undefined {
    const { end, endedFirst, endedFirstAt, endedInTurn } = summary;
    const ended = endedFirstAt === undefined ? 0 : secondsOf(endedFirstAt);
    // Who ended TCP before the Close came could not answer it.
    if (endedFirst === receiver)
      return hadGot(receiver, close, summary) ? `the ${receiver} ended TCP instead` : undefined;
    if (endedInTurn === receiver) return `the ${receiver} got it, and only ended TCP in turn`;
    const patience = patienceWith(this.watched.session, receiver);
    const since = this.lastReaction - close.time;
    if (since >= patience) return `the ${receiver} still sent other frames ${since.toFixed(1)} s later`;
    // Who closed had waited when it ended TCP; an answer would have come by then.
    const waited = ended - close.time;
    if (end?.[receiver] === 'fin')
      return waited >= patience
        ? `the ${receiver} did nothing for ${waited.toFixed(1)} s, until TCP was ended`
        : undefined;
    return silence(receiver, close, summary);
  }
}

/** Whether `receiver` had got the Close when it ended TCP: what it acknowledges tells, else the order of capture. */
function hadGot(
  receiver: Sender,
  close: FirstClose,
  { endAcknowledges, endedFirstAt }: SessionSummary,
): boolean {
  const acknowledges = endAcknowledges[receiver];
  if (acknowledges === undefined || close.sequenceEnd === undefined)
    return secondsOf(endedFirstAt!) >= close.time;
  return hasGot(acknowledges, close.sequenceEnd);
}

/** Seconds of silence that are too long where the connection was still open when the capture ended. */
const SILENCE = 10;
/** The same where who closed gave up and reset TCP. */
const SILENCE_TO_RESET = 2;

/** What shows that the receiver, of whom nothing more was captured, had got the Close long before the end. */
function silence(
  receiver: Sender,
  { sender, sequenceEnd }: FirstClose,
  summary: SessionSummary,
): string | undefined {
  const { delivered, ended, endedFirst, endedFirstAt, end } = summary;
  const got = delivered[sender];
  if (got === undefined || sequenceEnd === undefined || !hasGot(got.to, sequenceEnd)) return undefined;
  const isReset = endedFirst === sender && end?.[sender] === 'reset';
  if (!isReset && endedFirst !== undefined) return undefined;
  const seconds = (isReset ? secondsOf(endedFirstAt!) : secondsOf(ended)) - got.time;
  if (seconds < (isReset ? SILENCE_TO_RESET : SILENCE)) return undefined;
  const until = isReset ? `until the ${sender} reset TCP` : 'up to the end of the capture';
  return `the ${receiver} had got it and did nothing for ${seconds.toFixed(1)} s, ${until}`;
}
