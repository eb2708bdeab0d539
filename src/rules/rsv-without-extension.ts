/**
 * RFC 6455 §5.2: reserved bits are clear unless an extension defines them.
 */
import { isReserved, opcodeName } from '../websocket/opcode.js';
import { knownExtensions } from './negotiated.js';
import { type Rule, WATCHES_NOTHING } from './rule.js';

export const rsvWithoutExtension: Rule = {
  id: 'rsv-without-extension',
  section: 'RFC 6455 §5.2',
  severity: 'error',
  fails: true,
  title: 'A reserved bit is set without an extension that defines it',
  asks:
    'RSV1, RSV2 and RSV3 MUST be 0 unless an extension was negotiated that gives them a meaning. ' +
    'permessage-deflate does so for RSV1; nothing in use does for the others. The receiver MUST fail the ' +
    'connection.',
  why: 'The bits change what the payload is, for instance compressed. Who ignores one takes it for another.',
  causes:
    'Most often no bit was meant: after a wrong length the receiver reads payload as a header. That is so with ' +
    'lengths counted in characters but sent as UTF-8, two threads that write at once, or plain text written to ' +
    'the socket behind the handshake. Or a sender compresses without having negotiated it.',
  client: 'Fail the connection with 1002. Chromium says "One or more reserved bits are on".',
  server:
    'Look at the frame before this one first: if its length is wrong, that is the fault. Compress only if the ' +
    '101 that you sent has permessage-deflate.',
  example: {
    bytes: 'c1 07 f2 48 cd c9 c9 07 00',
    explanation:
      'The octet c1 is FIN, RSV1 and text: a compressed "Hello", on a connection without permessage-deflate.',
  },
  watch: ({ handshake }, report) => {
    const extensions = knownExtensions(handshake);
    if (extensions === undefined) return WATCHES_NOTHING;
    const definesRsv1 = extensions.size > 0;
    return {
      oddFrame({ sender, header }) {
        const rsv1 = header.rsv1 && !definesRsv1;
        // The reserved opcode is told of, and who defined it might have defined the bits.
        if (!(rsv1 || header.rsv2 || header.rsv3) || isReserved(header.opcode)) return;
        const bits = [rsv1 && 'RSV1', header.rsv2 && 'RSV2', header.rsv3 && 'RSV3'].filter(Boolean);
        const what = `${bits.join(' and ')} ${bits.length === 1 ? 'is' : 'are'} set in the`;
        report(sender, `${what} ${opcodeName(header.opcode)} frame, and no extension defines that`);
      },
    };
  },
};
