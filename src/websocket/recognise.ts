/**
 * Tells whether a TCP connection whose handshake was not captured carries a WebSocket, and which side is the
 * client: its frames are masked, the server's are not (RFC 6455 §5.1).
 *
 * Strategy: the first bytes of both sides are held, bounded, and searched for chains of frames under both
 * assumptions of who is the client, whenever half as much again has come. What speaks for frames must
 * outweigh by far that most connections are none. Masked frames may also be what a server's payload is made
 * of, so a few of them do not tell who is the client before the other side has been heard: roles are for good.
 * Most connections are given up sooner: by what their segments begin with, or because no segment begins as a
 * frame does.
 */
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import { RecognisedSide } from './recognised-side.js';
import type { TakenSegment, WindowBudget } from './segment-window.js';

/** Index of an endpoint of the connection: what endpoint d sends is side d. */
export type Side = 0 | 1;

export interface Recognition {
  readonly clientSide: Side;
  /**
   * For each side, the offset of the first frame that was found, counted from the first byte pushed (it may lie
   * behind the rest of a frame whose beginning was not captured); undefined where none was found yet.
   */
  readonly starts: readonly [number | undefined, number | undefined];
  /** For each side, how many of the bytes before that may be of frames: none where they are a head's. */
  readonly undecoded: readonly [number, number];
  /** For each side, the offset behind a head where a frame is expected to begin, if there is one. */
  readonly expected: readonly [number | undefined, number | undefined];
  /** Probability that it is a WebSocket with this client whose frames begin there, 0 … 1. */
  readonly confidence: number;
  /** Where the first byte of all was captured. */
  readonly begun: Place;
  /** Evidence of both sides in bits, before it is taken off that few connections are WebSockets. */
  readonly bits: number;
}

export type RecogniserState = 'undecided' | 'websocket' | 'other';

export interface RecogniserLimits {
  /**
   * Bytes held of a side; an undecided connection is given up beyond, but not before SEGMENTS, nor where only
   * the roles are open: then the budget decides. Default: that of the budget.
   */
  readonly bytesPerSide: number;
  /** It is known to be a WebSocket: only the roles are looked for, and what is held is kept if they stay open. */
  readonly known: boolean;
}

/** Segments of a side that are waited for, however long they are (loopback has them of 64 KiB). */
const SEGMENTS = 16;

/** Among connections without a handshake one in 2^14 is a WebSocket, before its bytes are looked at. */
const PRIOR = -14;
/** Bits wanted beyond that, where a masked side shows itself, and where only unmasked frames do. */
const WANTED = 12;
const WANTED_UNMASKED = 34;
/** Bits of the masked side that make it show itself. */
const MASKED_SHOWS = 14;
/** Bits by which one assumption of who is the client must surpass the other; and where no more will be held. */
const CLEAR = 10;
const CLEAR_AT_LAST = 3;
/**
 * Log-likelihood of masked frames in what a server sends: the capture begins within a message that others'
 * frames were put into. The rest of such a message is what is captured first.
 */
const RELAYING = -6;
const RELAYING_LATER = -11;
/** Most of the frames that may be continuations: what has its length in its second octet may look like them. */
const MOST_CONTINUATIONS = 7 / 8;
const MOST_CONFIDENT = 0.9999;

export class MidstreamRecogniser {
  state: RecogniserState = 'undecided';
  /** Set when the state is `websocket`. */
  recognition: Recognition | undefined = undefined;
  private readonly sides: readonly [RecognisedSide, RecognisedSide];
  private readonly bytesPerSide: number;
  private readonly known: boolean;
  private order = 0;
  private begun: Place | undefined = undefined;
  /** Who sent what was captured first. */
  private begunBy: Side | undefined = undefined;
  /** It is a WebSocket, but either side may be the client. */
  private ambiguous = false;

  /** What is held counts against the total of `budget`. */
  constructor(
    private readonly place: Place,
    private readonly budget: WindowBudget,
    limits?: Partial<RecogniserLimits>,
  ) {
    this.bytesPerSide = limits?.bytesPerSide ?? budget.recognised;
    this.known = limits?.known ?? false;
    this.sides = [new RecognisedSide(place, budget), new RecognisedSide(place, budget)];
  }

  /** Takes a segment (borrowed) that endpoint `side` sent. Once decided, push no more. */
  push(side: Side, chunk: Uint8Array, start = 0, end = chunk.length): RecogniserState {
    if (this.state !== 'undecided' || start >= end) return this.state;
    if (this.begun === undefined || this.place.packet < this.begun.packet) {
      this.begun = this.place.copyFrom(0);
      this.begunBy = side;
    }
    const sender = this.sides[side];
    sender.push(chunk, start, end, this.order++);
    if (sender.hopeless) return this.lastDecision();
    const { length, overfull, segments } = sender.window;
    // What was found to be a WebSocket of which only the roles are open is worth the wait.
    const enough = length > this.bytesPerSide && segments.length >= SEGMENTS;
    const full = overfull || (enough && (this.known || !this.ambiguous));
    this.decide(sender.search(full), full);
    if (!full || this.state !== 'undecided') return this.state;
    if (overfull && !enough) sender.window.reportOverfull();
    else if (!this.known) this.budget.exceeded?.('maxRecognised');
    return this.giveUp();
  }

