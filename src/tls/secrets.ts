/**
 * The secrets of TLS sessions, by the random of the ClientHello: what key logs and Decryption Secrets Blocks tell.
 *
 * Strategy: a key log may have a hundred megabytes, so secrets lie packed in one growing array, found by an open-addressed
 * table with a seeded hash. A session that waits for its secrets is told when one comes.
 */
import { randomInt } from 'node:crypto';
import { RANDOM_LENGTH } from './key-schedule.js';

/** The labels of the NSS key log format that tell a secret (https://nss-crypto.org/reference/security/nss/key_log_format). */
export const SECRET_LABELS = [
  'CLIENT_RANDOM',
  'CLIENT_EARLY_TRAFFIC_SECRET',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
  'PMS_CLIENT_RANDOM',
  'EXPORTER_SECRET',
  'EARLY_EXPORTER_SECRET',
  'RSA',
] as const;
/** Which secret of a TLS session it is. */
export type SecretLabel = (typeof SECRET_LABELS)[number];

/** Octets of the encrypted premaster secret by which one is found, zeros behind them in place of a random. */
export const RSA_PREFIX = 8;

/** Longest secret that is taken: an output of SHA-512. */
export const MAX_SECRET = 64;

/** What is known of an entry: nobody, a connection has asked for it; it has opened something. */
const [ASKED, PROVEN] = [1, 2];

/** Label, length, one of these, random, secret. */
const RANDOM = 3;
const ENTRY_HEADER = RANDOM + RANDOM_LENGTH;
const NOT_TOLD: ReadonlySet<SecretLabel> = new Set(['EXPORTER_SECRET', 'EARLY_EXPORTER_SECRET', 'RSA']);
const FIRST_POOL = 4096;
const FIRST_TABLE = 256;

/**
 * Secrets that TLS is opened with, of any number of sessions: what `secrets` of dissect() takes, and KeyLogParser fills. More may
 * be added while captures are read.
 */
export class SecretStore {
  /** Entries, and those among them that a connection has asked for. */
  known = 0;
  used = 0;
  /** More may come: of a key log that grows, or blocks of a capture. */
  mayGrow = false;
  /**
   * Called once, with the first secret that comes.
   *
   * @internal
   */
  whenFirst: (() => void) | undefined = undefined;
  private pool = new Uint8Array(FIRST_POOL);
  private end = 0;
  /** Offset of an entry plus 1; 0: free. */
  private table = new Int32Array(FIRST_TABLE);
  private readonly seed = randomInt(2 ** 31) | 1;
  private readonly waiting = new Map<string, Set<() => void>>();
  private full = false;
  /** Some tell a premaster secret, of which the handshake makes the master secret. */
  hasPremasters = false;
  private hasConflicts = false;

  /** `maxBytes`: octets that all secrets may take, 35 and the secret for each. */
  constructor(
    private readonly maxBytes = Number.POSITIVE_INFINITY,
    /** Called once, when no more secrets are taken. */
    private readonly overflow: () => void = () => {},
    /** Called once, when another secret comes where one is known. */
    private readonly conflict: () => void = () => {},
  ) {}

  /**
   * Adds a secret; what is known twice is known as it was told last. `random`: the 32 octets of the ClientHello's. A
   * random of another length, and a secret of none or more than 64 octets, are passed over.
   */
  add(label: SecretLabel, random: Uint8Array, secret: Uint8Array): void {
    if (random.length !== RANDOM_LENGTH || secret.length > MAX_SECRET || secret.length === 0) return;
    const number = SECRET_LABELS.indexOf(label);
    const slot = this.slotOf(number, random);
    const known = this.table[slot] - 1;
    if (known >= 0 && !this.isSecret(known, secret)) this.tellConflict();
    if (label === 'RSA' || label === 'PMS_CLIENT_RANDOM') this.hasPremasters = true;
    if (known >= 0 && this.pool[known + 1] === secret.length) {
      this.pool.set(secret, known + ENTRY_HEADER);
    } else if (!this.append(number, random, secret, slot)) return;
    if (this.waiting.size > 0) this.tell(random);
  }

  /** A copy of the secret, which counts as used; undefined where it is not known. */
  find(label: SecretLabel, random: Uint8Array): Uint8Array | undefined {
    const at = this.table[this.slotOf(SECRET_LABELS.indexOf(label), random)] - 1;
    if (at < 0) return undefined;
    if (this.pool[at + 2] === 0) {
      this.used++;
      this.pool[at + 2] = ASKED;
    }
    return this.pool.slice(at + ENTRY_HEADER, at + ENTRY_HEADER + this.pool[at + 1]);
  }

