/**
 * Records that have a MAC and are not encrypted (RFC 5246 §6.2.3.1).
 */
import { MAC_LENGTH } from './key-schedule.js';
import { isSameMac, macOf } from './mac.js';
import { RECORD_HEADER } from './record.js';
import type { CipherOptions, OpenedRecord, RecordCipher } from './sealed-record.js';

export class NullCipher implements RecordCipher {
  readonly overhead: number;
  readonly isExact = true;
  readonly isReady = true;
  readonly prefix = 0;
  private readonly macLength: number;

  constructor(private readonly options: CipherOptions) {
    this.macLength = MAC_LENGTH[options.suite.mac];
    this.overhead = RECORD_HEADER + this.macLength;
  }

  open(sequence: number, bytes: Uint8Array, start: number, end: number, into: OpenedRecord): boolean {
    const from = start + RECORD_HEADER;
    const to = end - this.macLength;
    if (to < from) return false;
    const content = bytes.subarray(from, to);
    if (!isSameMac(macOf(this.options, sequence, bytes[start], content), bytes.subarray(to, end)))
      return false;
    into.content = content;
    into.type = bytes[start];
    into.padding = 0;
    return true;
  }

  seal(sequence: number, type: number, content: Uint8Array): Buffer {
    const body = Buffer.concat([content, macOf(this.options, sequence, type, content)]);
    const record = Buffer.concat([Buffer.alloc(RECORD_HEADER), body]);
    record[0] = type;
    record.writeUInt16BE(this.options.version, 1);
    record.writeUInt16BE(body.length, 3);
    return record;
  }

  skipped(): void {}
}
