/**
 * The keys of a connection, one set after the other (the epochs of RFC 9147's wording): which comes behind which, and what
 * it is made of.
 *
 * Strategy: made when first asked for, since secrets may come late. Undefined is an answer: not known, or not yet.
 */
import { type CipherSuite, cipherSuite, hashLength, isOfTls13 } from './cipher-suites.js';
import { type ClientHello, decodeRsaKeyExchange, type ServerHello } from './handshake.js';
import {
  type DirectionKeys,
  keyBlock,
  MASTER_LENGTH,
  nextSecret,
  RANDOM_LENGTH,
  TLS10,
  TLS12,
  TLS13,
  trafficKeys,
} from './key-schedule.js';
import { findMaster, type TlsContext } from './master.js';
import { recordCipher } from './record-cipher.js';
import type { RecordCipher } from './sealed-record.js';
import type { SecretLabel } from './secrets.js';

export type Sender = 'client' | 'server';
/** `session`: of TLS 1.0 to 1.2, behind ChangeCipherSpec. */
export type Stage = 'plain' | 'early' | 'handshake' | 'application' | 'session';

/** One set of keys of one direction. */
export interface Epoch {
  readonly stage: Stage;
  readonly cipher: RecordCipher;
  /** Handshakes of the connection up to the one that it is of. */
  readonly generation: number;
  /** Of the next record. */
  sequence: number;
  /** A record has authenticated. */
  proven: boolean;
  /** TLS 1.3: what the next set is made of. */
  readonly secret: Uint8Array | undefined;
}

/** Records of a connection that are tried with all suites. */
const MAX_PRESUMPTIONS = 8;

/** Records of a connection that are tried with the secrets of all others: they are many. */
const MAX_CLIENT_PRESUMPTIONS = 3;

/** What a lost ClientHello is taken for; the random is to be found. */
const UNKNOWN_CLIENT: ClientHello = {
  random: new Uint8Array(RANDOM_LENGTH),
  sessionId: new Uint8Array(0),
  suites: [],
  serverName: undefined,
  alpn: [],
  ticket: undefined,
  earlyData: false,
};

/** What a lost ServerHello is taken for; the suite is to be found. */
const UNKNOWN_SERVER: ServerHello = {
  random: new Uint8Array(RANDOM_LENGTH),
  sessionId: new Uint8Array(0),
  isRetry: false,
  version: TLS13,
  suite: 0,
  alpn: undefined,
  encryptThenMac: false,
  extendedMasterSecret: false,
  preSharedKey: false,
};

const LABELS: Partial<Record<`${Sender}-${Stage}`, SecretLabel>> = {
  'client-early': 'CLIENT_EARLY_TRAFFIC_SECRET',
  'client-handshake': 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'server-handshake': 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'client-application': 'CLIENT_TRAFFIC_SECRET_0',
  'server-application': 'SERVER_TRAFFIC_SECRET_0',
};

export class Keys {
  client: ClientHello | undefined = undefined;
  server: ServerHello | undefined = undefined;
  suite: CipherSuite | undefined = undefined;
  /** There was a HelloRetryRequest, which only TLS 1.3 has. */
  retried = false;
  /** The client has answered it with another hello. */
  isRetryAnswered = false;
  /** Of the ClientKeyExchange. */
  encryptedPremaster: Uint8Array | undefined = undefined;
  transcript: Uint8Array | undefined = undefined;
  /** RFC 5077 §3.3: what the client may show to go on with this session. */
  private ticket: Uint8Array | undefined = undefined;
  private master: Buffer | undefined = undefined;
  /** How often a suite was looked for. */
  private presumptions = 0;
  private clientPresumptions = 0;
  /** Of the ClientHello nothing is known but its random. */
  isClientPresumed = false;
  /** Whose hello has none of the other side yet. */
  private lone: Sender | undefined = undefined;
  private serverPacket = 0;
  private generation = 0;
  private block: { readonly client: DirectionKeys; readonly server: DirectionKeys } | undefined = undefined;

  constructor(readonly context: TlsContext) {}

  get version(): number | undefined {
    return this.server?.version ?? (this.retried ? TLS13 : undefined);
  }

