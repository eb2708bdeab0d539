/**
 * Frames as lists show them: each with what it says, and that is what its message says where it ends one that is
 * compressed or fragmented.
 */
import { joinedOf } from '../../explain/joined.js';
import { preview } from '../../output/preview.js';
import { endsJoined, messagesOf } from '../messages-of.js';
import type { PageFrame, PageMessage, PageSource } from '../source.js';
import { readPlaces } from './lookup.js';
import type { Rows } from './rows.js';

export interface Listed {
  readonly frame: PageFrame;
  /** In a line, safe to show. */
  readonly says: string;
  /** What was done to know that: `inflated`, `joined`, and that it is `empty`. */
  readonly how: string | undefined;
}

/** What is at places of a list that ascend. */
export async function readListed(
  { frames, messages }: PageSource,
  rows: Rows,
  places: readonly number[],
): Promise<readonly (Listed | undefined)[]> {
  const read = await readPlaces(frames, rows, places);
  const known = read.filter((frame) => frame !== undefined);
  const joined = await messagesOf(messages, known, true);
  return read.map(
    (frame) => frame && listed(frame, endsJoined(frame) ? joined.get(frame.message!) : undefined),
  );
}

function listed(frame: PageFrame, message: PageMessage | undefined): Listed {
  if (message === undefined) return { frame, says: preview(frame), how: undefined };
  const how = `${message.compressed ? 'inflated' : 'joined'}${message.length === 0 ? ', empty' : ''}`;
  return { frame, says: joinedOf(message).content, how };
}
