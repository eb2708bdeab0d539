/**
 * Handshake messages of one direction, which may straddle records and share one (RFC 8446 §5.1).
 *
 * Strategy: messages that tell nothing here (certificates above all) are passed over by their length and never kept.
 */
import { HANDSHAKE_TYPE } from './handshake.js';

/** Type and length. */
const HEADER = 4;
/** A hello with many key shares and tickets is some KiB long; a longer one is not read. */
const MAX_MESSAGE = 1 << 16;

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
  private body: Uint8Array | undefined = undefined;

  /** `body` is borrowed, and empty for messages that are passed over. */
  constructor(
    private readonly message: (type: number, body: Uint8Array) => void,
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
        this.body?.set(bytes.subarray(at, at + length), this.body.length - this.missing);
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
    this.body = undefined;
  }

  private begin(): void {
    const [type, high, middle, low] = this.header;
    this.missing = (high << 16) | (middle << 8) | low;
    const isWanted = this.keepsAll || WANTED.has(type);
    this.body = isWanted && this.missing <= MAX_MESSAGE ? new Uint8Array(this.missing) : undefined;
  }

  private end(): void {
    const body = this.body ?? EMPTY;
    this.reset();
    this.message(this.header[0], body);
  }
}

const EMPTY = new Uint8Array(0);
