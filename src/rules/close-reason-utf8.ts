/**
 * RFC 6455 §5.5.1: the reason in a Close frame is UTF-8.
 */
import { formatHex } from '../bytes/hex.js';
import { badReason, closeBody } from './close-body.js';
import { count } from './count.js';
import type { Rule } from './rule.js';

export const closeReasonUtf8: Rule = {
  id: 'close-reason-utf8',
  section: 'RFC 6455 §5.5.1',
  severity: 'error',
  fails: true,
  title: 'The reason in a Close frame is not UTF-8',
  asks:
    'What follows the code in a Close frame is a reason encoded as UTF-8. Whoever reads it and finds ' +
    'something else fails the connection (§8.1).',
  why: 'The reason is handed to applications as text, like a text message, and the same rule holds for it.',
  causes:
    'A reason cut at 123 octets, the most that fits behind the code, in the middle of a character; the ' +
    'message of an exception or of the operating system, in a local code page; a body whose code was ' +
    'forgotten or written with four octets.',
  client: 'Cut a long reason between two characters: step back while the octet at the cut is 80 … bf.',
  server: 'The same. Answer such a Close with 1007 or 1002, and do not log or pass on the raw bytes.',
  example: {
    bytes: '88 06 03 e8 62 79 65 e2',
    explanation:
      'Code 1000 and "bye" with the first octet (e2) of a character of three; the other two were cut off.',
  },
  judge: (report) => ({
    oddFrame(facts) {
      const body = closeBody(facts);
      const bad = body && badReason(body);
      if (bad === undefined) return;
      const octets = formatHex(body!.subarray(2 + bad.offset, 2 + Math.min(bad.detectedAt, bad.offset + 4)));
      report(
        facts.sender,
        `the reason of the Close frame is not UTF-8 at offset ${bad.offset} (${octets}) ` +
          `of its ${count(body!.length - 2, 'byte')}`,
      );
    },
  }),
};
