/**
 * CBC records with HMAC (RFC 5246 §6.2.3.2; RFC 2246 §6.2.3.2 for TLS 1.0, whose first IV comes from the keys and each
 * other from the record before), with the MAC inside, or outside (encrypt-then-MAC, RFC 7366).
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { MAC_LENGTH, TLS10 } from './key-schedule.js';
import { isSameMac, macOf } from './mac.js';
import { RECORD_HEADER } from './record.js';
import type { CipherOptions, OpenedRecord, RecordCipher } from './sealed-record.js';

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
    into.padding = 0;
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
    return isSameMac(this.hmac(sequence, type, fragment), body.subarray(end))
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
    return isSameMac(this.hmac(sequence, type, content), inside.subarray(end)) ? content : undefined;
  }

  private hmac(sequence: number, type: number, content: Uint8Array): Buffer {
    return macOf(this.options, sequence, type, content);
  }

  private chain(bytes: Uint8Array, end: number): void {
    if (this.prefix === 0) this.chained = new Uint8Array(bytes.subarray(Math.max(0, end - this.block), end));
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
