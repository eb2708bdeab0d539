/**
 * RFC 6455 §9.1: Sec-WebSocket-Extensions keeps to its grammar.
 */
import { type Head, headerValues } from '../http/head.js';
import type { ExtensionList } from '../websocket/extensions.js';
import type { Sender } from '../websocket/frame-record.js';
import { exampleRequest } from './example-heads.js';
import { openingRequest, openingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Report, Rule } from './rule.js';

export const extensionSyntax: Rule = {
  id: 'extension-syntax',
  section: 'RFC 6455 §9.1',
  severity: 'error',
  title: 'Sec-WebSocket-Extensions breaks its grammar',
  asks:
    'The field is a list of extensions, each a token with parameters behind ";", each of these a token that may ' +
    'have "=" and a value: a token, or one in quotes. Who receives anything else MUST fail the connection.',
  why: 'Both sides have to derive the same extensions from the text: a guess would garble every later frame.',
  causes:
    'Field values put together by hand, with a space in place of ";", a parameter without a name, a quote that ' +
    'is not closed; and an empty field when there is nothing to offer.',
  client: 'Leave the field out where nothing is offered. Do not go on where the answer cannot be parsed.',
  server: 'Refuse the handshake with 400, as `ws` does, instead of reading what can be read.',
  example: {
    bytes: exampleRequest({ 'Sec-WebSocket-Extensions': 'permessage-deflate client_max_window_bits' }),
    explanation: 'There is no ";" between the name and its parameter.',
  },
  judge: (report) => ({
    handshake(handshake) {
      check(report, 'client', openingRequest(handshake), handshake.offeredExtensions);
      check(report, 'server', openingResponse(handshake), handshake.extensions);
    },
  }),
};

function check(report: Report, breaker: Sender, head: Head | undefined, list: ExtensionList): void {
  if (head === undefined) return;
  const values = headerValues(head, 'Sec-WebSocket-Extensions');
  if (list.malformed)
    report(breaker, `Sec-WebSocket-Extensions ${quote(values.join(', '))} cannot be parsed`);
  else if (values.length > 0 && list.extensions.length === 0)
    report(breaker, 'Sec-WebSocket-Extensions is empty');
}
