/**
 * RFC 6455 §5.2: the length is written in the shortest form.
 */
import { shortestForm } from '../websocket/frame-encode.js';
import { CONTROL_LIMIT, isControl } from '../websocket/opcode.js';
import { hasTopBit } from './lengths.js';
import type { Rule } from './rule.js';

export const nonMinimalLength: Rule = {
  id: 'non-minimal-length',
  section: 'RFC 6455 §5.2',
  severity: 'error',
  title: 'The length is not written in the shortest form',
  asks:
    'The payload length MUST be written with as few bytes as possible: up to 125 in 7 bits, up to 65,535 in 16, ' +
    'more in 64.',
  why: 'One length, one form: what inspects traffic cannot be led astray by a second spelling.',
  causes:
    'Comparisons that are off by one: OvenMediaEngine sent 125 and 65,535 bytes in the next larger form until ' +
    '2026, arduinoWebSockets does so with 65,535. A limit taken from a signed number: Eclipse Paho for Python used ' +
    '64 bits from 32,768 bytes on until 2018.',
  client: 'Compare with <= 125 and <= 65535, without a gap between the forms.',
  server:
    'The same. Many receivers, such as `ws`, accept it, so that it shows when a stricter one comes: Chromium.',
  example: {
    bytes: '81 7e 00 05 48 65 6c 6c 6f',
    explanation: '7e announces a length in 16 bits, 00 05; 5 fits into the 7 bits in place of 7e.',
  },
  judge: (report) => ({
    oddFrame({ sender, header }) {
      const { opcode, length, lengthForm } = header;
      if (lengthForm === 7 || shortestForm(length) === lengthForm || hasTopBit(header)) return;
      // Too long for a control frame in any form: oversized-control tells of that.
      if (isControl(opcode) && length > CONTROL_LIMIT) return;
      report(
        sender,
        `the length ${length} is written in ${lengthForm} bits, and fits into ${shortestForm(length)}`,
      );
    },
  }),
};
