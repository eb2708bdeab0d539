/**
 * The composition root: wires the stations (packets → datagrams → segments → HTTP → WebSocket) and tells a
 * consumer what comes out. The only file that knows them all. Sans-I/O and synchronous: one call per packet.
 */
import { PacketOrigins } from './capture/origins.js';
import type { Packet } from './capture/packet.js';
import { CarriedConnection, type SessionsConsumer, type Shared } from './carried.js';
import { HoldingPool } from './http/holding.js';
import { NetworkDecoder } from './network/decoder.js';
import { RuleEngine } from './rules/engine.js';
import type { Rule } from './rules/rule.js';
import type { Defect, Layer } from './stream/defect.js';
import { Place, type Timestamp } from './stream/place.js';
import type { Connection, Side } from './tcp/connection.js';
import { type TcpLimits, TcpTable } from './tcp/table.js';
import { MessageOrder } from './websocket/message-order.js';
import { PayloadBudget } from './websocket/payload-budget.js';
import { WindowBudget } from './websocket/segment-window.js';
import type { SessionSummary } from './websocket/session.js';

/** Who wants the results. What is left out is not made. */
export interface DissectionConsumer extends SessionsConsumer {
  /** The first packet has come: times may be told relative to dissector.start. */
  opened?(dissector: Dissector): void;
}

export interface DissectorLimits extends TcpLimits {
  /** Payload octets kept per frame; the rest is counted and a defect says so. */
  readonly maxPayload: number;
  /** Content octets kept per message; compressed messages are inflated no further. */
  readonly maxMessage: number;
  /**
   * Bytes that connections which are no session (yet) may cost together; a defect tells of each that is given
   * up.
   */
  readonly maxUndecided: number;
  /** Payload octets that all frames and messages under way hold together; a defect tells of what is cut. */
  readonly maxHeldPayload: number;
  /** Octets of messages held back until older ones can be read; a defect tells of those that come too late. */
  readonly maxHeldMessages: number;
}

export interface DissectorOptions {
  readonly limits?: Partial<DissectorLimits>;
  /** Octets of payload that the consumer looks at; more is not kept, and that is no defect. */
  readonly previewPayload?: number;
  /**
   * The consumer looks at the payload of a frame only during the call that tells of it: it is lent, and overwritten
   * by the next one. Saves a microsecond per frame.
   */
  readonly borrowPayloads?: boolean;
  /** TCP ports whose connections are WebSockets even without a handshake. */
  readonly decodeAs?: readonly number[];
  /** Seconds of capture time that messages are held back for their order, at most; without end by default. */
  readonly patience?: number;
  /** The rules whose findings are wanted; none by default. */
  readonly rules?: readonly Rule[];
}

export const defaultMaxPayload = 64 * 1024 * 1024;
export const defaultMaxMessage = 64 * 1024 * 1024;

export class Dissector implements Shared {
  readonly place = new Place();
  readonly network: NetworkDecoder;
  readonly tcp: TcpTable;
  /** Time of the first packet. */
  start: Timestamp = { seconds: 0, nanoseconds: 0 };
  frameCount = 0;
  sessionCount = 0;
  readonly maxPayload: number;
  readonly maxMessage: number;
  /** Of what is held while frames are searched for. */
  readonly windowBudget = new WindowBudget();
  readonly payloadBudget: PayloadBudget;
  readonly holdingPool: HoldingPool;
  /** Undefined when nobody wants findings. */
  readonly engine: RuleEngine | undefined;
  /** Undefined when nobody wants messages. */
  readonly messages: MessageOrder | undefined;
  /** Octets kept of a payload: what the consumer looks at, within the limit. */
  readonly payloadLimit: number;
  private readonly decodeAs: ReadonlySet<number>;
  /** No packet has come. */
  private isNew = true;
  private readonly origins = new PacketOrigins();

  constructor(
    readonly consumer: DissectionConsumer,
    options: DissectorOptions = {},
  ) {
    const { limits } = options;
    this.decodeAs = new Set(options.decodeAs);
    this.maxPayload = limits?.maxPayload ?? defaultMaxPayload;
    this.maxMessage = limits?.maxMessage ?? defaultMaxMessage;
    this.holdingPool = new HoldingPool(limits?.maxUndecided);
    this.payloadBudget = new PayloadBudget(limits?.maxHeldPayload, options.borrowPayloads);
    this.engine =
      consumer.finding &&
      new RuleEngine({
        rules: options.rules ?? [],
        place: this.place,
        finding: (finding) => consumer.finding?.(finding),
      });
    this.messages =
      consumer.message &&
      new MessageOrder({
        bytesWait: () => this.bytesWait,
        message: (message) => consumer.message?.(message),
        late: ({ number, session }) => this.reportLate(number, session.number),
        limit: limits?.maxHeldMessages,
        patience: options.patience,
      });
    this.payloadLimit = Math.min(this.maxPayload, options.previewPayload ?? this.maxPayload);
    this.tcp = new TcpTable({
      place: this.place,
      report: (defect) => this.report(defect),
      open: (connection) => new CarriedConnection(this, connection).sinks,
      ...(limits === undefined ? {} : { limits }),
    });
    this.network = new NetworkDecoder({ sink: this.tcp, report: (defect) => this.report(defect) });
  }

  packet(packet: Packet): void {
    if (this.isNew) {
      this.isNew = false;
      this.start = { seconds: packet.seconds, nanoseconds: packet.nanoseconds };
      this.consumer.opened?.(this);
    }
    if (packet.capture !== this.origins.capture) this.origins.note(packet);
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
    this.settle(true);
  }

  /** The side that is the client of a connection that the user says is a WebSocket, by its port. */
  forcedClient({ endpoints, initiator }: Connection): Side | undefined {
    const forced = endpoints.map(({ port }) => this.decodeAs.has(port));
    if (!forced[0] && !forced[1]) return undefined;
    return initiator ?? (forced[0] && !forced[1] ? 1 : 0);
  }

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
        'wait for others, and the messages that came meanwhile were not held back any longer',
    );
  }

  closed(summary: SessionSummary): void {
    const tell = () => this.consumer.sessionClosed?.(summary);
    if (this.messages === undefined) tell();
    else this.messages.behind(tell);
  }

  /** Adds which capture the packet is of, and its number there: packets are numbered over all. */
  private report(defect: Defect): void {
    this.consumer.defect?.({ ...defect, ...this.origins.find(defect.packet) });
  }
}
