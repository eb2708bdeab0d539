/**
 * RFC 6455 §4.1: Sec-WebSocket-Version is 13.
 */
import { exampleRequest } from './example-heads.js';
import { openingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const version: Rule = {
  id: 'version',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'Sec-WebSocket-Version is not 13',
  asks: 'The request MUST have a Sec-WebSocket-Version, and its value MUST be 13.',
  why:
    'The drafts before the RFC had other versions, and the early ones other frames. The number lets a server ' +
    'refuse a client that it would misunderstand.',
  causes:
    'Clients from the time of the drafts (7 and 8 were sent by browsers of 2011), and clients written by hand ' +
    'that leave the field out or send a list of versions.',
  client:
    'Send "Sec-WebSocket-Version: 13". If a server names other versions in its refusal, those are its own.',
  server:
    'Refuse the handshake: with 400 if the field is missing, otherwise also naming the versions you take.',
  example: {
    bytes: exampleRequest({ 'Sec-WebSocket-Version': '8' }),
    explanation: 'The client speaks a draft of the year 2011.',
  },
  judge: (report) => ({
    handshake(handshake) {
      if (openingRequest(handshake) === undefined) return;
      const { version: value } = handshake;
      if (value === undefined) report('client', 'the request has no Sec-WebSocket-Version');
      else if (value !== '13') report('client', `Sec-WebSocket-Version is ${quote(value)}, not 13`);
    },
  }),
};
