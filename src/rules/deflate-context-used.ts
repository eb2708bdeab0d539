/**
 * RFC 7692 §7.1.1: with no_context_takeover each message is compressed by itself.
 */
import { hasMessageDeflate } from './content.js';
import { type Rule, WATCHES_NOTHING, whereBegins } from './rule.js';

export const deflateContextUsed: Rule = {
  id: 'deflate-context-used',
  section: 'RFC 7692 §7.1.1',
  severity: 'error',
  title: 'A message builds on an earlier one in spite of no_context_takeover',
  asks:
    'With server_no_context_takeover or client_no_context_takeover in the answer, that side compresses ' +
    'each message with an empty window: no reference reaches back beyond the beginning of the message.',
  why:
    'The other side has been told that it may throw its window away after each message, to save some 32 ' +
    'KiB per connection. It then has nothing that the reference could mean.',
  causes:
    'A compressor that is kept for the connection and not reset although the parameter was agreed to; ' +
    'negotiation and compression configured in two places that do not know of each other (issue 1496 of ' +
    'Java-WebSocket is a mismatch of that kind). The first message always works; "invalid distance too far ' +
    'back" comes with the second.',
  client:
    'Reset the compressor after each message (`deflateReset`, a flush with Z_FULL_FLUSH) if the answer ' +
    'says so.',
  server:
    'The same for server_no_context_takeover, also when the server itself put it into the answer unasked. ' +
    'On such a message of the client close with 1007.',
  example: {
    bytes: 'c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00',
    explanation:
      '"Hello" twice. The first is whole; the second is five octets long because it refers to the first, ' +
      'which server_no_context_takeover forbids.',
  },
  watch({ handshake }, report) {
    if (!hasMessageDeflate(handshake)) return WATCHES_NOTHING;
    return {
      message(facts) {
        const { sender, inflated, complete } = facts;
        // What was inflated from lost messages proves nothing about them.
        const isSure = complete && inflated?.failure === undefined && inflated?.unknown.length === 0;
        if (isSure && inflated.usesContext)
          report(
            sender,
            'the compressed message refers to content of an earlier one, ' +
              `though ${sender}_no_context_takeover was agreed`,
            whereBegins(facts),
          );
      },
    };
  },
};
