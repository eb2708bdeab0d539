/**
 * CBOR (RFC 8949), by content; and for the subprotocols that are written in it.
 *
 * Strategy: as of MessagePack: one whole map or array that holds text, or what says that it is CBOR (§3.4.6). `cbor2`
 * decodes; it takes lengths for what follows, not for what is to be allocated, and ends deep nesting.
 */
import { decode } from 'cbor2';
import { BINARY } from '../websocket/opcode.js';
import { bounded, brief } from './bounded.js';
import { isRecord } from './content.js';
import { makeUnit, type Subprotocol, type Unit } from './decoder.js';
import { containerUnit } from './msgpack.js';
import { plain } from './plain.js';

const PROTOCOL = 'cbor';
const MAX_DEPTH = 64;
/** Tag 55799 (RFC 8949 §3.4.6). */
const SELF_DESCRIBED = [0xd9, 0xd9, 0xf7];
/** Letters, digits and what else names have. */
const TEXT = /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}\p{M}]{2,}$/u;
/** Values that are looked at for text. */
const MAX_LOOKED = 1000;

export const cbor: Subprotocol = {
  name: PROTOCOL,
  byContent: true,
  expects: ({ handshake }) => (/^cbor$/i.test(handshake?.subprotocol ?? '') ? 1 : 0),
  bid({ opcode, content }) {
    if (opcode !== BINARY || content.length < 4) return 0;
    if (SELF_DESCRIBED.every((octet, index) => content[index] === octet)) return 0.6;
    // Major types 4 and 5 (§3.1), with an item at least.
    const major = content[0] >> 5;
    const argument = content[0] & 31;
    const isContainer = (major === 4 || major === 5) && argument !== 0 && (argument < 28 || argument === 31);
    return isContainer ? 0.15 : 0;
  },
  open: ({ handshake }) => {
    const isNegotiated = /^cbor$/i.test(handshake?.subprotocol ?? '');
    return {
      decode({ opcode, content }) {
        if (opcode !== BINARY) return undefined;
        const value = decodeItem(content);
        if (value === undefined) return undefined;
        if (!isNegotiated && content[0] !== SELF_DESCRIBED[0] && !holdsText(value)) return undefined;
        return [unitOf(plain(value))];
      },
    };
  },
};

/** One whole item (§3), as plain data; undefined where it is none. */
export const decodeCbor = (bytes: Uint8Array): unknown => plain(decodeItem(bytes));

function decodeItem(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { maxDepth: MAX_DEPTH });
  } catch {
    return undefined;
  }
}

function unitOf(value: unknown): Unit {
  if (typeof value === 'object' && value !== null) return containerUnit(PROTOCOL, value);
  return makeUnit(PROTOCOL, 'item', `item ${brief(value)}`, bounded(value));
}

/** At least half of the strings are text, and one. */
function holdsText(value: unknown): boolean {
  const left = [value];
  let [texts, others, looked] = [0, 0, 0];
  while (left.length > 0 && looked++ < MAX_LOOKED) {
    const one = left.pop();
    if (typeof one === 'string' && one.length > 1)
      if (TEXT.test(one)) texts++;
      else others++;
    else if (one instanceof Uint8Array) continue;
    else if (Array.isArray(one)) left.push(...one.slice(0, MAX_LOOKED));
    else if (one instanceof Map) for (const pair of one) left.push(...pair);
    else if (isRecord(one)) for (const [name, item] of Object.entries(one)) left.push(name, item);
  }
  return texts > 0 && texts >= others;
}
