/**
 * The statistics of a run: takes messages and the ends of sessions, and counts them for the whole and, where asked for, for
 * each session.
 *
 * Strategy: of a session that is open, only what its next message or its end needs is kept; what it came to goes to its
 * client and its path when it ends, for only then its request is certain. So memory goes with what is open at a time.
 */
import { latin1OfOctets } from '../bytes/octets.js';
import { atLimit, DEFAULT_LIMITS, type Limits } from '../limits.js';
import { nanosecondsBetween } from '../stream/place.js';
import { SENDERS, type Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { CONTROL_LIMIT, isControl, PING, PONG } from '../websocket/opcode.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import { endingOf } from './ending.js';
import { RoundTrips } from './round-trips.js';
import { Tally } from './tally.js';
import { Top } from './top.js';

/** Undefined where it was not captured, or the request has none. */
export interface Target {
  readonly host: string | undefined;
  /** Without the query. */
  readonly path: string | undefined;
}

export interface StatisticsOptions {
  readonly limits?: Partial<Limits>;
  /** Told of the first hit of a limit. */
  readonly report?: (code: string, message: string) => void;
  /** Told what a session came to, when it is over. */
  readonly session?: (summary: SessionSummary, tally: Tally) => void;
}

/** Of a session that is open. */
interface Open {
  readonly messages: Record<Sender, number>;
  readonly bytes: Record<Sender, number>;
  /** Of its last data message, in nanoseconds since it was opened. */
  lastData: number | undefined;
  /** By who pings. */
  pings: Record<Sender, RoundTrips> | undefined;
  readonly tally: Tally | undefined;
}

/** Characters of a host or path that are kept: what is longer is told by its beginning. */
const NAME_LENGTH = 256;

export class Statistics {
  readonly all = new Tally();
  /** By address of the client. */
  readonly talkers: Top<string>;
  readonly targets: Top<Target>;
  private readonly limits: Limits;
  private readonly open = new Map<number, Open>();
  private readonly hit = new Set<string>();

  constructor(private readonly options: StatisticsOptions = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { maxStatsNames } = this.limits;
    const full = () =>
      this.report(
        'stats-names-limit',
        `there are too many clients or paths to tell all apart; the rest is summed ${atLimit('maxStatsNames', maxStatsNames)}`,
      );
    this.talkers = new Top(maxStatsNames, full);
    this.targets = new Top(maxStatsNames, full);
  }

  /** `isCounted`: false for one that is not asked for; it may still answer a Ping that is. */
  message(message: Message, isCounted = true): void {
    const { session, sender, opcode, timestamp, wireLength } = message;
    const open = this.openOf(session);
    const time = nanosecondsBetween(session.opened, timestamp);
    if (opcode === PING || opcode === PONG) this.control(message, open, time, isCounted);
    if (!isCounted) return;
    open.bytes[sender] += wireLength;
    let gap: number | undefined;
    if (!isControl(opcode)) {
      open.messages[sender]++;
      if (open.lastData !== undefined) gap = time - open.lastData;
      open.lastData = time;
    }
    this.all.message(message, gap);
    open.tally?.message(message, gap);
  }

  sessionClosed(summary: SessionSummary): void {
    const { session } = summary;
    const open = this.openOf(session);
    this.open.delete(session.number);
    const ending = endingOf(summary);
    for (const tally of this.talliesOf(open)) {
      tally.ended(ending);
      for (const sender of SENDERS) tally.of(sender).unanswered += open.pings?.[sender].unanswered ?? 0;
    }
    const { messages, bytes } = open;
    const amounts = { sessions: 1, messages, bytes };
    const client = addressOf(session.client);
    this.talkers.add(client, client, amounts);
    const target = { host: kept(session.host), path: kept(session.path?.replace(QUERY, '')) };
    this.targets.add(`${target.host ?? '\n'} ${target.path ?? '\n'}`, target, amounts);
    if (open.tally !== undefined) this.options.session?.(summary, open.tally);
  }

  private openOf({ number }: Session): Open {
    let open = this.open.get(number);
    if (open === undefined) {
      open = {
        messages: { client: 0, server: 0 },
        bytes: { client: 0, server: 0 },
        lastData: undefined,
        pings: undefined,
        tally: this.options.session && new Tally(),
      };
      this.open.set(number, open);
    }
    return open;
  }

  private *talliesOf({ tally }: Open): Generator<Tally> {
    yield this.all;
    if (tally !== undefined) yield tally;
  }

  /** One whose body is not known, or longer than it may be, is paired with none. */
  private control(message: Message, open: Open, time: number, isCounted: boolean): void {
    const { sender, opcode, content, complete } = message;
    if (!complete || content.length > CONTROL_LIMIT) return;
    const body = latin1OfOctets(content);
    open.pings ??= { client: this.roundTrips(), server: this.roundTrips() };
    if (opcode === PING) {
      open.pings[sender].ping(body, time, isCounted);
      return;
    }
    const pinger = sender === 'client' ? 'server' : 'client';
    const took = open.pings[pinger].pong(body, time);
    if (took !== undefined) for (const tally of this.talliesOf(open)) tally.of(pinger).roundTrips.add(took);
  }

  private roundTrips(): RoundTrips {
    const { maxOpenPings } = this.limits;
    return new RoundTrips(maxOpenPings, () =>
      this.report(
        'open-pings-limit',
        `there are too many Pings without a Pong; the oldest are not counted as unanswered ${atLimit('maxOpenPings', maxOpenPings)}`,
      ),
    );
  }

  private report(code: string, message: string): void {
    if (this.hit.has(code)) return;
    this.hit.add(code);
    this.options.report?.(code, message);
  }
}
const QUERY = /[?#].*$/s;

/** Without the port. */
function addressOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':'));
}

/** A copy, so that it does not keep a whole head in memory. */
function kept(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const text = name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name;
  return JSON.parse(JSON.stringify(text));
}
