/**
 * How much is kept of payloads that are under way: what all directions hold together, and how far a payload
 * with gaps in it is kept.
 *
 * Strategy: memory goes by what was captured. Declared lengths and gaps cost a sender nothing, so missing
 * octets become zeros only as long as they are few beside the captured ones; a longer gap ends what is kept.
 */
import { borrow, giveBack } from '../bytes/kernel.js';
import { DEFAULT_LIMITS } from '../limits.js';

/** What all payloads under way hold together, in bytes. */
export class PayloadBudget {
  held = 0;
  /** Undefined where payloads are given away. */
  readonly loan: PayloadLoan | undefined;

  /**
   * `lends`: payloads are looked at only while they are told of, and need not outlive that. `zeros`: octets that a
   * payload may hold for missing ones beyond as many as there are captured before them.
   */
  constructor(
    readonly total = DEFAULT_LIMITS.maxHeldPayload,
    lends = false,
    readonly zeros = DEFAULT_LIMITS.maxZeros,
  ) {
    this.loan = lends ? new PayloadLoan() : undefined;
  }

  /** Whether `zeros` octets may stand for missing ones where `captured` octets were captured before them. */
  maySpan(zeros: number, captured: number): boolean {
    return zeros <= captured + this.zeros;
  }

  /** What is idle should be given back. */
  get isTight(): boolean {
    return this.held > this.total / 2;
  }

  /** Takes `bytes` more; false where there is no room. What is given back `atOnce` always has room. */
  take(bytes: number, atOnce: boolean): boolean {
    if (!atOnce && this.held + bytes > this.total) return false;
    this.held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }
}

/**
 * Where a payload that is whole at once is put for as long as it is told of, and until the next one has been: they lie in two
 * halves in turn. To allocate memory for each would cost a microsecond, more than all else that is done with a short
 * frame.
 */
const HALF = 32 << 10;

export class PayloadLoan {
  readonly bytes = borrow(2 * HALF) ?? new Uint8Array(2 * HALF);
  /** Where the next one is to be put, at most `room` octets. */
  at = 0;
  readonly room = HALF;
  private lent = this.bytes;
  private before = this.bytes;

  /** The `length` bytes that were put there. */
  lend(length: number): Uint8Array {
    const { at, bytes, before, lent } = this;
    this.before = lent;
    this.lent = before.length === length ? before : bytes.subarray(at, at + length);
    this.at = HALF - at;
    return this.lent;
  }

  /** Nothing is lent any more. */
  close(): void {
    giveBack(this.bytes);
  }
}
