/**
 * Handshake messages of one direction, which may straddle records and share one (RFC 8446 §5.1).
 *
 * Strategy: messages that tell nothing here (certificates above all) are passed over by their length and never kept. What is
 * kept grows with what has come: a declared length is no reason to take memory.
 */
import type { Account } from './account.js';
import { HANDSHAKE_TYPE } from './handshake.js';

const EMPTY = new Uint8Array(0);
/** Type and length. */
const HEADER = 4;
/** A hello with many key shares and tickets is some KiB long; a longer one is not read. */
const MAX_MESSAGE = 1 << 16;
const FIRST_BODY = 512;

const WANTED: ReadonlySet<number> = new Set([
  HANDSHAKE_TYPE.clientHello,
  HANDSHAKE_TYPE.serverHello,
  HANDSHAKE_TYPE.newSessionTicket,
  HANDSHAKE_TYPE.encryptedExtensions,
  HANDSHAKE_TYPE.clientKeyExchange,
  HANDSHAKE_TYPE.keyUpdate,
]);

export class HandshakeReader {
  private readonly header = new Uint8Array(HEADER);
  private headerLength = 0;
  /** Octets of the message that are yet to come. */
  private missing = 0;
  private isKept = false;
  private body = EMPTY;
  private bodyLength = 0;

  /** `body` is borrowed; undefined for messages that are passed over. */
  constructor(
    private readonly message: (type: number, body: Uint8Array | undefined) => void,
    private readonly account: Account,
    /** All messages whole: for the transcript. */
    private readonly keepsAll = false,
  ) {}

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.headerLength < HEADER) {
        this.header[this.headerLength++] = bytes[at++];
        if (this.headerLength === HEADER) this.begin();
      } else {
        const length = Math.min(this.missing, bytes.length - at);
        if (this.isKept) this.keep(bytes.subarray(at, at + length));
        this.missing -= length;
        at += length;
      }
      if (this.headerLength === HEADER && this.missing === 0) this.end();
    }
  }

  /** Something is missing: a message under way is given up. */
  reset(): void {
    this.headerLength = 0;
    this.missing = 0;
    this.bodyLength = 0;
    this.account.add(-this.body.length);
    this.body = EMPTY;
  }

  private begin(): void {
    const [type, high, middle, low] = this.header;
    this.missing = (high << 16) | (middle << 8) | low;
    this.isKept = (this.keepsAll || WANTED.has(type)) && this.missing <= MAX_MESSAGE;
  }

  private keep(bytes: Uint8Array): void {
    const needed = this.bodyLength + bytes.length;
    if (needed > this.body.length) {
      const most = this.bodyLength + this.missing;
      const grown = new Uint8Array(Math.min(most, Math.max(needed, 2 * this.body.length, FIRST_BODY)));
      this.account.add(grown.length - this.body.length);
      grown.set(this.body);
      this.body = grown;
    }
    this.body.set(bytes, this.bodyLength);
    this.bodyLength = needed;
  }

  private end(): void {
    const body = this.isKept ? this.body.subarray(0, this.bodyLength) : undefined;
    this.reset();
    this.message(this.header[0], body);
  }
}
