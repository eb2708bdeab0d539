/**
 * What of a direction was not read since the last record that authenticated, and which sequence number the next one may
 * have.
 *
 * Strategy: of records whose header was seen the number is known; in other bytes there can be no more records than their
 * overhead allows. So many numbers are tried, within a budget that a record which authenticates fills up again: what
 * trying costs is bounded by what was lost.
 */
import type { Epoch } from './keys.js';
import { RECORD_HEADER } from './record.js';
import type { OpenedRecord } from './sealed-record.js';

/** What a try costs beside its octets, in as many of them as take the time. */
const TRY_COST = 2048;

export class Loss {
  /** Octets of records, headers included. */
  bytes = 0;
  /** Records among them whose header was seen. */
  records = 0;
  /** Octets among them of which no header was seen. */
  private loose = 0;
  private budget: number;

  /** `limit`: octets that are decrypted in vain for one loss; `exhausted` is called when it is hit. */
  constructor(
    private readonly limit: number,
    private readonly exhausted: () => void,
  ) {
    this.budget = limit;
  }

  get isNothing(): boolean {
    return this.bytes === 0;
  }

  /** Octets in which any number of records may begin. */
  addLoose(bytes: number): void {
    this.bytes += bytes;
    this.loose += bytes;
  }

  addRecord(bytes: number): void {
    this.bytes += bytes;
    this.records++;
  }

  /** All is known again. */
  clear(): void {
    this.bytes = 0;
    this.records = 0;
    this.loose = 0;
    this.budget = this.limit;
  }

  /** Tries the sequence numbers that a record behind the loss may have; sets the epoch's to the one that fits. */
  find(epoch: Epoch, bytes: Uint8Array, start: number, end: number, into: OpenedRecord): boolean {
    return this.try(epoch, epoch.sequence + this.records, bytes, start, end, into);
  }

  /** As find(), where these keys have not been used yet. */
  findFirst(epoch: Epoch, bytes: Uint8Array, start: number, end: number, into: OpenedRecord): boolean {
    return this.try(epoch, 0, bytes, start, end, into);
  }

  private try(
    epoch: Epoch,
    from: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    into: OpenedRecord,
  ): boolean {
    const most = from + Math.ceil(this.loose / epoch.cipher.overhead) + (from === 0 ? this.records : 0);
    for (let sequence = from; sequence <= most; sequence++) {
      if (this.budget <= 0) return false;
      this.budget -= end - start + TRY_COST;
      if (epoch.cipher.open(sequence, bytes, start, end, into)) {
        epoch.sequence = sequence;
        return true;
      }
      if (this.budget <= 0) this.exhausted();
    }
    return false;
  }

  /** Octets of plaintext that are missing, if `records` of `overhead` octets each held them. */
  plaintext(records: number, overhead = RECORD_HEADER): number {
    return Math.max(0, Math.round(this.bytes - records * overhead));
  }
}
