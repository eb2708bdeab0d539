/**
 * RFC 6455 §5.2: opcodes 3 to 7 and 11 to 15 are reserved.
 */
import { isControl, isReserved } from '../websocket/opcode.js';
import { payloadBytes } from './lengths.js';
import { knownExtensions } from './negotiated.js';
import { type Rule, WATCHES_NOTHING } from './rule.js';

export const reservedOpcode: Rule = {
  id: 'reserved-opcode',
  section: 'RFC 6455 §5.2',
  severity: 'error',
  fails: true,
  title: 'The opcode is reserved',
  asks:
    'Opcodes 3 to 7 are reserved for further data frames and 11 to 15 for further control frames. On an unknown ' +
    'opcode the receiver MUST fail the connection.',
  why: 'Nobody knows what such a frame means, not even whether it is part of a message.',
  causes:
    'As with reserved bits, the receiver often reads payload as a header, because the length of the frame before ' +
    'was wrong. Or an application has given its own kinds of messages opcodes of their own.',
  client: 'Put kinds of messages into the payload, and fail the connection with 1002 on such a frame.',
  server: 'The same. If the opcode looks like part of a text, look for the fault in the frame before it.',
  example: {
    bytes: '83 02 48 69',
    explanation: '83 is FIN and opcode 3, which no extension defines.',
  },
  watch: ({ handshake }, report) => {
    if (knownExtensions(handshake) === undefined) return WATCHES_NOTHING;
    return {
      oddFrame({ sender, header }) {
        const { opcode } = header;
        if (!isReserved(opcode)) return;
        const kind = isControl(opcode) ? 'control' : 'data';
        report(
          sender,
          `opcode ${opcode} of the frame with ${payloadBytes(header)} of payload is reserved for ${kind} frames`,
        );
      },
    };
  },
};