  /** One side goes on as no WebSocket does: unless both have shown before that they are one, they are none. */
  private lastDecision(): RecogniserState {
    if (this.ambiguous || this.known) this.decide(true, true);
    return this.state === 'undecided' ? this.giveUp() : this.state;
  }

  /** The next `length` bytes that endpoint `side` sent are missing. */
  gap(side: Side, length: number): void {
    this.sides[side].window.gap(length);
  }

  /**
   * The next byte of `side` begins a frame, if this is a WebSocket: it follows a head. That says where frames
   * begin; it does not speak for there being any.
   */
  expect(side: Side): void {
    this.sides[side].expect();
  }

  /** No more will come from either side: the last decision. */
  end(): RecogniserState {
    if (this.state !== 'undecided') return this.state;
    const [a, b] = this.sides;
    const news = [a.search(true), b.search(true)];
    this.decide(news.includes(true), true);
    return this.state === 'undecided' ? this.giveUp() : this.state;
  }

  /**
   * Delivers what both sides sent, in the order in which it was captured, each segment under its own place,
   * and the gaps; all of it is forgotten.
   */
  replay(sinks: readonly [Pick<StreamSink, 'bytes' | 'gap'>, Pick<StreamSink, 'bytes' | 'gap'>]): void {
    const current = this.place.copyFrom(0);
    const ends = this.sides.map(({ window }) => window.streamOffset);
    const at = [0, 0];
    const taken = this.sides.flatMap(({ window }, side) =>
      window.takeSegments().map((segment) => ({ side, segment })),
    );
    taken.sort((a, b) => a.segment.order - b.segment.order);
    for (const { side, segment } of taken) {
      at[side] = this.deliver(sinks[side], segment, at[side]);
    }
    this.place.assign(current);
    for (const side of [0, 1]) if (ends[side] > at[side]) sinks[side].gap(ends[side] - at[side]);
  }

  private deliver(sink: Pick<StreamSink, 'bytes' | 'gap'>, segment: TakenSegment, at: number): number {
    const { bytes, start, end, offset } = segment;
    this.place.assignAt(segment.place, start);
    if (offset > at) sink.gap(offset - at);
    sink.bytes(bytes, start, end);
    return offset + end - start;
  }

  /** `last`: no more is held before it is decided. */
  private decide(news: boolean, last: boolean): void {
    if (!news && !last) return;
    const [a, b] = this.sides;
    const relaying = (side: Side) => (side === this.begunBy ? RELAYING : RELAYING_LATER);
    const lead = a.clientBits + b.serverBitsIf(relaying(1)) - b.clientBits - a.serverBitsIf(relaying(0));
    const clientSide = lead > 0 ? 0 : 1;
    const client = this.sides[clientSide];
    const server = this.sides[1 - clientSide];
    if (!this.known && !this.convinces(client, server, last)) return;
    this.ambiguous = Math.abs(lead) < CLEAR;
    if (Math.abs(lead) >= (last ? CLEAR_AT_LAST : CLEAR)) this.recognised(clientSide, Math.abs(lead));
  }

  /** Whether both sides speak for a WebSocket with this client, by far. */
  private convinces(client: RecognisedSide, server: RecognisedSide, last: boolean): boolean {
    const best = client.clientBits + server.serverBits;
    const shows = client.clientBits >= MASKED_SHOWS;
    if (best + PRIOR < (shows ? WANTED : WANTED_UNMASKED)) return false;
    // What only one side tells may be another protocol: the other side gets the time to show it.
    if (!shows && !last) return false;
    // A client masks: where both sides seem to send unmasked frames, they are those of another protocol.
    if (
      !shows &&
      (client.serverBits > client.clientBits ||
        client.contradicts ||
        client.doubtful ||
        server.doubtful ||
        server.isMqtt)
    )
      return false;
    const telling = shows ? client.first(true) : server.first(false);
    return telling === undefined || telling.continuations <= telling.frames * MOST_CONTINUATIONS;
  }

  private recognised(clientSide: Side, lead: number): void {
    const bits = this.sides[clientSide].clientBits + this.sides[1 - clientSide].serverBits;
    const expected = this.sides.map(({ expectedOffset }) => expectedOffset);
    const starts = this.sides.map((side, i) => side.earliest(i === clientSide));
    const [a, b] = starts.map((start, i) => start && this.sides[i].window.offsetOf(start.index));
    const undecoded = (i: Side) => (starts[i]?.expected ? 0 : ([a, b][i] ?? 0));
    const odds = 2 ** Math.min(bits + PRIOR, lead);
    const doubts = starts.map((start) => start?.probability ?? 1);
    const confidence = Math.min(MOST_CONFIDENT, odds / (1 + odds), ...doubts);
    this.recognition = {
      ...{ clientSide, confidence, bits, begun: this.begun! },
      ...{ starts: [a, b], undecoded: [undecoded(0), undecoded(1)] },
      expected: [expected[0], expected[1]],
    };
    this.state = 'websocket';
  }

  /** Something else was recognised. */
  abandon(): void {
    if (this.state === 'undecided') this.giveUp();
    this.clear();
  }

  private giveUp(): RecogniserState {
    this.state = 'other';
    if (!this.known) this.clear();
    return this.state;
  }

  private clear(): void {
    for (const { window } of this.sides) window.clear();
  }
}
