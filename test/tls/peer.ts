/**
 * Test help: both peers of a TLS connection, made of the encoders; they write what they send into a list, which tests
 * change, cut and play.
 */
import { createHash } from 'node:crypto';
import { type CipherSuite, cipherSuite } from '../../src/tls/cipher-suites.js';
import { HANDSHAKE_TYPE } from '../../src/tls/handshake.js';
import {
  alpnExtension,
  type Extension,
  encodeClientHello,
  encodeEncryptedExtensions,
  encodeServerHello,
  message,
  plainRecord,
  serverNameExtension,
} from '../../src/tls/handshake-encode.js';
import { keyBlock, nextSecret, TLS13, trafficKeys } from '../../src/tls/key-schedule.js';
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE } from '../../src/tls/record.js';
import { recordCipher } from '../../src/tls/record-cipher.js';
import type { RecordCipher } from '../../src/tls/sealed-record.js';
import type { SecretLabel } from '../../src/tls/secrets.js';

export const CLIENT = 0;
export const SERVER = 1;
export type SideIndex = 0 | 1;

const EMPTY = new Uint8Array(0);
/** HelloRetryRequest (RFC 8446 §4.1.3). */
const RETRY_RANDOM = createHash('sha256').update('HelloRetryRequest').digest();

export interface PeerOptions {
  readonly suite: number;
  readonly version: number;
  readonly encryptThenMac?: boolean;
  /** Of the client's hello. */
  readonly extensions?: readonly Extension[];
  /** Of the server's hello, or in TLS 1.3 of its EncryptedExtensions. */
  readonly serverExtensions?: readonly Extension[];
  readonly sessionId?: Uint8Array;
  /** What all that should be random is made of. */
  readonly seed?: string;
}

/** One record. */
export interface Sent {
  readonly side: SideIndex;
  readonly bytes: Buffer;
  /** Of the application, which it holds. */
  readonly text: string;
}

interface Writer {
  cipher: RecordCipher;
  sequence: number;
  secret: Buffer | undefined;
}

export class Peer {
  readonly sent: Sent[] = [];
  readonly secrets = new Map<SecretLabel, Buffer>();
  /** What its key log says. */
  readonly told: [label: SecretLabel, random: Buffer, secret: Buffer][] = [];
  readonly suite: CipherSuite;
  clientRandom: Buffer;
  serverRandom: Buffer;
  master: Buffer;
  private readonly writers: [Writer | undefined, Writer | undefined] = [undefined, undefined];
  private renegotiations = 0;

  constructor(readonly options: PeerOptions) {
    this.suite = cipherSuite(options.suite)!;
    this.clientRandom = this.made('client random');
    this.serverRandom = this.made('server random');
    this.master = this.made('master', 48);
    if (options.version === TLS13) {
      this.secrets.set('CLIENT_EARLY_TRAFFIC_SECRET', this.secret('early'));
      this.secrets.set('CLIENT_HANDSHAKE_TRAFFIC_SECRET', this.secret('client handshake'));
      this.secrets.set('SERVER_HANDSHAKE_TRAFFIC_SECRET', this.secret('server handshake'));
      this.secrets.set('CLIENT_TRAFFIC_SECRET_0', this.secret('client'));
      this.secrets.set('SERVER_TRAFFIC_SECRET_0', this.secret('server'));
    } else this.secrets.set('CLIENT_RANDOM', this.master);
    for (const [label, secret] of this.secrets) this.told.push([label, this.clientRandom, secret]);
  }

  /** From the hellos to the Finished messages. */
  handshake(): this {
    this.clientHello().serverHello();
    return this.options.version === TLS13 ? this.finish13() : this.finish12();
  }

  clientHello(): this {
    const { suite, extensions = [serverNameExtension('a.test'), alpnExtension('http/1.1')] } = this.options;
    const random = this.clientRandom;
    const hello = { random, sessionId: this.options.sessionId ?? EMPTY, suites: [suite], extensions };
    return this.handshakeMessages(CLIENT, encodeClientHello(hello));
  }

  retry(): this {
    const { suite, version } = this.options;
    return this.handshakeMessages(SERVER, encodeServerHello({ random: RETRY_RANDOM, suite, version }));
  }

  serverHello(): this {
    const { suite, version, encryptThenMac, serverExtensions = [] } = this.options;
    const { sessionId = EMPTY } = this.options;
    const extensions: Extension[] = encryptThenMac ? [[22, Buffer.alloc(0)]] : [];
    if (version !== TLS13) extensions.push(...serverExtensions);
    const random = this.serverRandom;
    const hello = encodeServerHello({ random, sessionId, suite, version, extensions });
    if (version === TLS13) return this.handshakeMessages(SERVER, hello);
    const done = [message(HANDSHAKE_TYPE.certificate, Buffer.alloc(30, 7)), message(14)];
    return this.handshakeMessages(SERVER, hello, ...done);
  }

