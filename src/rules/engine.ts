/**
 * Runs the rules over the sessions of a dissection: one SessionObserver per session that hands each event to
 * the watchers that want it, and makes findings of what they report.
 *
 * Strategy: the watchers are sorted by event when a session opens, so that a frame costs a call per rule about
 * frames and nothing else.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import type { Place, Timestamp } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Handshake } from '../websocket/handshake.js';
import type { FrameFacts, MessageFacts, SessionObserver } from '../websocket/observer.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import { CloseWatch } from './close-watch.js';
import type { Finding } from './finding.js';
import { KeyWatch } from './key-watch.js';
import { isOrdinary, type Report, type Rule, type WatchedSession, type Watcher, type Where } from './rule.js';
import { Talk } from './talk.js';

export interface EngineOptions {
  readonly rules: readonly Rule[];
  /** Of the bytes being delivered: where findings are. */
  readonly place: Place;
  readonly finding: (finding: Finding) => void;
  /** As in WatchedSession. */
  readonly maxOpenPings?: number;
  readonly defect?: (code: string, message: string) => void;
}

export class RuleEngine {
  constructor(private readonly options: EngineOptions) {}

  /** For a session that opens, or whose upgrade was refused. */
  observe(session: Session): SessionWatch {
    return new SessionWatch(session, this.options);
  }
}

export class SessionWatch implements SessionObserver {
  // What each plain message looks at comes first, and so lies together.
  calm: boolean;
  private readonly talk: Talk | undefined;
  private readonly keys: KeyWatch | undefined;
  /** What the event under way is about. */
  private current: FrameFacts | undefined = undefined;
  private confidence = 1;
  /** Those that a loss, the end, or the handshake may still be told to. */
  private watchers: readonly Watcher[];
  private readonly shared = new Map<unknown, Watcher>();
  private readonly restless: readonly Watcher[];
  private readonly closes: CloseWatch;
  /** What is shared looks at all frames, rules only at those that are not behind their sender's Close. */
  private readonly sharedOnFrame: readonly Watcher[];
  private readonly sharedOnMessage: readonly Watcher[];
  private readonly onFrame: readonly Watcher[];
  private readonly onOddFrame: readonly Watcher[];
  private readonly onMessage: readonly Watcher[];
  /** The handshake, while its request may come yet. */
  private awaited: Handshake | undefined = undefined;

  constructor(
    private session: Session,
    private readonly options: EngineOptions,
  ) {
    const { handshake } = session;
    const { maxOpenPings = DEFAULT_LIMITS.maxOpenPings, defect = () => {} } = options;
    const watched: WatchedSession = {
      session,
      handshake,
      maxOpenPings,
      defect,
      share: (kind) => this.share(kind, watched),
    };
    this.closes = this.share(CloseWatch, watched);
    const own = options.rules.map((rule) => rule.watch(watched, this.reporter(rule)));
    const shared = [...this.shared.values()];
    this.watchers = [...shared, ...own];
    this.restless = this.watchers.filter((watcher) => watcher.calm !== undefined);
    this.calm = this.isCalm();
    this.talk = this.shared.get(Talk) as Talk | undefined;
    this.keys = this.shared.get(KeyWatch) as KeyWatch | undefined;
    this.sharedOnFrame = shared.filter((watcher) => watcher.frame);
    this.sharedOnMessage = shared.filter((watcher) => watcher.message);
    this.onFrame = own.filter((watcher) => watcher.frame);
    this.onOddFrame = own.filter((watcher) => watcher.oddFrame);
    this.onMessage = own.filter((watcher) => watcher.message);
    // A request that was captured behind its answer may come yet.
    if (handshake?.request === undefined && handshake?.isWebSocketResponse) this.awaited = handshake;
    else this.judgeHandshake(handshake);
  }

  /** The request of the handshake was captured behind its answer. */
  requested(session: Session): void {
    if (this.awaited === undefined) return;
    this.awaited = undefined;
    this.session = session;
    this.judgeHandshake(session.handshake);
  }

  plain(facts: FrameFacts): void {
    this.current = facts;
    this.confidence = 1;
    this.talk?.plain(facts);
    if (facts.sender === 'client') this.keys?.plain(facts);
    // The record is shared with other sessions.
    this.current = undefined;
  }

  frame(facts: FrameFacts): void {
    this.current = facts;
    this.confidence = facts.confidence;
    for (const watcher of this.sharedOnFrame) watcher.frame!(facts);
    if (!this.closes.isLate) {
      for (const watcher of this.onFrame) watcher.frame!(facts);
      if (!isOrdinary(facts)) for (const watcher of this.onOddFrame) watcher.oddFrame!(facts);
    }
    this.calm = this.isCalm();
  }

  message(facts: MessageFacts): void {
    this.confidence = facts.confidence;
    for (const watcher of this.sharedOnMessage) watcher.message!(facts);
    if (!this.closes.isBehind(facts.sender, facts.lastFrame))
      for (const watcher of this.onMessage) watcher.message!(facts);
    this.calm = this.isCalm();
  }

  lost(sender: Sender): void {
    for (const watcher of this.watchers) watcher.lost?.(sender);
    this.calm = false;
  }

  closed(summary: SessionSummary): void {
    this.current = undefined;
    this.confidence = 1;
    this.judgeHandshake(this.awaited);
    for (const watcher of this.watchers) watcher.closed?.(summary);
  }

  private isCalm(): boolean {
    for (const watcher of this.restless) if (!watcher.calm) return false;
    return true;
  }

  private share<T extends Watcher>(Kind: new (watched: WatchedSession) => T, watched: WatchedSession): T {
    const known = this.shared.get(Kind) as T | undefined;
    if (known !== undefined) return known;
    const made = new Kind(watched);
    this.shared.set(Kind, made);
    return made;
  }

  private judgeHandshake(handshake: Handshake | undefined): void {
    if (handshake === undefined) return;
    const { current } = this;
    this.current = undefined;
    for (const watcher of this.watchers) watcher.handshake?.(handshake);
    this.watchers = this.watchers.filter((watcher) => watcher.closed ?? watcher.lost);
    this.current = current;
  }

  private reporter(rule: Rule): Report {
    return (breaker: Sender, message: string, where?: Where) => {
      const { place } = this.options;
      const { current, confidence } = this;
      const guessed = confidence < 1;
      this.options.finding({
        rule,
        severity: guessed ? 'note' : rule.severity,
        breaker,
        session: this.session,
        frame: where?.frame ?? current?.number,
        packet: where?.packet ?? place.packet,
        timestamp: timestampOf(where ?? place),
        streamOffset: where?.streamOffset ?? current?.header.streamOffset,
        message: guessed
          ? `${message} (${this.session.handshake === undefined ? 'frames were recognised without a handshake' : 'frames were found again behind a loss'}, with confidence ${Math.floor(confidence * 1000) / 1000})`
          : message,
      });
    };
  }
}

function timestampOf({ seconds, nanoseconds }: Timestamp): Timestamp {
  return { seconds, nanoseconds };
}
