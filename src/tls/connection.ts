/**
 * The TLS station: takes the two directions of a connection, opens their records with the secrets that are known, and
 * hands on what the applications said to each other; or says why it could not.
 *
 * Strategy: each TlsSide reads its direction; this class knows the hellos and keys of both, and holds what came too early:
 * secrets may be written later than the bytes they open, and the ServerHello tells what the client's bytes mean.
 */
import { atLimit, type Limits } from '../limits.js';
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { Account } from './account.js';
import { Backlog } from './backlog.js';
import { suiteName } from './cipher-suites.js';
import type { TlsFacts, UnreadReason } from './facts.js';
import {
  decodeClientHello,
  decodeEncryptedExtensions,
  decodeServerHello,
  decodeTicket,
  type EncryptedExtensions,
  HANDSHAKE_TYPE,
  versionName,
} from './handshake.js';
import { TLS13 } from './key-schedule.js';
import { type Epoch, Keys, type Sender, type Stage } from './keys.js';
import { isResumed, type TlsContext } from './master.js';
import { type SideOwner, TlsSide, type WaitReason } from './side.js';
import { Transcript } from './transcript.js';

export interface TlsOwner {
  /** A hello was decoded: this is TLS beyond doubt. */
  recognised(): void;
  /** Application data comes: says who takes it, by side. Called at most once. */
  opened(facts: TlsFacts): readonly [StreamSink, StreamSink];
  /** It cannot be read, or one direction of it. Called at most once; `whole`: nothing of it was read. */
  unread(facts: TlsFacts, reason: UnreadReason, whole: boolean): void;
  /** It is no TLS. */
  foreign(): void;
  /** Both sides have ended, and nothing of them waits. */
  over(): void;
  defect(code: string, message: string): void;
}

export interface TlsOptions {
  readonly place: Place;
  readonly owner: TlsOwner;
  readonly context: TlsContext;
  readonly limits: Pick<Limits, 'maxHeldForSecrets' | 'maxTlsWaiting' | 'maxTlsTried' | 'maxTlsGuesses'>;
  /** What is held of records and messages that are not whole counts here. */
  readonly account: Account;
  /** And here what waits for secrets. */
  readonly waiting: Account;
}

export class TlsConnection implements SideOwner {
  readonly sides: readonly [TlsSide, TlsSide];
  readonly keys: Keys;
  readonly transcript: Transcript | undefined;
  readonly account: Account;
  /** RFC 8446 §4.2.10: if not, the client sends it again. */
  earlyDataTaken: boolean | undefined = undefined;
  private readonly owner: TlsOwner;
  private readonly backlog: Backlog;
  private encrypted: EncryptedExtensions | undefined = undefined;
  private sinks: readonly [StreamSink, StreamSink] | undefined = undefined;
  /** Nothing is waited for any more. */
  private settled = false;
  private toldUnread = false;
  /** The server's handshake is. */
  private serverIsOver = false;
  private forgetSecrets: (() => void) | undefined = undefined;
  /** The random whose secrets it waits for: another one with each handshake. */
  private awaited: Uint8Array | undefined = undefined;
  private readonly deadSides = new Set<TlsSide>();
  /** Why one of them is dead, and what it said, until the other one is opened. */
  private deadReason: UnreadReason | undefined = undefined;
  private readonly ends: [StreamEnd | undefined, StreamEnd | undefined] = [undefined, undefined];
  /** Octets that were not read before anything was. */
  private readonly gaps: [number, number] = [0, 0];
  hasSealed = false;
  hasOpened = false;
  /** Sides whose end waits. */
  private readonly heldEnds = new Set<TlsSide>();
  private unauthenticCount = 0;

  constructor(private readonly options: TlsOptions) {
    const { place, context, owner, account, waiting } = options;
    this.owner = owner;
    this.account = account;
    this.keys = new Keys(context);
    this.transcript =
      context.rsaKeys.length > 0 || context.secrets.hasPremasters ? new Transcript() : undefined;
    this.backlog = new Backlog(place, waiting);
    this.sides = [new TlsSide(0, this, place), new TlsSide(1, this, place)];
  }

