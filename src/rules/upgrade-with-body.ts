/**
 * RFC 9110 §8.6, RFC 9112 §6.1: a 101 announces no body.
 */
import { headerValue } from '../http/head.js';
import { exampleResponse } from './example-heads.js';
import { upgradingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

const FIELDS = ['Content-Length', 'Transfer-Encoding'];

export const upgradeWithBody: Rule = {
  id: 'upgrade-with-body',
  section: 'RFC 9110 §8.6',
  severity: 'error',
  title: 'The 101 has a Content-Length or Transfer-Encoding',
  asks:
    'A server MUST NOT send Content-Length in a response with a status of 1xx, nor Transfer-Encoding (RFC 9112 ' +
    '§6.1). The first frame follows the head at once.',
  why:
    'Behind a 101 the connection is no longer HTTP. A client or proxy that believes the field takes frames for a ' +
    'body, or the connection for finished.',
  causes:
    'Frameworks that build the 101 as any response. Content-Length: 0 was sent by Envoy until 2020 and Drogon ' +
    'until 2024; ClientWebSocket of .NET Framework then ends the connection after some 100 seconds.',
  client: 'Read frames from the end of the head on, whatever the field says.',
  server: 'Write the 101 without the two fields, past what the framework adds to other responses.',
  example: {
    bytes: exampleResponse({ 'Content-Length': '0' }),
    explanation: 'The last field belongs to responses that could have a body.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const response = upgradingResponse(handshake);
      if (response === undefined) return;
      const found = FIELDS.filter((name) => headerValue(response, name) !== undefined);
      if (found.length > 0)
        report(
          'server',
          `the 101 has ${found.map((name) => `${name} ${quote(headerValue(response, name)!)}`).join(' and ')}`,
        );
    },
  }),
};
