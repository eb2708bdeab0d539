/**
 * RFC 6455 §4.2.2: the 101 has the token `Upgrade` in Connection.
 */
import { headerValues } from '../http/head.js';
import { exampleResponse } from './example-heads.js';
import { upgradingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const responseConnection: Rule = {
  id: 'response-connection',
  section: 'RFC 6455 §4.2.2',
  severity: 'error',
  title: 'Connection of the 101 lacks the token Upgrade',
  asks: 'The 101 MUST have a Connection field with the token "Upgrade", in any case of letters.',
  why:
    'Fields for one hop have to be named in Connection (RFC 9110 §7.6.1): it shows that the Upgrade field is by ' +
    'the server at the other end of this connection.',
  causes:
    'Web frameworks that set Connection to "keep-alive" or "close" on every response, the 101 included; answers ' +
    'written by hand without the field.',
  client: 'Fail the connection.',
  server: 'Send "Connection: Upgrade", and see that nothing behind the handler overwrites it.',
  example: {
    bytes: exampleResponse({ Connection: 'close' }),
    explanation: 'Connection has the token close in place of Upgrade.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const response = upgradingResponse(handshake);
      if (response === undefined || handshake.responseConnection.includes('upgrade')) return;
      const values = headerValues(response, 'Connection');
      if (values.length === 0) report('server', 'the 101 has no Connection');
      else report('server', `Connection of the 101 is ${quote(values.join(', '))}, without "Upgrade"`);
    },
  }),
};
