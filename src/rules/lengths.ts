/**
 * What rules about frames know of payload lengths.
 */
import type { FrameHeader } from '../websocket/frame.js';
import { count } from './count.js';

/** RFC 6455 §5.2: such a length is none. `length` is then what the other 63 bits say. */
export function hasTopBit({ lengthForm, lengthHigh }: Readonly<FrameHeader>): boolean {
  return lengthForm === 64 && lengthHigh >= 0x8000_0000;
}

/** As it is written in the header: `5 bytes`. */
export function payloadBytes({ exactLength }: Readonly<FrameHeader>): string {
  return count(exactLength, 'byte');
}
