/**
 * A finding: a rule's verdict that a peer broke the protocol, with its place. Plain and readonly.
 */
import type { Timestamp } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Session } from '../websocket/session-record.js';
import type { Rule, Severity } from './rule.js';

/** A rule of the protocol was broken: by whom, where, and how. */
export interface Finding {
  readonly rule: Rule;
  /** The rule's, or `note` where frame boundaries were only guessed. */
  readonly severity: Severity;
  readonly breaker: Sender;
  readonly session: Session;
  /** Number of the frame; undefined for the handshake, or the end of a session. */
  readonly frame: number | undefined;
  /** Number of the packet that completed it. */
  readonly packet: number;
  readonly timestamp: Timestamp;
  /** Of the frame's first byte in its sender's stream. */
  readonly streamOffset: number | undefined;
  /** This case in one sentence, with its values. */
  readonly message: string;
}
