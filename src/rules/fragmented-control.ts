/**
 * RFC 6455 §5.5: control frames are not fragmented.
 */
import { isControl, isReserved, opcodeName } from '../websocket/opcode.js';
import { payloadBytes } from './lengths.js';
import type { Rule } from './rule.js';

export const fragmentedControl: Rule = {
  id: 'fragmented-control',
  section: 'RFC 6455 §5.5',
  severity: 'error',
  fails: true,
  title: 'A control frame is fragmented',
  asks: 'Close, Ping and Pong MUST NOT be fragmented: FIN is set in each.',
  why:
    'Control frames may come between the fragments of a message. Had they fragments of their own, a continuation ' +
    'could belong to either.',
  causes:
    'A common writer that cuts whatever it sends into pieces, or takes the FIN bit from the message under way; ' +
    'bits put together by hand, 09 in place of 89.',
  client: 'Set FIN in every control frame. Fail the connection with 1002 on one without.',
  server: 'The same; `ws` says "FIN must be set".',
  example: {
    bytes: '09 05 48 65 6c 6c 6f',
    explanation: 'A Ping is 89: in 09 the FIN bit (80) is missing.',
  },
  judge: (report) => ({
    oddFrame({ sender, header }) {
      const { fin, opcode } = header;
      if (!fin && isControl(opcode) && !isReserved(opcode))
        report(sender, `the ${opcodeName(opcode)} frame with ${payloadBytes(header)} of payload has no FIN`);
    },
  }),
};
