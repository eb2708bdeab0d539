/**
 * Reassembly of IP fragments (RFC 791 §3.2, RFC 8200 §4.5).
 *
 * Strategy: every offset is a multiple of eight bytes, so a pending datagram is a growing buffer and a bitmap
 * of 8-byte units already there. The first copy of a unit wins; RFC 5722 would have an IPv6 receiver drop a
 * datagram whose fragments overlap, which only it can know, so we keep it and report where the copies differ.
 * A Map in order of arrival has the oldest datagram first, which is the one that a limit or the timeout drops.
 */
import { atLimit, type Limits } from '../limits.js';
import type { ReportDefect } from '../stream/defect.js';
import { CompletedDatagrams } from './completed.js';
import type { IpHeader } from './header.js';
import { Pending } from './pending.js';

export type ReassemblyLimits = Pick<
  Limits,
  | 'maxFragmentedDatagrams'
  | 'maxFragmentBytes'
  | 'fragmentTimeout'
  | 'maxCompletedDatagrams'
  | 'maxCompletedBytes'
>;

/** RFC 791 §3.1, RFC 8200 §4.5: payload of one datagram in bytes, beyond which no receiver would go. */
const MAX_PAYLOAD = 65_535;

export class Reassembler {
  private readonly pending = new Map<string, Pending>();
  private readonly completed: CompletedDatagrams;
  private heldBytes = 0;

  constructor(
    private readonly limits: ReassemblyLimits,
    private readonly report: ReportDefect,
    /** Told, of a fragment and of the packet with the first one of its datagram, that they belong together. */
    private readonly related?: ((packet: number, to: number) => void) | undefined,
  ) {
    this.completed = new CompletedDatagrams(limits);
  }

  /** Memory held, in bytes. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** Datagrams waiting for fragments. */
  get size(): number {
    return this.pending.size;
  }

  /**
   * Takes a fragment. When it completes its datagram, `header` becomes that datagram (with an `origin` of
   * NaN) and true is returned; its `protocol` is then what the first fragment said.
   */
  add(header: IpHeader): boolean {
    this.expire(header);
    if (!this.isValid(header)) return false;
    const key = keyOf(header);
    if (!this.pending.has(key)) {
      const copied = this.completed.copyOf(key, header);
      if (copied !== undefined) {
        this.related?.(header.packet.number, copied);
        return false;
      }
    }
    const datagram = this.find(key, header);
    this.related?.(header.packet.number, datagram.packet);
    if (datagram.ignored) {
      if (!header.moreFragments) this.complete(key, datagram, header);
      return false;
    }
    if (!datagram.accepts(header)) {
      this.defect(header, 'bad-fragment', `${place(header)} contradicts the length that others gave`);
      return false;
    }
    this.heldBytes -= datagram.memory;
    const differs = datagram.write(header);
    this.heldBytes += datagram.memory;
    if (differs)
      this.defect(
        header,
        'fragment-overlap',
        `${place(header)} overlaps others with other bytes: the first copy is kept`,
      );
    if (!datagram.isComplete) {
      this.evictOver(header);
      return false;
    }
    this.related?.(datagram.packet, header.packet.number);
    this.complete(key, datagram, header);
    datagram.deliver(header);
    return true;
  }

  /** Says, at its first fragment, that nobody wants this datagram: the others will be dropped. */
  ignore(header: IpHeader): void {
    this.expire(header);
    const key = keyOf(header);
    const known = this.pending.get(key);
    if (known) this.remove(key, known);
    const datagram = this.begin(key, header);
    datagram.ignored = true;
  }

  /** The capture is over: reports what never became whole. */
  end(): void {
    for (const [key, datagram] of this.pending) {
      this.drop(key, datagram, undefined, 'fragments-incomplete', 'at the end of the capture');
    }
  }

