/**
 * Fields of the drafts before RFC 6455, of which §11.3 registers other names.
 */
import { type Head, headerCount } from '../http/head.js';
import type { Sender } from '../websocket/frame-record.js';
import { exampleResponse } from './example-heads.js';
import { openingRequest, openingResponse } from './heads.js';
import type { Report, Rule } from './rule.js';

/** hixie-75 and -76; Sec-WebSocket-Origin was the hybi drafts' Origin. */
const OLD_NAMES: Readonly<Record<Sender, readonly string[]>> = {
  client: [
    'WebSocket-Protocol',
    'Sec-WebSocket-Key1',
    'Sec-WebSocket-Key2',
    'Sec-WebSocket-Draft',
    'Sec-WebSocket-Origin',
  ],
  server: [
    'WebSocket-Location',
    'WebSocket-Origin',
    'WebSocket-Protocol',
    'Sec-WebSocket-Location',
    'Sec-WebSocket-Origin',
  ],
};

export const draftHeaders: Rule = {
  id: 'draft-headers',
  section: 'RFC 6455 §11.3',
  severity: 'warning',
  title: 'The handshake has fields of an old draft',
  asks:
    'The fields of the handshake are Sec-WebSocket-Key, -Version, -Accept, -Protocol and -Extensions. Those of ' +
    'earlier drafts, such as WebSocket-Location or WebSocket-Protocol, are not part of it.',
  why:
    'Nobody reads them any more, so that what they say is lost: a subprotocol named in WebSocket-Protocol is not ' +
    'in use.',
  causes:
    'Code copied from examples of the years 2010 and 2011. A PHP chat server that is found in many repositories ' +
    'sends WebSocket-Origin and WebSocket-Location beside a right Sec-WebSocket-Accept.',
  client: 'Leave the fields out; name subprotocols in Sec-WebSocket-Protocol, and the origin in Origin.',
  server: 'Leave the fields out; answer an offer of subprotocols with Sec-WebSocket-Protocol.',
  example: {
    bytes: exampleResponse({
      'WebSocket-Origin': 'http://example.com',
      'WebSocket-Location': 'ws://server.example.com/chat',
    }),
    explanation: 'The last two fields are of the draft hixie-75; the rest is a valid answer.',
  },
  judge: (report) => ({
    handshake(handshake) {
      check(report, 'client', openingRequest(handshake));
      check(report, 'server', openingResponse(handshake));
    },
  }),
};

function check(report: Report, breaker: Sender, head: Head | undefined): void {
  if (head === undefined) return;
  const found = OLD_NAMES[breaker].filter((name) => headerCount(head, name) > 0);
  if (found.length === 0) return;
  const what = found.length === 1 ? `${found[0]}, a field` : `${found.join(', ')}, fields`;
  report(breaker, `the ${breaker === 'client' ? 'request' : 'response'} has ${what} of an old draft`);
}
