/**
 * Reads captures as one, in time order: the files of a ring buffer, or of several interfaces.
 *
 * Strategy: of several inputs the first packet is read beforehand, and they are sorted by its time. Each is
 * opened when that time has come, so that thousands of files never are open together. While one is open its
 * packets pass straight through; while more are, the earliest goes first, of the same time that of the capture
 * given first. Nothing is copied for that: each
 * reader holds its own packet until it is asked for the next. Awaited is per block, never per packet. An empty
 * file is passed over with a warning: a ring buffer's newest one is, before its first packet is written out.
 */
import { CaptureError, type Defect, type ReportDefect } from '../stream/defect.js';
import { type CaptureSummary, Lane } from './lane.js';
import { type Input, isRepeatable, type OpenOptions } from './open.js';
import type { ReaderName } from './open-capture.js';
import {
  type CaptureBlock,
  type CaptureLimits,
  defaultCaptureLimits,
  type Packet,
  type ReaderContext,
} from './packet.js';
import type { CaptureSecrets } from './pcapng.js';

export type { CaptureSummary, Time } from './lane.js';
export type { Input } from './open.js';

/** Blocks of the many captures that overlap in time are smaller, and their files not kept open. */
const FEW_OPEN = 8;
const MANY_OPEN = 64;
const PEEK: OpenOptions = { blockSize: 16_384 };

/** How captures are to be read. */
export interface ReadOptions {
  /** Default: `own`, which reads everything; `pcap-parser` reads classic microsecond pcap only. */
  readonly reader?: ReaderName;
  /** Default: defaultCaptureLimits. */
  readonly limits?: Partial<CaptureLimits>;
  /** Told of each defect of a capture; reading goes on behind it. */
  readonly report: ReportDefect;
  /** Told when a capture is opened that may have secrets, and of each block of them. */
  readonly secrets?: {
    /** A capture was opened that may have secrets. */
    mayCome(): void;
    /** A Decryption Secrets Block was read. */
    add(secrets: CaptureSecrets): void;
  };
  /** Takes what the captures have beside their packets, each in its place among its own: for who writes them anew. */
  readonly blocks?: (block: CaptureBlock) => void;
  /** Called after each block; `totalBytes` is undefined when an input's size is not known. */
  readonly progress?: (bytesRead: number, totalBytes: number | undefined) => void;
  /** Stops the reading at once, also while it waits for a pipe; the totals so far are returned. */
  readonly signal?: AbortSignal;
}

/** Who is given the packets. */
export interface PacketConsumer {
  /** Takes a packet, borrowed until the call returns; false stops the reading at once. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most consumers return nothing, and need not say so
  packet(packet: Packet): void | false;
  /** Called, and awaited, after each block of packets. */
  block?(): void | Promise<void>;
}

/** What the captures of a run come to. */
export interface CaptureTotals {
  readonly packets: number;
  /** Packets that could not be delivered: their interface is not described, or their length cannot be. */
  readonly skipped: number;
  /** Bytes read of the files (compressed ones as they lie there). */
  readonly bytes: number;
  /** A capture was empty, cut or so damaged that its rest could not be read. */
  readonly truncated: boolean;
  /** In the order of the inputs. */
  readonly captures: readonly CaptureSummary[];
  /** Of all Decryption Secrets Blocks. */
  readonly secrets: readonly CaptureSecrets[];
}

/**
 * Reads all packets of all inputs in time order. Throws CaptureError if an input is unusable, or if all are empty;
 * damage within a capture, and an empty one among others, is reported as a defect, and reading goes on.
 *
 * @example Packets, and their times
 * ```ts
 * import { readCaptures } from 'wsdissect/capture';
 *
 * const { packets } = await readCaptures(
 *   ['capture.pcapng'],
 *   { report: ({ message }) => console.error(message) },
 *   {
 *     packet: ({ number, seconds, nanoseconds, start, end }) => {
 *       console.log(number, seconds + nanoseconds / 1e9, end - start);
 *       if (number === 3) return false;
 *     },
 *   },
 * );
 * console.log(packets);
 * ```
 */
export async function readCaptures(
  inputs: readonly Input[],
  options: ReadOptions,
  consumer: PacketConsumer,
): Promise<CaptureTotals> {
  if (inputs.length === 0) throw new CaptureError('no-input', 'no capture given');
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new CaptureError('invalid-input', 'standard input (-) can be read only once');
  }
  const run = new Run(inputs, options, consumer);
  return run.read();
}

