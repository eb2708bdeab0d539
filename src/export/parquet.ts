/**
 * What captures hold as four tables in Parquet, for DuckDB, pandas and the like: frames, messages, sessions, findings. They are
 * those that `wsdissect query` asks.
 */
import { join } from 'node:path';
import type { UnreadTls } from '../carried/tls.js';
import type { Finding } from '../rules/finding.js';
import type { Column } from '../tables/column.js';
import type { SessionRow } from '../tables/sessions-table.js';
import type { Tables } from '../tables/tables.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';
import type { Exporter } from './exporter.js';
import { makeFolder } from './new-folder.js';
import { ParquetTable } from './parquet-table.js';

export class ParquetFiles implements Exporter {
  private readonly frames: ParquetTable<Frame>;
  private readonly messages: ParquetTable<Message>;
  private readonly sessions: ParquetTable<SessionRow>;
  private readonly findings: ParquetTable<Finding>;

  /** Throws OutputError as makeFolder() does. */
  constructor(folder: string, tables: Tables) {
    makeFolder(folder);
    const table = <T>(name: string, columns: readonly Column<T>[]) =>
      new ParquetTable(join(folder, `${name}.parquet`), columns);
    this.frames = table('frames', tables.frames);
    this.messages = table('messages', tables.messages);
    this.sessions = table('sessions', tables.sessions);
    this.findings = table('findings', tables.findings);
  }

  begin(): void {}

  frame(frame: Frame): void {
    this.frames.add(frame);
  }

  message(message: Message): void {
    this.messages.add(message);
  }

  finding(finding: Finding): void {
    this.findings.add(finding);
  }

  closed(summary: SessionSummary): void {
    this.sessions.add(summary);
  }

  unread(connection: UnreadTls): void {
    this.sessions.add(connection);
  }

  end(): void {
    for (const table of [this.frames, this.messages, this.sessions, this.findings]) table.end();
  }

  close(): void {}
}
