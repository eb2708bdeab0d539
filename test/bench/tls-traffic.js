/**
 * Sessions over TLS 1.3 for the benchmark: handshakes as short as can be, records sealed with secrets that a key log
 * beside the capture tells.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { cipherSuite } from '../../dist/tls/cipher-suites.js';
import {
  alpnExtension,
  encodeClientHello,
  encodeEncryptedExtensions,
  encodeServerHello,
  handshakeRecord,
  message,
  serverNameExtension,
} from '../../dist/tls/handshake-encode.js';
import { TLS13, trafficKeys } from '../../dist/tls/key-schedule.js';
import { APPLICATION_DATA, HANDSHAKE } from '../../dist/tls/record.js';
import { recordCipher } from '../../dist/tls/record-cipher.js';

const SUITE = cipherSuite(0x1301);
const FINISHED = message(20, Buffer.alloc(32));
/** Content of a record, at most (RFC 8446 §5.1). */
const MOST = 1 << 14;

/** The key log of a capture. */
export const keyLogOf = (path) => `${path}.keys`;

export function beginKeyLog(path) {
  writeFileSync(keyLogOf(path), '');
}

/** Seals what the sides of a connection send, in the order in which they do. */
export class TlsSession {
  #application;

  constructor(traffic, path, connection) {
    this.traffic = traffic;
    this.connection = connection;
    const bytes = (length) => Buffer.from(Array.from({ length }, () => traffic.random() & 0xff));
    const random = bytes(32);
    const secrets = Array.from({ length: 4 }, () => bytes(32));
    const labels = [
      'CLIENT_HANDSHAKE_TRAFFIC',
      'SERVER_HANDSHAKE_TRAFFIC',
      'CLIENT_TRAFFIC',
      'SERVER_TRAFFIC',
    ];
    const lines = labels.map((label, i) => {
      const name = `${label}_SECRET${i < 2 ? '' : '_0'}`;
      return `${name} ${random.toString('hex')} ${secrets[i].toString('hex')}\n`;
    });
    appendFileSync(keyLogOf(path), lines.join(''));
    const [client, server, ...application] = secrets.map((secret) => new Sealer(secret));
    this.#application = application;
    const hello = encodeClientHello({
      random,
      suites: [SUITE.number],
      extensions: [[43, Buffer.of(2, 3, 4)], serverNameExtension('bench.test'), alpnExtension('http/1.1')],
    });
    const answer = encodeServerHello({ random: bytes(32), suite: SUITE.number, version: TLS13 });
    traffic.send(connection, 0, handshakeRecord(hello));
    const flight = Buffer.concat([encodeEncryptedExtensions([alpnExtension('http/1.1')]), FINISHED]);
    traffic.send(connection, 1, Buffer.concat([handshakeRecord(answer), server.seal(HANDSHAKE, flight)]));
    traffic.send(connection, 0, client.seal(HANDSHAKE, FINISHED));
  }

  send(side, bytes) {
    const records = [];
    for (let at = 0; at < bytes.length; at += MOST)
      records.push(this.#application[side].seal(APPLICATION_DATA, bytes.subarray(at, at + MOST)));
    this.traffic.send(this.connection, side, records.length === 1 ? records[0] : Buffer.concat(records));
  }
}

class Sealer {
  #sequence = 0;
  #cipher;

  constructor(secret) {
    const keys = trafficKeys(SUITE, secret);
    this.#cipher = recordCipher({ suite: SUITE, version: TLS13, keys, encryptThenMac: false });
  }

  seal(type, content) {
    return this.#cipher.seal(this.#sequence++, type, content);
  }
}