  /** The suite and version are among those that can be opened. */
  get isSupported(): boolean {
    const { server, suite } = this;
    if (server === undefined || suite === undefined) return false;
    return isOfTls13(suite) ? server.version === TLS13 : server.version >= TLS10 && server.version <= TLS12;
  }

  clientHello(hello: ClientHello, packet: number): void {
    this.client = hello;
    this.isRetryAnswered = this.retried;
    // One that comes behind a ServerHello although it was captured before it belongs to it.
    const isLate = this.lone === 'server' && (this.generation === 0 || packet < this.serverPacket);
    this.pair(isLate ? undefined : 'client');
  }

  serverHello(hello: ServerHello, packet: number): void {
    this.server = hello;
    this.suite = cipherSuite(hello.suite);
    this.serverPacket = packet;
    this.pair(this.lone === 'client' ? undefined : 'server');
  }

  /** There are secrets that only TLS 1.3 has. */
  get isTls13ByLog(): boolean {
    return this.secretLength !== undefined;
  }

  private get secretLength(): number | undefined {
    const { client, context } = this;
    if (client === undefined) return undefined;
    const labels: SecretLabel[] = ['SERVER_TRAFFIC_SECRET_0', 'CLIENT_TRAFFIC_SECRET_0'];
    return labels.map((label) => context.secrets.find(label, client.random)).find((secret) => secret)?.length;
  }

  /**
   * The ServerHello is lost, and of TLS 1.3 it tells nothing that the secrets are made of: takes the suite that the client
   * offered, and whose hash is as long as the secrets, for which `fits` holds.
   */
  presume(fits: () => boolean): boolean {
    const length = this.secretLength ?? 0;
    if (++this.presumptions > MAX_PRESUMPTIONS) return false;
    for (const number of new Set(this.client?.suites)) {
      const suite = cipherSuite(number);
      if (suite === undefined || !isOfTls13(suite) || hashLength(suite) !== length) continue;
      this.server = { ...UNKNOWN_SERVER, suite: number };
      this.suite = suite;
      if (!fits()) continue;
      this.pair(undefined);
      return true;
    }
    this.server = undefined;
    this.suite = undefined;
    return false;
  }

  /**
   * The ClientHello is lost, which tells whose secrets these are: takes the first ones that nobody asked for whose keys
   * `fits`. At most `most` are tried; false: none of them does.
   */
  presumeClient(sender: Sender, stage: Stage, most: number, fits: (epoch: Epoch) => boolean): boolean {
    const { secrets, guesses } = this.context;
    if (!this.isSupported || ++this.clientPresumptions > MAX_CLIENT_PRESUMPTIONS) return false;
    const stages: Stage[] = stage === 'session' ? [stage] : [stage, 'application'];
    for (const one of new Set(stages))
      for (const { random, secret } of secrets.unused(LABELS[`${sender}-${one}`] ?? 'CLIENT_RANDOM')) {
        if (guesses.made >= most) return false;
        guesses.made++;
        if (!this.fitsAsClient(sender, one, random, secret, fits)) continue;
        this.client = { ...UNKNOWN_CLIENT, random: random.slice() };
        this.isClientPresumed = true;
        this.pair(undefined);
        return true;
      }
    return false;
  }

  private fitsAsClient(
    sender: Sender,
    stage: Stage,
    random: Uint8Array,
    secret: Uint8Array,
    fits: (epoch: Epoch) => boolean,
  ): boolean {
    const suite = this.suite!;
    const server = this.server!;
    if (stage !== 'session')
      return secret.length === hashLength(suite) && fits(this.trafficEpoch(stage, secret.slice()));
    if (secret.length !== MASTER_LENGTH) return false;
    const block = keyBlock(suite, server.version, Buffer.from(secret), random, server.random);
    return fits(this.epochOf(block[sender]));
  }

  /** RFC 5246 §7.4.1.1: a new handshake goes on inside the old one; of it only one hello is here. */
  get isBetweenHellos(): boolean {
    return this.lone !== undefined;
  }

  clientKeyExchange(body: Uint8Array, transcript: Uint8Array | undefined): void {
    this.encryptedPremaster = decodeRsaKeyExchange(body);
    this.transcript = transcript;
  }

