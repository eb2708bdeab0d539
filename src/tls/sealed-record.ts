/**
 * What a cipher for records is: it opens the protected records of one direction and one set of keys, and seals them (for
 * samples and tests).
 */
import type { CipherSuite } from './cipher-suites.js';
import type { DirectionKeys } from './key-schedule.js';

/** What came out of a record; overwritten by the next one. */
export interface OpenedRecord {
  content: Uint8Array;
  /** Of the content: in TLS 1.3 it is inside. */
  type: number;
  /** Octets of padding that were in the record (RFC 8446 §5.4). */
  padding: number;
}

export interface RecordCipher {
  /** Octets that sealing adds to a record's content, its header included, with no padding. */
  readonly overhead: number;
  /** Whether `overhead` tells the length of a content exactly. */
  readonly isExact: boolean;
  /** False: something of the record before is missing, without which the next one cannot be opened. */
  readonly isReady: boolean;
  /** Octets between a record's header and where its content lies, about. */
  readonly prefix: number;
  /** Opens the record bytes[start, end), header included; false if it does not authenticate. */
  open(sequence: number, bytes: Uint8Array, start: number, end: number, into: OpenedRecord): boolean;
  /** The record with this content, header included. */
  seal(sequence: number, type: number, content: Uint8Array): Buffer;
  /** A record that is not opened: of it a later one may need something. */
  skipped(bytes: Uint8Array | undefined, end: number): void;
}

export interface CipherOptions {
  readonly suite: CipherSuite;
  /** As on the wire. */
  readonly version: number;
  readonly keys: DirectionKeys;
  /** cbc only (RFC 7366). */
  readonly encryptThenMac: boolean;
}

/** 64 bits, of which a number holds 53. */
export function writeSequence(into: Uint8Array, at: number, sequence: number): void {
  let high = Math.floor(sequence / 0x1_0000_0000);
  let low = sequence >>> 0;
  for (let i = 3; i >= 0; i--) {
    into[at + i] = high & 0xff;
    into[at + 4 + i] = low & 0xff;
    high >>>= 8;
    low >>>= 8;
  }
}
