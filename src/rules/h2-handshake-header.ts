/**
 * RFC 8441 §5, RFC 9113 §8.2.2: fields of the HTTP/1.1 handshake have no place in HTTP/2.
 */
import { type Head, headerValue } from '../http/head.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Handshake } from '../websocket/handshake.js';
import { exampleConnect } from './example-heads.js';
import { connectingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Report, Rule } from './rule.js';

/** Of the connection: a head that has them is malformed (RFC 9113 §8.2.2). */
const OF_CONNECTION = ['Upgrade', 'Connection', 'Transfer-Encoding'];

/** With those of RFC 6455. */
const FIELDS: Readonly<Record<Sender, readonly string[]>> = {
  client: ['Host', ...OF_CONNECTION, 'Sec-WebSocket-Key'],
  server: [...OF_CONNECTION, 'Sec-WebSocket-Accept'],
};

/** The answer is one that clients have to reset the stream for (RFC 9113 §8.1.1). */
export function hasMalformedAnswer({ isExtendedConnect, response }: Handshake): boolean {
  return isExtendedConnect && OF_CONNECTION.some((name) => headerValue(response, name) !== undefined);
}

export const h2HandshakeHeader: Rule = {
  id: 'h2-handshake-header',
  section: 'RFC 8441 §5',
  severity: 'warning',
  title: 'A handshake over HTTP/2 has fields of the one over HTTP/1.1',
  asks:
    'The :scheme and :authority of the extended CONNECT take the place of Host, and :protocol that of Upgrade and ' +
    'Connection, which MUST NOT be sent over HTTP/2 (RFC 9113 §8.2.2). Sec-WebSocket-Key and Sec-WebSocket-Accept ' +
    'are not used: the SETTINGS have shown already that both sides mean a WebSocket.',
  why:
    'A message with fields of the connection is malformed, and a strict peer resets the stream. A key or an Accept ' +
    'is superfluous, and shows that somebody takes the one handshake for the other.',
  causes:
    'Gateways that translate a handshake from HTTP/1.1 field by field, and libraries that write the head of ' +
    'HTTP/1.1 to whatever stream they are given.',
  client: 'Leave them out. Do not look for a Sec-WebSocket-Accept: a status of 2xx agrees.',
  server: 'Answer 200, with Sec-WebSocket-Protocol and Sec-WebSocket-Extensions as needed, and nothing else.',
  example: {
    bytes: exampleConnect({ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }),
    explanation: 'Nobody answers the key of the last line.',
  },
  judge: (report) => ({
    handshake(handshake) {
      if (!handshake.isExtendedConnect) return;
      check(report, 'client', connectingRequest(handshake));
      if (handshake.isWebSocketResponse) check(report, 'server', handshake.response);
    },
  }),
};

function check(report: Report, breaker: Sender, head: Head | undefined): void {
  if (head === undefined) return;
  const found = FIELDS[breaker].filter((name) => {
    const value = headerValue(head, name);
    // Not against the rules, if both say the same (RFC 9113 §8.3.1).
    return value !== undefined && !(name === 'Host' && value === headerValue(head, ':authority'));
  });
  if (found.length > 0)
    report(
      breaker,
      `the ${breaker === 'client' ? 'request' : 'response'} has ${found.map((name) => `${name} ${quote(headerValue(head, name)!)}`).join(' and ')}`,
    );
}
