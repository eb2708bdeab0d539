/**
 * The messages that frames end, read from their table.
 *
 * Strategy: frames of a block end messages that are near each other, so few spans are read.
 */
import { isWholeMessage } from '../websocket/frame-record.js';
import type { PageFrame, PageMessage, Table } from './source.js';
import { readRows } from './spans.js';

/** It ends a message that no frame holds as it is. */
export function endsJoined(frame: PageFrame): boolean {
  return frame.message !== undefined && !isWholeMessage(frame);
}

/** By row; `joinedOnly`: no messages that are a frame's payload as it is. */
export function messagesOf(
  messages: Table<PageMessage>,
  frames: readonly PageFrame[],
  joinedOnly: boolean,
): Promise<ReadonlyMap<number, PageMessage>> {
  const wanted = joinedOnly ? frames.filter(endsJoined) : frames;
  const rows = wanted.map(({ message }) => message).filter((row) => row !== undefined);
  return readRows(messages, rows);
}
