/**
 * The two public ways to run a dissection over captures: with callbacks (runDissection), and, on top of it,
 * as async iterables (dissect).
 *
 * Strategy: the captures are decoded synchronously, block by block. The iterable form collects the events of
 * a block in an array and waits until they have been taken: one await per block, never one per frame.
 */
import { type CaptureTotals, type Input, readCaptures } from './capture/captures.js';
import { isRepeatable } from './capture/open.js';
import type { UnreadTls } from './carried/tls.js';
import { type DissectionConsumer, Dissector, type DissectorOptions } from './dissector.js';
import { type KeyLogSummary, KeyLogs } from './key-logs.js';
import { atLimit, DEFAULT_LIMITS, type Limits } from './limits.js';
import type { Finding } from './rules/finding.js';
import type { Rule } from './rules/rule.js';
import type { Defect } from './stream/defect.js';
import { SecretStore } from './tls/secrets.js';
import type { Frame } from './websocket/frame-record.js';
import type { Message } from './websocket/message-record.js';
import type { Session, SessionSummary } from './websocket/session-record.js';

/** What is to be read besides the captures, by which reader, and how far. */
export interface DissectOptions extends DissectorOptions {
  /** The rules whose findings are wanted; all by default. */
  readonly rules?: readonly Rule[];
  /** Paths of key logs (NSS format), which may still be growing. Secrets in pcapng captures are used in any case. */
  readonly keyLogs?: readonly string[];
  /** `own` (default), or the npm package `pcap-parser`, which reads classic microsecond pcap only. */
  readonly reader?: 'own' | 'pcap-parser';
  /** Told how far the reading is, in bytes of the files; `total` is undefined where a size is not known. */
  readonly progress?: (bytesRead: number, total: number | undefined) => void;
  /** Ends the reading early; what was read so far is dissected to its end. */
  readonly signal?: AbortSignal;
}

/** What a whole run comes to. */
export interface DissectionSummary {
  readonly frames: number;
  /** Sessions and refused upgrades. */
  readonly sessions: number;
  readonly packets: number;
  /** Packets of no use: those that the capture's reader skipped, and those of link types without a decoder. */
  readonly skippedPackets: number;
  /** TCP connections, WebSocket or not. */
  readonly connections: number;
  /** Data messages that ended. */
  readonly messages: number;
  /** How many defects there were, by code. */
  readonly defects: ReadonlyMap<string, number>;
  readonly dropped: DroppedTotals;
  readonly tls: TlsTotals;
  readonly capture: CaptureTotals;
}

/** TLS connections, and the secrets for them. */
export interface TlsTotals {
  /** Connections of which something was read. */
  readonly read: number;
  /** Those that could not be read, or one direction of them. */
  readonly unread: number;
  /** Secrets known of, and those that a connection of the captures has used. */
  readonly secrets: number;
  readonly usedSecrets: number;
  /** In the order in which they were given. */
  readonly keyLogs: readonly KeyLogSummary[];
}

/** What the capture holds and is not told, or holds twice, or does not hold. */
export interface DroppedTotals {
  /** As skippedPackets. */
  readonly packets: number;
  /** Dropped at the limit of connections. */
  readonly connections: number;
  /** Octets of TCP streams that were captured again. */
  readonly duplicateBytes: number;
  /** Octets of sessions that were not captured. */
  readonly missingBytes: number;
  /** Octets of sessions in which frames could not be told apart, missing ones included. */
  readonly undecodedBytes: number;
}

/** Who is called back by runDissection(); what is left out is not made. */
export interface RunConsumer extends DissectionConsumer {
  /** Called after each block of input, and when messages of a pipe were held back long enough; a promise is awaited. */
  block?(dissector: Dissector): void | Promise<void>;
  /** Asked after each packet: false ends the reading. */
  more?(): boolean;
}

/** Longest time without a turn of the event loop: files are read synchronously, and Ctrl-C, timers wait. */
const TURN_MS = 50;
/** Seconds of capture time that messages of a pipe are held back for their order. */
const PATIENCE = 1;
/** A pipe that gives nothing for so long has nothing to give just now. */
const SILENCE_MS = 500;

/**
 * Dissects captures (paths, `-` for standard input, `file:` URLs, bytes, or async iterables of bytes; several are
 * one capture in time order) and tells the consumer what it finds. Rejects with CaptureError for unusable input, and with
 * whatever a callback throws.
 *
 * @example Counting without an await per frame
 * ```ts
 * import { runDissection } from 'wsdissect';
 *
 * const octets = { client: 0, server: 0 };
 * const { sessions } = await runDissection('capture.pcapng', {
 *   frame: ({ sender, length }) => {
 *     octets[sender] += length;
 *   },
 *   defect: ({ message }) => console.error(message),
 * });
 * console.log(sessions, octets.client, octets.server);
 * ```
 */
