/**
 * The HTTP/2 station (RFC 9113): takes the two directions of a connection and hands on the DATA of the h2Streams that
 * an extended CONNECT made WebSockets (RFC 8441), and a plain one tunnels, each as two streams of its own.
 *
 * Strategy: each H2Side decodes its direction, H2Openings tells what each h2Stream carries, this class where its DATA
 * goes: straight through, as the part of the chunk that it is. A gap that swallowed h2Frames may have held DATA of
 * each h2Stream: each WebSocket is told that it lost bytes, of a number that is not known; they count for the one
 * whose DATA came last.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd } from '../stream/stream-sink.js';
import type { H2Block } from './h2-block.js';
import { DEFAULT_FRAME_SIZE, SETTING } from './h2-frame.js';
import { isRequest, statusOf } from './h2-head.js';
import { H2Openings, type H2Owner, type H2State } from './h2-openings.js';
import { type H2Limits, H2Side, type H2SideOwner } from './h2-side.js';
import type { H2Stream } from './h2-stream.js';
import { H2Streams } from './h2-streams.js';
import type { Account } from './holding.js';
import type { HpackBlock } from './hpack.js';
import { DEFAULT_TABLE_SIZE } from './hpack-table.js';

/** RFC 9113 §7. */
const NO_ERROR = 0;

export interface H2Options {
  readonly place: Place;
  readonly limits: H2Limits;
  readonly account: Account;
  readonly owner: H2Owner;
  /** Which side is the client, unless what it sends tells otherwise. */
  readonly client: 0 | 1;
}

export class H2Connection implements H2SideOwner, H2State {
  readonly sides: readonly [H2Side, H2Side];
  clientSide: 0 | 1;
  /** The preface told who is the client. */
  private isRoleCertain = false;
  private readonly streams: H2Streams;
  /** Whose DATA came last, by side. */
  private readonly last: [H2Stream | undefined, H2Stream | undefined] = [undefined, undefined];
  /** By side, those that are to be told of a loss: the others were told of one, and no DATA of theirs came since. */
  private readonly inStep: readonly [Set<H2Stream>, Set<H2Stream>] = [new Set(), new Set()];
  private readonly openings: H2Openings;
  private isOffered = false;
  private readonly told = new Set<string>();

  constructor(private readonly options: H2Options) {
    const { place, account, client, limits, owner } = options;
    this.clientSide = client;
    this.streams = new H2Streams(limits.maxH2Streams, account, (first, message) => {
      this.tellOnce('h2-streams-limit', message);
      this.close(first);
    });
    this.openings = new H2Openings(this, owner, this.streams, place, account, limits.maxHeldForResponse);
    const side = (index: 0 | 1) => new H2Side(index, this, place, limits, account);
    this.sides = [side(0), side(1)];
  }

  /** RFC 7540 §3.2: the request with `Upgrade: h2c` is stream 1, which its client has ended. */
  upgraded(clientSide: 0 | 1): void {
    this.clientSide = clientSide;
    this.streams.open(1, 'ordinary').ended[this.clientSide] = true;
    this.openings.lastOpened = 1;
  }

  get isClientComplete(): boolean {
    return this.sides[this.clientSide].isWhole;
  }

  get connectOffered(): boolean | undefined {
    const server = this.sides[other(this.clientSide)];
    return this.isOffered || (server.hasSettings && server.isWhole) ? this.isOffered : undefined;
  }

  delivers(stream: H2Stream): void {
    for (const side of this.inStep) side.add(stream);
  }

  /** Connections hold too much together: lets go what is only held. */
  settle(): void {
    for (const side of this.sides) side.settle();
    for (const stream of this.streams.all()) {
      if (stream.held === undefined) continue;
      stream.held.clear();
      stream.kind = 'ordinary';
      this.tellOnce(
        'undecided-limit',
        `HTTP/2 stream ${stream.id} was given up, which waited for a response`,
      );
    }
  }

  begun(side: H2Side, role: 'client' | 'server'): void {
    this.isRoleCertain = true;
    this.clientSide = role === 'client' ? side.index : other(side.index);
  }

  /** What a side announces is what the other one may send (RFC 9113 §6.5.2). */
  setting(side: H2Side, id: number, value: number): void {
    const peer = this.sides[other(side.index)];
    const { hpack } = peer.contents;
    // An older value holds until it is acknowledged: the larger one is allowed.
    if (id === SETTING.headerTableSize)
      hpack.allowedSize = Math.max(hpack.allowedSize ?? DEFAULT_TABLE_SIZE, value);
    if (id === SETTING.maxFrameSize)
      peer.maxFrameSize = Math.max(peer.maxFrameSize ?? DEFAULT_FRAME_SIZE, value);
    if (id === SETTING.enableConnectProtocol && side.index !== this.clientSide)
      this.isOffered ||= value === 1;
  }

  settings(side: H2Side): void {
    if (!side.isComplete) return;
    const peer = this.sides[other(side.index)];
    peer.maxFrameSize ??= DEFAULT_FRAME_SIZE;
    peer.contents.hpack.allowedSize ??= DEFAULT_TABLE_SIZE;
  }

  isKnown(stream: number): boolean {
    return this.streams.get(stream) !== undefined;
  }

  block(side: H2Side, info: H2Block, block: HpackBlock): void {
    if (!this.isRoleCertain && isRequest(block)) this.clientSide = side.index;
    else if (!this.isRoleCertain && statusOf(block) !== undefined) this.clientSide = other(side.index);
    if (side.index === this.clientSide) this.openings.request(info, block);
    else this.openings.response(info, block);
  }

