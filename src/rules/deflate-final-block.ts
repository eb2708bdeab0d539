/**
 * RFC 7692 §7.2.3.4: BFINAL may be set, and receivers have to go on behind it; not all do.
 */
import { deflateParameters } from '../websocket/deflate-parameters.js';
import { hasMessageDeflate } from './content.js';
import { count } from './count.js';
import { type Rule, WATCHES_NOTHING, whereBegins } from './rule.js';

export const deflateFinalBlock: Rule = {
  id: 'deflate-final-block',
  section: 'RFC 7692 §7.2.3',
  severity: 'note',
  title: 'A compressed message ends the DEFLATE stream',
  asks:
    'A block may have BFINAL set (§7.2.3.4), which says that it is the last one: the sender starts a new block behind it, ' +
    'and the receiver goes on with the same window, since context takeover was agreed to.',
  why:
    'To zlib the stream is then over. `ws` begins a new one without the window, and fails on the next reference ' +
    'into an earlier message (1007), as Chromium does (1006). Python `websockets` 10 takes every later message for ' +
    'an empty one, without a word.',
  causes:
    'Messages compressed one by one with a function for whole files (`deflateRawSync` in Node, Z_FINISH in zlib) ' +
    'in place of a stream that is flushed.',
  client:
    'Flush with Z_SYNC_FLUSH, which sets no BFINAL. Who compresses each message by itself says so in the ' +
    'handshake, with client_no_context_takeover: then nobody minds.',
  server:
    'The same, with server_no_context_takeover. Receiving, start the inflater anew behind such a block, with the ' +
    'last 32 KiB as its dictionary.',
  example: {
    bytes: 'c1 08 f3 48 cd c9 c9 07 00 00',
    explanation: '"Hello": the first bit of f3, which is BFINAL, is set; f2 would be a block like any other.',
  },
  watch({ handshake }, report) {
    const parameters = hasMessageDeflate(handshake) ? deflateParameters(handshake!) : undefined;
    if (parameters === undefined) return WATCHES_NOTHING;
    return {
      message(facts) {
        const { sender, inflated, complete, wireLength } = facts;
        if (!complete || !inflated?.hasFinal || inflated.failure !== undefined) return;
        if (parameters[sender].contextTakeover)
          report(
            sender,
            `a block of the compressed message of ${count(wireLength, 'byte')} has BFINAL set`,
            whereBegins(facts),
          );
      },
    };
  },
};
