/**
 * Which packet carried which bytes of a stream: remembers the places of the bytes that are not yet part of
 * a finished frame.
 *
 * Strategy: parallel arrays, filled from the front again once all of it has been used, so that a healthy
 * stream (a segment, its frames, the next segment) allocates nothing. Setting an array's length instead
 * cost a quarter of the whole run.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import type { Place, Timestamp } from '../stream/place.js';
import type { Piece } from './frame-record.js';
import { PacketNumbers } from './packet-numbers.js';

export class Provenance {
  /** Places of the frame under way were left out. */
  cut = false;
  private starts: number[] = [];
  private ends: number[] = [];
  private packets: number[] = [];
  private packetOffsets: number[] = [];
  private sequences: number[] = [];
  private seconds: number[] = [];
  private nanoseconds: number[] = [];
  private comments: (string | undefined)[] = [];
  /** The entries in use are first … count - 1. */
  private first = 0;
  private count = 0;

  /** `most`: segments remembered for one frame; a frame of more loses the places of the rest. */
  constructor(private readonly most = DEFAULT_LIMITS.maxSegments) {}

  /** Notes that stream bytes [start, start + length) are chunk[from, from + length) at `place`. */
  add(start: number, length: number, from: number, place: Place): void {
    const at = this.count;
    if (at - this.first >= this.most) {
      this.cut = true;
      return;
    }
    this.starts[at] = start;
    this.ends[at] = start + length;
    this.packets[at] = place.packet;
    this.packetOffsets[at] = from - place.origin;
    this.sequences[at] = (place.sequence + from) | 0;
    this.seconds[at] = place.seconds;
    this.nanoseconds[at] = place.nanoseconds;
    this.comments[at] = place.comment;
    this.count = at + 1;
  }

  /** When the byte at `offset` was captured; undefined where its place is not known. */
  timeAt(offset: number): Timestamp | undefined {
    for (let i = this.first; i < this.count && this.starts[i] <= offset; i++)
      if (offset < this.ends[i]) return { seconds: this.seconds[i], nanoseconds: this.nanoseconds[i] };
    return undefined;
  }

  /** The pieces of stream bytes [start, end). */
  pieces(start: number, end: number): Piece[] {
    // Mostly there is one: an array made of it takes a quarter of the memory of one that has grown.
    let pieces: Piece[] | undefined;
    for (let i = this.first; i < this.count && this.starts[i] < end; i++) {
      const from = Math.max(start, this.starts[i]);
      const length = Math.min(end, this.ends[i]) - from;
      if (length <= 0) continue;
      const offset = this.packetOffsets[i] + from - this.starts[i];
      const piece: Piece = {
        packet: this.packets[i],
        packetOffset: Number.isNaN(offset) ? undefined : offset,
        sequence: (this.sequences[i] + from - this.starts[i]) | 0,
        streamOffset: from,
        length,
        comment: this.comments[i],
      };
      if (pieces === undefined) pieces = [piece];
      else pieces.push(piece);
    }
    return pieces ?? [];
  }

  /** Numbers of the packets that carried stream bytes [start, end), each once, ascending. */
  packetNumbers(start: number, end: number): number[] {
    const numbers = new PacketNumbers();
    for (let i = this.first; i < this.count && this.starts[i] < end; i++)
      if (this.ends[i] > start) numbers.add(this.packets[i]);
    return numbers.take();
  }

  /** Forgets the bytes before `offset`. */
  drop(offset: number): void {
    let { first } = this;
    while (first < this.count && this.ends[first] <= offset) first++;
    this.first = first;
    if (first === this.count) {
      this.first = this.count = 0;
      if (this.starts.length > KEPT) this.compact();
    } else if (first > KEPT && first * 2 > this.count) this.compact();
  }

  /** Moves the entries in use to the front and lets go of the rest. */
  private compact(): void {
    const { first, count } = this;
    this.starts = this.starts.slice(first, count);
    this.ends = this.ends.slice(first, count);
    this.packets = this.packets.slice(first, count);
    this.packetOffsets = this.packetOffsets.slice(first, count);
    this.sequences = this.sequences.slice(first, count);
    this.seconds = this.seconds.slice(first, count);
    this.nanoseconds = this.nanoseconds.slice(first, count);
    this.comments = this.comments.slice(first, count);
    this.count = count - first;
    this.first = 0;
  }
}

/** Entries that an idle direction may keep allocated. */
const KEPT = 64;