  private isValid(header: IpHeader): boolean {
    const end = header.fragmentOffset + header.length;
    if (end > MAX_PAYLOAD) {
      const limit = `more than the ${MAX_PAYLOAD} bytes allowed`;
      this.defect(header, 'fragment-too-long', `${place(header)} ends at ${end}, ${limit}`);
      return false;
    }
    const isUnits = header.length > 0 && header.length % 8 === 0;
    if (!header.moreFragments || isUnits) return true;
    this.defect(
      header,
      'bad-fragment',
      `${place(header)} is not the last, but not a multiple of 8 bytes long`,
    );
    return false;
  }

  private complete(key: string, datagram: Pending, header: IpHeader): void {
    this.remove(key, datagram);
    const hit = this.completed.note(key, datagram, header.packet);
    if (hit !== undefined)
      this.defect(
        header,
        'completed-datagrams-limit',
        `copies of fragments may begin datagrams anew: too many were completed within a second ${this.named(hit)}`,
      );
  }

  private find(key: string, header: IpHeader): Pending {
    const known = this.pending.get(key);
    const isFresh = known === undefined || (known.ignored && header.fragmentOffset === 0);
    return isFresh ? this.begin(key, header) : known;
  }

  private begin(key: string, header: IpHeader): Pending {
    this.pending.delete(key);
    const over = this.pending.size - this.limits.maxFragmentedDatagrams + 1;
    const reason = `since too many are waiting ${this.named('maxFragmentedDatagrams')}`;
    if (over > 0) this.dropOldest(header, 'too-many-fragmented-datagrams', reason);
    const datagram = new Pending(header);
    this.pending.set(key, datagram);
    return datagram;
  }

  private evictOver(header: IpHeader): void {
    const reason = `since fragments hold too many bytes ${this.named('maxFragmentBytes')}`;
    while (this.heldBytes > this.limits.maxFragmentBytes)
      this.dropOldest(header, 'too-many-fragment-bytes', reason);
  }

  private named(key: keyof ReassemblyLimits): string {
    return atLimit(key, this.limits[key]);
  }

  private dropOldest(header: IpHeader, code: string, reason: string): void {
    const [key, datagram] = this.pending.entries().next().value!;
    this.drop(key, datagram, header, code, reason);
  }

  /** Capture time that jumps back is as good a reason as time gone by: another capture has begun. */
  private expire(header: IpHeader): void {
    const { fragmentTimeout } = this.limits;
    for (const [key, datagram] of this.pending) {
      if (Math.abs(datagram.age(header.packet)) <= fragmentTimeout) return;
      this.drop(key, datagram, header, 'fragment-timeout', `after its time ${this.named('fragmentTimeout')}`);
    }
  }

  private remove(key: string, datagram: Pending): void {
    if (this.pending.delete(key)) this.heldBytes -= datagram.memory;
  }

  private drop(key: string, datagram: Pending, now: IpHeader | undefined, code: string, why: string): void {
    this.remove(key, datagram);
    if (datagram.ignored) return;
    const { packet, captureOffset, capture, protocol } = datagram;
    const begun = `datagram of IP protocol ${protocol} begun in packet ${packet}`;
    this.report({
      layer: 'network',
      code,
      message: `a fragmented ${begun} is still incomplete ${why}: ${datagram.describe()}`,
      packet: now?.packet.number ?? packet,
      captureOffset,
      capture,
    });
  }

  private defect(header: IpHeader, code: string, message: string): void {
    const { number, captureOffset, capture } = header.packet;
    this.report({ layer: 'network', code, message, packet: number, captureOffset, capture });
  }
}

function place(header: IpHeader): string {
  const { identification, fragmentOffset, length } = header;
  return `the fragment at offset ${fragmentOffset} (${length} bytes, identification ${identification})`;
}

/** RFC 791 §2.3 and RFC 8200 §4.5: addresses and identification, in IPv4 with the protocol. */
function keyOf(header: IpHeader): string {
  const { bytes, source, destination, addressLength, identification, protocol } = header;
  const key = [identification, addressLength === 4 ? protocol : -1];
  for (let i = 0; i < addressLength; i++) key.push(bytes[source + i], bytes[destination + i]);
  return key.join();
}
