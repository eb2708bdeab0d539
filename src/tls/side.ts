/**
 * One direction of a TLS connection: its records are opened in order, and the application's bytes handed on.
 *
 * Strategy: the stage says which keys the next record is protected with; the connection, which sees both directions, has
 * the keys. A record whose keys are not there yet blocks the side. Where records are missing, the next one that
 * authenticates tells how many there were, for its sequence number is part of what authenticates; and their lengths then
 * tell how many bytes of plaintext are missing. Nothing is handed on that did not authenticate.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { Account } from './account.js';
import { EarlyData } from './early-data.js';
import { HANDSHAKE_TYPE } from './handshake.js';
import { HandshakeReader } from './handshake-reader.js';
import { TLS13 } from './key-schedule.js';
import type { Epoch, Keys, Sender, Stage } from './keys.js';
import { Loss } from './loss.js';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  HANDSHAKE,
  RECORD_HEADER,
  RecordReader,
  type RecordSink,
} from './record.js';
import { RecordSearch } from './record-search.js';
import type { OpenedRecord } from './sealed-record.js';
import type { Transcript } from './transcript.js';

/** Records in a row that may fail to authenticate before the keys are taken for wrong. */
const MAX_FAILURES = 32;

/** KeyUpdates that may be among what is lost, and one more. */
const MAX_UPDATES = 9;

/** Sequence numbers that are tried where it is not known whose the secrets are. */
const MAX_EARLY = 3;

/** Why a side does not go on. */
export type WaitReason = 'no-hello' | 'other-side' | 'no-secrets';

/** What a side asks of the connection, and tells it. */
export interface SideOwner {
  readonly keys: Keys;
  /** Where somebody wants it. */
  readonly transcript: Transcript | undefined;
  /** Whether the server takes the early data; undefined: that is not known. */
  earlyDataTaken: boolean | undefined;
  readonly account: Account;
  /** There were encrypted records; one of them was opened. */
  hasSealed: boolean;
  hasOpened: boolean;
  /** `body` undefined: of this type nothing is to be known, or it is too long. */
  message(side: TlsSide, type: number, body: Uint8Array | undefined): void;
  /** Application data comes from here on. */
  handshakeOver(side: TlsSide): void;
  /** Something has opened with keys that were not used before. */
  proved(): void;
  firstStage(sender: Sender): Stage | undefined;
  waits(side: TlsSide, reason: WaitReason): boolean;
  /** A record of `side` is encrypted, and no ServerHello came: looks for the suite with which it opens. */
  presume(side: TlsSide, opens: () => boolean): void;
  /** A record of `side` is encrypted, and no ClientHello came: looks for the secrets with which it opens. */
  presumeClient(side: TlsSide, stage: Stage, opens: (epoch: Epoch) => boolean): void;
  hold(side: TlsSide, chunk: Uint8Array, start: number, end: number): void;
  holdGap(side: TlsSide, length: number): void;
  holdEnd(side: TlsSide, how: StreamEnd): void;
  gap(side: TlsSide, length: number, uncertain: boolean): void;
  sink(side: TlsSide): StreamSink;
  ended(side: TlsSide, how: StreamEnd): void;
  failed(side: TlsSide): void;
  unauthentic(side: TlsSide): void;
  /** Octets that may be decrypted in vain for one loss. */
  readonly maxTried: number;
  triedTooMuch(side: TlsSide): void;
  lostRecords(side: TlsSide): void;
}

export class TlsSide implements StreamSink, RecordSink {
  sender: Sender | undefined = undefined;
  /** Waits for secrets, or for the other side. */
  blocked = false;
  /** Cannot be read: what it says is told as missing. */
  private dead = false;
  private stage: Stage = 'plain';
  private epoch: Epoch | undefined = undefined;
  private readonly reader: RecordReader;
  private readonly handshakes: HandshakeReader;
  private readonly opened: OpenedRecord = { content: new Uint8Array(0), type: 0, padding: 0 };
  private search: RecordSearch | undefined = undefined;
  /** Sequence number behind the last octet that was searched. */
  private searched = 0;
  private readonly loss: Loss;
  private readonly early: EarlyData;
  /** There are no secrets for it. */
  private passesEarlyData = false;
  private failures = 0;
  /** Records are padded: their lengths do not tell how much they say. */
  private isPadded = false;

