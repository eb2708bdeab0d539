/**
 * Runs the rules over the sessions of a dissection: one SessionObserver per session that hands each event to
 * the watchers that want it, and makes findings of what they report.
 *
 * Strategy: what judges the handshake or a frame by itself exists once; the others are made when a session's first
 * frame comes, since half of all sessions that are open have nothing to say. They are sorted by event, so that a frame
 * costs a call per rule about frames and nothing else. Rules report to the engine, which knows whose event is under way.
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
import {
  isOrdinary,
  type Report,
  type Rule,
  WATCHES_NOTHING,
  type WatchedSession,
  type Watcher,
  type Where,
} from './rule.js';
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
  /** Of each rule that keeps nothing of a session; with nothing to watch where it looks at the handshake only. */
  readonly judges: readonly (Watcher | undefined)[];
  readonly reports: readonly Report[];
  readonly onHandshake: readonly Watcher[];
  /** Whose event is under way. */
  current: SessionWatch | undefined = undefined;

  constructor(readonly options: EngineOptions) {
    const { rules } = options;
    this.reports = rules.map(
      (rule): Report =>
        (breaker, message, where) =>
          this.report(rule, breaker, message, where),
    );
    const judges = rules.map((rule, i) => rule.judge?.(this.reports[i]));
    this.onHandshake = judges.filter((judge) => judge !== undefined).filter((judge) => judge.handshake);
    this.judges = judges.map((judge) => (judge && looksAtHandshakeOnly(judge) ? WATCHES_NOTHING : judge));
  }

  /** For a session that opens, or whose upgrade was refused. */
  observe(session: Session): SessionWatch {
    return new SessionWatch(session, this);
  }

  private report(rule: Rule, breaker: Sender, message: string, where: Where | undefined): void {
    const { place } = this.options;
    const { facts, confidence, session } = this.current!;
    const guessed = confidence < 1;
    this.options.finding({
      rule,
      severity: guessed ? 'note' : rule.severity,
      breaker,
      session,
      frame: where?.frame ?? facts?.number,
      packet: where?.packet ?? place.packet,
      timestamp: timestampOf(where ?? place),
      streamOffset: where?.streamOffset ?? facts?.header.streamOffset,
      message: guessed
        ? `${message} (${session.handshake === undefined ? 'frames were recognised without a handshake' : 'frames were found again behind a loss'}, with confidence ${Math.floor(confidence * 1000) / 1000})`
        : message,
    });
  }
}

export class SessionWatch implements SessionObserver {
  // What each plain message looks at comes first, and so lies together.
  /** Not before there are watchers: they are made for the first frame. */
  calm = false;
  private talk: Talk | undefined = undefined;
  private keys: KeyWatch | undefined = undefined;
  /** What the event under way is about. */
  facts: FrameFacts | undefined = undefined;
  confidence = 1;
  /** Made when there is something to watch. */
  private watchers: Watchers | undefined = undefined;
  /** As it was when it opened. */
  private readonly opened: Session;
  /** The handshake, while its request may come yet. */
  private awaited: Handshake | undefined = undefined;

  constructor(
    public session: Session,
    private readonly engine: RuleEngine,
  ) {
    const { handshake } = session;
    this.opened = session;
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
    this.facts = facts;
    this.confidence = 1;
    this.engine.current = this;
    this.talk?.plain(facts);
    if (facts.sender === 'client') this.keys?.plain(facts);
    // The record is shared with other sessions.
    this.facts = undefined;
  }

  frame(facts: FrameFacts): void {
    this.facts = facts;
    this.confidence = facts.confidence;
    this.engine.current = this;
    const { watching } = this;
    for (const watcher of watching.sharedOnFrame) watcher.frame!(facts);
    if (!watching.closes.isLate) {
      for (const watcher of watching.onFrame) watcher.frame!(facts);
      if (!isOrdinary(facts)) for (const watcher of watching.onOddFrame) watcher.oddFrame!(facts);
    }
    this.calm = watching.isCalm();
  }

  message(facts: MessageFacts): void {
    this.confidence = facts.confidence;
    this.engine.current = this;
    const { watching } = this;
    for (const watcher of watching.sharedOnMessage) watcher.message!(facts);
    if (!watching.closes.isBehind(facts.sender, facts.lastFrame))
      for (const watcher of watching.onMessage) watcher.message!(facts);
    this.calm = watching.isCalm();
  }

