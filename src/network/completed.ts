/**
 * The fragmented datagrams of late, which need no more fragments. A capture that holds each packet twice brings
 * copies of theirs; left alone, these would begin datagrams that never become whole.
 *
 * Strategy: a copy has the offset, the length and the bytes of a fragment that was taken shortly before. What
 * differs in one of them belongs to a new datagram with the same identification. Bounded in number and in bytes.
 */
import type { Packet } from '../capture/packet.js';
import type { Limits } from '../limits.js';
import type { IpHeader } from './header.js';
import { type Pending, timeOf } from './pending.js';

/** Capture time within which a copy comes. */
const COPY_SECONDS = 1;

type CompletedLimits = Pick<Limits, 'maxCompletedDatagrams' | 'maxCompletedBytes'>;

interface Completed {
  readonly datagram: Pending;
  readonly seconds: number;
}

export class CompletedDatagrams {
  /** The oldest first. */
  private readonly datagrams = new Map<string, Completed>();
  private bytes = 0;
  private told = false;

  constructor(private readonly limits: CompletedLimits) {}

  /**
   * Notes a datagram that is whole since this packet, or unwanted. Returns the limit that made it forget one of
   * which copies may still come, the first time that it does.
   */
  note(key: string, datagram: Pending, packet: Packet): keyof CompletedLimits | undefined {
    this.forget(key);
    const now = timeOf(packet);
    this.datagrams.set(key, { datagram, seconds: now });
    this.bytes += datagram.memory;
    const { maxCompletedDatagrams, maxCompletedBytes } = this.limits;
    let hit: keyof CompletedLimits | undefined;
    while (this.datagrams.size > maxCompletedDatagrams || this.bytes > maxCompletedBytes) {
      const [oldest, { seconds }] = this.datagrams.entries().next().value!;
      if (Math.abs(now - seconds) <= COPY_SECONDS)
        hit = this.bytes > maxCompletedBytes ? 'maxCompletedBytes' : 'maxCompletedDatagrams';
      this.forget(oldest);
    }
    if (this.told) return undefined;
    this.told = hit !== undefined;
    return hit;
  }

  /**
   * The packet that began the datagram of which this copies a fragment, or undefined; of an unwanted datagram nothing is
   * known to compare with.
   */
  copyOf(key: string, header: IpHeader): number | undefined {
    const known = this.datagrams.get(key);
    if (known === undefined || Math.abs(timeOf(header.packet) - known.seconds) > COPY_SECONDS)
      return undefined;
    const { datagram } = known;
    const copies = datagram.ignored ? header.fragmentOffset > 0 : datagram.has(header);
    return copies ? datagram.packet : undefined;
  }

  private forget(key: string): void {
    const known = this.datagrams.get(key);
    if (known === undefined) return;
    this.datagrams.delete(key);
    this.bytes -= known.datagram.memory;
  }
}