  constructor(
    readonly index: 0 | 1,
    private readonly connection: SideOwner,
    private readonly place: Place,
  ) {
    this.loss = new Loss(connection.maxTried, () => connection.triedTooMuch(this));
    const { account, transcript } = connection;
    this.early = new EarlyData(place, account);
    this.reader = new RecordReader(place, this, account);
    const told = (type: number, body: Uint8Array | undefined) => this.message(type, body);
    this.handshakes = new HandshakeReader(told, account, transcript !== undefined);
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.blocked) {
      if (this.reader.isLost) {
        this.searchIn(chunk, at, end);
        return;
      }
      at = this.reader.push(chunk, at, end);
    }
    if (at < end) this.connection.hold(this, chunk, at, end);
  }

  gap(length: number): void {
    this.searchRest();
    if (this.blocked) this.connection.holdGap(this, length);
    else if (this.search !== undefined) this.search.gap(length);
    else this.reader.gap(length);
  }

  end(how: StreamEnd): void {
    this.searchRest();
    if (this.blocked) {
      this.connection.holdEnd(this, how);
      return;
    }
    if (this.search !== undefined) this.loss.addLoose(this.search.passed(this.search.end));
    this.settleEarlyData(true);
    this.tellGap(Math.max(1, this.loss.records));
    this.connection.ended(this, how);
  }

  record(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.dead) return this.miss(end - start);
    const type = bytes[start];
    return this.stage === 'plain'
      ? this.plain(type, bytes, start, end)
      : this.sealed(type, bytes, start, end);
  }

  damaged(type: number, bodyLength: number): void {
    this.handshakes.reset();
    this.epoch?.cipher.skipped(undefined, 0);
    if (this.stage !== 'plain' || type !== HANDSHAKE) this.miss(RECORD_HEADER + bodyLength);
  }

  lost(passed: number, byGap: boolean): void {
    if (!byGap) this.connection.lostRecords(this);
    this.handshakes.reset();
    this.epoch?.cipher.skipped(undefined, 0);
    this.loss.addLoose(passed);
    this.search = new RecordSearch(this.connection.account);
  }

  /** It waits, and what it waits for may have come. */
  get canGoOn(): boolean {
    const { sender, stage, connection } = this;
    const { keys } = connection;
    if (!this.blocked || sender === undefined) return this.blocked;
    if (stage === 'plain') return keys.version !== undefined || keys.isTls13ByLog;
    const stages: Stage[] = stage === 'session' ? [stage] : [stage, 'application'];
    return stages.some((one) => keys.epoch(sender, one) !== undefined);
  }

  /** What it says cannot be read from here on. */
  die(): void {
    this.dead = true;
  }

  private plain(type: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (type === HANDSHAKE) this.handshakes.push(bytes.subarray(start + RECORD_HEADER, end));
    if (type === HANDSHAKE || type === ALERT) return true;
    const { keys } = this.connection;
    if (this.sender === undefined) return this.wait('no-hello', end - start);
    if (keys.server === undefined) {
      const isTls13 = keys.retried || keys.isTls13ByLog;
      if (isTls13 && type === CHANGE_CIPHER_SPEC) return true;
      // RFC 8446 §4.2.10: early data before the second ClientHello is skipped by the server.
      if (keys.retried && !keys.isRetryAnswered && this.sender === 'client') return true;
      if (keys.isTls13ByLog) this.connection.presume(this, () => this.canOpen(bytes, start, end));
    }
    if (keys.server === undefined) return this.wait('no-hello', end - start);
    if (keys.version === TLS13) {
      // RFC 8446 §5: ignored, it is there for the sake of middleboxes.
      if (type === CHANGE_CIPHER_SPEC) return true;
      const stage = this.connection.firstStage(this.sender);
      if (stage === undefined) return this.wait('other-side', end - start);
      this.stage = stage;
      this.passesEarlyData =
        stage === 'handshake' && this.sender === 'client' && keys.client?.earlyData === true;
    } else {
      this.stage = 'session';
      if (type === CHANGE_CIPHER_SPEC) return true;
    }
    return this.sealed(type, bytes, start, end);
  }

  /** A record that is encrypted. */
  private sealed(type: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.stage !== 'session' && type !== APPLICATION_DATA) return true;
    if (this.stage !== 'early') this.connection.hasSealed = true;
    if (this.connection.keys.client === undefined)
      this.connection.presumeClient(this, this.stage, (epoch) => this.opensEarly(epoch, bytes, start, end));
    this.epoch ??= this.connection.keys.epoch(this.sender!, this.stage);
    const { epoch, loss } = this;
    if (epoch === undefined) return this.openWithoutKeys(bytes, start, end);
    if (loss.isNothing && epoch.cipher.open(epoch.sequence, bytes, start, end, this.opened)) {
      epoch.sequence++;
      this.content(epoch, start);
      return true;
    }
    return this.openBehindLoss(epoch, bytes, start, end);
  }

  /** Of the handshake there are no secrets, but those of the application may do. */
  private openWithoutKeys(bytes: Uint8Array, start: number, end: number): boolean {
    const { keys } = this.connection;
    const next = this.stage === 'session' ? undefined : keys.epoch(this.sender!, 'application');
    if (next === undefined) return this.wait('no-secrets', end - start);
    if (this.loss.findFirst(next, bytes, start, end, this.opened)) this.enter(next, start);
    else this.fail(end - start);
    return true;
  }

  /** Whether a record opens with keys of TLS 1.3, behind whatever is missing. */
  private canOpen(bytes: Uint8Array, start: number, end: number): boolean {
    return (['handshake', 'application'] as const).some((stage) => {
      const epoch = this.connection.keys.epoch(this.sender!, stage);
      return epoch !== undefined && this.loss.findFirst(epoch, bytes, start, end, this.opened);
    });
  }

  /** Whether a record opens as one of the first. */
  private opensEarly({ cipher }: Epoch, bytes: Uint8Array, start: number, end: number): boolean {
    for (let sequence = 0; sequence < MAX_EARLY; sequence++)
      if (cipher.open(sequence, bytes, start, end, this.opened)) return true;
    return false;
  }

  /** Records are missing, or the keys have changed, or are wrong. */
  private openBehindLoss(epoch: Epoch, bytes: Uint8Array, start: number, end: number): true {
    const { loss, opened } = this;
    const expected = epoch.sequence;
    if (!loss.isNothing && loss.find(epoch, bytes, start, end, opened)) {
      // The first record of all that are protected: what is missing is of the handshake.
      if (epoch.stage === 'session' && epoch.generation === 1 && epoch.sequence === 0) loss.clear();
      this.tellGap(epoch.sequence - expected);
      epoch.sequence++;
      this.content(epoch, start);
      return true;
    }
    for (const next of this.nextEpochs(epoch))
      if (loss.findFirst(next, bytes, start, end, opened)) {
        this.enter(next, start);
        return true;
      }
    epoch.cipher.skipped(bytes, end);
    return this.fail(end - start);
  }

  /** The keys that may have come into use where something is missing, or nothing has authenticated yet. */
  private *nextEpochs(epoch: Epoch): Generator<Epoch> {
    const { keys } = this.connection;
    const of = (stage: Stage) => keys.epoch(this.sender!, stage);
    let next: Epoch | undefined = epoch;
    if (epoch.stage === 'early') {
      next = of('handshake');
      if (next !== undefined) yield next;
    } else if (epoch.proven && this.loss.isNothing) return;
    if (epoch.stage === 'session') next = keys.renegotiated(this.sender!, epoch);
    else if (epoch.stage !== 'application') next = of('application');
    else {
      for (let updates = 1; updates < MAX_UPDATES && next !== undefined; updates++) {
        next = keys.updated(next);
        if (next !== undefined) yield next;
      }
      return;
    }
    if (next !== undefined) yield next;
  }

  /** The record that begins at `start` has opened with other keys. */
  private enter(epoch: Epoch, start: number): void {
    // If it is the first with these keys, what is missing was said with the last ones; else that is not known.
    const isFirst = epoch.sequence === 0;
    // What a server took is followed by EndOfEarlyData (RFC 8446 §4.5), which may be what is missing.
    if (this.stage === 'early') this.settleEarlyData(!this.loss.isNothing);
    if (isFirst) this.tellGap(Math.max(1, this.loss.records));
    this.epoch = epoch;
    if (epoch.stage === this.stage) this.stage = epoch.stage;
    else this.goTo(epoch.stage);
    if (!isFirst) this.tellGap(Math.max(epoch.sequence, this.loss.records));
    epoch.sequence++;
    this.content(epoch, start);
  }

  /** A record has authenticated. */
  private content(epoch: Epoch, start: number): void {
    // Early data has secrets of its own, which tell nothing of the others.
    if (epoch.stage !== 'early') this.connection.hasOpened = true;
    if (!epoch.proven) this.connection.proved();
    epoch.proven = true;
    if (this.opened.padding > 0) this.isPadded = true;
    this.failures = 0;
    this.tellGap(Math.max(1, this.loss.records));
    const { type, content } = this.opened;
    if (type === HANDSHAKE) this.handshakes.push(content);
    else if (type === CHANGE_CIPHER_SPEC && this.stage === 'session') this.epoch = undefined;
    else if (type === APPLICATION_DATA) this.deliver(epoch, content, start);
  }

  private deliver(epoch: Epoch, content: Uint8Array, start: number): void {
    if (content.length === 0) return;
    const { place, connection } = this;
    const { origin, sequence } = place;
    place.origin = Number.NaN;
    place.sequence = (sequence + start + RECORD_HEADER + epoch.cipher.prefix) | 0;
    if (epoch.stage === 'early' && connection.earlyDataTaken === undefined) this.early.hold(content);
    else if (epoch.stage !== 'early' || connection.earlyDataTaken)
      connection.sink(this).bytes(content, 0, content.length);
    place.origin = origin;
    place.sequence = sequence;
  }

  /** `records` are missing, and nothing more: the next one is known. Of the handshake nothing is told. */
  private tellGap(records: number): void {
    const { loss, epoch, stage } = this;
    if (loss.isNothing) return;
    if (this.opened.padding > 0) this.isPadded = true;
    const length = loss.plaintext(records, epoch?.cipher.overhead);
    loss.clear();
    const taken = this.connection.earlyDataTaken;
    if (length > 0 && stage === 'early' && taken === undefined && !this.dead) this.early.gap(length);
    const mayHaveEarly = this.passesEarlyData || this.connection.keys.isClientPresumed;
    const wasEarly = stage === 'early' || (stage === 'handshake' && mayHaveEarly);
    const isTold =
      this.dead ||
      stage === 'application' ||
      stage === 'session' ||
      (wasEarly && (taken === true || (taken === undefined && this.passesEarlyData)));
    // With a cipher whose padding is not known from outside, or messages of the handshake among it, about so many.
    const uncertain = epoch?.cipher.isExact === false || this.isPadded || stage === 'handshake';
    if (length > 0 && isTold) this.connection.gap(this, length, uncertain);
  }

  /** A record does not authenticate. */
  private fail(length: number): true {
    const isKnown = this.epoch?.proven === true;
    const isFirst = !isKnown && this.loss.isNothing && this.stage !== 'handshake';
    if (isKnown && this.loss.isNothing) this.connection.unauthentic(this);
    this.miss(length);
    this.connection.hasSealed = true;
    if (++this.failures >= (isFirst ? 1 : MAX_FAILURES)) this.connection.failed(this);
    return true;
  }

  /** A record of so many octets is not read. */
  private miss(length: number): true {
    this.loss.addRecord(length);
    if (this.dead) this.tellGap(Math.max(1, this.loss.records));
    return true;
  }

  /** False: the record is held until it can be read. */
  private wait(why: WaitReason, length: number): boolean {
    this.blocked = this.connection.waits(this, why);
    return this.blocked ? false : this.miss(length);
  }

  private message(type: number, body: Uint8Array | undefined): void {
    if (this.stage === 'plain' || this.stage === 'session')
      this.connection.transcript?.add(this.index, type, body);
    this.connection.message(this, type, body);
    if (type === HANDSHAKE_TYPE.finished && this.stage === 'handshake') this.change('application');
    else if (type === HANDSHAKE_TYPE.endOfEarlyData && this.stage === 'early') {
      this.settleEarlyData(true);
      this.change('handshake');
    } else if (type === HANDSHAKE_TYPE.keyUpdate && this.stage === 'application')
      this.epoch = this.epoch && this.connection.keys.updated(this.epoch);
  }

  private change(stage: Stage): void {
    this.epoch = undefined;
    this.goTo(stage);
  }

  private goTo(stage: Stage): void {
    this.stage = stage;
    if (stage === 'application') this.connection.handshakeOver(this);
  }

  private settleEarlyData(taken: boolean): void {
    if (this.stage !== 'early') return;
    this.connection.earlyDataTaken ??= taken;
    this.early.settle(this.connection.earlyDataTaken, () => this.connection.sink(this));
  }

  /** Behind bytes that hold no record header: where does the next record begin? */
  private searchIn(chunk: Uint8Array, start: number, end: number): void {
    const search = this.search!;
    search.push(chunk, start, end);
    this.searched = this.place.sequence + end;
    this.searchOn(search, false);
  }

  /** What began like a record does not become whole any more, so it is none, and there may be others behind it. */
  private searchRest(): void {
    while (this.search !== undefined && !this.blocked) {
      const { search } = this;
      this.searchOn(search, true);
      if (this.search === search) return;
    }
  }

  private searchOn(search: RecordSearch, isEnd: boolean): void {
    const { place } = this;
    const { origin, sequence } = place;
    place.origin = Number.NaN;
    place.sequence = (this.searched - search.end) | 0;
    let at = search.next(isEnd);
    while (at >= 0 && !this.isRecord(search, at)) at = search.next(isEnd);
    if (at >= 0) {
      this.search = undefined;
      search.release();
      this.reader.found();
      this.bytes(search.bytes, at, search.end);
    } else if (!isEnd) this.loss.addLoose(search.drop());
    place.origin = origin;
    place.sequence = sequence;
  }

  /** The candidate at `at` authenticates; or, where that cannot be told, others follow it. */
  private isRecord(search: RecordSearch, at: number): boolean {
    const { loss, stage, opened } = this;
    const passed = search.passed(at);
    loss.addLoose(passed);
    const epoch =
      this.epoch ?? (stage === 'plain' ? undefined : this.connection.keys.epoch(this.sender!, stage));
    if (this.dead || epoch === undefined || !epoch.cipher.isReady) return search.isChained;
    this.epoch = epoch;
    const { sequence } = epoch;
    const { bytes, recordEnd } = search;
    const found =
      loss.find(epoch, bytes, at, recordEnd, opened) ||
      [...this.nextEpochs(epoch)].some((next) => loss.findFirst(next, bytes, at, recordEnd, opened));
    epoch.sequence = sequence;
    return found;
  }
}
