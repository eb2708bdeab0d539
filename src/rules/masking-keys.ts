/**
 * Masking keys of a client (RFC 6455 §5.3) in the words of the rules about them.
 */
import { formatKey } from '../websocket/mask.js';

/** The four octets as they are sent. */
export function spacedKey(key: number): string {
  return formatKey(key).replace(/..(?!$)/g, '$& ');
}
