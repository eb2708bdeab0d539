/**
 * What the message says that a frame ends, where no frame holds it as it is: its fragments joined (RFC 6455 §5.4), or
 * inflated (RFC 7692 §7.2.2).
 *
 * Strategy: the beginning of it, as the preview of a payload has it, and in one sentence how it came about.
 */
import { hexByte } from '../bytes/hex.js';
import { visible } from '../bytes/visible.js';
import { decodeText, PREVIEW_BYTES } from '../output/preview.js';
import { count } from '../rules/count.js';
import type { Range } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { CONTINUATION } from '../websocket/opcode.js';

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
  const { compressed, frames, wireLength, length, unknownRanges, failure, limited } = message;
  const unknown = unknownRanges.reduce((sum, range) => sum + range.length, 0);
  const inflated = compressed ? `, inflated to ${count(length, 'byte')}` : '';
  return {
    message,
    told: `${namedFrames(frames)}, ${count(wireLength, 'byte')}${inflated} of ${kindOf(message)}`,
    content: contentOf(message),
    wrong: [
      ...(failure === undefined ? [] : [`it cannot be inflated as it should: ${failure}`]),
      ...(unknown === 0 ? [] : [unknownTold(message, unknown)]),
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

/** A message whose beginning is missing has no opcode that would tell. */
function kindOf({ opcode, validText }: Message): string {
  if (opcode === CONTINUATION) return 'a message without its beginning';
  return validText ? 'text' : 'binary';
}

/** How much is not known, how that is shown, and why it is so. */
function unknownTold(message: Message, unknown: number): string {
  const shown = message.content.length > 0 ? `, shown as ${message.validText ? '?' : '??'}` : '';
  const [are, they] = unknown === 1 ? ['is', 'it'] : ['are', 'they'];
  return `${count(unknown, 'byte')} of it ${are} not known${shown}: ${whyUnknown(message, they)}`;
}

function whyUnknown({ compressed, content, opcode }: Message, they: string): string {
  if (compressed)
    return `${they === 'it' ? 'it repeats' : 'they repeat'} what is not here: earlier messages, or bytes that were not captured (RFC 7692 §7.2.3.2)`;
  if (opcode === CONTINUATION && content.length === 0)
    return 'its first frame, which is not here, would tell whether it is compressed (RFC 7692 §6)';
  return `${they} ${they === 'it' ? 'was' : 'were'} not captured`;
}

function contentOf({ content, validText, unknownRanges }: Message): string {
  const shown = content.subarray(0, PREVIEW_BYTES);
  const more = content.length > shown.length ? ' …' : '';
  if (!validText) return hexOf(shown, unknownRanges);
  let text = '';
  let at = 0;
  for (const { offset, length } of unknownRanges) {
    const from = Math.min(offset, shown.length);
    const to = Math.min(offset + length, shown.length);
    text += `${visible(decodeText(shown.subarray(at, from), from - at))}${'?'.repeat(to - from)}`;
    at = to;
  }
  return `${text}${visible(decodeText(shown.subarray(at), content.length))}${more}`;
}

function hexOf(content: Uint8Array, unknownRanges: readonly Range[]): string {
  const isUnknown = (at: number) =>
    unknownRanges.some(({ offset, length }) => at >= offset && at < offset + length);
  const bytes = Array.from(content.subarray(0, HEX_BYTES), (byte, at) =>
    isUnknown(at) ? '??' : hexByte(byte),
  );
  return `${bytes.join(' ')}${content.length > HEX_BYTES ? ' …' : ''}`;
}
