/**
 * The composition root: wires the stations (packets → datagrams → segments → HTTP → WebSocket) and tells a
 * consumer what comes out. The only file that knows them all. Sans-I/O and synchronous: one call per packet.
 */
import type { KeyObject } from 'node:crypto';
import { PacketOrigins } from './capture/origins.js';
import type { Packet } from './capture/packet.js';
import { CarriedConnection } from './carried/connection.js';
import { type Decoding, decodingOf, type SessionsConsumer } from './carried/shared.js';
import { HoldingPool } from './http/holding.js';
import { atLimit, DEFAULT_LIMITS, type Limits } from './limits.js';
import { NetworkDecoder } from './network/decoder.js';
import { RuleEngine } from './rules/engine.js';
import type { Rule } from './rules/rule.js';
import type { Defect, Layer } from './stream/defect.js';
import { Place, type Timestamp } from './stream/place.js';
import type { Connection, Side } from './tcp/connection.js';
import { TcpTable } from './tcp/table.js';
import { Resumable, type TlsContext } from './tls/master.js';
import { SecretStore } from './tls/secrets.js';
import { SENDERS } from './websocket/frame-record.js';
import { MessageOrder } from './websocket/message-order.js';
import { PayloadBudget } from './websocket/payload-budget.js';
import { WindowBudget } from './websocket/segment-window.js';
import type { Session, SessionSummary } from './websocket/session-record.js';

/** Who wants the results. What is left out is not made. */
export interface DissectionConsumer extends SessionsConsumer {
  /** The first packet has come: times may be told relative to dissector.start. */
  opened?(dissector: Dissector): void;
}

/** What is to be decoded, and within which bounds. */
export interface DissectorOptions {
  /** Bounds of what input may cost, and their defaults: LIMITS. A defect tells of each that is hit. */
  readonly limits?: Partial<Limits>;
  /** Octets of payload that the consumer looks at; more is not kept, and that is no defect. */
  readonly previewPayload?: number;
  /**
   * The consumer looks at the payload of a frame only until it is told of the next one but one: it is lent, and
   * overwritten then. Saves a microsecond per frame.
   */
  readonly borrowPayloads?: boolean;
  /** Of TLS connections; more may be added while the captures are read. */
  readonly secrets?: SecretStore;
  /** Servers' private RSA keys, for TLS connections that have used them to exchange their secrets. */
  readonly rsaKeys?: readonly KeyObject[];
  /** TCP ports whose connections are WebSockets even without a handshake. */
  readonly decodeAs?: readonly number[];
  /** Seconds of capture time that messages are held back for their order, at most; without end by default. */
  readonly patience?: number;
  /** The rules whose findings are wanted; none by default. */
  readonly rules?: readonly Rule[];
  /**
   * Sessions of which only messages are told that are no frame's payload as it is: fragmented or compressed ones, and no
   * control frames. Asked when each begins.
   */
  readonly joinedOnly?: ((session: Session) => boolean) | undefined;
  /**
   * Wants to know of which connection each packet is.
   * @internal
   */
  readonly tracker?: PacketTracker | undefined;
}

/** Learns which packets are of which TCP connection. */
export interface PacketTracker {
  assigned(packet: number, connection: number, side: Side): void;
  /** The packet holds a fragment: it is of the connection that `to` is of. */
  related(packet: number, to: number): void;
}

/**
 * Dissects packets, one call for each, without any I/O: what dissect() and runDissection() are made of, and what they hand to
 * `opened` and `block`. To be given packets in the order of capture, numbered from 1, then end().
 *
 * @example Packets from anywhere
 * ```ts
 * import { Dissector, opcodeName } from 'wsdissect';
 * import { type Packet, readCaptures } from 'wsdissect/capture';
 *
 * const dissector = new Dissector({ frame: ({ opcode, length }) => console.log(opcodeName(opcode), length) });
 * const packet = (its: Packet) => dissector.packet(its);
 * await readCaptures(['capture.pcapng'], { report: () => {} }, { packet });
 * dissector.end();
 * ```
 */
