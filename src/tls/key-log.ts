/**
 * The NSS key log format: lines `LABEL <client random> <secret>` in hexadecimal, or `RSA <first octets of the encrypted
 * premaster secret> <premaster secret>`, which applications write for
 * `SSLKEYLOGFILE` (https://nss-crypto.org/reference/security/nss/key_log_format).
 *
 * Strategy: bytes in, in pieces of any size, since the file may still be growing; what is no line of the format is counted
 * and never shown, for it may be a secret.
 */
import { RANDOM_LENGTH } from './key-schedule.js';
import { MAX_SECRET, RSA_PREFIX, SECRET_LABELS, type SecretLabel, type SecretStore } from './secrets.js';

/** What the lines of a key log were. */
export interface KeyLogCounts {
  /** Secrets that a store was given. */
  secrets: number;
  /** Neither empty, nor a comment, nor of the format. */
  malformed: number;
  /** Of the format, with a label that is not known. */
  unknown: number;
}

/** Longest line: a label, a random and a secret; what is longer is none of the format. */
const MAX_LINE = 64 + 2 * RANDOM_LENGTH + 2 * MAX_SECRET;
const LF = 0x0a;
const HASH = '#';
const LABELS: ReadonlySet<string> = new Set(SECRET_LABELS);
const LINE =
  /^(?:\u00ef\u00bb\u00bf)?[ \t]*([A-Z][A-Z0-9_]*)[ \t]+([0-9a-fA-F]+)[ \t]+([0-9a-fA-F]+)[ \t\r]*$/;

function isOctets(secret: string): boolean {
  return secret.length % 2 === 0 && secret.length <= 2 * MAX_SECRET;
}

/**
 * Reads a key log, as applications write it for `SSLKEYLOGFILE`, into a SecretStore.
 *
 * @example Secrets that are not in a file
 * ```ts
 * import { dissect, KeyLogParser, SecretStore } from 'wsdissect';
 *
 * const secrets = new SecretStore();
 * const parser = new KeyLogParser(secrets);
 * parser.push(new TextEncoder().encode(process.env.KEY_LOG ?? ''));
 * parser.end();
 * for await (const { session, sender, length } of dissect('capture.pcapng', { secrets }).messages())
 *   console.log(session.carrier.tls?.version, sender, length);
 * ```
 */
export class KeyLogParser {
  readonly counts: KeyLogCounts = { secrets: 0, malformed: 0, unknown: 0 };
  private readonly line = Buffer.alloc(MAX_LINE);
  private kept = 0;
  private isTooLong = false;

  constructor(private readonly store: SecretStore) {}

  /** Takes the next bytes of the file, borrowed; what is no line of the format is counted, never thrown for. */
  push(bytes: Uint8Array): void {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    for (let end = block.indexOf(LF); end >= 0; end = block.indexOf(LF, start)) {
      if (this.kept === 0 && !this.isTooLong) this.take(block, start, end);
      else {
        this.keep(block, start, end);
        this.endLine();
      }
      start = end + 1;
    }
    this.keep(block, start, block.length);
  }

  /** The last line may have no end. Not to be called while the file grows. */
  end(): void {
    if (this.kept > 0 || this.isTooLong) this.endLine();
  }

  private keep(block: Buffer, start: number, end: number): void {
    if (this.kept + end - start > MAX_LINE) this.isTooLong = true;
    else this.kept += block.copy(this.line, this.kept, start, end);
  }

  private endLine(): void {
    const { kept } = this;
    this.kept = 0;
    if (this.isTooLong) this.counts.malformed++;
    else this.take(this.line, 0, kept);
    this.isTooLong = false;
  }

  private take(bytes: Buffer, start: number, end: number): void {
    if (end - start > MAX_LINE) {
      this.counts.malformed++;
      return;
    }
    const text = bytes.toString('latin1', start, end);
    if (text.trim() === '' || text.startsWith(HASH)) return;
    const [, label, random, secret] = LINE.exec(text) ?? [];
    const named = label === 'RSA' ? RSA_PREFIX : RANDOM_LENGTH;
    if (label === undefined || random.length !== 2 * named || !isOctets(secret)) this.counts.malformed++;
    else if (!LABELS.has(label)) this.counts.unknown++;
    else {
      this.counts.secrets++;
      this.store.add(
        label as SecretLabel,
        Buffer.from(random.padEnd(2 * RANDOM_LENGTH, '0'), 'hex'),
        Buffer.from(secret, 'hex'),
      );
    }
  }
}