/** Defects after which the rest of a capture was not read. */
const CUTTING = new Set(['empty-capture', 'truncated-capture', 'corrupt-compression', 'damaged-capture']);
/** Defects that each cost a packet. */
const SKIPPING = new Set(['unknown-interface', 'implausible-record-length']);

class Run {
  private readonly options: ReadOptions;
  private readonly consumer: PacketConsumer;
  private readonly lanes: readonly Lane[];
  /** Not yet opened, the next one first. */
  private waiting: Lane[] = [];
  /** Open, each with a packet to deliver, the earliest first. */
  private readonly active: Lane[] = [];
  private readonly interfaces = { next: 0 };
  private packets = 0;
  private skipped = 0;
  private truncated = false;
  private stopped = false;
  private readonly limits: CaptureLimits;

  constructor(inputs: readonly Input[], options: ReadOptions, consumer: PacketConsumer) {
    this.limits = { ...defaultCaptureLimits, ...options.limits };
    this.lanes = inputs.map((input, index) => new Lane(index, input));
    this.options = options;
    this.consumer = consumer;
  }

  async read(): Promise<CaptureTotals> {
    const { signal } = this.options;
    const stop = () => {
      this.stopped = true;
      for (const lane of this.lanes) lane.close();
    };
    signal?.addEventListener('abort', stop);
    try {
      if (!signal?.aborted) await this.run();
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
    return this.totals();
  }

  private async run(): Promise<void> {
    await this.arrange();
    await this.openDue();
    while (!this.stopped && this.active.length > 0) {
      const lane = this.active[0];
      if (!this.pass(lane) && !this.stopped && !(await this.refill(lane))) this.active.shift();
      else this.rearrange();
      if (this.isDue()) await this.openDue();
    }
    if (!this.stopped) this.tellEmpty();
  }

  /** Throws CaptureError if all captures are empty, and reports those that are among others. */
  private tellEmpty(): void {
    const { lanes } = this;
    if (lanes[0].empty !== undefined && lanes.every((lane) => lane.empty)) throw lanes[0].empty;
    const message = 'this capture is empty: it is skipped';
    for (const lane of lanes)
      if (lane.empty !== undefined)
        this.context(lane).report({
          layer: 'capture',
          code: 'empty-capture',
          message,
          packet: 0,
          capture: lane.index,
        });
  }

  /** Sorts the inputs by the time of their first packet; what cannot be read twice is open from the start. */
  private async arrange(): Promise<void> {
    this.waiting = [...this.lanes];
    if (this.lanes.length === 1) return;
    for (const lane of this.lanes) {
      if (this.stopped) return;
      if (isRepeatable(lane.input)) await this.peek(lane);
      else lane.dueSeconds = Number.NEGATIVE_INFINITY;
    }
    this.waiting.sort(
      (a, b) => Math.sign(a.dueSeconds - b.dueSeconds) || a.dueNanoseconds - b.dueNanoseconds,
    );
  }

  /** Reads the first packet's time. Defects are reported when the capture is really read. */
  private async peek(lane: Lane): Promise<void> {
    const context = {
      ...this.context(lane),
      interfaces: { next: 0 },
      report: () => {},
      secrets: undefined,
      blocks: undefined,
    };
    if (await lane.start(this.options.reader ?? 'own', context, PEEK)) {
      const { seconds, nanoseconds } = lane.packet;
      lane.dueSeconds = seconds;
      lane.dueNanoseconds = nanoseconds;
    } else lane.dueSeconds = Number.POSITIVE_INFINITY;
    lane.close();
  }

  private isDue(): boolean {
    const { waiting, active } = this;
    if (waiting.length === 0) return false;
    return active.length === 0 || !waiting[0].isAfter(active[0].packet);
  }

  private async openDue(): Promise<void> {
    while (!this.stopped && this.isDue()) {
      const lane = this.waiting.shift()!;
      const { reader = 'own' } = this.options;
      if (await lane.start(reader, this.context(lane), this.openOptions())) {
        if (lane.open?.format === 'pcapng') this.options.secrets?.mayCome();
        this.active.unshift(lane);
        this.rearrange();
      } else lane.close();
    }
  }

  private openOptions(): OpenOptions {
    const { length } = this.active;
    if (length < FEW_OPEN) return {};
    return length < MANY_OPEN ? { blockSize: 131_072 } : { blockSize: 16_384, frugal: true };
  }

  /** Moves the first active lane to where the time of its packet belongs. */
  private rearrange(): void {
    const { active } = this;
    const lane = active[0];
    let at = 0;
    for (; at + 1 < active.length && isEarlier(active[at + 1], lane); at++) {
      active[at] = active[at + 1];
    }
    active[at] = lane;
  }

  /**
   * Delivers the packets of a lane until the turn of another has come (true) or its block is used up (false).
   * The hot path.
   */
  private pass(lane: Lane): boolean {
    const { consumer, waiting, active } = this;
    const { reader } = lane.open!;
    const packet = reader.packet;
    let limitSeconds = Number.POSITIVE_INFINITY;
    // One less where the other goes first at the same time.
    let limitNanoseconds = 0;
    if (active.length > 1) {
      limitSeconds = active[1].packet.seconds;
      limitNanoseconds = active[1].packet.nanoseconds - (active[1].index < lane.index ? 1 : 0);
    }
    if (waiting.length > 0 && (active.length === 1 || !waiting[0].isAfter(active[1].packet))) {
      const due = waiting[0].dueNanoseconds - (waiting[0].index < lane.index ? 1 : 0);
      limitNanoseconds = limitSeconds === waiting[0].dueSeconds ? Math.min(limitNanoseconds, due) : due;
      limitSeconds = waiting[0].dueSeconds;
    }
    const alone = limitSeconds === Number.POSITIVE_INFINITY;
    do {
      const { seconds } = packet;
      if (
        !alone &&
        (seconds > limitSeconds || (seconds === limitSeconds && packet.nanoseconds > limitNanoseconds))
      )
        return true;
      packet.number = ++this.packets;
      lane.count(packet);
      if (consumer.packet(packet) === false) this.stopped = true;
    } while (!this.stopped && reader.next());
    return false;
  }

  /** Ends a block and begins the next; false at the end of the capture. */
  private async refill(lane: Lane): Promise<boolean> {
    const { consumer, options } = this;
    do {
      const ended = consumer.block?.();
      if (ended !== undefined) await ended;
      lane.note();
      options.progress?.(
        sum(this.lanes, (one) => one.bytes)!,
        sum(this.lanes, (one) => one.size),
      );
      if (this.stopped) return false;
      if (!(await lane.open!.fill())) {
        lane.close();
        return false;
      }
    } while (!lane.open!.reader.next());
    return true;
  }

  private context(lane: Lane): ReaderContext {
    return {
      ...this.limits,
      capture: lane.index,
      interfaces: this.interfaces,
      report: (defect) => this.report(defect, lane),
      secrets: (secrets) => this.options.secrets?.add(secrets),
      blocks: this.options.blocks,
    };
  }

  /** A reader knows its own packets only: the number is that of the last one delivered. */
  private report(defect: Defect, lane: Lane): void {
    if (CUTTING.has(defect.code)) this.truncated = true;
    if (SKIPPING.has(defect.code)) this.skipped++;
    this.options.report({ ...defect, packet: this.packets, packetInCapture: lane.packets });
  }

  private totals(): CaptureTotals {
    const { packets, skipped, truncated, lanes } = this;
    const bytes = sum(lanes, (lane) => lane.bytes)!;
    const secrets = lanes.flatMap((lane) => lane.secrets);
    const captures = lanes.map((lane) => lane.summary());
    return { packets, skipped, bytes, truncated, captures, secrets };
  }
}

/** Of the same time goes first what was given first. */
function isEarlier({ packet: a, index }: Lane, { packet: b, index: other }: Lane): boolean {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds;
  return a.nanoseconds < b.nanoseconds || (a.nanoseconds === b.nanoseconds && index < other);
}

/** The sum, or undefined if one of the values is. */
function sum(lanes: readonly Lane[], value: (lane: Lane) => number | undefined): number | undefined {
  let total = 0;
  for (const lane of lanes) {
    const one = value(lane);
    if (one === undefined) return undefined;
    total += one;
  }
  return total;
}