export class Dissector {
  /** @internal */
  readonly place = new Place();
  /** @internal */
  readonly network: NetworkDecoder;
  /** @internal */
  readonly tcp: TcpTable;
  /** Time of the first packet; 0 before it. */
  start: Timestamp = { seconds: 0, nanoseconds: 0 };
  /** Frames so far, and sessions with refused upgrades. */
  frameCount = 0;
  sessionCount = 0;
  /** Of all sessions that are over: data messages, octets (as in DroppedTotals), and TLS connections (TlsTotals). */
  readonly totals = { messages: 0, missingBytes: 0, undecodedBytes: 0, tlsRead: 0, tlsUnread: 0 };
  /** @internal */
  readonly tls: TlsContext;
  /** How many defects there were, by code. */
  readonly defects = new Map<string, number>();
  /** @internal */
  readonly limits: Limits;
  /** @internal Of what is held while frames are searched for. */
  readonly windowBudget: WindowBudget;
  /** @internal */
  readonly payloadBudget: PayloadBudget;
  /** @internal */
  readonly holdingPool: HoldingPool;
  /** @internal */
  readonly secretsPool: HoldingPool;
  /** @internal Undefined when nobody wants findings. */
  readonly engine: RuleEngine | undefined;
  /** @internal Undefined when nobody wants messages. */
  readonly messages: MessageOrder | undefined;
  /** @internal */
  readonly decoding: Decoding;
  /** @internal Octets kept of a payload: what the consumer looks at, within the limit. */
  readonly payloadLimit: number;
  /** @internal */
  readonly joinedOnly: ((session: Session) => boolean) | undefined;
  private readonly decodeAs: ReadonlySet<number>;
  /** No packet has come. */
  private isNew = true;
  private readonly origins: PacketOrigins;

  constructor(
    readonly consumer: DissectionConsumer,
    options: DissectorOptions = {},
  ) {
    const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { tracker } = options;
    this.limits = limits;
    this.origins = new PacketOrigins(limits.maxCaptureTurns);
    this.decodeAs = new Set(options.decodeAs);
    this.joinedOnly = options.joinedOnly;
    this.tls = {
      secrets: options.secrets ?? new SecretStore(),
      guesses: { made: 0 },
      rsaKeys: options.rsaKeys ?? [],
      resumable: new Resumable(),
      waiting: new Set(),
    };
    this.windowBudget = new WindowBudget(
      limits.maxSearched,
      limits.maxSearchedTotal,
      (key) => this.reportSearch(key),
      limits.maxRecognised,
    );
    this.holdingPool = new HoldingPool(limits.maxUndecided);
    this.secretsPool = new HoldingPool(limits.maxTlsWaiting);
    this.payloadBudget = new PayloadBudget(limits.maxHeldPayload, options.borrowPayloads, limits.maxZeros);
    this.engine =
      consumer.finding &&
      new RuleEngine({
        rules: options.rules ?? [],
        place: this.place,
        finding: (finding) => consumer.finding?.(finding),
        maxOpenPings: limits.maxOpenPings,
        defect: (code, message) => this.defect('websocket', code, message),
      });
    this.messages =
      consumer.message &&
      new MessageOrder({
        bytesWait: () => this.bytesWait,
        message: (message) => consumer.message?.(message),
        late: ({ number, session }) => this.reportLate(number, session.number),
        limit: limits.maxHeldMessages,
        patience: options.patience,
      });
    this.payloadLimit = Math.min(limits.maxPayload, options.previewPayload ?? limits.maxPayload);
    this.decoding = decodingOf(this);
    this.tcp = new TcpTable({
      place: this.place,
      report: (defect) => this.report(defect),
      open: (connection) => new CarriedConnection(this, connection).sinks,
      limits,
      assigned: tracker && ((packet, connection, side) => tracker.assigned(packet, connection, side)),
    });
    this.network = new NetworkDecoder({
      sink: this.tcp,
      report: (defect) => this.report(defect),
      limits,
      related: tracker && ((packet, to) => tracker.related(packet, to)),
    });
  }

