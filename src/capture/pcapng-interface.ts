/**
 * One interface of a pcapng section (draft-ietf-opsawg-pcapng §4.2) and the arithmetic of its timestamps.
 *
 * Strategy: a timestamp is a 64-bit count of units; a double holds 53, enough for microseconds. Beyond that, units
 * of 1 s … 1 ns in powers of ten (what everybody writes) are divided like a pupil does, in digits of base 2^16:
 * each partial dividend is below 10^9 · 2^16 and thus exact. Other units (powers of two, picoseconds) take BigInt.
 */
import type { Packet } from './packet.js';

/** Below it (of the upper 32 bits) a count of units is a double without rounding: microseconds until 2255. */
const EXACT_HIGH = 0x20_0000;
/** Times beyond what a Date can hold (±100,000,000 days) are damage. */
const MAX_SECONDS = 8_640_000_000_000;

export class PcapngInterface {
  /** Index counted over all captures of a run. */
  readonly index: number;
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  /** Units per second where it is a power of ten up to 10^9, else 0. */
  private perSecond = 1e6;
  private nanosecondsPerUnit = 1000;
  private exactPerSecond = 1_000_000n;
  /** if_tsoffset: seconds to add. */
  private offset = 0;

  constructor(index: number, linkType: number, snapLength: number) {
    this.index = index;
    this.linkType = linkType;
    this.snapLength = snapLength;
  }

  /** if_tsresol: a power of ten, or of two if the most significant bit is set; negative exponent. */
  setResolution(value: number): void {
    const exponent = value & 0x7f;
    const decimal = value < 0x80;
    this.exactPerSecond = (decimal ? 10n : 2n) ** BigInt(exponent);
    this.perSecond = decimal && exponent <= 9 ? 10 ** exponent : 0;
    this.nanosecondsPerUnit = 1e9 / this.perSecond;
  }

  /** if_tsoffset: a signed 64-bit number of seconds. */
  setOffset(high: number, low: number): void {
    this.offset = (high | 0) * 0x1_0000_0000 + low;
  }

  /** Writes the time into the packet; false (and time 0) if it is beyond what a date can say. */
  stamp(packet: Packet, high: number, low: number): boolean {
    const { perSecond } = this;
    if (perSecond === 0) this.stampExactly(packet, high, low);
    else if (high < EXACT_HIGH) {
      // Rounding cannot bring the quotient to the next integer: that is 1 / perSecond away, more than half an ulp.
      const units = high * 0x1_0000_0000 + low;
      const whole = Math.floor(units / perSecond);
      packet.seconds = whole + this.offset;
      packet.nanoseconds = (units - whole * perSecond) * this.nanosecondsPerUnit;
    } else {
      const first = Math.floor(high / perSecond);
      let rest = (high - first * perSecond) * 0x1_0000 + (low >>> 16);
      const second = Math.floor(rest / perSecond);
      rest = (rest - second * perSecond) * 0x1_0000 + (low & 0xffff);
      const third = Math.floor(rest / perSecond);
      packet.seconds = first * 0x1_0000_0000 + second * 0x1_0000 + third + this.offset;
      packet.nanoseconds = (rest - third * perSecond) * this.nanosecondsPerUnit;
    }
    if (Math.abs(packet.seconds) < MAX_SECONDS) return true;
    packet.seconds = 0;
    packet.nanoseconds = 0;
    return false;
  }

  private stampExactly(packet: Packet, high: number, low: number): void {
    const units = (BigInt(high) << 32n) | BigInt(low);
    packet.seconds = Number(units / this.exactPerSecond) + this.offset;
    packet.nanoseconds = Number(((units % this.exactPerSecond) * 1_000_000_000n) / this.exactPerSecond);
  }
}
