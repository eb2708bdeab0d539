/**
 * Keeps the unmasked payload of one frame, up to a limit.
 *
 * Strategy: a payload that comes whole is copied once, to its size. One that comes in pieces grows by
 * doubling, because its declared length may be a lie. Missing octets are zeros, unless they are more than was
 * captured before them and 64 KiB: what is kept then ends in front of the gap. Where payloads are only lent,
 * one that comes whole is put where they all are.
 */
import { newBytes } from '../bytes/pool.js';
import type { FrameHeader } from './frame.js';
import { maskInto } from './mask.js';
import { PayloadBudget, type PayloadLoan } from './payload-budget.js';

const EMPTY = new Uint8Array(0);
const FIRST_SIZE = 4096;

export class PayloadBuffer {
  /** Less is kept than the limit allows, because all payloads under way hold too much together. */
  limited = false;
  /** That is so because a gap is too long to be filled with zeros. */
  tooFar = false;
  private bytes: Uint8Array = EMPTY;
  private length = 0;
  private captured = 0;
  private ended = false;
  /** Octets of the payload, where it was put on loan. */
  private lent = 0;

  /** `budget`: of all that keep payloads; `loan`: where what is taken is only lent. */
  constructor(
    private readonly budget = new PayloadBudget(Number.POSITIVE_INFINITY),
    private readonly loan?: PayloadLoan,
  ) {}

  /** Takes the wire payload chunk[start, end), which begins at octet `offset`, below `limit`. */
  add(
    header: FrameHeader,
    chunk: Uint8Array,
    start: number,
    end: number,
    offset: number,
    limit: number,
  ): void {
    const last = Math.min(end, start + limit - offset);
    if (last <= start || this.ended) return;
    const { loan } = this;
    if (loan !== undefined && end - start === header.length && last - start <= loan.room) {
      maskInto(loan.bytes, loan.at, chunk, start, last, header.maskingKey, 0);
      this.lent = last - start;
      return;
    }
    const size = offset + last - start;
    this.tooFar = !this.budget.maySpan(offset - this.captured, this.captured);
    this.ended = this.tooFar || !this.reserve(size, header.length, limit);
    if (this.ended) return;
    maskInto(this.bytes, offset, chunk, start, last, header.maskingKey, offset);
    this.captured += last - start;
    this.length = size;
  }

  /** Hands the payload over, or lends it, and starts anew. */
  take(): Uint8Array {
    const { bytes, length, lent } = this;
    this.lent = 0;
    if (lent > 0) return this.loan!.lend(lent);
    this.budget.release(bytes.length);
    this.bytes = EMPTY;
    this.length = this.captured = 0;
    this.ended = this.limited = this.tooFar = false;
    return bytes.length === length ? bytes : bytes.slice(0, length);
  }

  /** Makes room for `size` octets of a payload of `declared`; false where the budget has none. */
  private reserve(size: number, declared: number, limit: number): boolean {
    const { budget, bytes } = this;
    if (size <= bytes.length) return true;
    const most = Math.min(declared, limit);
    let room = size === most ? size : Math.min(most, Math.max(size, bytes.length * 2, FIRST_SIZE));
    if (!budget.take(room - bytes.length, bytes.length === 0 && size === declared)) {
      room = size;
      this.limited = !budget.take(room - bytes.length, false);
      if (this.limited) return false;
    }
    const grown = newBytes(room);
    if (this.length > 0) grown.set(bytes.subarray(0, this.length));
    this.bytes = grown;
    return true;
  }
}
