/**
 * The fragmented datagrams of late, which need no more fragments. A capture that holds each packet twice brings
 * copies of theirs; left alone, these would begin datagrams that never become whole.
 *
 * Strategy: a copy has the offset, the length and the bytes of a fragment that was taken shortly before. What
 * differs in one of them belongs to a new datagram with the same identification. Bounded in number and in bytes.
 */
import type { Packet } from '../capture/packet.js';
import type { IpHeader } from './header.js';
import { type Pending, timeOf } from './pending.js';

/** Capture time within which a copy comes. */
const COPY_SECONDS = 1;
const MAX_DATAGRAMS = 1024;
const MAX_BYTES = 4 * 1024 * 1024;

interface Completed {
  readonly datagram: Pending;
  readonly seconds: number;
}

export class CompletedDatagrams {
  /** The oldest first. */
  private readonly datagrams = new Map<string, Completed>();
  private bytes = 0;

  /** Notes a datagram that is whole since this packet, or unwanted. */
  note(key: string, datagram: Pending, packet: Packet): void {
    this.forget(key);
    this.datagrams.set(key, { datagram, seconds: timeOf(packet) });
    this.bytes += datagram.memory;
    while (this.datagrams.size > MAX_DATAGRAMS || this.bytes > MAX_BYTES)
      this.forget(this.datagrams.keys().next().value!);
  }

  /** Whether this is a copy of a fragment; of an unwanted datagram nothing is known to compare with. */
  hasCopyOf(key: string, header: IpHeader): boolean {
    const known = this.datagrams.get(key);
    if (known === undefined || Math.abs(timeOf(header.packet) - known.seconds) > COPY_SECONDS) return false;
    return known.datagram.ignored ? header.fragmentOffset > 0 : known.datagram.has(header);
  }

  private forget(key: string): void {
    const known = this.datagrams.get(key);
    if (known === undefined) return;
    this.datagrams.delete(key);
    this.bytes -= known.datagram.memory;
  }
}
