/**
 * gzip (RFC 1952) and zlib (RFC 1950) in binary messages, by content; what is in them is decoded in turn.
 *
 * Strategy: a stream is taken only if it is whole and its checksum is right, which other octets never are. What it may come
 * to is bounded (`maxUnpacked`), whatever it would.
 */
import { isUtf8 } from 'node:buffer';
import { gunzipSync, inflateSync } from 'node:zlib';
import type { Message } from '../websocket/message-record.js';
import { BINARY, TEXT } from '../websocket/opcode.js';
import { facts } from './bounded.js';
import { bodyFacts, bodyPreview, octets } from './content.js';
import { makeUnit, type Subprotocol, type Tools, type Unit, within } from './decoder.js';
import { decodeJson } from './json.js';

interface Format {
  readonly name: string;
  /** Octets of the shortest stream. */
  readonly least: number;
  /** A glance at the header. */
  begins(content: Uint8Array): boolean;
  unpack(content: Uint8Array, options: { maxOutputLength: number }): Buffer;
}

const FORMATS: readonly Format[] = [
  {
    name: 'gzip',
    least: 20,
    // RFC 1952 §2.3: magic, deflate, no reserved flags.
    begins: (content) =>
      content[0] === 0x1f && content[1] === 0x8b && content[2] === 8 && (content[3] & 0xe0) === 0,
    unpack: gunzipSync,
  },
  {
    name: 'zlib',
    least: 8,
    // RFC 1950 §2.2: deflate, window of up to 32 KiB, check bits, no dictionary.
    begins: ([method, flags]) =>
      (method & 15) === 8 && method >> 4 <= 7 && (flags & 0x20) === 0 && (method * 256 + flags) % 31 === 0,
    unpack: inflateSync,
  },
];

export const compressed: readonly Subprotocol[] = FORMATS.map((format) => ({
  name: format.name,
  byContent: true,
  expects: () => 0,
  bid: ({ opcode, content }) =>
    opcode === BINARY && content.length >= format.least && format.begins(content) ? 0.3 : 0,
  open: (_session, tools) => ({ decode: (message) => decode(format, message, tools) }),
}));

function decode(format: Format, message: Message, tools: Tools): readonly Unit[] | undefined {
  const content = unpacked(format, message.content, tools);
  if (content === undefined) return undefined;
  const validText = isUtf8(content);
  const opcode = validText ? TEXT : BINARY;
  const inner = { ...message, opcode, validText, content, length: content.length };
  const json = () => {
    const unit = decodeJson(inner);
    return unit && [unit];
  };
  const units = tools.inner(inner) ?? json();
  const where = `${octets(content.length)} in ${format.name}`;
  if (units !== undefined) return units.map((unit) => within(unit, where));
  const summary = `${octets(content.length)} unpacked${bodyPreview(content)}`;
  return [makeUnit(format.name, 'data', summary, facts(bodyFacts(content)))];
}

function unpacked(format: Format, content: Uint8Array, tools: Tools): Buffer | undefined {
  try {
    return format.unpack(content, { maxOutputLength: tools.maxUnpacked });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') tools.unpackedLimitHit();
    return undefined;
  }
}
