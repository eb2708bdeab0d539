/**
 * RFC 6455 §5.6, §8.1: a text message is UTF-8, as a whole.
 */
import { formatHex } from '../bytes/hex.js';
import type { MessageFacts } from '../websocket/observer.js';
import { isControl, TEXT } from '../websocket/opcode.js';
import { hasStrayBits, isContentKnown } from './content.js';
import { count } from './count.js';
import { type Rule, WATCHES_NOTHING, whereBegins } from './rule.js';

export const invalidUtf8: Rule = {
  id: 'invalid-utf8',
  section: 'RFC 6455 §5.6',
  severity: 'error',
  fails: true,
  title: 'A text message is not UTF-8',
  asks:
    'The whole text message MUST be valid UTF-8; a single fragment of it may end within a character. ' +
    'Whoever receives something else MUST fail the connection (§8.1); 1007 is the code for that.',
  why:
    'Text is handed to applications as characters. If each receiver repaired broken bytes in its own way, ' +
    'two of them could read different things in the same message, which is how filters are passed.',
  causes:
    'Binary data (images, protobuf, an echoed binary message) sent with opcode 1 because every reply is; ' +
    'text in Latin-1 or a Windows code page, mostly from C, C++ or PHP; a string cut at a number of bytes; ' +
    'Java\'s "modified UTF-8" (DataOutputStream.writeUTF) or surrogates encoded one by one. `ws` (a Buffer ' +
    'with `binary: false`) and gorilla/websocket send as text whatever bytes they are given.',
  client:
    'Send bytes that are not text as binary. On an invalid message, close with 1007 and show none of it.',
  server: 'The same; and check the joined message, not each fragment, or valid text is refused.',
  example: {
    bytes: '81 05 48 69 20 e9 21',
    explanation:
      '"Hi é!" in Latin-1. In UTF-8 e9 announces a character of three octets, and 21 cannot be its second ' +
      'one.',
  },
  watch({ handshake }, report) {
    if (!isContentKnown(handshake)) return WATCHES_NOTHING;
    const stray = { client: false, server: false };
    const compressed = { client: false, server: false };
    return {
      oddFrame(facts) {
        if (isControl(facts.header.opcode)) return;
        if (hasStrayBits(facts)) stray[facts.sender] = true;
        if (facts.header.rsv1) compressed[facts.sender] = true;
      },
      message(facts) {
        const { sender, opcode, badTextOffset } = facts;
        const readable = !stray[sender] && isReadable(facts, compressed[sender], handshake !== undefined);
        stray[sender] = compressed[sender] = false;
        if (opcode === TEXT && badTextOffset !== undefined && readable)
          report(sender, describe(facts, badTextOffset), whereBegins(facts));
      },
      lost(sender) {
        stray[sender] = compressed[sender] = false;
      },
    };
  },
};

/** Not where a message seems compressed and cannot be inflated: other rules tell of that. */
function isReadable({ compressed, inflated }: MessageFacts, rsv1: boolean, negotiated: boolean): boolean {
  if (!compressed) return !rsv1;
  return negotiated && inflated !== undefined && inflated.failure === undefined;
}

function describe(facts: MessageFacts, bad: number): string {
  const { badTextOctets: octets, badTextDetectedAt: known, fragments, compressed } = facts;
  const what = octets.length > 0 ? ` (${formatHex(octets)})` : '';
  const where = compressed ? ' of its content, once inflated' : '';
  const length = compressed ? facts.inflated!.length : facts.wireLength;
  const parts = fragments > 1 ? ` in frames ${facts.firstFrame} to ${facts.lastFrame}` : '';
  const read = facts.complete ? `${known} of ${count(length, 'byte')}` : count(known, 'byte');
  const early =
    facts.complete && known >= length
      ? 'that shows with its last byte, not before'
      : `a receiver can know it after ${read}`;
  return `the text message${parts} is not UTF-8 at offset ${bad}${what}${where}; ${early}`;
}
