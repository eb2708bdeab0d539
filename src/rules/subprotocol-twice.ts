/**
 * RFC 6455 §4.2.2 and §11.3.4: the server chooses one subprotocol.
 */
import { headerValues, listElements } from '../http/head.js';
import { exampleExchange, exampleRequest, exampleResponse } from './example-heads.js';
import { openingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const subprotocolTwice: Rule = {
  id: 'subprotocol-twice',
  section: 'RFC 6455 §11.3.4',
  severity: 'error',
  title: 'The server chose more than one subprotocol',
  asks: 'Sec-WebSocket-Protocol MUST NOT appear more than once in the 101, and its value is a single name.',
  why: 'One subprotocol is spoken on a connection. A list leaves open which.',
  causes:
    'Servers that send back the field of the request as it is, which goes unnoticed while clients offer a single ' +
    'name; an application and its framework that both add the field.',
  client: 'Fail the connection, as browsers do: a list is none of the names that were offered.',
  server: 'Split the field of the request at its commas, choose one name, and send that.',
  example: {
    bytes: exampleExchange(
      exampleRequest({ 'Sec-WebSocket-Protocol': 'chat, superchat' }),
      exampleResponse({ 'Sec-WebSocket-Protocol': 'chat, superchat' }),
    ),
    explanation: 'The offer comes back as the answer.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const response = openingResponse(handshake);
      if (response === undefined) return;
      const values = headerValues(response, 'Sec-WebSocket-Protocol');
      const names = listElements(response, 'Sec-WebSocket-Protocol');
      if (values.length > 1)
        report(
          'server',
          `the 101 has Sec-WebSocket-Protocol ${values.length} times: ${quote(names.join(', '))}`,
        );
      else if (names.length > 1)
        report('server', `Sec-WebSocket-Protocol of the 101 is a list: ${quote(names.join(', '))}`);
    },
  }),
};