  /** Told by the hellos. */
  get clientSide(): 0 | 1 | undefined {
    const { sender } = this.sides[0];
    return sender === undefined ? undefined : sender === 'client' ? 0 : 1;
  }

  get facts(): TlsFacts {
    const { client, server } = this.keys;
    return {
      version: server && versionName(server.version),
      cipherSuite: server && suiteName(server.suite),
      serverName: client?.serverName,
      alpn: server?.alpn ?? this.encrypted?.alpn,
      offeredAlpn: client?.alpn ?? [],
      resumed:
        server !== undefined &&
        (server.version === TLS13 ? server.preSharedKey : client !== undefined && isResumed(client, server)),
    };
  }

  message(side: TlsSide, type: number, body: Uint8Array | undefined): void {
    if (body === undefined) return;
    if (type === HANDSHAKE_TYPE.clientHello) this.clientHello(side, body);
    else if (type === HANDSHAKE_TYPE.serverHello) this.serverHello(side, body);
    else if (type === HANDSHAKE_TYPE.encryptedExtensions && side.sender === 'server') {
      this.encrypted = decodeEncryptedExtensions(body);
      this.earlyDataTaken ??= this.encrypted?.earlyData === true;
      this.release();
    } else if (type === HANDSHAKE_TYPE.newSessionTicket && this.keys.version !== TLS13)
      this.keys.takeTicket(decodeTicket(body));
    else if (type === HANDSHAKE_TYPE.clientKeyExchange)
      this.keys.clientKeyExchange(body, this.transcript?.take());
  }

  /** The keys of a sender's first encrypted record in TLS 1.3; undefined: that is still to be seen. */
  firstStage(sender: Sender): Stage | undefined {
    const { client, context } = this.keys;
    if (sender === 'server' || client === undefined || !client.earlyData || this.keys.retried)
      return 'handshake';
    // It is logged first of all: where others are known, and this one not, it will not come.
    if (context.secrets.find('CLIENT_EARLY_TRAFFIC_SECRET', client.random) === undefined)
      return context.secrets.mayGrow && !this.settled && !this.keys.hasAnySecret ? undefined : 'handshake';
    const serverCanBeRead =
      context.secrets.find('SERVER_HANDSHAKE_TRAFFIC_SECRET', client.random) !== undefined;
    const mayBeTold = this.encrypted === undefined && serverCanBeRead && !this.serverIsOver;
    return mayBeTold && !this.settled ? undefined : 'early';
  }

  handshakeOver({ sender }: TlsSide): void {
    if (sender !== 'server') return;
    this.serverIsOver = true;
    // Its EncryptedExtensions are lost if they are not known by now.
    if (this.encrypted === undefined) this.release();
  }

  proved(): void {
    const { client, context } = this.keys;
    if (client !== undefined) context.secrets.confirm(client.random);
  }

  /** Whether `side` is to wait; if not, it cannot be read. */
  waits(side: TlsSide, reason: WaitReason): boolean {
    if (!this.settled && this.mayHelp(reason)) return true;
    this.giveUp(side, this.reasonWhy());
    return false;
  }

  /** Of the server its hello would have come before; the client's records wait for it as long as they may. */
  presume(side: TlsSide, opens: () => boolean): void {
    if (side.sender === 'client' && !this.settled) return;
    if (this.keys.presume(opens)) this.release();
  }

  /** A record of the client comes behind its hello, which then is lost; one of the server may come before it. */
  presumeClient(side: TlsSide, stage: Stage, opens: (epoch: Epoch) => boolean): void {
    if (side.sender === 'server' && !this.settled) return;
    const { guesses } = this.keys.context;
    const { maxTlsGuesses } = this.options.limits;
    const wasAllowed = guesses.made < maxTlsGuesses;
    if (this.keys.presumeClient(side.sender!, stage, maxTlsGuesses, opens)) this.release();
    else if (wasAllowed && guesses.made >= maxTlsGuesses)
      this.owner.defect(
        'tls-guess-limit',
        'secrets of TLS connections whose ClientHello is lost are looked for no more ' +
          atLimit('maxTlsGuesses', maxTlsGuesses),
      );
  }

