/**
 * The encoders beside handshake.ts: hellos and other messages for samples and tests.
 */
import { HANDSHAKE_TYPE } from './handshake.js';
import { TLS12, TLS13 } from './key-schedule.js';
import { HANDSHAKE, RECORD_HEADER } from './record.js';

/** Number and data of an extension. */
export type Extension = readonly [type: number, data: Uint8Array];

export interface ClientHelloOptions {
  readonly random: Uint8Array;
  readonly sessionId?: Uint8Array;
  readonly suites?: readonly number[];
  readonly extensions?: readonly Extension[];
}

export interface ServerHelloOptions {
  readonly random: Uint8Array;
  readonly sessionId?: Uint8Array;
  readonly suite: number;
  /** Told by an extension from TLS 1.3 on. */
  readonly version: number;
  readonly extensions?: readonly Extension[];
}

export function encodeClientHello(options: ClientHelloOptions): Buffer {
  const { random, sessionId = EMPTY, suites = [0x1301], extensions = [] } = options;
  return message(
    HANDSHAKE_TYPE.clientHello,
    uint(TLS12, 2),
    random,
    vector(1, sessionId),
    vector(2, ...suites.map((suite) => uint(suite, 2))),
    vector(1, Buffer.of(0)),
    encodeExtensions(extensions),
  );
}

export function encodeServerHello(options: ServerHelloOptions): Buffer {
  const { random, sessionId = EMPTY, suite, version, extensions = [] } = options;
  const supportedVersions: Extension = [43, uint(version, 2)];
  return message(
    HANDSHAKE_TYPE.serverHello,
    uint(Math.min(version, TLS12), 2),
    random,
    vector(1, sessionId),
    uint(suite, 2),
    Buffer.of(0),
    encodeExtensions(version >= TLS13 ? [supportedVersions, ...extensions] : extensions),
  );
}

export function encodeEncryptedExtensions(extensions: readonly Extension[]): Buffer {
  return message(HANDSHAKE_TYPE.encryptedExtensions, encodeExtensions(extensions));
}

/** Any handshake message. */
export function message(type: number, ...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(type), vector(3, ...parts)]);
}

/** RFC 6066 §3. */
export function serverNameExtension(name: string): Extension {
  return [0, vector(2, Buffer.of(0), vector(2, Buffer.from(name, 'latin1')))];
}

/** RFC 7301 §3.1. */
export function alpnExtension(...protocols: readonly string[]): Extension {
  return [16, vector(2, ...protocols.map((name) => vector(1, Buffer.from(name, 'latin1'))))];
}

/** A record that is not protected. */
export function plainRecord(type: number, content: Uint8Array, version = TLS12): Buffer {
  const header = Buffer.alloc(RECORD_HEADER);
  header[0] = type;
  header.writeUInt16BE(version, 1);
  header.writeUInt16BE(content.length, 3);
  return Buffer.concat([header, content]);
}

/** A handshake message in a record of its own. */
export function handshakeRecord(content: Uint8Array): Buffer {
  return plainRecord(HANDSHAKE, content);
}

function encodeExtensions(extensions: readonly Extension[]): Buffer {
  return vector(2, ...extensions.map(([type, data]) => Buffer.concat([uint(type, 2), vector(2, data)])));
}

/** With its length before it (RFC 8446 §3.4). */
function vector(lengthOctets: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([uint(content.length, lengthOctets), content]);
}

function uint(value: number, octets: number): Buffer {
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntBE(value, 0, octets);
  return bytes;
}

const EMPTY = new Uint8Array(0);
