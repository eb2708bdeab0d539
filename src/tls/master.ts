/**
 * The master secret of TLS 1.0 to 1.2, from wherever it can be had: the key log, the session that this one resumes, or
 * the server's private key where the client encrypted the premaster secret for it (RFC 5246 §7.4.7.1).
 */
import { constants, createHash, type KeyObject, privateDecrypt } from 'node:crypto';
import type { CipherSuite } from './cipher-suites.js';
import type { ClientHello, ServerHello } from './handshake.js';
import { MASTER_LENGTH, masterSecret, RANDOM_LENGTH, TLS12 } from './key-schedule.js';
import { RSA_PREFIX, type SecretStore } from './secrets.js';

/** What the TLS connections of a dissection share. */
export interface TlsContext {
  readonly secrets: SecretStore;
  /** Servers' private keys. */
  readonly rsaKeys: readonly KeyObject[];
  readonly resumable: Resumable;
  /** Secrets that were tried for connections whose ClientHello is lost. */
  readonly guesses: { made: number };
  /** Connections that wait for secrets: even if they are over, since an application may write them late. */
  readonly waiting: Set<{ settle(): void }>;
}

/** Sessions that may be resumed; the oldest are forgotten. */
const MAX_RESUMABLE = 4096;

/** Master secrets by what a client shows to resume a session: its id (RFC 5246 §7.4.1.2), or a ticket (RFC 5077). */
export class Resumable {
  private readonly known = new Map<string, Buffer>();

  remember(shown: Uint8Array, master: Buffer): void {
    const key = keyOf(shown);
    this.known.delete(key);
    this.known.set(key, master);
    if (this.known.size > MAX_RESUMABLE) this.known.delete(this.known.keys().next().value!);
  }

  find(shown: Uint8Array): Buffer | undefined {
    return this.known.get(keyOf(shown));
  }
}

/** A ticket may have 64 KiB. */
function keyOf(shown: Uint8Array): string {
  return createHash('sha256').update(shown).digest('base64');
}

/** What the handshake has told of the master secret. */
export interface MasterFacts {
  readonly client: ClientHello;
  readonly server: ServerHello;
  readonly suite: CipherSuite;
  /** Of the ClientKeyExchange, encrypted for the server's RSA key. */
  readonly encryptedPremaster: Uint8Array | undefined;
  /** All handshake messages up to the ClientKeyExchange, where they are whole. */
  readonly transcript: Uint8Array | undefined;
}

export function findMaster(context: TlsContext, facts: MasterFacts): Buffer | undefined {
  const { secrets, resumable } = context;
  const { client, server } = facts;
  const logged = secrets.find('CLIENT_RANDOM', client.random);
  if (logged?.length === MASTER_LENGTH) return Buffer.from(logged);
  const premaster =
    secrets.find('PMS_CLIENT_RANDOM', client.random) ??
    premasterByCiphertext(context, facts) ??
    decryptPremaster(context, facts);
  if (premaster !== undefined) return fromPremaster(premaster, facts);
  if (!isResumed(client, server)) return undefined;
  return (client.ticket && resumable.find(client.ticket)) ?? resumable.find(server.sessionId);
}

/** RFC 5246 §7.4.1.3 and RFC 5077 §3.4: the server repeats the id that the client sent. */
export function isResumed(client: ClientHello, server: ServerHello): boolean {
  return server.sessionId.length > 0 && Buffer.compare(client.sessionId, server.sessionId) === 0;
}

function fromPremaster(premaster: Uint8Array, facts: MasterFacts): Buffer | undefined {
  const { suite, client, server, transcript } = facts;
  const { version, extendedMasterSecret } = server;
  if (extendedMasterSecret && transcript === undefined) return undefined;
  const hash = extendedMasterSecret ? sessionHash(version, suite, transcript!) : undefined;
  return masterSecret(suite, version, premaster, { client: client.random, server: server.random }, hash);
}

/** RFC 7627 §3. */
function sessionHash(version: number, suite: CipherSuite, transcript: Uint8Array): Buffer {
  const digest = (name: string) => createHash(name).update(transcript).digest();
  return version >= TLS12 ? digest(suite.hash) : Buffer.concat([digest('md5'), digest('sha1')]);
}

/** The key log tells it by the first octets of what the client encrypted. */
function premasterByCiphertext(
  { secrets }: TlsContext,
  { encryptedPremaster }: MasterFacts,
): Uint8Array | undefined {
  if (encryptedPremaster === undefined || !secrets.hasPremasters) return undefined;
  const name = new Uint8Array(RANDOM_LENGTH);
  name.set(encryptedPremaster.subarray(0, RSA_PREFIX));
  return secrets.find('RSA', name);
}

/** Of the keys the one whose padding is right; node:crypto removes none of this kind any more. */
function decryptPremaster({ rsaKeys }: TlsContext, facts: MasterFacts): Uint8Array | undefined {
  const { encryptedPremaster, suite } = facts;
  if (encryptedPremaster === undefined || !suite.rsaKeyExchange) return undefined;
  for (const key of rsaKeys) {
    try {
      const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encryptedPremaster);
      const premaster = unpadded(padded);
      if (premaster?.length === MASTER_LENGTH) return premaster;
    } catch {
      // A key of another length.
    }
  }
  return undefined;
}

/** RFC 8017 §7.2.2: 00 02, eight or more octets that are not zero, 00, and the message. */
function unpadded(padded: Buffer): Uint8Array | undefined {
  if (padded[0] !== 0 || padded[1] !== 2) return undefined;
  const zero = padded.indexOf(0, 2);
  return zero < 10 ? undefined : padded.subarray(zero + 1);
}