  /** The client's Finished, which needs the keys, may come before the ticket or behind it. */
  takeTicket(ticket: Uint8Array | undefined): void {
    this.ticket = ticket;
    if (ticket !== undefined && this.master !== undefined)
      this.context.resumable.remember(ticket, this.master);
  }

  /** Undefined: secrets are missing, or a hello. */
  epoch(sender: Sender, stage: Stage): Epoch | undefined {
    if (!this.isSupported || this.client === undefined) return undefined;
    if (stage === 'session') return this.isBetweenHellos ? undefined : this.sessionEpoch(sender);
    const label = LABELS[`${sender}-${stage}`];
    const secret = label && this.context.secrets.find(label, this.client.random);
    return secret && this.trafficEpoch(stage, secret);
  }

  /** The keys of a newer handshake, where ChangeCipherSpec may be among what is missing. */
  renegotiated(sender: Sender, { generation }: Epoch): Epoch | undefined {
    return generation < this.generation ? this.epoch(sender, 'session') : undefined;
  }

  /** The keys behind a KeyUpdate. */
  updated({ stage, secret }: Epoch): Epoch | undefined {
    return secret && this.trafficEpoch(stage, nextSecret(this.suite!, secret));
  }

  /** There are secrets for the application data of both sides. */
  get hasBothDirections(): boolean {
    const { client, context, version } = this;
    if (client === undefined) return false;
    const has = (label: SecretLabel) => context.secrets.find(label, client.random) !== undefined;
    // Where the ServerHello is lost, the version is not known.
    if (version !== TLS13 && (has('CLIENT_RANDOM') || has('PMS_CLIENT_RANDOM'))) return true;
    return (version ?? TLS13) === TLS13 && has('CLIENT_TRAFFIC_SECRET_0') && has('SERVER_TRAFFIC_SECRET_0');
  }

  /** Some secret is known for this connection. */
  get hasAnySecret(): boolean {
    return this.client !== undefined && this.context.secrets.has(this.client.random);
  }

  /** A hello of a new handshake, of which nothing of the last one holds any more; `lone`: without that of the other. */
  private pair(lone: Sender | undefined): void {
    this.lone = lone;
    if (lone === undefined) this.generation++;
    this.block = undefined;
    this.encryptedPremaster = undefined;
    this.transcript = undefined;
    this.ticket = undefined;
    this.master = undefined;
  }

  private trafficEpoch(stage: Stage, secret: Uint8Array): Epoch {
    const suite = this.suite!;
    const keys = trafficKeys(suite, secret);
    const cipher = recordCipher({ suite, version: TLS13, keys, encryptThenMac: false });
    return { stage, cipher, sequence: 0, proven: false, secret, generation: this.generation };
  }

  private sessionEpoch(sender: Sender): Epoch | undefined {
    this.block ??= this.makeBlock();
    return this.block && this.epochOf(this.block[sender]);
  }

  private epochOf(keys: DirectionKeys): Epoch {
    const { version, encryptThenMac } = this.server!;
    const cipher = recordCipher({ suite: this.suite!, version, keys, encryptThenMac });
    const { generation } = this;
    return { stage: 'session', cipher, sequence: 0, proven: false, secret: undefined, generation };
  }

  private makeBlock(): Keys['block'] {
    const { client, server, suite, encryptedPremaster, transcript, ticket, context } = this;
    const facts = { client: client!, server: server!, suite: suite!, encryptedPremaster, transcript };
    const master = findMaster(context, facts);
    if (master === undefined) return undefined;
    this.master = master;
    // Of a private key or an earlier session: whoever asks for the secrets in use gets it, too.
    if (context.secrets.find('CLIENT_RANDOM', client!.random) === undefined) {
      context.secrets.add('CLIENT_RANDOM', client!.random, master);
      context.secrets.find('CLIENT_RANDOM', client!.random);
    }
    if (server!.sessionId.length > 0) context.resumable.remember(server!.sessionId, master);
    if (ticket !== undefined) context.resumable.remember(ticket, master);
    return keyBlock(suite!, server!.version, master, client!.random, server!.random);
  }
}
