/**
 * What the extensions of a session may give a meaning to (RFC 6455 §5.8, §9).
 */
import type { Handshake } from '../websocket/handshake.js';

/** permessage-deflate: RFC 7692. The other is its forerunner, which marks each compressed frame with RSV1. */
export type KnownExtension = 'permessage-deflate' | 'x-webkit-deflate-frame';

const KNOWN: readonly string[] = ['permessage-deflate', 'x-webkit-deflate-frame'] satisfies KnownExtension[];

const NONE: ReadonlySet<string> = new Set();

/**
 * The extensions in use. Undefined where they are not known or one of them is not: it may define any reserved
 * bit and opcode.
 */
export function knownExtensions(handshake: Handshake | undefined): ReadonlySet<string> | undefined {
  if (handshake === undefined || handshake.extensions.malformed) return undefined;
  const { extensions } = handshake.extensions;
  if (extensions.length === 0) return NONE;
  const names = extensions.map(({ name }) => name);
  return names.every((name) => KNOWN.includes(name)) ? new Set(names) : undefined;
}
