/**
 * Which capture a packet came from, and its number there: packets are numbered over all captures of a run.
 *
 * Strategy: noted is only where another capture has its turn. Where captures alternate packet by packet, the
 * oldest turns are forgotten.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import type { Packet } from './packet.js';

export interface PacketOrigin {
  /** Index among the captures given. */
  readonly capture: number;
  /** 1-based, within that capture. */
  readonly packetInCapture: number;
}

interface Turn {
  readonly capture: number;
  /** Number of its first packet. */
  readonly first: number;
  /** Packets of other captures before it. */
  readonly others: number;
}

export class PacketOrigins {
  /** The capture that has its turn. */
  capture = -1;
  private turns: Turn[] = [];
  private forgets = false;

  /** `most`: turns remembered. */
  constructor(private readonly most = DEFAULT_LIMITS.maxCaptureTurns) {}

  /** Notes the first packet of a turn; whether for the first time some had to be forgotten. */
  note({ capture, number, numberInCapture }: Packet): boolean {
    this.capture = capture;
    if (numberInCapture === 0) return false;
    const full = this.turns.length >= this.most;
    if (full) this.turns = this.turns.slice(Math.ceil(this.most / 2));
    this.turns.push({ capture, first: number, others: number - numberInCapture });
    const isFirst = full && !this.forgets;
    this.forgets ||= full;
    return isFirst;
  }

  /** Undefined if it is not known: no packet yet, one of long ago, or not of readCaptures. */
  find(packet: number): PacketOrigin | undefined {
    const turn = this.turns[this.indexOf(packet)];
    if (turn === undefined) return undefined;
    return { capture: turn.capture, packetInCapture: packet - turn.others };
  }

  /** Index of the last turn that begins with `packet` or before it, or -1. */
  private indexOf(packet: number): number {
    let low = 0;
    let high = this.turns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.turns[middle].first <= packet) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
