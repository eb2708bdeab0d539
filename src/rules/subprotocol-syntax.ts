/**
 * RFC 6455 §4.1: names of subprotocols are tokens.
 */
import { headerValue } from '../http/head.js';
import { TOKEN } from '../http/text.js';
import { exampleRequest } from './example-heads.js';
import { openingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const subprotocolSyntax: Rule = {
  id: 'subprotocol-syntax',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'The name of an offered subprotocol is no token',
  asks:
    'The elements of Sec-WebSocket-Protocol MUST be non-empty strings of visible ASCII characters without the ' +
    'separators of HTTP, which are ( ) < > @ , ; : \\ " / [ ] ? = { } and space.',
  why: 'The field is a comma list of HTTP: names with separators are read differently by different parsers.',
  causes:
    'Access tokens passed as a subprotocol, because browsers let scripts set no other field: base64 brings / and ' +
    '= with it. Names like media types ("app/v1"), and an empty field when there is nothing to offer.',
  client: 'Use letters, digits, dots and hyphens; encode a token in base64url without padding.',
  server: 'Refuse the handshake with 400, as `ws` does, or open it without a subprotocol.',
  example: {
    bytes: exampleRequest({ 'Sec-WebSocket-Protocol': 'chat/v2' }),
    explanation: 'The slash is a separator.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const request = openingRequest(handshake);
      if (request === undefined) return;
      const { offeredSubprotocols } = handshake;
      const wrong = offeredSubprotocols.find((name) => !TOKEN.test(name));
      if (wrong !== undefined) report('client', `the offered subprotocol ${quote(wrong)} is no token`);
      else if (
        offeredSubprotocols.length === 0 &&
        headerValue(request, 'Sec-WebSocket-Protocol') !== undefined
      )
        report('client', 'Sec-WebSocket-Protocol of the request is empty');
    },
  }),
};