export async function runDissection(
  inputs: Input | readonly Input[],
  consumer: RunConsumer,
  options: DissectOptions = {},
): Promise<DissectionSummary> {
  const rules =
    options.rules ?? (consumer.finding === undefined ? [] : (await import('./rules/index.js')).rules);
  const captures = isList(inputs) ? inputs : [inputs];
  const isLive = consumer.message !== undefined && !captures.every(isRepeatable);
  const secrets =
    options.secrets ?? makeSecrets(options.limits, (defect) => dissector.defect('tls', defect[0], defect[1]));
  const dissector = new Dissector(consumer, {
    ...(isLive && { patience: PATIENCE }),
    ...options,
    rules,
    secrets,
  });
  const keyLogs = new KeyLogs(
    secrets,
    options.keyLogs ?? [],
    !captures.every(isRepeatable),
    () => {
      dissector.settle();
      void consumer.block?.(dissector);
    },
    (message) => dissector.defect('tls', 'key-log-unreadable', message),
  );
  const silence = isLive
    ? whenSilent(() => {
        dissector.settle(true);
        void consumer.block?.(dissector);
      })
    : undefined;
  const block = () => {
    silence?.heard();
    dissector.settle();
    return consumer.block?.(dissector);
  };
  await keyLogs.whole();
  const capture = await readCaptures(
    captures,
    {
      report: (defect) => dissector.tell(defect),
      secrets: {
        mayCome: () => {
          secrets.mayGrow = true;
        },
        add: (block) => keyLogs.add(block),
      },
      ...(options.reader === undefined ? {} : { reader: options.reader }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.progress === undefined ? {} : { progress: options.progress }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    {
      packet: (packet) => {
        dissector.packet(packet);
        if (consumer.more?.() === false) return false;
      },
      block: withTurns(block),
    },
  ).finally(() => {
    silence?.stop();
    keyLogs.close();
  });
  secrets.mayGrow = false;
  dissector.end();
  const { frameCount, sessionCount, network, tcp, totals } = dissector;
  const skippedPackets = capture.skipped + network.counts.unknownLinkType;
  return {
    frames: frameCount,
    sessions: sessionCount,
    packets: capture.packets,
    skippedPackets,
    connections: tcp.counts.connections,
    messages: totals.messages,
    defects: dissector.defects,
    tls: {
      read: totals.tlsRead,
      unread: totals.tlsUnread,
      secrets: secrets.known,
      usedSecrets: secrets.used,
      keyLogs: keyLogs.summary,
    },
    dropped: {
      packets: skippedPackets,
      connections: tcp.counts.evicted,
      duplicateBytes: tcp.duplicates,
      missingBytes: totals.missingBytes,
      undecodedBytes: totals.undecodedBytes,
    },
    capture,
  };
}

function makeSecrets(
  limits: Partial<Limits> | undefined,
  report: (defect: readonly [code: string, message: string]) => void,
): SecretStore {
  const { maxTlsSecrets } = { ...DEFAULT_LIMITS, ...limits };
  return new SecretStore(
    maxTlsSecrets,
    () =>
      report([
        'tls-secrets-limit',
        `there are too many TLS secrets; further ones are ignored ${atLimit('maxTlsSecrets', maxTlsSecrets)}`,
      ]),
    () =>
      report([
        'key-log-conflict',
        'of a TLS session there are two different secrets of a kind; the one that was told last counts',
      ]),
  );
}

/** Where somebody watches, messages are not held back once nothing comes any more. */
function whenSilent(release: () => void): { heard(): void; stop(): void } {
  let last = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - last >= SILENCE_MS) release();
  }, SILENCE_MS / 2).unref();
  return {
    heard: () => {
      last = Date.now();
    },
    stop: () => clearInterval(timer),
  };
}

/** Gives the event loop a turn now and then: seldom enough to be free. */
function withTurns(block: () => void | Promise<void>): () => void | Promise<void> {
  let last = Date.now();
  return () => {
    const told = block();
    if (Date.now() - last < TURN_MS) return told;
    return Promise.resolve(told)
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(() => {
        last = Date.now();
      });
  };
}

/** What an iteration over a Dissection itself gives: all that a consumer may be told, as it comes. */
export type DissectionEvent =
  | { readonly type: 'session-opened'; readonly session: Session }
  | { readonly type: 'frame'; readonly frame: Frame }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'session-closed'; readonly summary: SessionSummary }
  | { readonly type: 'tls-unread'; readonly connection: UnreadTls }
  | { readonly type: 'defect'; readonly defect: Defect };

/**
 * The dissection of captures as async iterables: of all events, frames, messages, findings, or sessions. Each iteration
 * reads the captures anew; leaving the loop ends the reading and closes the files. An iteration throws CaptureError for
 * unusable input, behind what was read before it. Made by dissect().
 *
 * @example What there was besides frames
 * ```ts
 * import { dissect } from 'wsdissect';
 *
 * const dissection = dissect('capture.pcapng');
 * for await (const event of dissection) {
 *   if (event.type === 'session-opened') console.log(event.session.client, event.session.path);
 *   if (event.type === 'defect') console.error(event.defect.message);
 * }
 * console.log(dissection.summary?.packets, dissection.summary?.frames);
 * ```
 */