  lost(sender: Sender): void {
    const { watching } = this;
    this.engine.current = this;
    for (const watcher of watching.onEnd) watcher.lost?.(sender);
    this.calm = false;
  }

  closed(summary: SessionSummary): void {
    this.facts = undefined;
    this.confidence = 1;
    this.judgeHandshake(this.awaited);
    this.engine.current = this;
    for (const watcher of this.watching.onEnd) watcher.closed?.(summary);
  }

  private get watching(): Watchers {
    if (this.watchers === undefined) {
      this.watchers = new Watchers(this.opened, this.engine);
      this.talk = this.watchers.find(Talk);
      this.keys = this.watchers.find(KeyWatch);
    }
    return this.watchers;
  }

  private judgeHandshake(handshake: Handshake | undefined): void {
    if (handshake === undefined) return;
    const { facts } = this;
    this.facts = undefined;
    this.engine.current = this;
    for (const watcher of this.engine.onHandshake) watcher.handshake!(handshake, this.session);
    this.facts = facts;
  }
}

/** All who watch one session, by what they want to be told. */
class Watchers implements WatchedSession {
  readonly closes: CloseWatch;
  /** What is shared looks at all frames, rules only at those that are not behind their sender's Close. */
  readonly sharedOnFrame: readonly Watcher[];
  readonly sharedOnMessage: readonly Watcher[];
  readonly onFrame: readonly Watcher[];
  readonly onOddFrame: readonly Watcher[];
  readonly onMessage: readonly Watcher[];
  /** Those that a loss or the end may be told to. */
  readonly onEnd: readonly Watcher[];
  private readonly restless: readonly Watcher[];
  private readonly shared: Watcher[] = [];

  constructor(
    readonly session: Session,
    private readonly engine: RuleEngine,
  ) {
    const { judges, reports, options } = engine;
    this.closes = this.share(CloseWatch);
    const own: Watcher[] = [];
    for (let i = 0; i < reports.length; i++) {
      const watcher = judges[i] ?? options.rules[i].watch!(this, reports[i]);
      if (watcher !== WATCHES_NOTHING) own.push(watcher);
    }
    const { shared } = this;
    const all = [...shared, ...own];
    this.restless = those(all, (watcher) => watcher.calm !== undefined);
    this.sharedOnFrame = those(shared, ({ frame }) => frame !== undefined);
    this.sharedOnMessage = those(shared, ({ message }) => message !== undefined);
    this.onFrame = those(own, ({ frame }) => frame !== undefined);
    this.onOddFrame = those(own, ({ oddFrame }) => oddFrame !== undefined);
    this.onMessage = those(own, ({ message }) => message !== undefined);
    this.onEnd = those(all, ({ closed, lost }) => closed !== undefined || lost !== undefined);
  }

  get handshake(): Handshake | undefined {
    return this.session.handshake;
  }

  get maxOpenPings(): number {
    return this.engine.options.maxOpenPings ?? DEFAULT_LIMITS.maxOpenPings;
  }

  defect(code: string, message: string): void {
    this.engine.options.defect?.(code, message);
  }

  share<T extends Watcher>(Kind: new (watched: WatchedSession) => T): T {
    const known = this.find(Kind);
    if (known !== undefined) return known;
    const made = new Kind(this);
    this.shared.push(made);
    return made;
  }

  /** What is shared of this kind, if any rule asked for it. */
  find<T extends Watcher>(Kind: new (watched: WatchedSession) => T): T | undefined {
    for (const known of this.shared) if (known instanceof Kind) return known;
    return undefined;
  }

  isCalm(): boolean {
    for (const watcher of this.restless) if (!watcher.calm) return false;
    return true;
  }
}

function looksAtHandshakeOnly(judge: Watcher): boolean {
  return Object.keys(judge).every((event) => event === 'handshake');
}

const NOBODY: readonly Watcher[] = [];
const found: Watcher[] = [];

/** As filter(), in an array without room to grow: there are seven of them per session. */
function those(watchers: readonly Watcher[], wants: (watcher: Watcher) => boolean): readonly Watcher[] {
  let count = 0;
  for (const watcher of watchers) if (wants(watcher)) found[count++] = watcher;
  return count === 0 ? NOBODY : found.slice(0, count);
}

function timestampOf({ seconds, nanoseconds }: Timestamp): Timestamp {
  return { seconds, nanoseconds };
}
