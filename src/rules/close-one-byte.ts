/**
 * RFC 6455 §5.5.1: the body of a Close frame is empty or begins with a code of two octets.
 */
import { CLOSE } from '../websocket/opcode.js';
import { isSoundControl } from './control-form.js';
import type { Rule } from './rule.js';

export const closeOneByte: Rule = {
  id: 'close-one-byte',
  section: 'RFC 6455 §5.5.1',
  severity: 'error',
  fails: true,
  title: 'The body of a Close frame is one byte long',
  asks:
    'If a Close frame has a body, its first two octets MUST be the code, most significant octet first. It ' +
    'may also have none.',
  why:
    'Half a code means nothing: 03 could become 1000 or 769. Receivers fail the connection with 1002 ' +
    'rather than guess.',
  causes:
    'A code written with the wrong size (a `uint8_t` in C, `bytes([code & 255])` in Python), or a body cut ' +
    'off by a buffer that is one octet too short. Fuzzers send it (Autobahn case 7.3.2), and some servers ' +
    'take it for an empty body, which hides the fault.',
  client: 'Write 03 e8 for 1000, or leave the body out altogether. Answer such a frame with 1002.',
  server: 'The same; do not treat the frame as a Close without a code.',
  example: {
    bytes: '88 01 03',
    explanation: 'The length is 01: the code 1000 would be 03 e8.',
  },
  judge: (report) => ({
    oddFrame(facts) {
      const { sender, header } = facts;
      if (header.opcode === CLOSE && header.length === 1 && isSoundControl(facts))
        report(sender, 'the body of the Close frame is 1 byte long, half a code');
    },
  }),
};
