/**
 * RFC 6455 §4.1: the client waits for the response before it sends frames.
 */
import { count } from './count.js';
import { exampleRequest } from './example-heads.js';
import type { Rule } from './rule.js';

export const earlyFrames: Rule = {
  id: 'early-frames',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'The client sends data before the 101',
  asks: 'Once it has sent its handshake, the client MUST wait for the response before it sends anything else.',
  why:
    'Until the 101, the connection is HTTP: should the server refuse, what follows would be read as the next ' +
    'request, which is what an attacker of a proxy would want.',
  causes:
    'Clients that write their first message right behind the request to save a round trip, or that open the ' +
    'socket without waiting for the event that says it is open. Servers lose such frames easily: Node.js hands ' +
    'over what came with the request as "head", which not everyone looks at.',
  client: 'Send nothing before the 101 was received and its Sec-WebSocket-Accept checked.',
  server: 'Keep what comes behind the request, and read it as frames only if the handshake succeeds.',
  example: {
    bytes: `${exampleRequest()}\n\n81 85 37 fa 21 3d 7f 9f 4d 51 58`,
    explanation: 'The octets of a text frame, "Hello", follow the request at once.',
  },
  judge: (report) => ({
    handshake({ isWebSocketResponse, status }, { earlyClientBytes }) {
      if (isWebSocketResponse && earlyClientBytes > 0)
        report(
          'client',
          `the client sent ${count(earlyClientBytes, 'byte')} behind its request before the ${status}`,
        );
    },
  }),
};
