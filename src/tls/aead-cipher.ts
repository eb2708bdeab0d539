/**
 * AEAD records of TLS 1.3 (RFC 8446 §5.2) and TLS 1.2 (RFC 5246 §6.2.3.3).
 *
 * Strategy: node:crypto does the cryptography, one call per record, since each record has its own nonce. Nothing is
 * handed out that was not authenticated.
 */
import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import { TLS13 } from './key-schedule.js';
import { APPLICATION_DATA, RECORD_HEADER } from './record.js';
import { type CipherOptions, type OpenedRecord, type RecordCipher, writeSequence } from './sealed-record.js';

/** RFC 5246 §6.2.3.3, for the ciphers of RFC 5288 §3: the part of the nonce that each record sends. */
const EXPLICIT_NONCE = 8;
const NONCE = 12;

export class AeadCipher implements RecordCipher {
  readonly overhead: number;
  readonly isExact = true;
  readonly isReady = true;
  readonly prefix: number;
  private readonly key: KeyObject;
  private readonly nonce = Buffer.alloc(NONCE);
  private readonly additional: Buffer;
  private readonly inner: boolean;
  private readonly tagLength: number;
  private readonly cipher: CipherNames;
  private readonly iv: Buffer;
  private readonly version: number;

  constructor({ suite, version, keys }: CipherOptions) {
    this.inner = version === TLS13;
    this.key = createSecretKey(keys.key);
    this.iv = keys.iv;
    this.tagLength = suite.blockOrTag;
    this.cipher = suite.cipher as CipherNames;
    this.version = version;
    this.prefix = this.inner || suite.mode === 'chacha' ? 0 : EXPLICIT_NONCE;
    this.overhead = RECORD_HEADER + this.prefix + this.tagLength + (this.inner ? 1 : 0);
    this.additional = Buffer.alloc(this.inner ? RECORD_HEADER : 13);
  }

  open(sequence: number, bytes: Uint8Array, start: number, end: number, into: OpenedRecord): boolean {
    const from = start + RECORD_HEADER + this.prefix;
    const to = end - this.tagLength;
    if (to < from) return false;
    this.setNonce(sequence, bytes, start + RECORD_HEADER);
    this.setAdditional(sequence, bytes[start], to - from, end - start - RECORD_HEADER);
    const decipher = createDecipheriv(this.cipher, this.key, this.nonce, {
      authTagLength: this.tagLength,
    }) as DecipherGCM;
    decipher.setAuthTag(bytes.subarray(to, end));
    decipher.setAAD(this.additional, { plaintextLength: to - from });
    let content: Uint8Array;
    try {
      content = decipher.update(bytes.subarray(from, to));
      // CCM has said so already (update() returns nothing); final() throws for the others.
      decipher.final();
    } catch {
      return false;
    }
    if (!this.inner) {
      into.content = content;
      into.type = bytes[start];
      into.padding = 0;
      return true;
    }
    return takeInner(content, into);
  }

  seal(sequence: number, type: number, content: Uint8Array): Buffer {
    const plain = this.inner ? Buffer.concat([content, Buffer.of(type)]) : Buffer.from(content);
    const body = this.prefix + plain.length + this.tagLength;
    const record = Buffer.alloc(RECORD_HEADER + body);
    record[0] = this.inner ? APPLICATION_DATA : type;
    record.writeUInt16BE(Math.min(this.version, 0x0303), 1);
    record.writeUInt16BE(body, 3);
    if (this.prefix > 0) writeSequence(record, RECORD_HEADER, sequence);
    this.setNonce(sequence, record, RECORD_HEADER);
    this.setAdditional(sequence, type, plain.length, body);
    const cipher = createCipheriv(this.cipher, this.key, this.nonce, {
      authTagLength: this.tagLength,
    }) as CipherGCM;
    cipher.setAAD(this.additional, { plaintextLength: plain.length });
    cipher.update(plain).copy(record, RECORD_HEADER + this.prefix);
    cipher.final();
    cipher.getAuthTag().copy(record, RECORD_HEADER + this.prefix + plain.length);
    return record;
  }

  skipped(): void {}

  /** RFC 8446 §5.3 and RFC 7905 §2: the sequence number is mixed into the IV; RFC 5288 §3: the record has a part. */
  private setNonce(sequence: number, bytes: Uint8Array, at: number): void {
    const { nonce, iv } = this;
    if (this.prefix > 0) {
      iv.copy(nonce, 0);
      for (let i = 0; i < EXPLICIT_NONCE; i++) nonce[NONCE - EXPLICIT_NONCE + i] = bytes[at + i];
      return;
    }
    writeSequence(nonce, 4, sequence);
    nonce.writeUInt32BE(0, 0);
    for (let i = 0; i < NONCE; i++) nonce[i] ^= iv[i];
  }

  private setAdditional(sequence: number, type: number, contentLength: number, bodyLength: number): void {
    const { additional } = this;
    if (this.inner) {
      additional[0] = APPLICATION_DATA;
      additional.writeUInt16BE(0x0303, 1);
      additional.writeUInt16BE(bodyLength, 3);
      return;
    }
    writeSequence(additional, 0, sequence);
    additional[8] = type;
    additional.writeUInt16BE(this.version, 9);
    additional.writeUInt16BE(contentLength, 11);
  }
}

type CipherNames = 'aes-128-gcm';

/** RFC 8446 §5.2: content, its type, zeros. */
function takeInner(plain: Uint8Array, into: OpenedRecord): boolean {
  let last = plain.length - 1;
  while (last >= 0 && plain[last] === 0) last--;
  if (last < 0) return false;
  into.type = plain[last];
  into.padding = plain.length - 1 - last;
  into.content = plain.subarray(0, last);
  return true;
}
