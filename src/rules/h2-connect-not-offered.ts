/**
 * RFC 8441 §3: a client uses the extended CONNECT where the server has offered it.
 */
import { exampleConnect } from './example-heads.js';
import { connectingRequest } from './heads.js';
import type { Rule } from './rule.js';

export const h2ConnectNotOffered: Rule = {
  id: 'h2-connect-not-offered',
  section: 'RFC 8441 §3',
  severity: 'error',
  title: 'The server has not offered the extended CONNECT',
  asks:
    "A client may send :protocol once the server's SETTINGS had SETTINGS_ENABLE_CONNECT_PROTOCOL (8) with the value " +
    '1. Without that, pseudo-header fields other than those of RFC 9113 MUST NOT be sent (RFC 9113 §8.3).',
  why:
    'A server that does not know :protocol takes the request for a malformed one, or for a CONNECT that asks for a ' +
    'tunnel to the host that it names.',
  causes:
    'Clients that do not wait for the first SETTINGS of the server, or that know from elsewhere that it speaks ' +
    'RFC 8441; a proxy that offers less than the server behind it.',
  client:
    'Wait for the SETTINGS. Where they do not offer it, open the WebSocket over HTTP/1.1, as browsers do.',
  server:
    'Send SETTINGS_ENABLE_CONNECT_PROTOCOL with the first SETTINGS if WebSockets are served over HTTP/2 ' +
    '(`enableConnectProtocol` of Node.js); else reset the stream with PROTOCOL_ERROR.',
  example: {
    bytes: exampleConnect(),
    explanation: 'The request is right, but the SETTINGS of the server had no setting 8.',
  },
  judge: (report) => ({
    handshake(handshake) {
      if (connectingRequest(handshake) !== undefined && handshake.connectOffered === false)
        report('client', 'the request has :protocol, which no SETTINGS of the server had offered');
    },
  }),
};
