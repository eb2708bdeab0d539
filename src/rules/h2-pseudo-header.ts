/**
 * RFC 8441 §4: an extended CONNECT names scheme, path and authority.
 */
import { headerCount, headerValue } from '../http/head.js';
import { exampleConnect } from './example-heads.js';
import { connectingRequest } from './heads.js';
import type { Rule } from './rule.js';

const NEEDED = [':method', ':scheme', ':path', ':authority'];

export const h2PseudoHeader: Rule = {
  id: 'h2-pseudo-header',
  section: 'RFC 8441 §4',
  severity: 'error',
  title: 'The extended CONNECT lacks a pseudo-header field',
  asks:
    'A request with :protocol MUST also have :scheme and :path, which a plain CONNECT MUST NOT have, and its ' +
    ':authority is that of the target. The method is CONNECT; each of them is there once (RFC 9113 §8.3).',
  why:
    'They say which resource the WebSocket is of. Without them the request is malformed, and a server resets the ' +
    'stream with PROTOCOL_ERROR.',
  causes: 'Clients and gateways that write the extended CONNECT as if it were a plain one for a tunnel.',
  client: 'Send :method CONNECT, :protocol websocket, :scheme http or https, :path and :authority.',
  server: 'Reset the stream with PROTOCOL_ERROR (RFC 9113 §8.1.1).',
  example: {
    bytes: exampleConnect({ ':path': undefined }),
    explanation: 'There is no :path.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const request = connectingRequest(handshake);
      if (request === undefined) return;
      const missing = NEEDED.filter((name) => !headerValue(request, name));
      const twice = [...NEEDED, ':protocol'].filter((name) => headerCount(request, name) > 1);
      if (missing.length > 0) report('client', `the extended CONNECT has no ${missing.join(', ')}`);
      else if (twice.length > 0)
        report('client', `the extended CONNECT has ${twice.join(', ')} more than once`);
      else if (request.method !== 'CONNECT')
        report('client', 'the request has :protocol, but its method is not CONNECT');
    },
  }),
};
