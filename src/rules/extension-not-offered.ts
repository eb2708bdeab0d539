/**
 * RFC 6455 §4.1 and §9.1: the server uses extensions that the client offered.
 */
import { exampleResponse } from './example-heads.js';
import { openingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const extensionNotOffered: Rule = {
  id: 'extension-not-offered',
  section: 'RFC 6455 §9.1',
  severity: 'error',
  title: 'The server uses an extension that was not offered',
  asks:
    'A server MUST NOT use an extension that the client has not asked for, and a client MUST fail the connection ' +
    'if Sec-WebSocket-Extensions of the 101 names one.',
  why: 'An extension changes what frames mean. A client without it would take compressed data for text.',
  causes:
    'Servers that answer with permessage-deflate whenever compression is switched on, without looking at the ' +
    'request; a proxy that removes the field from the request, so that only the other hop has the offer.',
  client: 'Fail the connection before any frame is read.',
  server: 'Build the answer from the offers in the request, and send no field where there was none.',
  example: {
    bytes: exampleResponse({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }),
    explanation: 'It answers the request of RFC 6455 §1.2, which has no Sec-WebSocket-Extensions.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const { request, offeredExtensions: offers, extensions: answer } = handshake;
      if (openingResponse(handshake) === undefined || request === undefined) return;
      // What cannot be parsed is told of by extension-syntax, and its names may be wrong.
      if (offers.malformed || answer.malformed || answer.extensions.length === 0) return;
      const offered = new Set(offers.extensions.map(({ name }) => name));
      const foreign = answer.extensions.filter(({ name }) => !offered.has(name));
      const names = [...new Set(foreign.map(({ name }) => name))].join(', ');
      if (names === '') return;
      const instead = offered.size === 0 ? 'no extension' : quote([...offered].join(', '));
      report('server', `the server uses ${quote(names)}, and the client offered ${instead}`);
    },
  }),
};
