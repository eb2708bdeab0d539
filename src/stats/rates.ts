/**
 * How much came when: messages and octets of each sender, in spans of time of the same width.
 *
 * Strategy: at most 64 spans, from the first message on, of 1/512 s to begin with; what comes behind the last one doubles
 * the width of all, and two become one. So the counts of a span are exact, and memory is the same for a second and a year.
 */
import { nanosecondsBetween, type Timestamp } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';

const MOST_SPANS = 64;
/** 1/512 s in nanoseconds: the widths are whole, and from the ninth doubling on they are whole seconds. */
const LEAST_WIDTH = 1_953_125;

/** What a sender sent in each span. */
export interface Series {
  readonly messages: Float64Array;
  readonly bytes: Float64Array;
}

export interface Spans {
  /** When the first one begins. */
  readonly start: Timestamp;
  /** Nanoseconds of each. */
  readonly width: number;
  readonly client: Series;
  readonly server: Series;
}

export class Rates {
  private start: Timestamp | undefined = undefined;
  private width = LEAST_WIDTH;
  private used = 0;
  private readonly client = makeSeries(MOST_SPANS);
  private readonly server = makeSeries(MOST_SPANS);

  /** What seems to come before the first, as where a clock was set back, counts to the first span. */
  add(time: Timestamp, sender: Sender, messages: number, bytes: number): void {
    this.start ??= time;
    const elapsed = Math.max(0, nanosecondsBetween(this.start, time));
    while (elapsed >= this.width * MOST_SPANS) this.widen();
    const span = Math.floor(elapsed / this.width);
    if (span >= this.used) this.used = span + 1;
    const series = sender === 'client' ? this.client : this.server;
    series.messages[span] += messages;
    series.bytes[span] += bytes;
  }

  /** Joined until there are no more than `most`; undefined where nothing came. */
  spans(most = MOST_SPANS): Spans | undefined {
    if (this.start === undefined) return undefined;
    let joined = 1;
    while (Math.ceil(this.used / joined) > most) joined *= 2;
    const series = ({ messages, bytes }: Series): Series => ({
      messages: join(messages.subarray(0, this.used), joined),
      bytes: join(bytes.subarray(0, this.used), joined),
    });
    const { start, width } = this;
    return { start, width: width * joined, client: series(this.client), server: series(this.server) };
  }

  private widen(): void {
    this.width *= 2;
    this.used = Math.ceil(this.used / 2);
    for (const { messages, bytes } of [this.client, this.server])
      for (const counts of [messages, bytes]) {
        counts.set(join(counts, 2));
        counts.fill(0, MOST_SPANS / 2);
      }
  }
}

function makeSeries(length: number): Series {
  return { messages: new Float64Array(length), bytes: new Float64Array(length) };
}

/** The sums of so many neighbours each. */
function join(counts: Float64Array, many: number): Float64Array {
  const sums = new Float64Array(Math.ceil(counts.length / many));
  for (const [i, count] of counts.entries()) sums[Math.floor(i / many)] += count;
  return sums;
}
