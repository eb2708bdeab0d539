/**
 * MessagePack, by content; and for the subprotocols that are written in it.
 *
 * Strategy: nearly any octets are values of MessagePack, so a message is taken only if it is one whole map or array, and
 * holds text: at least half of its strings of two octets or more, and one of them. `@msgpack/msgpack` decodes what
 * msgpack-scan.ts has found to be whole.
 */
import { decode } from '@msgpack/msgpack';
import { BINARY } from '../websocket/opcode.js';
import { bounded, quoted } from './bounded.js';
import { isRecord } from './content.js';
import { makeUnit, type Subprotocol, type Unit } from './decoder.js';
import { scanMessagePack } from './msgpack-scan.js';
import { plain } from './plain.js';

const PROTOCOL = 'msgpack';
const NAMES_SHOWN = 6;

export const messagePack: Subprotocol = {
  name: PROTOCOL,
  byContent: true,
  expects: () => 0,
  bid({ opcode, content }) {
    if (opcode !== BINARY || content.length < 4) return 0;
    const first = content[0];
    return (first > 0x80 && first < 0xa0 && first !== 0x90) || (first >= 0xdc && first <= 0xdf) ? 0.2 : 0;
  },
  open: () => ({
    decode({ content }) {
      const scanned = scanMessagePack(content, 0);
      if (scanned === undefined || scanned.end !== content.length) return undefined;
      const { isMap, isArray, texts, others } = scanned;
      if (!(isMap || isArray) || texts === 0 || others > texts) return undefined;
      const value = decodeMessagePack(content);
      return value === undefined ? undefined : [containerUnit(PROTOCOL, value)];
    },
  }),
};

/** One whole value that scanMessagePack() has found, as plain data; undefined: it cannot be decoded nonetheless. */
export function decodeMessagePack(bytes: Uint8Array): unknown {
  try {
    return plain(decode(bytes, { useBigInt64: true }));
  } catch {
    return undefined;
  }
}

/** `map of "id", "name"`, `array of 3`. */
export function containerUnit(protocol: string, value: unknown): Unit {
  if (Array.isArray(value)) return makeUnit(protocol, 'array', `array of ${value.length}`, bounded(value));
  const names = isRecord(value) ? Object.keys(value) : [];
  const shown = names.slice(0, NAMES_SHOWN).map(quoted).join(', ');
  const more = names.length > NAMES_SHOWN ? ', …' : '';
  return makeUnit(protocol, 'map', `map of ${shown === '' ? 'nothing' : shown}${more}`, bounded(value));
}
