/**
 * All that is counted of a capture, or of one session.
 *
 * Strategy: a few numbers and histograms per sender, of the same size however much comes. `messages` are data messages,
 * `bytes` the payload of all frames as it was on the wire.
 */
import type { Timestamp } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { CLOSE, CONTINUATION, isControl } from '../websocket/opcode.js';
import type { Ending } from './ending.js';
import { Histogram } from './histogram.js';
import { Rates } from './rates.js';

const OPCODES = 16;
/** In place of a code, of a Close that has none. */
export const NO_CODE = -1;

/** What one sender sent. */
export class SideTally {
  /** By opcode. A control frame is no message. */
  readonly framesOf = new Float64Array(OPCODES);
  readonly messagesOf = new Float64Array(OPCODES);
  frames = 0;
  messages = 0;
  bytes = 0;
  /** Octets of content of the data messages. */
  readonly sizes = new Histogram();
  readonly compressed = { messages: 0, content: 0, wire: 0 };
  readonly fragmented = { messages: 0, mostFrames: 0 };
  /** How often it sent a Close with which code. */
  readonly closes = new Map<number, number>();
  /** Nanoseconds from its Pings to their Pongs. */
  readonly roundTrips = new Histogram();
  unanswered = 0;

  add(message: Message): void {
    const { opcode, frames, wireLength, close } = message;
    this.bytes += wireLength;
    this.frames += frames.length;
    if (opcode === CLOSE) {
      const code = close?.code ?? NO_CODE;
      this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
    }
    if (isControl(opcode)) this.framesOf[opcode] += frames.length;
    else this.addData(message);
  }

  private addData({ opcode, frames, length, wireLength, compressed }: Message): void {
    this.messages++;
    this.messagesOf[opcode]++;
    this.sizes.add(length);
    if (frames.length > 0) {
      this.framesOf[opcode]++;
      this.framesOf[CONTINUATION] += frames.length - 1;
    }
    if (frames.length > 1) this.fragmented.messages++;
    this.fragmented.mostFrames = Math.max(this.fragmented.mostFrames, frames.length);
    if (!compressed) return;
    this.compressed.messages++;
    this.compressed.content += length;
    this.compressed.wire += wireLength;
  }
}

export class Tally {
  readonly client = new SideTally();
  readonly server = new SideTally();
  readonly rates = new Rates();
  /** Nanoseconds between a data message of a session, of either sender, and the next. */
  readonly gaps = new Histogram();
  readonly endings = new Map<Ending, number>();
  /** Of the first and of the last message. */
  first: Timestamp | undefined = undefined;
  last: Timestamp | undefined = undefined;

  of(sender: Sender): SideTally {
    return sender === 'client' ? this.client : this.server;
  }

  /** `gap`: since the data message before it in the session, if it is one and there is one. */
  message(message: Message, gap: number | undefined): void {
    const { sender, timestamp, opcode, wireLength } = message;
    this.first ??= timestamp;
    this.last = timestamp;
    this.of(sender).add(message);
    this.rates.add(timestamp, sender, isControl(opcode) ? 0 : 1, wireLength);
    if (gap !== undefined) this.gaps.add(gap);
  }

  ended(ending: Ending): void {
    this.endings.set(ending, (this.endings.get(ending) ?? 0) + 1);
  }
}
