/**
 * What a rule is: something that RFC 6455, RFC 7692 or RFC 8441 asks of a peer, with all that people, SARIF and the
 * documentation are told about it, and a watcher that looks at one session and reports when it is broken.
 *
 * Strategy: one file per rule. A watcher names only the events that it wants and keeps its own state, made
 * anew per session; one that needs none is made once. It judges; the facts come from the decoders.
 */
import { shortestForm } from '../websocket/frame-encode.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Handshake } from '../websocket/handshake.js';
import type { FrameFacts, MessageFacts } from '../websocket/observer.js';
import { BINARY } from '../websocket/opcode.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import { hasTopBit } from './lengths.js';

/** A MUST that was broken is an error, a SHOULD a warning, what else is worth knowing a note. */
export type Severity = 'error' | 'warning' | 'note';

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/**
 * Something that an RFC asks of a peer. Those of `rules` can be chosen from, or own ones given, with
 * `dissect(capture, { rules })`.
 *
 * @example A rule of one's own
 * ```ts
 * import { dissect, type Rule } from 'wsdissect';
 *
 * const clientPings: Rule = {
 *   id: 'client-pings',
 *   section: 'our house rules',
 *   severity: 'note',
 *   title: 'A client pings',
 *   asks: 'Clients leave that to the server.',
 *   why: 'The server has a timer anyway.',
 *   causes: 'A library with a heartbeat of its own.',
 *   client: 'Switch it off.',
 *   server: 'Nothing.',
 *   example: { bytes: '89 80 00 00 00 00', explanation: 'A Ping with a mask is that of a client.' },
 *   judge: (report) => ({
 *     frame: ({ sender, header }) => {
 *       if (sender === 'client' && header.opcode === 9) report('client', 'The client pings.');
 *     },
 *   }),
 * };
 * for await (const { rule, frame } of dissect('capture.pcapng', { rules: [clientPings] }).findings())
 *   console.log(rule.id, frame);
 * ```
 */
export interface Rule {
  /** Stable name in kebab-case. */
  readonly id: string;
  /** `RFC 6455 §5.5`: the section that asks it. */
  readonly section: string;
  readonly severity: Severity;
  /** Who receives it cannot go on: fails the connection (RFC 6455 §7.1.7), or does not understand what follows. */
  readonly fails?: true;
  /** The fault in a few words: `A client frame is not masked`. */
  readonly title: string;
  /** What the RFC asks. */
  readonly asks: string;
  /** Why it asks that. */
  readonly why: string;
  /** How it usually happens: which libraries, proxies or hand-written peers do that. */
  readonly causes: string;
  /** What each side is to do: not to break it, and when the other one breaks it. */
  readonly client: string;
  readonly server: string;
  readonly example: {
    /** Hexadecimal octets, or lines of an HTTP head. */
    readonly bytes: string;
    /** What is wrong with them. */
    readonly explanation: string;
  };
  /**
   * A rule has one of these two. One that keeps nothing from one event to the next, as all on the handshake: made
   * once, for all sessions.
   */
  judge?(report: Report): Watcher;
  /** One that has to remember: made for each session, before its first frame is told. */
  watch?(session: WatchedSession, report: Report): Watcher;
}

/** Who watches nothing of a session. */
export const WATCHES_NOTHING: Watcher = {};

/** What a watcher may know of its session beforehand. */
export interface WatchedSession {
  readonly session: Session;
  readonly handshake: Handshake | undefined;
  /** Pings without a Pong that are told apart, by side. */
  readonly maxOpenPings: number;
  /** Tells of a limit that was hit: something will not be judged. */
  readonly defect: (code: string, message: string) => void;
  /**
   * What several rules look at: made once for the session, and told of each event before the rules are. It sees all
   * frames, those behind their sender's own Close too; oddFrame() is for rules.
   */
  share<T extends Watcher>(kind: new (session: WatchedSession) => T): T;
}

/** Where a finding is, if not at the frame that the event was about. */
export interface Where {
  readonly frame: number;
  readonly streamOffset: number;
  readonly packet: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

export function whereIs({ number: frame, header, packet, seconds, nanoseconds }: FrameFacts): Where {
  return { frame, streamOffset: header.streamOffset, packet, seconds, nanoseconds };
}

/** The first frame of a message. */
export function whereBegins(facts: MessageFacts): Where {
  return {
    frame: facts.firstFrame,
    streamOffset: facts.streamOffset,
    packet: facts.firstPacket,
    seconds: facts.firstSeconds,
    nanoseconds: facts.firstNanoseconds,
  };
}

/** States that `breaker` broke the rule: `message` is this case in one sentence, with its values. */
export type Report = (breaker: Sender, message: string, where?: Where) => void;

/**
 * Each event is optional; what is left out costs nothing. A rule is not told of frames behind their sender's own Close,
 * nor of messages that end there: that they are there is the violation (CloseWatch).
 */
export interface Watcher {
  /** For judge() only: the opening handshake, accepted or refused; not called where none was captured. */
  handshake?(handshake: Handshake, session: Session): void;
  /**
   * False while it has to see each frame and message as itself. While all watchers are calm, they are told nothing of
   * plain messages (SessionObserver), as most are: only Talk and KeyWatch are, for all.
   */
  readonly calm?: boolean;
  /** A frame has ended. */
  frame?(facts: FrameFacts): void;
  /** Of these, one that is not ordinary: see isOrdinary(). Most frames are, and most rules look for others. */
  oddFrame?(facts: FrameFacts): void;
  /** A data message has ended, behind the event of its last frame. */
  message?(facts: MessageFacts): void;
  /** What `sender` did up to now is not known: forget what was concluded from it. */
  lost?(sender: Sender): void;
  /** The session is over. */
  closed?(summary: SessionSummary): void;
}

/**
 * A data frame with the right mask bit, no RSV bits, and its length in as few octets as it needs: all that a
 * frame is asked for by itself (RFC 6455 §5.2).
 */
export function isOrdinary({ header, sender }: FrameFacts): boolean {
  const { opcode, lengthForm, length } = header;
  if (opcode > BINARY || header.rsv1 || header.rsv2 || header.rsv3) return false;
  if (header.masked !== (sender === 'client')) return false;
  return shortestForm(length) === lengthForm && !hasTopBit(header);
}

/** The other one. */
export function peerOf(sender: Sender): Sender {
  return sender === 'client' ? 'server' : 'client';
}

/** Whether one of the rules finds that `sender` broke it in the handshake. */
export function isBlamed(
  sender: Sender,
  rules: readonly Rule[],
  handshake: Handshake,
  session: Session,
): boolean {
  let found = false;
  const report = (breaker: Sender) => {
    found ||= breaker === sender;
  };
  for (const rule of rules) rule.judge?.(report).handshake?.(handshake, session);
  return found;
}
