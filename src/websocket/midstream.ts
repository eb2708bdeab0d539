/**
 * A connection whose handshake was not captured: holds what both sides send until it is told whether they
 * speak WebSocket, and hands all of it on to a session if they do.
 *
 * Strategy: the recogniser decides; or the user did (`forced`), and then only who is the client is left to be
 * told: by the frames of both sides, where these stay few by the mask bit of what comes first (RFC 6455 §5.1),
 * else by the port.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { decodeFrameHeader, FrameHeader } from './frame.js';
import { isReserved } from './opcode.js';
import { MidstreamRecogniser, type Recognition, type Side } from './recognise.js';
import type { WindowBudget } from './segment-window.js';

export interface MidstreamOptions {
  readonly place: Place;
  readonly budget: WindowBudget;
  /** The user said that it is a WebSocket: the side that is the client if the bytes do not tell. */
  readonly forced?: Side | undefined;
  /** It is a WebSocket: says who takes what the sides send, from the first byte that was held on. */
  readonly recognised: (recognition: Recognition) => readonly [StreamSink, StreamSink];
}

export class Midstream {
  readonly sides: readonly [StreamSink, StreamSink];
  private readonly recogniser: MidstreamRecogniser;
  private sinks: readonly [StreamSink, StreamSink] | undefined = undefined;
  private abandoned = false;
  /** Of a forced connection, where its frames do not tell the roles. */
  private guess: Recognition | undefined = undefined;
  private readonly ends: [StreamEnd | undefined, StreamEnd | undefined] = [undefined, undefined];

  constructor(private readonly options: MidstreamOptions) {
    this.recogniser = new MidstreamRecogniser(options.place, options.budget, {
      known: options.forced !== undefined,
    });
    this.sides = [this.sideSink(0), this.sideSink(1)];
  }

  /** It was recognised, and its bytes are taken by a session. */
  get taken(): boolean {
    return this.sinks !== undefined;
  }

  /** It is something else after all. */
  abandon(): void {
    if (this.sinks === undefined && !this.abandoned) {
      this.abandoned = true;
      this.recogniser.abandon();
    }
  }

  /** The next byte of `side` follows a head, and so is expected to begin a frame. */
  expect(side: Side): void {
    if (this.sinks === undefined && !this.abandoned) this.recogniser.expect(side);
  }

  private sideSink(side: Side): StreamSink {
    return {
      bytes: (chunk, start, end) => this.bytes(side, chunk, start, end),
      gap: (length, uncertain) => this.gap(side, length, uncertain),
      end: (how) => this.end(side, how),
    };
  }

  private bytes(side: Side, chunk: Uint8Array, start: number, end: number): void {
    if (this.options.forced !== undefined)
      this.guess ??= forcedRecognition(this.options, side, chunk, start, end);
    if (this.sinks !== undefined) this.sinks[side].bytes(chunk, start, end);
    else if (!this.abandoned && this.recogniser.push(side, chunk, start, end) !== 'undecided') this.settle();
  }

  private gap(side: Side, length: number, uncertain = false): void {
    if (this.sinks !== undefined) this.sinks[side].gap(length, uncertain);
    else if (!this.abandoned) this.recogniser.gap(side, uncertain ? Math.max(1, length) : length);
  }

  private end(side: Side, how: StreamEnd): void {
    this.ends[side] = how;
    if (this.sinks !== undefined) this.sinks[side].end(how);
    else if (!this.abandoned && this.ends[1 - side] !== undefined) {
      this.recogniser.end();
      this.settle();
    }
  }

  private settle(): void {
    const { guess } = this;
    const { recognition } = this.recogniser;
    if (guess !== undefined) this.take({ ...guess, clientSide: recognition?.clientSide ?? guess.clientSide });
    else if (recognition !== undefined) this.take(recognition);
    else this.abandoned = true;
  }

  private take(recognition: Recognition): void {
    const sinks = this.options.recognised(recognition);
    this.sinks = sinks;
    this.recogniser.replay(sinks);
    for (const side of [0, 1] as const) {
      const how = this.ends[side];
      if (how !== undefined) sinks[side].end(how);
    }
  }
}

function forcedRecognition(
  { forced: usual, place }: MidstreamOptions,
  side: Side,
  chunk: Uint8Array,
  start: number,
  end: number,
): Recognition {
  const header = new FrameHeader();
  const plausible =
    decodeFrameHeader(chunk, start, end, header) > 0 &&
    !header.rsv2 &&
    !header.rsv3 &&
    !isReserved(header.opcode);
  const peer = side === 0 ? 1 : 0;
  const clientSide = plausible ? (header.masked ? side : peer) : usual!;
  return {
    ...{ clientSide, confidence: 1, bits: 0, begun: place.copyFrom(0) },
    ...{ starts: [undefined, undefined], undecoded: [0, 0], expected: [undefined, undefined] },
  };
}
