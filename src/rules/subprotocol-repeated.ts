/**
 * RFC 6455 §4.1: each subprotocol is offered once.
 */
import { exampleRequest } from './example-heads.js';
import { openingRequest } from './heads.js';
import { quote } from './quote.js';
import { repeated } from './repeated.js';
import type { Rule } from './rule.js';

export const subprotocolRepeated: Rule = {
  id: 'subprotocol-repeated',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'A subprotocol is offered twice',
  asks: 'The elements of Sec-WebSocket-Protocol in the request MUST all be different.',
  why: 'The list is in the order of preference, and a name that stands in two places has no place in an order.',
  causes:
    'A list of defaults joined with a list from the settings, or a library that adds its own name to those of ' +
    'the application. Browsers throw a SyntaxError instead of sending it.',
  client: 'Remove repetitions before the request is written. Names that differ in case are different.',
  server: 'Take it as a broken request: `ws` refuses it with 400. Others choose from the list all the same.',
  example: {
    bytes: exampleRequest({ 'Sec-WebSocket-Protocol': 'chat, superchat, chat' }),
    explanation: 'The name chat stands in the list twice.',
  },
  judge: (report) => ({
    handshake(handshake) {
      if (openingRequest(handshake) === undefined) return;
      const { offeredSubprotocols } = handshake;
      if (offeredSubprotocols.length < 2) return;
      const names = repeated(offeredSubprotocols).map(quote);
      if (names.length === 1) report('client', `the subprotocol ${names[0]} is offered more than once`);
      else if (names.length > 1)
        report('client', `${names.length} subprotocols are offered more than once, ${names[0]} among them`);
    },
  }),
};