  /** What `reason` asks for may yet come. */
  private mayHelp(reason: WaitReason): boolean {
    const { client, server, context } = this.keys;
    // A side that begins with encrypted records, and a hello of neither: the beginning was not captured.
    if (client === undefined && server === undefined) return false;
    const mayCome = client !== undefined && context.secrets.mayGrow;
    const isMissing = reason === 'no-secrets' && server !== undefined && !this.keys.isBetweenHellos;
    if (isMissing && client !== undefined && !(mayCome && this.keys.isSupported)) return false;
    if (mayCome) {
      if (this.awaited !== client.random) {
        this.forgetSecrets?.();
        this.forgetSecrets = context.secrets.await(client.random, () => this.secretCame());
        this.awaited = client.random;
      }
      context.waiting.add(this);
    }
    return true;
  }

  private reasonWhy(): UnreadReason {
    const { client, server } = this.keys;
    if (client === undefined) return 'no-hello';
    if (server === undefined) return this.keys.hasAnySecret ? 'no-server-hello' : 'no-secrets';
    if (!this.keys.isSupported) return 'unsupported';
    return this.keys.hasAnySecret ? 'secrets-incomplete' : 'no-secrets';
  }

  hold(side: TlsSide, chunk: Uint8Array, start: number, end: number): void {
    this.backlog.bytes(side.index, chunk, start, end);
    if (this.backlog.size > this.options.limits.maxHeldForSecrets) this.giveUpWaiting('maxHeldForSecrets');
  }

  /** Too much is held. */
  giveUpWaiting(limit: 'maxHeldForSecrets' | 'maxTlsWaiting'): void {
    if (!this.settled) {
      const tell = () =>
        this.owner.defect(
          'tls-held-limit',
          'a TLS connection waits for its secrets, or for its hellos, and is given up: too much is held ' +
            atLimit(limit, this.options.limits[limit]),
        );
      // Where there are none at all nobody waits for them, unless they come later: then that is told once.
      const { secrets } = this.keys.context;
      if (secrets.known > 0) tell();
      else secrets.whenFirst ??= tell;
    }
    this.settle();
  }

  holdGap(side: TlsSide, length: number): void {
    this.backlog.gap(side.index, length);
  }

  holdEnd(side: TlsSide, how: StreamEnd): void {
    this.backlog.end(side.index, how);
    this.heldEnds.add(side);
    const isOver = this.heldEnds.size === 2 || this.ends[1 - side.index] !== undefined;
    if (how === 'capture-end' || (isOver && !this.isWaiting)) this.settle();
  }

  /** So many octets of what `side` says were not read. */
  gap(side: TlsSide, length: number, uncertain: boolean): void {
    // What cannot be read is no reason to say that something can.
    if (this.sinks !== undefined) this.sinks[side.index].gap(length, uncertain);
    else this.gaps[side.index] += length;
  }

  /** Who takes what `side` says. */
  sink(side: TlsSide): StreamSink {
    return (this.sinks ?? this.open())[side.index];
  }

  ended(side: TlsSide, how: StreamEnd): void {
    this.ends[side.index] = how;
    this.sinks?.[side.index].end(how);
    if (this.ends[1 - side.index] === undefined) {
      if (this.heldEnds.size > 0 && !this.isWaiting) this.settle();
      return;
    }
    this.stopWaiting();
    this.owner.over();
    // Too few records to be sure that the keys are wrong; but none was opened.
    if (this.hasSealed && !this.hasOpened) {
      const reason = this.reasonWhy();
      this.tellUnread(reason === 'secrets-incomplete' ? 'secrets-do-not-fit' : reason);
    } else if (this.deadReason !== undefined) this.tellUnread(this.deadReason);
  }

  /** Nothing of the keys authenticates. */
  failed(side: TlsSide): void {
    this.giveUp(side, 'secrets-do-not-fit');
  }

  /** A record of a session that was read so far. */
  unauthentic({ sender }: TlsSide): void {
    if (this.unauthenticCount++ > 0) return;
    this.owner.defect(
      'tls-authentication',
      `a TLS record of the ${sender ?? 'peer'} does not authenticate: it is damaged, and counts as missing`,
    );
  }

