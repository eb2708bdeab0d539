/**
 * TLS 1.3 around a conversation (RFC 8446): a handshake with no more than a decoder needs, records sealed with secrets that
 * are drawn, and these secrets as a key log. There is no key exchange, no certificate and no true Finished: nobody is
 * deceived, and whoever has the secrets can read it.
 */
import { cipherSuite } from '../tls/cipher-suites.js';
import {
  alpnExtension,
  encodeClientHello,
  encodeEncryptedExtensions,
  encodeServerHello,
  handshakeRecord,
  message,
  serverNameExtension,
} from '../tls/handshake-encode.js';
import { TLS13, trafficKeys } from '../tls/key-schedule.js';
import { ALERT, APPLICATION_DATA, HANDSHAKE } from '../tls/record.js';
import { recordCipher } from '../tls/record-cipher.js';
import type { Sender } from '../websocket/frame-record.js';

/** TLS_AES_128_GCM_SHA256. */
const SUITE = cipherSuite(0x1301)!;
/** RFC 8446 §4.4.4; its 32 octets are not checked by who only listens. */
const FINISHED = message(20, Buffer.alloc(32));
/** Octets of a record's content, at most (RFC 8446 §5.1). */
const MOST = 1 << 14;
const LABELS = [
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
];

export class SampleTls {
  /** NSS format. */
  readonly keyLog: string;
  /** Who sends what to agree, in order. */
  readonly handshake: readonly (readonly [by: Sender, bytes: Uint8Array])[];
  private readonly sealers: Readonly<Record<Sender, Sealer>>;

  /** `random`: so many octets, others each time. `protocol`: of ALPN. */
  constructor(random: (length: number) => Buffer, host: string, protocol: string) {
    const clientRandom = random(32);
    const secrets = LABELS.map(() => random(32));
    this.keyLog = LABELS.map(
      (label, i) => `${label} ${clientRandom.toString('hex')} ${secrets[i].toString('hex')}\n`,
    ).join('');
    const [client, server, ...application] = secrets.map((secret) => new Sealer(secret));
    this.sealers = { client: application[0], server: application[1] };
    const hello = encodeClientHello({
      random: clientRandom,
      suites: [SUITE.number],
      // RFC 8446 §4.2.1: supported_versions.
      extensions: [[43, Buffer.of(2, 3, 4)], serverNameExtension(host), alpnExtension(protocol)],
    });
    const answer = encodeServerHello({ random: random(32), suite: SUITE.number, version: TLS13 });
    const flight = Buffer.concat([encodeEncryptedExtensions([alpnExtension(protocol)]), FINISHED]);
    this.handshake = [
      ['client', handshakeRecord(hello)],
      ['server', Buffer.concat([handshakeRecord(answer), server.seal(HANDSHAKE, flight)])],
      ['client', client.seal(HANDSHAKE, FINISHED)],
    ];
  }

  seal(by: Sender, bytes: Uint8Array): Uint8Array {
    const records: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += MOST)
      records.push(this.sealers[by].seal(APPLICATION_DATA, bytes.subarray(at, at + MOST)));
    return Buffer.concat(records);
  }

  /** close_notify, a warning (RFC 8446 §6.1). */
  close(by: Sender): Uint8Array {
    return this.sealers[by].seal(ALERT, Buffer.of(1, 0));
  }
}

class Sealer {
  private sequence = 0;
  private readonly cipher;

  constructor(secret: Uint8Array) {
    const keys = trafficKeys(SUITE, secret);
    this.cipher = recordCipher({ suite: SUITE, version: TLS13, keys, encryptThenMac: false });
  }

  seal(type: number, content: Uint8Array): Buffer {
    return this.cipher.seal(this.sequence++, type, content);
  }
}
