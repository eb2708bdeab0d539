/**
 * RFC 6455 §5.2: a 64-bit length has its most significant bit clear.
 */
import { hasTopBit } from './lengths.js';
import type { Rule } from './rule.js';

export const lengthTopBit: Rule = {
  id: 'length-top-bit',
  section: 'RFC 6455 §5.2',
  severity: 'error',
  fails: true,
  title: 'The most significant bit of a 64-bit length is set',
  asks: 'The most significant bit of a length in 64 bits MUST be 0, which makes it a number of 63 bits.',
  why: 'So that languages without unsigned numbers of 64 bits can hold every length.',
  causes:
    'Negative numbers written as a length, such as -1 for "not known"; and, more often, a receiver that has lost ' +
    'its place and reads payload as a header.',
  client: 'Take the length from the buffer that is sent. Fail the connection on such a frame.',
  server: 'The same. Check the bit before memory is allocated or the length is converted to a signed number.',
  example: {
    bytes: '82 7f ff ff ff ff ff ff ff ff',
    explanation: '7f announces a length in 64 bits; all of them are set, which is -1 as a signed number.',
  },
  judge: (report) => ({
    oddFrame({ sender, header }) {
      if (hasTopBit(header))
        report(
          sender,
          `the length is 0x${header.exactLength.toString(16)}, with the most significant bit set`,
        );
    },
  }),
};