  get maxTried(): number {
    return this.options.limits.maxTlsTried;
  }

  triedTooMuch({ sender }: TlsSide): void {
    this.owner.defect(
      'tls-tried-limit',
      `too much of TLS is missing to tell which record of the ${sender ?? 'peer'} is the next one ` +
        atLimit('maxTlsTried', this.maxTried),
    );
  }

  lostRecords({ sender }: TlsSide): void {
    // It began as a record does, and was none.
    if (sender === undefined) {
      for (const side of this.sides) side.die();
      this.owner.foreign();
      return;
    }
    this.owner.defect('tls-record', `no TLS record begins where one of the ${sender ?? 'peer'} is due`);
  }

  /** Secrets for it may yet come. */
  get isWaiting(): boolean {
    return !this.settled && this.keys.context.waiting.has(this);
  }

  /** Waits for nothing any more: what cannot be read is given up. */
  settle(): void {
    if (this.settled) return;
    this.settled = true;
    this.stopWaiting();
    this.release();
  }

  /** It is not to be held any more; what of it can be read is. */
  abandon(): void {
    this.settle();
    if (this.sinks !== undefined) return;
    for (const side of this.sides) side.die();
    this.tellUnread(this.reasonWhy());
  }

  private stopWaiting(): void {
    this.forgetSecrets?.();
    this.forgetSecrets = undefined;
    this.awaited = undefined;
    this.keys.context.waiting.delete(this);
  }

  private clientHello(side: TlsSide, body: Uint8Array): void {
    const hello = decodeClientHello(body);
    if (hello === undefined || side.sender === 'server') return;
    this.setRoles(side, 'client');
    this.keys.clientHello(hello, this.options.place.packet);
    this.release();
  }

  private serverHello(side: TlsSide, body: Uint8Array): void {
    const hello = decodeServerHello(body);
    if (hello === undefined || side.sender === 'client') return;
    this.setRoles(side, 'server');
    if (hello.isRetry) this.keys.retried = true;
    else this.keys.serverHello(hello, this.options.place.packet);
    this.release();
  }

  private setRoles(side: TlsSide, sender: Sender): void {
    if (side.sender === undefined) this.owner.recognised();
    side.sender = sender;
    this.sides[1 - side.index].sender = sender === 'client' ? 'server' : 'client';
  }

  /**
   * What waits is read when both directions can be: an application logs their secrets one after the other, and what they
   * said is to be told in its order. If the other one never comes, settle() reads what can be.
   */
  private secretCame(): void {
    if (this.keys.hasBothDirections) this.release();
  }

  /** Something was learned: what waits is read as far as that goes. */
  private release(): void {
    if (this.backlog.size === 0 || !(this.settled || this.sides.some((side) => side.canGoOn))) return;
    for (const side of this.sides) side.blocked = false;
    this.heldEnds.clear();
    this.backlog.replay(this.sides);
  }

  /** With what there was to tell before. */
  private open(): readonly [StreamSink, StreamSink] {
    const sinks = this.owner.opened(this.facts);
    this.sinks = sinks;
    for (const { index } of this.sides) {
      if (this.gaps[index] > 0) sinks[index].gap(this.gaps[index], true);
      const end = this.ends[index];
      if (end !== undefined) sinks[index].end(end);
    }
    if (this.deadReason !== undefined) this.tellUnread(this.deadReason);
    return sinks;
  }

  private giveUp(side: TlsSide, reason: UnreadReason): void {
    side.die();
    this.deadSides.add(side);
    const whole = this.sinks === undefined && (this.deadSides.size === 2 || !this.keys.hasAnySecret);
    if (whole) for (const one of this.sides) one.die();
    if (whole || this.sinks !== undefined) this.tellUnread(reason);
    else this.deadReason ??= reason;
  }

  private tellUnread(reason: UnreadReason): void {
    if (this.toldUnread) return;
    this.toldUnread = true;
    this.owner.unread(this.facts, reason, this.sinks === undefined);
  }
}
