/**
 * The form of control frames (RFC 6455 §5.5): those that break it are told of by the rules on framing, and
 * what they say is not judged in addition.
 */
import type { FrameFacts } from '../websocket/observer.js';
import { CONTROL_LIMIT } from '../websocket/opcode.js';

/** The control frame is one, short enough, without reserved bits: its payload is what its sender meant. */
export function isSoundControl({ header }: FrameFacts): boolean {
  const { fin, length, rsv1, rsv2, rsv3 } = header;
  return fin && length <= CONTROL_LIMIT && !rsv1 && !rsv2 && !rsv3;
}