  /** Decodes the next packet, borrowed, and tells the consumer what ended with it. Throws what the consumer throws. */
  packet(packet: Packet): void {
    if (this.isNew) {
      this.isNew = false;
      this.start = { seconds: packet.seconds, nanoseconds: packet.nanoseconds };
      this.consumer.opened?.(this);
    }
    if (packet.capture !== this.origins.capture && this.origins.note(packet)) this.reportTurns(packet);
    this.network.packet(packet);
  }

  /**
   * Between packets, now and then: hands on the messages that were held back for their order. `all`: even those
   * that older ones may yet come before.
   */
  settle(all = false): void {
    if (all) this.messages?.release();
    else this.messages?.settle();
  }

  /** Says that the capture is over: what is under way ends. */
  end(): void {
    this.network.end();
    this.tcp.end();
    for (const connection of this.tls.waiting) connection.settle();
    this.settle(true);
    this.payloadBudget.loan?.close();
  }

  /** @internal The side that is the client of a connection that the user says is a WebSocket, by its port. */
  forcedClient({ endpoints, initiator }: Connection): Side | undefined {
    const forced = endpoints.map(({ port }) => this.decodeAs.has(port));
    if (!forced[0] && !forced[1]) return undefined;
    return initiator ?? (forced[0] && !forced[1] ? 1 : 0);
  }

  /** Index of the capture that a packet came from; undefined if it is not known. */
  captureOf(packet: number): number | undefined {
    return this.origins.find(packet)?.capture;
  }

  /** Counts and tells a defect at the packet at hand, as one that was noticed outside. */
  defect(layer: Layer, code: string, message: string): void {
    this.report({ layer, code, message, packet: this.place.packet });
  }

  /** Bytes wait for others before them, for a handshake, or until it is known what they are. */
  private get bytesWait(): boolean {
    return this.tcp.held > 0 || this.windowBudget.held > 0 || this.holdingPool.waiting > 0;
  }

  private reportLate(message: number, session: number): void {
    this.defect(
      'websocket',
      'late-message',
      `session ${session}: message ${message} comes behind messages that were captured later: its bytes had to ` +
        'wait for others, and the messages that came meanwhile were not held back any longer ' +
        atLimit('maxHeldMessages', this.limits.maxHeldMessages),
    );
  }

  private reportTurns({ number }: Packet): void {
    const message =
      'captures take turns so often that the oldest turns are forgotten: of packets from then, what is found later ' +
      `is told without the capture they came from ${atLimit('maxCaptureTurns', this.limits.maxCaptureTurns)}`;
    this.report({ layer: 'capture', code: 'capture-turns-limit', message, packet: number });
  }

  private reportSearch(key: 'maxSearched' | 'maxSearchedTotal' | 'maxRecognised'): void {
    if (key === 'maxRecognised') {
      this.reportRecognition();
      return;
    }
    this.defect(
      'websocket',
      'search-limit',
      `too much is held while frames are searched for: the oldest is given up ${atLimit(key, this.limits[key])}`,
    );
  }

  /** Told once, and counted: of other protocols there may be many, and most are told by less. */
  private reportRecognition(): void {
    const known = this.defects.get('recognition-limit');
    if (known !== undefined) {
      this.defects.set('recognition-limit', known + 1);
      return;
    }
    this.defect(
      'websocket',
      'recognition-limit',
      'a connection without a handshake that shows no frames is looked at no further, and so are others like it ' +
        atLimit('maxRecognised', this.limits.maxRecognised),
    );
  }

  /** @internal */
  closed(summary: SessionSummary): void {
    const { totals } = this;
    for (const sender of SENDERS) {
      totals.missingBytes += summary.missingBytes[sender];
      totals.undecodedBytes += summary.undecodedBytes[sender];
    }
    const tell = () => this.consumer.sessionClosed?.(summary);
    if (this.messages === undefined) tell();
    else this.messages.behind(tell);
  }

  /** Adds which capture the packet is of, and its number there: packets are numbered over all. */
  private report(defect: Defect): void {
    this.tell({ ...defect, ...this.origins.find(defect.packet) });
  }

  /** @internal Counts a defect, and hands it on. */
  tell(defect: Defect): void {
    this.defects.set(defect.code, (this.defects.get(defect.code) ?? 0) + 1);
    this.consumer.defect?.(defect);
  }
}
