/**
 * CBC records with HMAC (RFC 5246 §6.2.3.2; RFC 2246 §6.2.3.2 for TLS 1.0, whose first IV comes from the keys and each
 * other from the record before), with the MAC inside, or outside (encrypt-then-MAC, RFC 7366); and records with only a MAC.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { MAC_LENGTH, TLS10 } from './key-schedule.js';
import { RECORD_HEADER } from './record.js';
import { type CipherOptions, type OpenedRecord, type RecordCipher, writeSequence } from './record-cipher.js';

/** The MAC of a record (RFC 5246 §6.2.3.1). */
function hmacOf(
  { suite, keys, version }: CipherOptions,
  sequence: number,
  type: number,
  content: Uint8Array,
): Buffer {
  const head = Buffer.alloc(13);
  writeSequence(head, 0, sequence);
  head[8] = type;
  head.writeUInt16BE(version, 9);
  head.writeUInt16BE(content.length, 11);
  return createHmac(suite.mac, keys.mac).update(head).update(content).digest();
}

/** Records that have a MAC and are not encrypted (RFC 5246 §6.2.3.1). */
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
    if (!equal(hmacOf(this.options, sequence, bytes[start], content), bytes.subarray(to, end))) return false;
    into.content = content;
    into.type = bytes[start];
    return true;
  }

  seal(sequence: number, type: number, content: Uint8Array): Buffer {
    const body = Buffer.concat([content, hmacOf(this.options, sequence, type, content)]);
    const record = Buffer.concat([Buffer.alloc(RECORD_HEADER), body]);
    record[0] = type;
    record.writeUInt16BE(this.options.version, 1);
    record.writeUInt16BE(body.length, 3);
    return record;
  }

  skipped(): void {}
}

export class CbcCipher implements RecordCipher {
  readonly overhead: number;
  readonly isExact = false;
  readonly prefix: number;
  private readonly macLength: number;
  private readonly block: number;
  /** TLS 1.0: the IV of the next record; undefined behind one that was not captured. */
  private chained: Uint8Array | undefined;

  constructor(private readonly options: CipherOptions) {
    const { suite, version, keys } = options;
    this.macLength = MAC_LENGTH[suite.mac];
    this.block = suite.blockOrTag;
    this.prefix = version === TLS10 ? 0 : this.block;
    this.chained = version === TLS10 ? keys.iv : undefined;
    // Half a block of padding, on average.
    this.overhead = RECORD_HEADER + this.prefix + this.macLength + this.block / 2;
  }

  get isReady(): boolean {
    return this.prefix > 0 || this.chained !== undefined;
  }

  open(sequence: number, bytes: Uint8Array, start: number, end: number, into: OpenedRecord): boolean {
    const type = bytes[start];
    const body = bytes.subarray(start + RECORD_HEADER, end);
    const plain = this.options.encryptThenMac ? this.openOuter(sequence, type, body) : this.decrypt(body);
    const content =
      plain && (this.options.encryptThenMac ? unpadded(plain) : this.checked(sequence, type, plain));
    if (content === undefined) return false;
    into.content = content;
    into.type = type;
    this.chain(bytes, end - (this.options.encryptThenMac ? this.macLength : 0));
    return true;
  }

  seal(sequence: number, type: number, content: Uint8Array): Buffer {
    const { suite, keys, encryptThenMac, version } = this.options;
    const inside = encryptThenMac
      ? Buffer.from(content)
      : Buffer.concat([content, this.hmac(sequence, type, content)]);
    const padding = this.block - (inside.length % this.block);
    const iv = version === TLS10 ? this.chained! : Buffer.alloc(this.block, sequence & 0xff);
    const cipher = createCipheriv(suite.cipher, keys.key, iv).setAutoPadding(false);
    const encrypted = cipher.update(Buffer.concat([inside, Buffer.alloc(padding, padding - 1)]));
    cipher.final();
    const fragment = Buffer.concat([version === TLS10 ? Buffer.alloc(0) : iv, encrypted]);
    const body = encryptThenMac ? Buffer.concat([fragment, this.hmac(sequence, type, fragment)]) : fragment;
    const record = Buffer.concat([Buffer.alloc(RECORD_HEADER), body]);
    record[0] = type;
    record.writeUInt16BE(version, 1);
    record.writeUInt16BE(body.length, 3);
    this.chain(encrypted, encrypted.length);
    return record;
  }

  skipped(bytes: Uint8Array | undefined, end: number): void {
    if (bytes === undefined) this.chained = undefined;
    else this.chain(bytes, end - (this.options.encryptThenMac ? this.macLength : 0));
  }

  /** RFC 7366 §3: the MAC covers the IV and what is encrypted. */
  private openOuter(sequence: number, type: number, body: Uint8Array): Buffer | undefined {
    const end = body.length - this.macLength;
    if (end < 0) return undefined;
    const fragment = body.subarray(0, end);
    return equal(this.hmac(sequence, type, fragment), body.subarray(end))
      ? this.decrypt(fragment)
      : undefined;
  }

  private decrypt(body: Uint8Array): Buffer | undefined {
    const { suite, keys } = this.options;
    const iv = this.prefix > 0 ? body.subarray(0, this.prefix) : this.chained;
    const encrypted = body.subarray(this.prefix);
    if (iv === undefined || encrypted.length === 0 || encrypted.length % this.block !== 0) return undefined;
    return createDecipheriv(suite.cipher, keys.key, iv).setAutoPadding(false).update(encrypted);
  }

  private checked(sequence: number, type: number, plain: Buffer): Uint8Array | undefined {
    const inside = unpadded(plain);
    const end = (inside?.length ?? 0) - this.macLength;
    if (inside === undefined || end < 0) return undefined;
    const content = inside.subarray(0, end);
    return equal(this.hmac(sequence, type, content), inside.subarray(end)) ? content : undefined;
  }

  private hmac(sequence: number, type: number, content: Uint8Array): Buffer {
    return hmacOf(this.options, sequence, type, content);
  }

  private chain(bytes: Uint8Array, end: number): void {
    if (this.prefix === 0) this.chained = bytes.slice(Math.max(0, end - this.block), end);
  }
}

/** RFC 5246 §6.2.3.2: the last octet tells the length of the padding, and each octet of it says the same. */
function unpadded(plain: Buffer): Buffer | undefined {
  const padding = plain[plain.length - 1];
  const end = plain.length - 1 - padding;
  if (end < 0) return undefined;
  for (let i = end; i < plain.length; i++) if (plain[i] !== padding) return undefined;
  return plain.subarray(0, end);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