export class Dissection implements AsyncIterable<DissectionEvent> {
  /** Set when an iteration has come to its end. */
  summary: DissectionSummary | undefined = undefined;

  constructor(
    private readonly inputs: Input | readonly Input[],
    private readonly options: DissectOptions,
  ) {}

  /** Frames, control frames too, in the order in which their last bytes were captured. */
  frames(): AsyncGenerator<Frame, void> {
    return this.iterate((emit) => ({ frame: emit }));
  }

  /** Messages, joined and inflated, and control frames, in the order in which their last bytes were captured. */
  messages(): AsyncGenerator<Message, void> {
    return this.iterate((emit) => ({ message: emit }));
  }

  /** Violations of the protocol, in the order in which they were noticed. */
  findings(): AsyncGenerator<Finding, void> {
    return this.iterate((emit) => ({ finding: emit }));
  }

  /** Sessions as they end, refused upgrades among them. */
  sessions(): AsyncGenerator<SessionSummary, void> {
    return this.iterate((emit) => ({ sessionClosed: emit }));
  }

  /** All events, as they come. */
  [Symbol.asyncIterator](): AsyncGenerator<DissectionEvent, void> {
    return this.iterate((emit) => ({
      sessionOpened: (session) => emit({ type: 'session-opened', session }),
      frame: (frame) => emit({ type: 'frame', frame }),
      message: (message) => emit({ type: 'message', message }),
      finding: (finding) => emit({ type: 'finding', finding }),
      sessionClosed: (summary) => emit({ type: 'session-closed', summary }),
      tlsUnread: (connection) => emit({ type: 'tls-unread', connection }),
      defect: (defect) => emit({ type: 'defect', defect }),
    }));
  }

  private async *iterate<T>(
    consume: (emit: (item: T) => void) => DissectionConsumer,
  ): AsyncGenerator<T, void> {
    const handover = new Handover<T>();
    const consumer: RunConsumer = {
      ...consume((item) => handover.items.push(item)),
      block: () => handover.offer(),
      more: () => !handover.stopped,
    };
    const { signal } = this.options;
    const reading = new AbortController();
    const abort = () => reading.abort();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    const run = runDissection(this.inputs, consumer, {
      ...this.options,
      borrowPayloads: false,
      signal: reading.signal,
    }).finally(() => handover.finish());
    // The error is met by `await run`; until then it must not count as unhandled.
    const over = run.then(
      () => {},
      () => {},
    );
    try {
      for (let items = await handover.take(); items.length > 0; items = await handover.take()) yield* items;
      this.summary = await run;
    } finally {
      signal?.removeEventListener('abort', abort);
      handover.stop();
      // Without it a reader that waits for a pipe would keep waiting, and its file stay open.
      abort();
      await over;
    }
  }
}

/** Hands items from the dissection to the consumer of an iteration, a block's worth at a time. */
class Handover<T> {
  items: T[] = [];
  stopped = false;
  private finished = false;
  private arrived: (() => void) | undefined = undefined;
  private taken: (() => void) | undefined = undefined;
  private offered: Promise<void> | undefined = undefined;

  /** Producer: waits until the items at hand have been taken. */
  offer(): Promise<void> | undefined {
    if (this.items.length === 0 || this.stopped) return undefined;
    this.arrived?.();
    this.offered ??= new Promise((resolve) => {
      this.taken = () => {
        this.offered = undefined;
        resolve();
      };
    });
    return this.offered;
  }

  /** Producer: no more come. */
  finish(): void {
    this.finished = true;
    this.arrived?.();
  }

  /** Consumer: the items at hand, as soon as there are some; none: the end. */
  async take(): Promise<T[]> {
    if (this.items.length === 0 && !this.finished)
      await new Promise<void>((resolve) => {
        this.arrived = resolve;
      });
    const { items } = this;
    this.items = [];
    this.taken?.();
    return items;
  }

  /** Consumer: wants no more. */
  stop(): void {
    this.stopped = true;
    this.taken?.();
  }
}

function isList(inputs: Input | readonly Input[]): inputs is readonly Input[] {
  return Array.isArray(inputs);
}

/**
 * Dissects captures: paths, `-` for standard input, `file:` URLs, bytes, or async iterables of bytes. Nothing is read before
 * an iteration begins; that throws CaptureError for unusable input.
 *
 * @example What clients said
 * ```ts
 * import { dissect, TEXT } from 'wsdissect';
 *
 * for await (const { sender, opcode, content } of dissect('capture.pcapng').messages())
 *   if (sender === 'client' && opcode === TEXT) console.log(new TextDecoder().decode(content));
 * ```
 *
 * @example Who broke which rule
 * ```ts
 * import { dissect } from 'wsdissect';
 *
 * for await (const { rule, breaker, message } of dissect('capture.pcapng').findings())
 *   console.log(`${rule.id} (${rule.section}): the ${breaker}: ${message}`);
 * ```
 */
export function dissect(inputs: Input | readonly Input[], options: DissectOptions = {}): Dissection {
  return new Dissection(inputs, options);
}
