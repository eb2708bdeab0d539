/**
 * Protocol Buffers by content, without their schema; with it see protobuf-schema.ts.
 *
 * Strategy: many octets are a message on the wire by chance. So one is taken only if it is a message to its end, a fifth of
 * it is text of fields, and it is no text as a whole.
 */
import { isUtf8 } from 'node:buffer';
import { BINARY } from '../websocket/opcode.js';
import { bounded } from './bounded.js';
import { bufferOf } from './content.js';
import { makeUnit, type Subprotocol } from './decoder.js';
import { plain } from './plain.js';
import { readWire, type WireField } from './protobuf-wire.js';

const PROTOCOL = 'protobuf';
const LEAST = 8;
const NUMBERS_SHOWN = 8;
/** None of these is in a text. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

export const protobuf: Subprotocol = {
  name: PROTOCOL,
  byContent: true,
  expects: () => 0,
  bid({ opcode, content }) {
    if (opcode !== BINARY || content.length < LEAST) return 0;
    const wireType = content[0] & 7;
    return content[0] >= 8 && (wireType <= 2 || wireType === 5) ? 0.05 : 0;
  },
  open: () => ({
    decode({ content }) {
      if (isUtf8(content) && !CONTROL.test(bufferOf(content).toString())) return undefined;
      const message = readWire(content);
      if (message === undefined || message.text * 5 < content.length) return undefined;
      const { fields } = message;
      const numbers = [...new Set(fields.map(({ number }) => number))];
      const more = numbers.length > NUMBERS_SHOWN ? ', …' : '';
      const shown = `${numbers.slice(0, NUMBERS_SHOWN).join(', ')}${more}`;
      const summary = `message with ${numbers.length === 1 ? 'field' : 'fields'} ${shown}`;
      return [makeUnit(PROTOCOL, 'message', summary, bounded(fieldsValue(fields)))];
    },
  }),
};

/** By field number; a list where there are several of one. */
function fieldsValue(fields: readonly WireField[]): { readonly [number: string]: unknown } {
  const told = new Map<number, unknown[]>();
  for (const { number, value, fixed } of fields) {
    const list = told.get(number);
    const one = fixed
      ? fixedFacts(value as Uint8Array)
      : Array.isArray(value)
        ? fieldsValue(value)
        : plain(value);
    if (list === undefined) told.set(number, [one]);
    else list.push(one);
  }
  return Object.fromEntries([...told].map(([number, list]) => [number, list.length === 1 ? list[0] : list]));
}

/** The wire does not say which one it is. */
function fixedFacts(bytes: Uint8Array): unknown {
  const view = bufferOf(bytes);
  if (bytes.length === 4) return { fixed32: view.readUInt32LE(), float: view.readFloatLE() };
  return { fixed64: String(view.readBigUInt64LE()), double: view.readDoubleLE() };
}
