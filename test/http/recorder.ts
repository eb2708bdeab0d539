/**
 * Test help: an HttpOwner that writes down what it is told, sinks that write down what they get and under
 * which place, and conversations that can be fed in any pieces and order.
 */
import {
  type Exchange,
  HttpConnection,
  type HttpLimits,
  type HttpOwner,
  type LossReason,
} from '../../src/http/connection.js';
import type { RequestHead } from '../../src/http/head.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { Place } from '../../src/stream/place.js';
import type { StreamEnd, StreamSink } from '../../src/stream/stream-sink.js';

export const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Joins its bytes to a text; a gap is <n>, an end is [how]. */
export class TextSink implements StreamSink {
  text = '';
  calls = 0;
  /** Packet and offset in the packet of each byte. */
  places: string[] = [];
  lastChunk: Uint8Array | undefined;

  constructor(private readonly place: Place) {}

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.calls++;
    this.lastChunk = chunk;
    this.text += Buffer.from(chunk.slice(start, end)).toString('latin1');
    for (let i = start; i < end; i++) this.places.push(`${this.place.packet}:${i - this.place.origin}`);
  }

  gap(length: number): void {
    this.text += `<${length}>`;
  }

  end(how: StreamEnd): void {
    this.text += `[${how}]`;
  }
}

export class Recorder implements HttpOwner {
  readonly place = new Place();
  readonly log: string[] = [];
  readonly exchanges: Exchange[] = [];
  readonly client = new TextSink(this.place);
  readonly server = new TextSink(this.place);
  readonly tunnel = [new TextSink(this.place), new TextSink(this.place)] as const;
  readonly connection: HttpConnection;
  /** What switched() and tunnelled() give. */
  wanted = true;
  late: RequestHead | undefined;

  constructor(limits: Partial<HttpLimits> = {}) {
    this.connection = new HttpConnection({
      place: this.place,
      owner: this,
      limits: { ...DEFAULT_LIMITS, ...limits },
    });
  }

  requested(request: RequestHead, clientSide: 0 | 1): void {
    this.log.push(`requested ${request.method} ${request.target} on ${clientSide}`);
  }

  answered(exchange: Exchange): void {
    this.note('answered', exchange);
  }

  switched(exchange: Exchange) {
    this.note('switched', exchange);
    return this.wanted ? { client: this.client, server: this.server } : undefined;
  }

  tunnelled(exchange: Exchange): readonly [StreamSink, StreamSink] | undefined {
    this.note('tunnelled', exchange);
    return this.wanted ? this.tunnel : undefined;
  }

  lateRequest(request: RequestHead): void {
    this.late = request;
    this.log.push(`late ${request.method} ${request.target}`);
  }

  lost(side: 0 | 1, reason: LossReason): void {
    this.log.push(`lost ${side} ${reason}`);
  }

  defect(code: string): void {
    this.log.push(`defect ${code}`);
  }

  /** Feeds `text` to a side as one packet. The text lies behind `headroom` bytes of another packet. */
  send(side: 0 | 1, text: string, headroom = 7): void {
    const chunk = latin1(`${'#'.repeat(headroom)}${text}###`);
    this.place.packet++;
    this.place.seconds = this.place.packet;
    this.place.origin = headroom;
    this.connection.sides[side].bytes(chunk, headroom, headroom + text.length);
  }

  private note(event: string, exchange: Exchange): void {
    this.exchanges.push(exchange);
    const { request, response, clientSide } = exchange;
    this.log.push(`${event} ${response.status} to ${request?.target ?? 'nothing'} of ${clientSide}`);
  }
}

export const get = (target: string, ...lines: string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Host: a.test', ...lines, '', ''].join('\r\n');

export const answer = (status: number, ...lines: string[]): string =>
  [`HTTP/1.1 ${status} X`, ...lines, '', ''].join('\r\n');

export const UPGRADE = ['Upgrade: websocket', 'Connection: Upgrade'];
export const upgrade = (target: string): string => get(target, ...UPGRADE);
export const SWITCH = answer(101, ...UPGRADE);
