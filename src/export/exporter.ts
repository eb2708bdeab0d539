/**
 * What writes messages and sessions, and perhaps frames and findings, in a format of other programs.
 */
import type { UnreadTls } from '../carried/tls.js';
import type { Finding } from '../rules/finding.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';

export interface Exporter {
  begin(): void;
  message(message: Message): void;
  /** Left out by who does not want them: they are then not made. */
  frame?(frame: Frame): void;
  finding?(finding: Finding): void;
  /** TLS that could not be read. */
  unread?(connection: UnreadTls): void;
  /** A session is over, or was refused: there are no more messages of it. */
  closed(summary: SessionSummary): void;
  end(): void;
  /** At the end: there was nothing of what it is for, and it wrote nothing. */
  readonly isEmpty?: boolean;
  /** At the end: what it could not write as it is, a line each. */
  remarks?(): readonly string[];
  /** Lets go what it took, also where the run failed. */
  close(): void;
}
