/**
 * What the connections of a dissection share: its consumer, its limits and budgets, and how the decoders of all their
 * sessions are set up.
 */
import type { CutHead, RequestHead, ResponseHead } from '../http/head.js';
import type { HoldingPool } from '../http/holding.js';
import type { Limits } from '../limits.js';
import type { RuleEngine } from '../rules/engine.js';
import type { Finding } from '../rules/finding.js';
import type { Defect, Layer } from '../stream/defect.js';
import type { Place } from '../stream/place.js';
import type { Connection, Side } from '../tcp/connection.js';
import type { TlsContext } from '../tls/master.js';
import type { Frame } from '../websocket/frame-record.js';
import type { MessageOrder } from '../websocket/message-order.js';
import type { Message } from '../websocket/message-record.js';
import type { PayloadBudget } from '../websocket/payload-budget.js';
import { PlainReader } from '../websocket/plain-reader.js';
import type { WindowBudget } from '../websocket/segment-window.js';
import type { SessionConsumer, SessionOptions } from '../websocket/session.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import type { UnreadTls } from './tls.js';

/** Who wants what the connections carry. What is left out is not made. */
export interface SessionsConsumer {
  /**
   * A head of HTTP/1.1 outside of TLS.
   * @internal
   */
  head?(head: RequestHead | ResponseHead): void;
  /**
   * What came of such a head that a gap cut, where it may be of a WebSocket's handshake.
   * @internal
   */
  headCut?(cut: CutHead): void;
  /** A server agreed to an upgrade. */
  sessionOpened?(session: Session): void;
  /** A frame ended. */
  frame?(frame: Frame): void;
  /** A message, or a control frame, ended. */
  message?(message: Message): void;
  /** A rule of the protocol was broken. */
  finding?(finding: Finding): void;
  /** A session is over, or an upgrade was refused (its `end` is then undefined). */
  sessionClosed?(summary: SessionSummary): void;
  /** A TLS connection could not be read. */
  tlsUnread?(connection: UnreadTls): void;
  /** Bytes could not be decoded, or a limit made us drop something. */
  defect?(defect: Defect): void;
}

/** What the connections of a dissection share. */
export interface Shared {
  readonly consumer: SessionsConsumer;
  readonly place: Place;
  readonly payloadLimit: number;
  readonly limits: Limits;
  readonly windowBudget: WindowBudget;
  /** Of what connections hold that are no session (yet). */
  readonly holdingPool: HoldingPool;
  /** Of what TLS connections hold that wait for secrets. */
  readonly secretsPool: HoldingPool;
  readonly payloadBudget: PayloadBudget;
  /** Undefined when nobody wants findings. */
  readonly engine: RuleEngine | undefined;
  /** Undefined when nobody wants messages. */
  readonly messages: MessageOrder | undefined;
  /** As MessageOwner.joinedOnly. */
  readonly joinedOnly: ((session: Session) => boolean) | undefined;
  /** decodingOf() this. */
  readonly decoding: Decoding;
  frameCount: number;
  readonly totals: { messages: number; undecodedBytes: number; tlsRead: number; tlsUnread: number };
  readonly tls: TlsContext;
  sessionCount: number;
  /** The side that is the client of a connection that the user says is a WebSocket, by its port. */
  forcedClient(connection: Connection): Side | undefined;
  defect(layer: Layer, code: string, message: string): void;
  /** A session is over. */
  closed(summary: SessionSummary): void;
}

/** What the decoders of all sessions have in common. */
export interface Decoding {
  readonly options: SessionOptions;
  readonly consumer: SessionConsumer;
}

/** Made once: half a million sessions need no closures of their own. */
export function decodingOf(shared: Omit<Shared, 'decoding'>): Decoding {
  const { consumer, messages, place, payloadLimit, limits, windowBudget, payloadBudget } = shared;
  const nextFrameNumber = () => ++shared.frameCount;
  const plain = { place, limits, nextFrameNumber };
  return {
    options: {
      place,
      payloadLimit,
      limits,
      windowBudget,
      payloadBudget,
      nextFrameNumber,
      plainReaders: { client: new PlainReader('client', plain), server: new PlainReader('server', plain) },
      count: (messages, unfound) => {
        shared.totals.messages += messages;
        shared.totals.undecodedBytes += unfound;
      },
    },
    consumer: {
      frame: consumer.frame && ((frame) => consumer.frame?.(frame)),
      message: messages && ((message, packet) => messages.add(message, packet)),
      joinedOnly: shared.joinedOnly,
      closed: (summary) => shared.closed(summary),
      defect: (code, message) => shared.defect('websocket', code, message),
    },
  };
}
