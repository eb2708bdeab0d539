/**
 * RFC 7692 §7.1.2: no reference reaches further back than the negotiated window.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { Handshake } from '../websocket/handshake.js';
import { hasMessageDeflate } from './content.js';
import { type Rule, WATCHES_NOTHING, whereBegins } from './rule.js';

export const deflateWindowExceeded: Rule = {
  id: 'deflate-window-exceeded',
  section: 'RFC 7692 §7.1.2',
  severity: 'error',
  title: 'The compression window is larger than negotiated',
  asks:
    'With server_max_window_bits or client_max_window_bits in the answer, that side MUST NOT use a window ' +
    'of more than 2 to the power of that many octets: no reference in its DEFLATE data reaches further ' +
    'back.',
  why:
    'The other side may have set aside only that much memory, per connection. What lies further back it no ' +
    'longer has: it must give up, or inflates something else.',
  causes:
    "Compressors without a setting for the window (java.util.zip.Deflater, Go's compress/flate) under a " +
    'negotiation that agrees to any number; one compressor shared by connections with different ' +
    'parameters. It can stay unnoticed for years, since a receiver that keeps 32 KiB anyway inflates it ' +
    'without complaint.',
  client:
    'Offer client_max_window_bits only if your compressor obeys it. Receiving, either inflate with 15 bits ' +
    'and be lenient, or close with 1007.',
  server:
    'Leave a window parameter out of the answer, or decline the offer, rather than promise what is not ' +
    'kept.',
  example: {
    bytes: 'c2 04 02 86 1f 00',
    explanation:
      'With server_max_window_bits=8, after a message of 320 octets: fixed Huffman codes, a match of ' +
      'length 3 and distance 320, where 256 octets are allowed.',
  },
  watch({ handshake }, report) {
    if (!hasMessageDeflate(handshake)) return WATCHES_NOTHING;
    return {
      message(facts) {
        const { sender, inflated, complete } = facts;
        if (!complete || !inflated?.exceedsWindow || inflated.failure !== undefined) return;
        const term = windowTerm(handshake!, sender);
        report(
          sender,
          `a reference reaches ${inflated.farthest} bytes back, further than ${term ?? 'the window'} allows`,
          whereBegins(facts),
        );
      },
    };
  },
};

/** `server_max_window_bits=9 (512 bytes)`; undefined where only the default of 15 bits is exceeded. */
function windowTerm({ extensions }: Handshake, sender: Sender): string | undefined {
  const parameters = extensions.extensions.flatMap((extension) => extension.parameters);
  const term = parameters.find(({ name }) => name === `${sender}_max_window_bits`);
  return term && `${term.name}=${Number(term.value)} (${2 ** Number(term.value)} bytes)`;
}
