/**
 * Frames for the tests of rules about framing, and what those rules find in them.
 */
import type { FrameFields } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import { findingsOf, type Script, type Sent } from './harness.js';

export const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0x2e);
let nextKey = 0x1d2c3b4a;

/** A frame of `sender`, masked as it has to be with a key that looks random. */
export function frame(sender: Sender, fields: FrameFields): Sent {
  nextKey = (Math.imul(nextKey, 1_664_525) + 1_013_904_223) | 0;
  return [sender, sender === 'client' ? { maskingKey: nextKey, ...fields } : fields];
}

export const text = (payload = 'Hi', more: Partial<FrameFields> = {}): FrameFields => ({
  opcode: 1,
  payload: Buffer.from(payload),
  ...more,
});
/** A continuation. */
export const go = (payload = 'on', more: Partial<FrameFields> = {}): FrameFields =>
  text(payload, { ...more, opcode: 0 });
export const open = { fin: false } as const;

/** Those about masking keys, content and closing are tested elsewhere. */
const FRAMING = [
  'unmasked-client-frame',
  'masked-server-frame',
  'rsv-without-extension',
  'rsv1-misplaced',
  'reserved-opcode',
  'non-minimal-length',
  'length-top-bit',
  'fragmented-control',
  'oversized-control',
  'continuation-without-start',
  'interleaved-message',
];

/** `rule breaker #frame: message` of what the rules about framing find. */
export function found(script: Script): string[] {
  return findingsOf(script)
    .filter(({ rule }) => FRAMING.includes(rule))
    .map(({ rule, breaker, frame: number, message }) => `${rule} ${breaker} #${number}: ${message}`);
}

/** Frames from one side, which all sides are tried with; `found` is without that side, the breaker. */
export type Case = readonly [
  name: string,
  frames: readonly FrameFields[],
  found: readonly string[],
  script?: Script | undefined,
];

export const foundFrom = (sender: Sender, frames: readonly FrameFields[], script?: Script): string[] =>
  found({ ...script, steps: frames.map((one) => frame(sender, one)) });

export const brokenBySender = (sender: Sender, lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(' #', ` ${sender} #`));
