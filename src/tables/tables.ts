/**
 * What captures hold as tables, for SQL and for files.
 */
import type { Decode } from '../output/decoded-text.js';
import type { Finding } from '../rules/finding.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { CaptureOf, Column } from './column.js';
import { findingColumns, frameColumns } from './frames-table.js';
import { messageColumns } from './messages-table.js';
import { type SessionRow, sessionColumns } from './sessions-table.js';

/** What a row is made of. */
export interface TableRecords {
  readonly frames: Frame;
  readonly messages: Message;
  readonly sessions: SessionRow;
  readonly findings: Finding;
}

export type TableName = keyof TableRecords;
export type Tables = { readonly [Name in TableName]: readonly Column<TableRecords[Name]>[] };

export function tablesOf(captureOf: CaptureOf, decode: Decode): Tables {
  return {
    frames: frameColumns(captureOf),
    messages: messageColumns(captureOf, decode),
    sessions: sessionColumns(captureOf),
    findings: findingColumns(captureOf),
  };
}

export const TABLE_NAMES: readonly TableName[] = ['frames', 'messages', 'sessions', 'findings'];
