/**
 * RFC 6455 §5.5: a control frame has at most 125 bytes of payload.
 */
import { CONTROL_LIMIT, isControl, isReserved, opcodeName } from '../websocket/opcode.js';
import { hasTopBit, payloadBytes } from './lengths.js';
import type { Rule } from './rule.js';

export const oversizedControl: Rule = {
  id: 'oversized-control',
  section: 'RFC 6455 §5.5',
  severity: 'error',
  fails: true,
  title: 'A control frame has more than 125 bytes',
  asks:
    'The payload of Close, Ping and Pong MUST be 125 bytes at most. A reason in a Close has at most 123 bytes, as the ' +
    'code takes two; a character of UTF-8 takes up to four.',
  why: 'Control frames have to get through at any time, and be read without memory being allocated for them.',
  causes:
    'Error messages given as the reason of a Close; state or statistics sent along in Pings. Browsers and `ws` ' +
    'throw an error at whoever tries; Bun until 2026 and SockJS-node in its beginnings sent the frame.',
  client: 'Cut reasons at 123 bytes of UTF-8, between characters. Send what is longer as a message.',
  server: 'The same; and fail the connection with 1002 instead of answering a Ping that is too long.',
  example: {
    bytes: `89 7e 00 7e ${Array(126).fill('2e').join(' ')}`,
    explanation: 'A Ping with 126 bytes (00 7e), which is one too many. They are all full stops here.',
  },
  judge: (report) => ({
    oddFrame({ sender, header }) {
      const { opcode, length } = header;
      // A length with the top bit set is none: length-top-bit tells of it.
      if (length <= CONTROL_LIMIT || !isControl(opcode) || isReserved(opcode) || hasTopBit(header)) return;
      report(sender, `the ${opcodeName(opcode)} frame has ${payloadBytes(header)} of payload`);
    },
  }),
};