  data(side: H2Side, id: number, chunk: Uint8Array, start: number, end: number): void {
    const stream = this.streamOf(side, id);
    if (stream === undefined) return;
    const { index } = side;
    if (stream.ended[index])
      this.tellOnce('h2-stream-closed', `DATA of HTTP/2 stream ${id} comes behind its end`);
    else if (stream.sinks !== undefined) stream.sinks[index].bytes(chunk, start, end);
    else if (stream.isAwaited && index === this.clientSide)
      this.openings.holder(stream).bytes(chunk, start, end);
    else if (stream.kind !== 'ordinary') this.openings.presume(stream)?.[index].bytes(chunk, start, end);
  }

  dataMissing(side: H2Side, id: number, length: number): void {
    const stream = this.streamOf(side, id);
    if (stream !== undefined) this.tellGap(side, stream, length, false);
  }

  endStream(side: H2Side, id: number): void {
    const stream = this.streams.get(id);
    stream?.end(side.index, 'fin');
    if (stream?.isOver) this.close(stream);
  }

  /** RFC 8441 §5: as a reset of TCP; but without an error it only says that no more is wanted (RFC 9113 §8.1). */
  resetStream({ index }: H2Side, id: number, code: number | undefined): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    if (stream.kind === 'asked') this.resetAsked(stream, index, code);
    const how = code === NO_ERROR ? 'fin' : 'reset';
    stream.end(index, how);
    stream.end(other(index), how);
    this.close(stream);
  }

  /** RFC 9113 §8.1.1: a server that takes the request for malformed resets its stream in place of an answer. */
  private resetAsked(stream: H2Stream, by: 0 | 1, code: number | undefined): void {
    if (!this.sides[other(this.clientSide)].isWhole) this.openings.presume(stream);
    else if (by !== this.clientSide) this.openings.resetByServer(stream, code);
    else
      this.defect(
        'unanswered-upgrade',
        `HTTP/2 stream ${stream.id} was reset by its client before the answer to its extended CONNECT`,
      );
  }

  lost(side: H2Side, length: number): void {
    const peer = this.sides[other(side.index)];
    peer.maxFrameSize = undefined;
    peer.contents.hpack.allowedSize = undefined;
    const { index } = side;
    const told = [...this.inStep[index]];
    this.inStep[index].clear();
    for (const stream of told) this.tellGap(side, stream, stream === this.last[index] ? length : 0, true);
  }

  doubted({ index }: H2Side): void {
    for (const { sinks } of this.streams.all()) sinks?.[index].inDoubt?.();
  }

  found(side: H2Side, length: number): void {
    const stream = this.last[side.index];
    if (length > 0 && stream !== undefined) this.tellGap(side, stream, length, true);
  }

  ended({ index }: H2Side, how: StreamEnd): void {
    const server = this.sides[other(this.clientSide)];
    for (const stream of this.streams.all()) {
      // Its answer may have been a 2xx that was not captured.
      if (stream.isAwaited && !server.isWhole) this.openings.presume(stream);
      stream.end(index, how);
      if (!stream.isOver) continue;
      if (stream.kind === 'asked')
        this.tellOnce(
          'unanswered-upgrade',
          `an extended CONNECT has no response (HTTP/2 stream ${stream.id}); what follows it stays unread`,
        );
      this.close(stream);
    }
  }

  defect(code: string, message: string): void {
    this.options.owner.defect(code, message);
  }

  /** Nothing tells what the DATA of `stream` is. Where the beginning was captured, it is a loss that hides it. */
  passedOver(stream: number, length: number): void {
    if (this.isRoleCertain)
      this.tellOnce(
        'h2-stream-unknown',
        `the HEADERS of HTTP/2 stream ${stream} are lost, or refer to what is; its ${length} bytes stay unread`,
      );
  }

  private tellGap(side: H2Side, stream: H2Stream, length: number, uncertain: boolean): void {
    const { index } = side;
    if (stream.ended[index]) return;
    if (stream.sinks !== undefined) stream.sinks[index].gap(length, uncertain);
    else if (stream.isAwaited && index === this.clientSide)
      this.openings.holder(stream).gap(length, uncertain);
  }

  private streamOf({ index }: H2Side, id: number): H2Stream | undefined {
    const last = this.last[index];
    if (last?.id === id) {
      if (this.inStep[index].size === 0) this.inStep[index].add(last);
      return last;
    }
    let stream = this.streams.get(id);
    if (stream === undefined) {
      // All requests were seen: it was given up, or reset while this was under way.
      if (this.isClientComplete) {
        if (id > this.openings.lastOpened)
          this.tellOnce('h2-stream-idle', `DATA comes of HTTP/2 stream ${id}, which was not opened`);
        return undefined;
      }
      stream = this.streams.open(id, 'unsure');
    }
    this.last[index] = stream;
    this.inStep[index].add(stream);
    return stream;
  }

  private close(stream: H2Stream): void {
    this.streams.close(stream);
    for (const side of [0, 1]) {
      this.inStep[side].delete(stream);
      if (this.last[side] === stream) this.last[side] = undefined;
    }
  }

  /** A peer that does it once mostly does it all the time. */
  tellOnce(code: string, message: string): void {
    if (this.told.has(code)) return;
    this.told.add(code);
    this.defect(code, message);
  }
}

function other(side: 0 | 1): 0 | 1 {
  return side === 0 ? 1 : 0;
}
