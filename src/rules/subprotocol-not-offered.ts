/**
 * RFC 6455 §4.2.2: the server chooses among the subprotocols that the client offered.
 */
import { headerValues, listElements } from '../http/head.js';
import { exampleExchange, exampleRequest, exampleResponse } from './example-heads.js';
import { openingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const subprotocolNotOffered: Rule = {
  id: 'subprotocol-not-offered',
  section: 'RFC 6455 §4.2.2',
  severity: 'error',
  title: 'The server chose a subprotocol that was not offered',
  asks:
    'Sec-WebSocket-Protocol of the 101 is one of the names in the request, letter by letter. If none suits, or ' +
    'none was offered, the server MUST NOT send the field, not even empty.',
  why: 'The two sides would go on to talk in different formats.',
  causes:
    'Servers with a fixed name in the answer, whoever asks; names that differ in case or version ("MQTT" for ' +
    '"mqtt"). Chromium then says that the response must not include the header, or that it does not match.',
  client:
    'Fail the connection. That the server chose none is allowed, though Chromium and `ws` give up on that too, ' +
    'where they have offered some.',
  server:
    'Send the field only if you found a name of yours in the request. To insist on a subprotocol, refuse the ' +
    'handshake.',
  example: {
    bytes: exampleExchange(
      exampleRequest({ 'Sec-WebSocket-Protocol': 'mqttv3.1' }),
      exampleResponse({ 'Sec-WebSocket-Protocol': 'mqtt' }),
    ),
    explanation: 'The client speaks mqttv3.1, and the server says mqtt, which is another subprotocol.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const response = openingResponse(handshake);
      if (response === undefined) return;
      // Several are told of by subprotocol-twice.
      if (headerValues(response, 'Sec-WebSocket-Protocol').length !== 1) return;
      const [chosen, another] = listElements(response, 'Sec-WebSocket-Protocol');
      const { request, offeredSubprotocols: offered } = handshake;
      if (chosen === undefined) report('server', 'Sec-WebSocket-Protocol of the 101 is empty');
      else if (another === undefined && request !== undefined && !offered.includes(chosen))
        report('server', `the server chose ${quote(chosen)}, and the client offered ${list(offered)}`);
    },
  }),
};

function list(offered: readonly string[]): string {
  return offered.length === 0 ? 'no subprotocol' : quote(offered.join(', '));
}
