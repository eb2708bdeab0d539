/**
 * Of which TCP connection, and of which of its sides, each packet is: learnt in one reading of a capture, asked in the next.
 *
 * Strategy: four octets for each packet, in pages of which the latest few are in memory and the others in a temporary file.
 * A fragment points at another packet of its datagram, since the connection is known when the last one has come; these are
 * followed as far as fragments can lie in each other.
 */
import type { PacketTracker } from '../dissector.js';
import type { Side } from '../tcp/connection.js';
import type { NumberSet } from './number-set.js';
import { TemporaryFile } from './temporary-file.js';

const PAGE = 1 << 14;
const BYTES = 4;
const MOST_PAGES = 8;
/** Packets that lead from a fragment to its connection: two for each fragmentation within another. */
const MOST_STEPS = 16;

interface Page {
  readonly entries: Int32Array;
  changed: boolean;
}

export interface Assigned {
  readonly connection: number;
  readonly side: Side;
  /** The packet holds a fragment only. */
  readonly isFragment: boolean;
}

export class PacketConnections implements PacketTracker {
  private readonly file = new TemporaryFile();
  /** The one used last at the end. */
  private readonly pages = new Map<number, Page>();

  /** The first packet of each connection. */
  private begins = new Uint32Array(64);

  /** The first packet that was told of. */
  beginOf(connection: number): number {
    return this.begins[connection] ?? 0;
  }

  assigned(packet: number, connection: number, side: Side): void {
    if (connection >= this.begins.length) {
      const grown = new Uint32Array(2 * connection);
      grown.set(this.begins);
      this.begins = grown;
    }
    if (this.begins[connection] === 0) this.begins[connection] = packet;
    // The packet that completes a datagram is a fragment itself.
    const isFragment = this.entry(packet) < 0;
    this.set(packet, connection * 4 + (isFragment ? 2 : 0) + side + 1);
  }

  related(packet: number, to: number): void {
    if (packet !== to) this.set(packet, -to);
  }

  /** Undefined: of none. */
  of(packet: number): Assigned | undefined {
    let entry = this.entry(packet);
    let isFragment = entry < 0;
    for (let i = 0; entry < 0 && i < MOST_STEPS; i++) entry = this.entry(-entry);
    if (entry <= 0) return undefined;
    const value = entry - 1;
    isFragment ||= (value & 2) !== 0;
    return { connection: value >> 2, side: (value & 1) as Side, isFragment };
  }

  /** Whether it is of one of these connections. */
  isOf(packet: number, connections: NumberSet): boolean {
    const assigned = this.of(packet);
    return assigned !== undefined && connections.has(assigned.connection);
  }

  close(): void {
    this.file.close();
  }

  private entry(packet: number): number {
    return this.page(Math.floor(packet / PAGE)).entries[packet % PAGE];
  }

  private set(packet: number, value: number): void {
    const page = this.page(Math.floor(packet / PAGE));
    page.entries[packet % PAGE] = value;
    page.changed = true;
  }

  private page(index: number): Page {
    const known = this.pages.get(index);
    if (known !== undefined) return known;
    const page = { entries: new Int32Array(PAGE), changed: false };
    this.file.read(bytesOf(page), index * PAGE * BYTES);
    if (this.pages.size >= MOST_PAGES) this.putAway();
    this.pages.set(index, page);
    return page;
  }

  private putAway(): void {
    const [index, page] = this.pages.entries().next().value!;
    if (page.changed) this.file.write(bytesOf(page), index * PAGE * BYTES);
    this.pages.delete(index);
  }
}

function bytesOf({ entries }: Page): Uint8Array {
  return new Uint8Array(entries.buffer);
}
