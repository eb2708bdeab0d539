/**
 * RFC 6455 §4.2.2: Upgrade of the 101 is `websocket`.
 */
import { headerValues } from '../http/head.js';
import { exampleResponse } from './example-heads.js';
import { upgradingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const responseUpgrade: Rule = {
  id: 'response-upgrade',
  section: 'RFC 6455 §4.2.2',
  severity: 'error',
  title: 'Upgrade of the 101 is not websocket',
  asks: 'The 101 MUST have an Upgrade field, and its value is "websocket", in any case of letters.',
  why: 'The field says to which protocol the connection was switched: a 101 may name any other.',
  causes:
    'Servers written by hand that send the status line and the Accept only, or echo the list of the request; ' +
    'proxies that take Upgrade out of the answer as a field of one hop.',
  client: 'Fail the connection: what follows may not be frames.',
  server: 'Send "Upgrade: websocket" and nothing else in that field.',
  example: {
    bytes: exampleResponse({ Upgrade: undefined }),
    explanation: 'The 101 does not say what it switches to.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const response = upgradingResponse(handshake);
      const { responseUpgrade: protocols } = handshake;
      if (response === undefined || (protocols.length === 1 && protocols[0] === 'websocket')) return;
      const values = headerValues(response, 'Upgrade');
      if (values.length === 0) report('server', 'the 101 has no Upgrade');
      else report('server', `Upgrade of the 101 is ${quote(values.join(', '))}, not "websocket"`);
    },
  }),
};