  /** `endOfEarlyData`: the client's early data was taken. */
  finish13(endOfEarlyData = false): this {
    const { serverExtensions = [] } = this.options;
    this.changeCipherSpec(SERVER);
    this.use(SERVER, 'SERVER_HANDSHAKE_TRAFFIC_SECRET');
    this.handshakeMessages(
      SERVER,
      encodeEncryptedExtensions(serverExtensions),
      message(HANDSHAKE_TYPE.certificate, Buffer.alloc(40, 9)),
      this.finished(),
    );
    this.use(SERVER, 'SERVER_TRAFFIC_SECRET_0');
    if (endOfEarlyData) this.handshakeMessages(CLIENT, message(HANDSHAKE_TYPE.endOfEarlyData));
    else this.changeCipherSpec(CLIENT);
    this.use(CLIENT, 'CLIENT_HANDSHAKE_TRAFFIC_SECRET');
    this.handshakeMessages(CLIENT, this.finished());
    return this.use(CLIENT, 'CLIENT_TRAFFIC_SECRET_0');
  }

  finish12(keyExchange: Uint8Array = Buffer.alloc(20, 5)): this {
    this.handshakeMessages(CLIENT, message(HANDSHAKE_TYPE.clientKeyExchange, keyExchange));
    return this.changeBoth(CLIENT, SERVER);
  }

  /** RFC 5246 §7.3, resumed: the server is first. */
  finishResumed(): this {
    return this.changeBoth(SERVER, CLIENT);
  }

  /** RFC 5246 §7.4.1.1: a new handshake, which the keys of the last one protect. */
  renegotiate(): this {
    const label = `renegotiation ${++this.renegotiations}`;
    this.clientRandom = this.made(`${label} client`);
    this.serverRandom = this.made(`${label} server`);
    this.master = this.made(`${label} master`, 48);
    this.told.push(['CLIENT_RANDOM', this.clientRandom, this.master]);
    return this.clientHello().serverHello().finish12();
  }

  /** The client's 0-RTT data. */
  early(text: string): this {
    if (this.writers[CLIENT] === undefined) this.use(CLIENT, 'CLIENT_EARLY_TRAFFIC_SECRET');
    return this.say(CLIENT, text);
  }

  say(side: SideIndex, text: string): this {
    return this.write(side, APPLICATION_DATA, Buffer.from(text, 'latin1'), text);
  }

  /** RFC 8446 §5.4. */
  sayPadded(side: SideIndex, text: string, zeros: number): this {
    const inner = Buffer.concat([
      Buffer.from(text, 'latin1'),
      Buffer.of(APPLICATION_DATA),
      Buffer.alloc(zeros - 1),
    ]);
    return this.write(side, 0, inner, text);
  }

  closeNotify(side: SideIndex): this {
    return this.write(side, ALERT, Buffer.of(1, 0));
  }

  keyUpdate(side: SideIndex): this {
    this.handshakeMessages(side, message(HANDSHAKE_TYPE.keyUpdate, Buffer.of(0)));
    const writer = this.writers[side]!;
    writer.secret = nextSecret(this.suite, writer.secret!);
    writer.cipher = this.trafficCipher(writer.secret);
    writer.sequence = 0;
    return this;
  }

  handshakeMessages(side: SideIndex, ...messages: Uint8Array[]): this {
    return this.write(side, HANDSHAKE, Buffer.concat(messages));
  }

  write(side: SideIndex, type: number, content: Uint8Array, text = ''): this {
    const writer = this.writers[side];
    const bytes = writer ? writer.cipher.seal(writer.sequence++, type, content) : plainRecord(type, content);
    this.sent.push({ side, bytes, text });
    return this;
  }

  /** TLS 1.3: from here on the side writes with these keys. */
  use(side: SideIndex, label: SecretLabel): this {
    const secret = this.secrets.get(label)!;
    this.writers[side] = { cipher: this.trafficCipher(secret), sequence: 0, secret };
    return this;
  }

  made(label: string, length = 32): Buffer {
    const seed = `${this.options.seed ?? 'seed'} ${label}`;
    return createHash('sha512').update(seed).digest().subarray(0, length);
  }

  /** In TLS 1.3 it is there for middleboxes only, and never protected. */
  private changeCipherSpec(side: SideIndex): void {
    if (this.options.version === TLS13)
      this.sent.push({ side, bytes: plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1)), text: '' });
    else this.write(side, CHANGE_CIPHER_SPEC, Buffer.of(1));
  }

  private changeBoth(...sides: SideIndex[]): this {
    const { version, encryptThenMac = false } = this.options;
    const block = keyBlock(this.suite, version, this.master, this.clientRandom, this.serverRandom);
    for (const side of sides) {
      this.changeCipherSpec(side);
      const keys = side === CLIENT ? block.client : block.server;
      const cipher = recordCipher({ suite: this.suite, version, keys, encryptThenMac });
      this.writers[side] = { cipher, sequence: 0, secret: undefined };
      this.handshakeMessages(side, this.finished());
    }
    return this;
  }

  private trafficCipher(secret: Buffer): RecordCipher {
    const keys = trafficKeys(this.suite, secret);
    return recordCipher({ suite: this.suite, version: TLS13, keys, encryptThenMac: false });
  }

  private finished(): Buffer {
    return message(HANDSHAKE_TYPE.finished, Buffer.alloc(12, 3));
  }

  private secret(label: string): Buffer {
    return this.made(label, this.suite.hash === 'sha384' ? 48 : 32);
  }
}

/** What a side of `sent` says in all. */
export function textOf(sent: readonly Sent[], side: SideIndex): string {
  return sent
    .filter((one) => one.side === side)
    .map((one) => one.text)
    .join('');
}
