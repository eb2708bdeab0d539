/**
 * Where the control packets of MQTT begin and end in what a sender says: the bounds of messages are not theirs
 * (MQTT 3.1.1 §6.0, 5.0 §6.0).
 *
 * Strategy: the fixed header (§2.1) tells the length; what is too long is passed over exactly. Behind a loss, and where
 * the beginning was not captured, packets are taken up again at a message that holds whole packets to its last octet.
 */
import { type HeldBudget, Remainder } from './held.js';

/** Longest packet that is decoded. */
const MAX_PACKET = 1024 * 1024;
/** §2.1.1: types whose flags are 0010; of the others but PUBLISH they are 0. */
const FLAGGED = new Set([6, 8, 10]);
const PUBLISH = 3;

export interface FixedHeader {
  readonly type: number;
  /** Octets of the header. */
  readonly size: number;
  /** Octets behind it. */
  readonly length: number;
}

/** What stands at `at`; undefined: the header goes on behind the octets; null: no packet begins so. */
export function readFixedHeader(bytes: Uint8Array, at: number): FixedHeader | undefined | null {
  const [type, flags] = [bytes[at] >> 4, bytes[at] & 0xf];
  if (type === 0 || (type === PUBLISH ? (flags & 6) === 6 : flags !== (FLAGGED.has(type) ? 2 : 0)))
    return null;
  let length = 0;
  // §2.1.4: four octets of seven bits each, the least significant first.
  for (let i = 0; i < 4; i++) {
    if (at + 1 + i >= bytes.length) return undefined;
    const octet = bytes[at + 1 + i];
    length += (octet & 0x7f) * 128 ** i;
    if (octet < 0x80) return { type, size: 2 + i, length };
  }
  return null;
}

/** Whether the octets are whole packets to the last one. */
export function isWholePackets(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    const header = readFixedHeader(bytes, at);
    if (header === undefined || header === null) return false;
    at += header.size + header.length;
  }
  return at === bytes.length && at > 0;
}

/** How a message ended. */
export type StreamState =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'part';
      readonly type: number | undefined;
      readonly length: number;
      readonly have: number;
    }
  | { readonly kind: 'malformed' }
  /** It is not known where packets begin. */
  | { readonly kind: 'unknown' };

const WHOLE: StreamState = { kind: 'whole' };
const MALFORMED: StreamState = { kind: 'malformed' };
const UNKNOWN: StreamState = { kind: 'unknown' };

/** Of one sender. */
export class PacketStream {
  private readonly rest: Remainder;
  /** Of a packet that is too long. */
  private passed: { readonly type: number; readonly length: number; left: number } | undefined = undefined;

  constructor(
    budget: HeldBudget,
    /** It is known where the next packet begins. */
    private inStep: boolean,
  ) {
    this.rest = new Remainder(budget);
  }

  /** Takes a message's content and tells of each packet that ends in it; its octets are borrowed. */
  push(content: Uint8Array, packet: (bytes: Uint8Array, header: FixedHeader) => void): StreamState {
    const left = this.passed === undefined ? content : this.passOver(content);
    if (this.passed !== undefined) return this.partPassed(this.passed);
    if (!this.inStep && !isWholePackets(left)) return UNKNOWN;
    this.inStep = true;
    const bytes = this.rest.with(left);
    if (bytes === undefined) return this.fail(UNKNOWN);
    let at = 0;
    while (at < bytes.length) {
      const header = readFixedHeader(bytes, at);
      if (header === null) return this.fail(MALFORMED);
      const size = header === undefined ? Number.POSITIVE_INFINITY : header.size + header.length;
      if (at + size > bytes.length) return this.part(bytes, at, header);
      packet(bytes.subarray(at, at + size), header!);
      at += size;
    }
    this.rest.drop();
    return WHOLE;
  }

  lost(): void {
    this.rest.drop();
    this.passed = undefined;
    this.inStep = false;
  }

  close(): void {
    this.rest.drop();
  }

  private fail(state: StreamState): StreamState {
    this.lost();
    return state;
  }

  private part(bytes: Uint8Array, at: number, header: FixedHeader | undefined): StreamState {
    const have = bytes.length - at;
    if (header !== undefined && header.length > MAX_PACKET) {
      const { type, length } = header;
      this.rest.drop();
      this.passed = { type, length, left: header.size + length - have };
      return this.partPassed(this.passed);
    }
    if (!this.rest.keep(bytes, at)) return this.fail(UNKNOWN);
    const whole = header === undefined ? 0 : header.size + header.length;
    return { kind: 'part', type: bytes[at] >> 4, length: whole, have };
  }

  /** What is behind a packet that is too long. */
  private passOver(content: Uint8Array): Uint8Array {
    const passed = this.passed!;
    const count = Math.min(passed.left, content.length);
    passed.left -= count;
    if (passed.left === 0) this.passed = undefined;
    return content.subarray(count);
  }

  private partPassed({ type, length, left }: { type: number; length: number; left: number }): StreamState {
    return { kind: 'part', type, length, have: length - left };
  }
}
