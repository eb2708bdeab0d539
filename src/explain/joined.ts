/**
 * What the message says that a frame ends, where no frame holds it as it is: its fragments joined (RFC 6455 §5.4), or
 * inflated (RFC 7692 §7.2.2).
 *
 * Strategy: the beginning of it, as the preview of a payload has it, and in one sentence how it came about.
 */
import { formatHex } from '../bytes/hex.js';
import { visible } from '../bytes/visible.js';
import { decodeText, PREVIEW_BYTES } from '../output/preview.js';
import { count } from '../rules/count.js';
import type { Message } from '../websocket/message-record.js';

/** Numbers of frames that are named, and octets that are shown in hexadecimal. */
const MAX_FRAMES = 16;
const HEX_BYTES = 64;

export interface Joined {
  readonly message: Message;
  /** `frames 3 and 5, 14 bytes, inflated to 21 bytes of text` */
  readonly told: string;
  /** Its beginning, safe to print; empty where there is nothing. */
  readonly content: string;
  /** What is wrong with it. */
  readonly wrong: readonly string[];
  /** Where that is laid down. */
  readonly section: string;
}

export function joinedOf(message: Message): Joined {
  const { compressed, frames, wireLength, length, validText, unknownRanges, failure, limited } = message;
  const unknown = unknownRanges.reduce((sum, range) => sum + range.length, 0);
  const kind = validText ? 'text' : 'binary';
  const inflated = compressed ? `, inflated to ${count(length, 'byte')}` : '';
  return {
    message,
    told: `${namedFrames(frames)}, ${count(wireLength, 'byte')}${inflated} of ${kind}`,
    content: contentOf(message),
    wrong: [
      ...(failure === undefined ? [] : [`it cannot be inflated as it should: ${failure}`]),
      ...(unknown === 0 ? [] : [`${count(unknown, 'byte')} of it ${unknown === 1 ? 'is' : 'are'} not known`]),
      ...(limited ? ['it is longer than what is kept of it'] : []),
    ],
    section: compressed ? 'RFC 7692 §7.2.2' : 'RFC 6455 §5.4',
  };
}

function namedFrames(frames: readonly number[]): string {
  if (frames.length === 1) return `frame ${frames[0]}`;
  if (frames.length > MAX_FRAMES) return `${frames.length} frames from ${frames[0]} to ${frames.at(-1)}`;
  return `frames ${frames.slice(0, -1).join(', ')} and ${frames.at(-1)}`;
}

function contentOf({ content, validText }: Message): string {
  const shown = content.subarray(0, PREVIEW_BYTES);
  if (!validText) return formatHex(shown, HEX_BYTES);
  return `${visible(decodeText(shown, content.length))}${content.length > shown.length ? ' …' : ''}`;
}
