/**
 * The handshake messages that tell how a connection is protected (RFC 8446 §4, RFC 5246 §7.4): hellos with the
 * extensions that matter here, and the names of the others.
 *
 * Strategy: a cursor that never reads behind the end and then says so; a hello that is cut or lies about a length gives
 * undefined.
 */
import { RANDOM_LENGTH, TLS13 } from './key-schedule.js';

/** RFC 8446 §4, RFC 5246 §7.4. */
export const HANDSHAKE_TYPE = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  endOfEarlyData: 5,
  encryptedExtensions: 8,
  certificate: 11,
  clientKeyExchange: 16,
  finished: 20,
  keyUpdate: 24,
} as const;

/** https://www.iana.org/assignments/tls-extensiontype-values */
const EXTENSION = {
  serverName: 0,
  alpn: 16,
  encryptThenMac: 22,
  extendedMasterSecret: 23,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
} as const;

/** RFC 8446 §4.1.3: a ServerHello with this random is a HelloRetryRequest. */
const RETRY_RANDOM = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

export interface ClientHello {
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  /** Offered, in the client's order. */
  readonly suites: readonly number[];
  readonly serverName: string | undefined;
  /** Offered, in the client's order. */
  readonly alpn: readonly string[];
  /** Of a resumed session (RFC 5077 §3.2). */
  readonly ticket: Uint8Array | undefined;
  readonly earlyData: boolean;
}

export interface ServerHello {
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly isRetry: boolean;
  /** As on the wire, of the extension where it is there (RFC 8446 §4.2.1). */
  readonly version: number;
  readonly suite: number;
  readonly alpn: string | undefined;
  readonly encryptThenMac: boolean;
  readonly extendedMasterSecret: boolean;
  /** TLS 1.3. */
  readonly preSharedKey: boolean;
}

/** What of EncryptedExtensions matters. */
export interface EncryptedExtensions {
  readonly alpn: string | undefined;
  readonly earlyData: boolean;
}

export function decodeClientHello(body: Uint8Array): ClientHello | undefined {
  const cursor = new Cursor(body);
  cursor.skip(2);
  const random = cursor.take(RANDOM_LENGTH);
  const sessionId = cursor.vector(1);
  const suites = cursor.vector(2);
  cursor.vector(1); // compression methods
  const extensions = extensionsOf(cursor);
  if (cursor.failed) return undefined;
  const ticket = extensions.get(EXTENSION.sessionTicket);
  return {
    random: random.slice(),
    sessionId: sessionId.slice(),
    suites: numbersOf(suites),
    serverName: serverNameOf(extensions.get(EXTENSION.serverName)),
    alpn: protocolsOf(extensions.get(EXTENSION.alpn)),
    ticket: ticket?.length ? ticket.slice() : undefined,
    earlyData: extensions.has(EXTENSION.earlyData),
  };
}

export function decodeServerHello(body: Uint8Array): ServerHello | undefined {
  const cursor = new Cursor(body);
  const legacyVersion = cursor.number(2);
  const random = cursor.take(RANDOM_LENGTH);
  const sessionId = cursor.vector(1);
  const suite = cursor.number(2);
  cursor.skip(1);
  const extensions = extensionsOf(cursor);
  if (cursor.failed) return undefined;
  const selected = extensions.get(EXTENSION.supportedVersions);
  return {
    random: random.slice(),
    sessionId: sessionId.slice(),
    isRetry: RETRY_RANDOM.equals(random),
    version: selected?.length === 2 ? (selected[0] << 8) | selected[1] : legacyVersion,
    suite,
    alpn: protocolsOf(extensions.get(EXTENSION.alpn))[0],
    encryptThenMac: extensions.has(EXTENSION.encryptThenMac),
    extendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
    preSharedKey: extensions.has(EXTENSION.preSharedKey),
  };
}

export function decodeEncryptedExtensions(body: Uint8Array): EncryptedExtensions | undefined {
  const cursor = new Cursor(body);
  const extensions = extensionsOf(cursor);
  if (cursor.failed) return undefined;
  return {
    alpn: protocolsOf(extensions.get(EXTENSION.alpn))[0],
    earlyData: extensions.has(EXTENSION.earlyData),
  };
}

/** The ticket of a NewSessionTicket of TLS 1.2 (RFC 5077 §3.3). */
export function decodeTicket(body: Uint8Array): Uint8Array | undefined {
  const cursor = new Cursor(body);
  cursor.skip(4);
  const ticket = cursor.vector(2);
  return cursor.failed ? undefined : ticket.slice();
}

/** The encrypted premaster secret of a ClientKeyExchange for an RSA key (RFC 5246 §7.4.7.1). */
export function decodeRsaKeyExchange(body: Uint8Array): Uint8Array | undefined {
  const cursor = new Cursor(body);
  const encrypted = cursor.vector(2);
  return cursor.failed ? undefined : encrypted.slice();
}

export function versionName(version: number): string {
  const minor = version - 0x0301;
  if (version === 0x0300) return 'SSL 3.0';
  return minor >= 0 && version <= TLS13 ? `TLS 1.${minor}` : `0x${version.toString(16).padStart(4, '0')}`;
}

function extensionsOf(cursor: Cursor): ReadonlyMap<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  // Before TLS 1.3 a hello may end without any.
  if (cursor.failed || cursor.left === 0) return extensions;
  const list = new Cursor(cursor.vector(2));
  while (list.left > 0 && !list.failed) {
    const type = list.number(2);
    const data = list.vector(2);
    if (!list.failed) extensions.set(type, data);
  }
  return extensions;
}

function numbersOf(list: Uint8Array): readonly number[] {
  return Array.from({ length: list.length >> 1 }, (_, i) => (list[2 * i] << 8) | list[2 * i + 1]);
}

/** RFC 6066 §3: the first name of type host_name. */
function serverNameOf(data: Uint8Array | undefined): string | undefined {
  if (data === undefined || data.length === 0) return undefined;
  const list = new Cursor(new Cursor(data).vector(2));
  while (list.left > 0 && !list.failed) {
    const type = list.number(1);
    const name = list.vector(2);
    if (type === 0 && !list.failed) return Buffer.from(name).toString('latin1');
  }
  return undefined;
}

/** RFC 7301 §3.1. */
function protocolsOf(data: Uint8Array | undefined): readonly string[] {
  const protocols: string[] = [];
  if (data === undefined) return protocols;
  const list = new Cursor(new Cursor(data).vector(2));
  while (list.left > 0) {
    const name = list.vector(1);
    if (list.failed) break;
    protocols.push(Buffer.from(name).toString('latin1'));
  }
  return protocols;
}

/** Reads numbers and vectors (RFC 8446 §3.4); behind the end it gives zeros and nothing, and has `failed`. */
class Cursor {
  failed = false;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.failed ? 0 : this.bytes.length - this.at;
  }

  skip(length: number): void {
    this.take(length);
  }

  /** Borrowed. */
  take(length: number): Uint8Array {
    if (length > this.left) {
      this.failed = true;
      return EMPTY;
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  number(octets: number): number {
    return this.take(octets).reduce((value, octet) => value * 256 + octet, 0);
  }

  /** With a length of so many octets before it. */
  vector(lengthOctets: number): Uint8Array {
    return this.take(this.number(lengthOctets));
  }
}

const EMPTY = new Uint8Array(0);
