/**
 * RFC 6455 §11.3: fields that appear once.
 */
import { type Head, headerCount } from '../http/head.js';
import type { Sender } from '../websocket/frame-record.js';
import { exampleRequest } from './example-heads.js';
import { openingRequest, openingResponse } from './heads.js';
import type { Report, Rule } from './rule.js';

/**
 * Sec-WebSocket-Extensions may be split in requests and responses (§9.1, erratum 3433). That a response has
 * Sec-WebSocket-Protocol twice is told by subprotocol-twice. Host: RFC 9112 §3.2, Origin: RFC 6454 §7.3.
 */
const SINGLE: Readonly<Record<Sender, readonly string[]>> = {
  client: ['Host', 'Origin', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version'],
  server: ['Sec-WebSocket-Accept'],
};
/** Those that an extended CONNECT has no place for, h2-handshake-header tells. */
const SINGLE_IN_HTTP2: typeof SINGLE = { client: ['Origin', 'Sec-WebSocket-Version'], server: [] };

export const repeatedHeader: Rule = {
  id: 'repeated-header',
  section: 'RFC 6455 §11.3',
  severity: 'error',
  title: 'A field that may appear once appears twice',
  asks:
    'In a request, Sec-WebSocket-Key and Sec-WebSocket-Version MUST NOT appear more than once, nor may Host and ' +
    'Origin; in a response Sec-WebSocket-Accept.',
  why:
    'These fields have one value. Of several, one implementation takes the first, another the last, and some join ' +
    'them with a comma (Node.js does), so that the two sides do not mean the same.',
  causes:
    'Applications that set by hand, as extra headers, what their library sends anyway; proxies that add a field ' +
    'of their own to the one they pass on.',
  client:
    'Let the library write the fields of the handshake. Fail the connection on two Sec-WebSocket-Accept.',
  server: 'Refuse such a request with 400; send one Sec-WebSocket-Accept.',
  example: {
    bytes: exampleRequest({ 'Sec-WebSocket-Version': ['13', '8'] }),
    explanation: 'Sec-WebSocket-Version is there twice; versions are tried one after the other (§4.4).',
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
  const single = head.version === '2' ? SINGLE_IN_HTTP2 : SINGLE;
  const found = single[breaker].filter((name) => headerCount(head, name) > 1);
  if (found.length === 0) return;
  const what = found.map((name) => `${name} ${headerCount(head, name)} times`).join(', ');
  report(breaker, `the ${breaker === 'client' ? 'request' : 'response'} has ${what}`);
}
