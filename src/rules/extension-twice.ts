/**
 * RFC 6455 §9.1, RFC 7692 §5: the server uses an extension once.
 */
import { exampleExchange, exampleRequest, exampleResponse } from './example-heads.js';
import { openingResponse } from './heads.js';
import { quote } from './quote.js';
import { repeated } from './repeated.js';
import type { Rule } from './rule.js';

export const extensionTwice: Rule = {
  id: 'extension-twice',
  section: 'RFC 7692 §5',
  severity: 'error',
  title: 'The server uses an extension twice',
  asks:
    'Of the offers of an extension the server accepts one. Two that use the same reserved bit cannot be in use ' +
    'together, and each compression uses RSV1.',
  why: 'It is open which parameters hold, and whether messages are to be inflated once or twice.',
  causes:
    'Clients may offer an extension several times, with other parameters each time, as a choice: a server that ' +
    'maps each offer to an answer accepts all of them. Or framework and application both add the field.',
  client: 'Fail the connection.',
  server:
    'Go through the offers in their order, accept the first that suits, and skip the rest of that name.',
  example: {
    bytes: exampleExchange(
      exampleRequest({
        'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=10, permessage-deflate',
      }),
      exampleResponse({
        'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=10, permessage-deflate',
      }),
    ),
    explanation: 'The client offers two variants of one extension, and the server accepts both.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const { extensions, malformed } = handshake.extensions;
      if (openingResponse(handshake) === undefined || malformed || extensions.length < 2) return;
      const names = extensions.map(({ name }) => name);
      const [twice] = repeated(names) as [string?];
      if (twice === undefined) return;
      const count = names.filter((name) => name === twice).length;
      report('server', `the 101 names the extension ${quote(twice)} ${count} times`);
    },
  }),
};
