/**
 * Conversations for the tests of rules about content, control frames and closing: steps of either side, and
 * what all rules find in them.
 */
import { encodeClose } from '../../src/websocket/close.js';
import type { FrameFields } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import { frame } from './frames.js';
import { findingsOf, type Script, type Sent, type Step } from './harness.js';

/** Text, or octets in hexadecimal behind `hex:`. */
export const payloadOf = (payload: string): Uint8Array =>
  payload.startsWith('hex:')
    ? Buffer.from(payload.slice(4).replaceAll(' ', ''), 'hex')
    : Buffer.from(payload);

const sides = (sender: Sender) => ({
  frame: (opcode: number, payload = '', more: Partial<FrameFields> = {}): Sent =>
    frame(sender, { opcode, payload: payloadOf(payload), ...more }),
  text: (payload: string, more?: Partial<FrameFields>): Sent => sides(sender).frame(1, payload, more),
  binary: (payload: string, more?: Partial<FrameFields>): Sent => sides(sender).frame(2, payload, more),
  more: (payload: string, more?: Partial<FrameFields>): Sent => sides(sender).frame(0, payload, more),
  ping: (payload = '', more?: Partial<FrameFields>): Sent => sides(sender).frame(9, payload, more),
  pong: (payload = '', more?: Partial<FrameFields>): Sent => sides(sender).frame(10, payload, more),
  /** Without a code the body is empty. */
  close: (code?: number, reason = ''): Sent =>
    frame(sender, { opcode: 8, payload: code === undefined ? new Uint8Array(0) : encodeClose(code, reason) }),
  /** A Close frame with any body. */
  closeWith: (payload: string, more?: Partial<FrameFields>): Sent => sides(sender).frame(8, payload, more),
  fin: [sender, 'fin'] as Sent,
  reset: [sender, 'reset'] as Sent,
  gap: (length: number): Sent => [sender, 'gap', length],
});

export const client = sides('client');
export const server = sides('server');
export const at = (seconds: number): Step => ['at', seconds];
/** Sent before the step in front of it had arrived. */
export const crossing = (step: Sent): Step => ['crossing', step];

/** `rule breaker #frame: message`, of all rules. */
export const told = (steps: readonly Step[], script: Script = {}): string[] =>
  findingsOf({ ...script, steps }).map(
    ({ rule, breaker, frame: number, message }) => `${rule} ${breaker} #${number}: ${message}`,
  );

export type TalkCase = [name: string, steps: readonly Step[], told: readonly string[], script?: Script];
