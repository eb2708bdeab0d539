/**
 * What writes messages and sessions in a format of other programs.
 */
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';

export interface Exporter {
  begin(): void;
  message(message: Message): void;
  /** A session is over, or was refused: there are no more messages of it. */
  closed(summary: SessionSummary): void;
  end(): void;
  /** Lets go what it took, also where the run failed. */
  close(): void;
}
