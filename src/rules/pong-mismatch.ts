/**
 * RFC 6455 §5.5.3: a Pong carries what the Ping carried.
 */
import { count } from './count.js';
import { PingWatch } from './ping-watch.js';
import type { Rule } from './rule.js';

export const pongMismatch: Rule = {
  id: 'pong-mismatch',
  section: 'RFC 6455 §5.5.3',
  severity: 'warning',
  title: 'A Pong has another payload than the Ping',
  asks:
    'A Pong sent in response to a Ping has exactly the payload of that Ping. Of several Pings only the ' +
    'latest need be answered. A Pong that answers nothing is allowed at any time, as a heartbeat: one that ' +
    'comes while Pings are open, and has the payload of none, cannot be told from a wrong answer.',
  why:
    'By the payload the sender knows which of its Pings came back, and so how long the way takes. ' +
    'Libraries that look at it (Python `websockets`, Autobahn) do not count the wrong one, and end a ' +
    'healthy connection for want of a Pong.',
  causes:
    'A fixed or empty Pong frame in the code: uWSGI (issue 1690), Simple-WebSocket-Server and many ' +
    'hand-written servers answer everything with an empty one. A server that sends the payload back ' +
    'without having unmasked it; one that cuts it, or adds a zero octet, as C strings do.',
  client:
    'Copy the payload of the Ping, all of its up to 125 octets, into the Pong, under a masking key of its ' +
    'own.',
  server:
    'Unmask the payload of the Ping first, then send it back unmasked. Do not take its content for text.',
  example: {
    bytes: '89 02 68 69 8a 80 37 fa 21 3d',
    explanation: 'The server\'s Ping carries "hi" (68 69); the client\'s Pong (8a) has the length 0.',
  },
  watch(watched, report) {
    const pings = watched.share(PingWatch);
    return {
      closed: () =>
        pings.eachWrong(({ where, length }, sender) =>
          report(
            sender,
            `the payload of the Pong (${count(length, 'byte')}) is not that of any open Ping`,
            where,
          ),
        ),
    };
  },
};
