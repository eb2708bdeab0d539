/**
 * RFC 7692 §7.2: a compressed message is a DEFLATE stream that can be inflated, and ends so that the next one can.
 */
import { hasMessageDeflate } from './content.js';
import { count } from './count.js';
import { type Rule, WATCHES_NOTHING, whereBegins } from './rule.js';

export const deflateUndecodable: Rule = {
  id: 'deflate-undecodable',
  section: 'RFC 7692 §7.2.1',
  severity: 'error',
  fails: true,
  title: 'A compressed message cannot be inflated as it is',
  asks:
    'A message with RSV1 on its first frame is raw DEFLATE (RFC 1951) that ends with an empty stored block, ' +
    'without its last four octets 00 00 ff ff. An empty message is the octet 00. References reach at most to the ' +
    'beginning of what was compressed before.',
  why:
    'The receiver appends the four octets and inflates; there is nothing in the message to repair it from. ' +
    'With context takeover every later message builds on this one, so that the connection is lost with it: after ' +
    'a wrong end `ws` and Python `websockets` take the next message for the rest of a block, and close.',
  causes:
    'zlib or gzip format in place of raw DEFLATE (in Python `zlib.compress`, in Node `deflateSync`, where ' +
    '`deflateRawSync` is meant); RSV1 set on a message that was not compressed; a compressor that two ' +
    'threads share. RSV1 on an empty message without data; the four octets left on, or cut off where there was no ' +
    'flush.',
  client:
    'Compress with window bits -9 … -15 (raw) and a sync flush. On such a message close with 1007 and drop ' +
    'the rest.',
  server:
    'The same. Compress a message only when it is certain to be sent that way, and in the order of sending.',
  example: {
    bytes: 'c1 0d 78 9c f3 48 cd c9 c9 07 00 05 8c 01 f5',
    explanation:
      '"Hello" in zlib format. Its first octet 78, read as DEFLATE, begins a stored block, whose length ' +
      '(f39c) and its complement (cd48) do not match.',
  },
  watch({ handshake }, report) {
    if (!hasMessageDeflate(handshake)) return WATCHES_NOTHING;
    return {
      message(facts) {
        const { sender, inflated, complete, wireLength } = facts;
        if (!complete || inflated?.failure === undefined) return;
        const content = `${count(inflated.length, 'byte')} of content`;
        const how = inflated.badEnd
          ? `ends wrongly behind ${content}`
          : `cannot be inflated beyond ${content}`;
        report(
          sender,
          `the compressed message of ${count(wireLength, 'byte')} ${how}: ${inflated.failure}`,
          whereBegins(facts),
        );
      },
    };
  },
};
