/**
 * What the page asks for, and of whom: the report answers from what it has embedded, the served page from its
 * server. Strategy: records come as tables, read in spans as rows come into sight, and are the same plain objects that
 * the dissector tells of, so that the page filters and explains with the program's own code.
 */
import type { Finding } from '../rules/finding.js';
import type { Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';

/** Records of one kind, numbered from 0 here, whatever number they bear. */
export interface Table<Row> {
  readonly count: number;
  /** Rows `from` … `from + count - 1`, as far as there are any. Neighbours are kept at hand. */
  read(from: number, count: number): Promise<readonly Row[]>;
  /** A row from `from` on, with no row of the session between them; `count`: it has no more. */
  nextOf(session: number, from: number): Promise<number>;
}

/** A message, and what it says in its subprotocol. */
export interface PageMessage extends Message {
  readonly decoded: Decoded | undefined;
}

/** What a session comes to. */
export interface SessionStatistics {
  /** As `wsdissect stats --per-session -T json` tells it. */
  readonly facts: unknown;
  /** Why the numbers may be too low. */
  readonly warnings: readonly string[];
}

/** A frame, and the row of the data message that it ends, where that was told in time. */
export interface PageFrame extends Frame {
  readonly message: number | undefined;
}

/** What is known of all before any record is read. */
export interface Overview {
  /** Of the captures, without their folders. */
  readonly names: readonly string[];
  /** Time of the first packet. */
  readonly start: Timestamp;
  /** Of the whole capture, as `wsdissect stats -T json` tells it. */
  readonly statistics: unknown;
  /** What could not be decoded, and which limits were hit, as the terminal tells it; bounded. */
  readonly warnings: readonly string[];
  /** Frames, messages and findings were left out: the report would have been too large. */
  readonly leftOut: boolean;
  /** Octets of a payload, of a message, behind which the page does not hold them. */
  readonly heldPayload: number;
  /** Display filter that the page opens with; empty: none. */
  readonly filter: string;
}

export interface PageSource {
  readonly overview: Overview;
  readonly frames: Table<PageFrame>;
  readonly messages: Table<PageMessage>;
  readonly sessions: Table<SessionSummary>;
  readonly findings: Table<Finding>;
  /**
   * Row numbers (from 0) of the frames that a display filter holds for, ascending, in portions as they are found.
   * Throws FilterError for what is no filter, with the column.
   */
  filter(expression: string, signal: AbortSignal): AsyncIterable<readonly number[]>;
  /** Of the session with this number; undefined: there is none, or nobody waits any more. */
  statistics(session: number, signal: AbortSignal): Promise<SessionStatistics | undefined>;
}
