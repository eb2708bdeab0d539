/**
 * RFC 6455 §3, §4.1: the resource name of the request, without the fragment of a URI.
 */
import { exampleRequest } from './example-heads.js';
import { openingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

/** A path with query, or an absolute URI of HTTP or WebSocket (§4.1, item 2 of the request's requirements). */
const RESOURCE = /^(?:\/|(?:https?|wss?):\/\/)/i;

export const isResource = (target: string): boolean => RESOURCE.test(target) && !target.includes('#');

export const requestTarget: Rule = {
  id: 'request-target',
  section: 'RFC 6455 §3',
  severity: 'error',
  title: 'The request target is no resource name of a WebSocket',
  asks:
    'The Request-URI MUST be the resource name, a path that begins with "/" and perhaps a query, or an ' +
    'absolute http or https URI with the same. Fragment identifiers have no meaning for WebSockets and MUST ' +
    'NOT be used; a "#" that is meant is written %23.',
  why:
    'A fragment is for whoever holds the URI and is never sent. Servers compare the target with what they ' +
    'know: "/chat#room" is neither "/chat" nor an error that they are sure to notice.',
  causes:
    'Clients written by hand that cut host and path out of a URL and send the rest as it is. Browsers refuse ' +
    'such a URL with a SyntaxError, or leave the fragment out.',
  client: 'Leave the fragment out, and escape a "#" in a path or query as %23.',
  server: 'Refuse the handshake with 400.',
  example: {
    bytes: exampleRequest({}, 'GET /chat#room HTTP/1.1'),
    explanation: 'The target ends in "#room".',
  },
  judge: (report) => ({
    handshake(handshake) {
      const request = openingRequest(handshake);
      if (request === undefined) return;
      const { target } = handshake;
      // That :path is missing, h2-pseudo-header tells.
      if (target === undefined) return;
      if (target.includes('#')) report('client', `the request target ${quote(target)} has a fragment`);
      else if (!RESOURCE.test(target))
        report('client', `the request target is ${quote(target)}, which is no path`);
    },
  }),
};
