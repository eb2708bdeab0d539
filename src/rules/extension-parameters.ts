/**
 * RFC 7692 §7.1: valid parameters of permessage-deflate, in the offer and in the answer to it.
 */
import type { Extension, ExtensionList } from '../websocket/extensions.js';
import { misfit, parameterFault } from './deflate-terms.js';
import { exampleExchange, exampleRequest, exampleResponse } from './example-heads.js';
import { openingRequest, openingResponse } from './heads.js';
import type { Rule } from './rule.js';

const NAME = 'permessage-deflate';

export const extensionParameters: Rule = {
  id: 'extension-parameters',
  section: 'RFC 7692 §7.1',
  severity: 'error',
  title: 'Invalid parameters of permessage-deflate',
  asks:
    'Window bits are a number from 8 to 15 without a leading zero, the two takeover parameters have no value, and ' +
    'none appears twice. The answer has to fit an offer: what was asked of the server has to be in it, windows ' +
    'no larger than asked for, and client_max_window_bits only if it was offered.',
  why:
    'Compressor and decompressor have to agree on window and context. If they do not, the first message that uses ' +
    'more than the other side keeps ends the connection, often long after the handshake.',
  causes:
    'Servers that answer with client_max_window_bits to everyone because browsers offer it, or that send the ' +
    'name back without a value; servers that answer with their own window where the client offered a smaller one ' +
    '(`ws` did with clientMaxWindowBits until 2026); values put into the field from settings unchecked.',
  client:
    'Fail the connection on an invalid answer. Offer client_max_window_bits without a value to allow any.',
  server:
    'Decline an invalid offer by leaving the extension out of the answer, which is no reason to refuse the ' +
    'handshake. Answer from the offer at hand, not from a fixed text.',
  example: {
    bytes: exampleExchange(
      exampleRequest({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }),
      exampleResponse({ 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits=15' }),
    ),
    explanation: 'The client has not offered client_max_window_bits: it may be unable to limit its window.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const offers = openingRequest(handshake) && deflates(handshake.offeredExtensions);
      const fault = offers?.map((offer) => parameterFault('offer', offer)).find((one) => one !== undefined);
      if (fault !== undefined) report('client', `in the offer, ${fault}`);
      const answer = openingResponse(handshake) && deflates(handshake.extensions)?.[0];
      if (answer === undefined) return;
      const wrong =
        parameterFault('answer', answer) ??
        (fault === undefined ? fitsNone(offers ?? [], answer) : undefined);
      if (wrong !== undefined) report('server', `in the answer, ${wrong}`);
    },
  }),
};

/** Undefined where the field cannot be parsed: extension-syntax tells of that. */
function deflates({ extensions, malformed }: ExtensionList): readonly Extension[] | undefined {
  return malformed ? undefined : extensions.filter(({ name }) => name === NAME);
}

/** Undefined where the answer fits an offer, or none was captured. */
function fitsNone(offers: readonly Extension[], answer: Extension): string | undefined {
  const reasons = offers.map((offer) => misfit(offer, answer));
  return reasons.includes(undefined) ? undefined : reasons[0];
}
