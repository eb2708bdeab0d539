/**
 * Masking keys of a client (RFC 6455 §5.3) as the rules about them look at them.
 */
import type { FrameFacts } from '../websocket/observer.js';

/** Keys that mask something: without payload any key will do, and constant Pings are common. */
export function hasKey({ sender, header }: FrameFacts): boolean {
  return sender === 'client' && header.masked && header.length > 0;
}

/** The four octets as they are sent. */
export function formatKey(key: number): string {
  const digits = (key >>> 0).toString(16).padStart(8, '0');
  return digits.replace(/..(?!$)/g, '$& ');
}
