/**
 * Which packet carried which bytes of a stream: remembers the places of the bytes that are not yet part of
 * a finished frame.
 *
 * Strategy: parallel arrays of numbers, reset when all of it has been used, so that a healthy stream (a
 * segment, its frames, the next segment) allocates nothing.
 */
import type { Place, Timestamp } from '../stream/place.js';
import type { Piece } from './frame-record.js';

/** Segments remembered for one frame; a frame of more loses the places of the rest. */
const MAX_SEGMENTS = 65_536;

export class Provenance {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly packets: number[] = [];
  private readonly packetOffsets: number[] = [];
  private readonly seconds: number[] = [];
  private readonly nanoseconds: number[] = [];
  private readonly comments: (string | undefined)[] = [];
  /** Entries before `first` are used up. */
  private first = 0;

  /** Notes that stream bytes [start, start + length) are chunk[from, from + length) at `place`. */
  add(start: number, length: number, from: number, place: Place): void {
    if (this.starts.length - this.first >= MAX_SEGMENTS) return;
    this.starts.push(start);
    this.ends.push(start + length);
    this.packets.push(place.packet);
    this.packetOffsets.push(from - place.origin);
    this.seconds.push(place.seconds);
    this.nanoseconds.push(place.nanoseconds);
    this.comments.push(place.comment);
  }

  /** When the byte at `offset` was captured; undefined where its place is not known. */
  timeAt(offset: number): Timestamp | undefined {
    for (let i = this.first; i < this.starts.length && this.starts[i] <= offset; i++)
      if (offset < this.ends[i]) return { seconds: this.seconds[i], nanoseconds: this.nanoseconds[i] };
    return undefined;
  }

  /** The pieces of stream bytes [start, end). */
  pieces(start: number, end: number): Piece[] {
    const pieces: Piece[] = [];
    for (let i = this.first; i < this.starts.length && this.starts[i] < end; i++) {
      const from = Math.max(start, this.starts[i]);
      const length = Math.min(end, this.ends[i]) - from;
      if (length <= 0) continue;
      const offset = this.packetOffsets[i] + from - this.starts[i];
      const packetOffset = Number.isNaN(offset) ? undefined : offset;
      const [packet, comment] = [this.packets[i], this.comments[i]];
      pieces.push({ packet, packetOffset, streamOffset: from, length, comment });
    }
    return pieces;
  }

  /** Forgets the bytes before `offset`. */
  drop(offset: number): void {
    let { first } = this;
    while (first < this.ends.length && this.ends[first] <= offset) first++;
    if (first === this.ends.length) {
      for (const list of this.lists()) list.length = 0;
      first = 0;
    } else if (first > 1024 && first * 2 > this.ends.length) {
      for (const list of this.lists()) list.splice(0, first);
      first = 0;
    }
    this.first = first;
  }

  private lists(): unknown[][] {
    const { starts, ends, packets, packetOffsets, seconds, nanoseconds, comments } = this;
    return [starts, ends, packets, packetOffsets, seconds, nanoseconds, comments];
  }
}
