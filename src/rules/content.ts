/**
 * Whether the content of messages can be judged at all: what the negotiated extensions do to it is known.
 */
import type { Handshake } from '../websocket/handshake.js';
import type { FrameFacts } from '../websocket/observer.js';
import { CONTINUATION } from '../websocket/opcode.js';
import { knownExtensions } from './negotiated.js';

/** No extension is known to be in use that may change payloads in ways of its own (RFC 6455 §5.8). */
export function isContentKnown(handshake: Handshake | undefined): boolean {
  return handshake === undefined || knownExtensions(handshake) !== undefined;
}

/** Compressed messages are those of RFC 7692, with parameters that are known. */
export function hasMessageDeflate(handshake: Handshake | undefined): boolean {
  return knownExtensions(handshake)?.has('permessage-deflate') ?? false;
}

/**
 * A reserved bit says that the payload is not what it seems; RSV1 on a first frame is not counted: with
 * permessage-deflate it says that the message is compressed.
 */
export function hasStrayBits({ header }: FrameFacts): boolean {
  return header.rsv2 || header.rsv3 || (header.rsv1 && header.opcode === CONTINUATION);
}