  /**
   * Secrets that no connection has asked for, with their randoms: views that hold until more is added.
   *
   * @internal
   */
  *unused(label: SecretLabel): Generator<{ readonly random: Uint8Array; readonly secret: Uint8Array }> {
    const number = SECRET_LABELS.indexOf(label);
    for (let at = 0; at < this.end; at += ENTRY_HEADER + this.pool[at + 1]) {
      if (this.pool[at] !== number || this.pool[at + 2] !== 0) continue;
      const secretAt = at + ENTRY_HEADER;
      yield {
        random: this.pool.subarray(at + RANDOM, secretAt),
        secret: this.pool.subarray(secretAt, secretAt + this.pool[at + 1]),
      };
    }
  }

  /** What was asked for of `random` has opened something. */
  confirm(random: Uint8Array): void {
    for (const label of SECRET_LABELS.keys()) {
      const at = this.table[this.slotOf(label, random)] - 1;
      if (at >= 0 && this.pool[at + 2] === ASKED) this.pool[at + 2] = PROVEN;
    }
  }

  /** No connection has asked for anything: what comes now tells anew which of them are used. */
  forgetUse(): void {
    for (let at = 0; at < this.end; at += ENTRY_HEADER + this.pool[at + 1]) this.pool[at + 2] = 0;
    this.used = 0;
  }

  /** Whether any is known for `random`. */
  has(random: Uint8Array): boolean {
    return SECRET_LABELS.some((_, label) => this.table[this.slotOf(label, random)] !== 0);
  }

  /**
   * The lines of a key log with what has opened something of a connection; no exporter secrets, which open no records, nor
   * premaster secrets by what was encrypted, of which the master secret is known then.
   */
  usedLines(): string {
    const lines: string[] = [];
    for (let at = 0; at < this.end; at += ENTRY_HEADER + this.pool[at + 1]) {
      const label = SECRET_LABELS[this.pool[at]];
      const random = this.pool.subarray(at + RANDOM, at + ENTRY_HEADER);
      const isCurrent = this.table[this.slotOf(this.pool[at], random)] === at + 1;
      if (this.pool[at + 2] !== PROVEN || !isCurrent || NOT_TOLD.has(label)) continue;
      const secret = this.pool.subarray(at + ENTRY_HEADER, at + ENTRY_HEADER + this.pool[at + 1]);
      lines.push(`${label} ${hexOf(random)} ${hexOf(secret)}\n`);
    }
    return lines.join('');
  }

  /**
   * Calls back each time that a secret for `random` comes, until the returned function is called.
   *
   * @internal
   */
  await(random: Uint8Array, came: () => void): () => void {
    const key = hexOf(random);
    const all = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, all.add(came));
    return () => {
      all.delete(came);
      if (all.size === 0) this.waiting.delete(key);
    };
  }

  private tell(random: Uint8Array): void {
    for (const came of [...(this.waiting.get(hexOf(random)) ?? [])]) came();
  }

  private append(label: number, random: Uint8Array, secret: Uint8Array, slot: number): boolean {
    const length = ENTRY_HEADER + secret.length;
    if (this.end + length > this.maxBytes) {
      if (!this.full) this.overflow();
      this.full = true;
      return false;
    }
    if (this.end + length > this.pool.length) {
      const grown = new Uint8Array(Math.max(2 * this.pool.length, this.end + length));
      grown.set(this.pool);
      this.pool = grown;
    }
    this.pool[this.end] = label;
    this.pool[this.end + 1] = secret.length;
    this.pool.set(random, this.end + RANDOM);
    this.pool.set(secret, this.end + ENTRY_HEADER);
    this.table[slot] = this.end + 1;
    this.end += length;
    if (++this.known * 2 > this.table.length) this.rehash();
    if (this.known === 1) this.whenFirst?.();
    return true;
  }

  private isSecret(at: number, secret: Uint8Array): boolean {
    if (this.pool[at + 1] !== secret.length) return false;
    return secret.every((octet, i) => this.pool[at + ENTRY_HEADER + i] === octet);
  }

  private tellConflict(): void {
    if (!this.hasConflicts) this.conflict();
    this.hasConflicts = true;
  }

  private rehash(): void {
    this.table = new Int32Array(2 * this.table.length);
    for (let at = 0; at < this.end; at += ENTRY_HEADER + this.pool[at + 1]) {
      // What was told anew with another length stands later, and its slot is the same.
      const random = this.pool.subarray(at + RANDOM, at + ENTRY_HEADER);
      this.table[this.slotOf(this.pool[at], random)] = at + 1;
    }
  }

  /** Where the entry is, or would be. */
  private slotOf(label: number, random: Uint8Array): number {
    const mask = this.table.length - 1;
    let hash = this.seed ^ label;
    for (let i = 0; i < RANDOM_LENGTH; i++) hash = Math.imul(hash ^ random[i], 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.table[slot] !== 0 && !this.isAt(this.table[slot] - 1, label, random))
      slot = (slot + 1) & mask;
    return slot;
  }

  private isAt(at: number, label: number, random: Uint8Array): boolean {
    const { pool } = this;
    if (pool[at] !== label) return false;
    for (let i = 0; i < RANDOM_LENGTH; i++) if (pool[at + RANDOM + i] !== random[i]) return false;
    return true;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
