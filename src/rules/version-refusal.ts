/**
 * RFC 6455 §4.2.2 and §4.4: who refuses a version names those that it takes.
 */
import { listElements } from '../http/head.js';
import { exampleExchange, exampleRequest, exampleResponse } from './example-heads.js';
import { openingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

/** Refusals that can be of the version; 401, 404 and their like have other reasons. */
const STATUSES = [400, 426, 501];
const KEY_BYTES = 16;

export const versionRefusal: Rule = {
  id: 'version-refusal',
  section: 'RFC 6455 §4.2.2',
  severity: 'error',
  title: 'A version is refused without naming another',
  asks:
    'A server that does not understand the version of the client MUST refuse the handshake with a suitable ' +
    'status, such as 426, and a Sec-WebSocket-Version field with the versions that it understands.',
  why: 'The client can try again with a version from the list; without it, it can only give up.',
  causes:
    'Servers that check the whole request in one place and refuse every fault with the same bare 400, as Python ' +
    '`websockets` 10 does; servers that send the version of the request back.',
  client: 'Use 13, which every server of today understands.',
  server:
    'Answer "426 Upgrade Required" with "Sec-WebSocket-Version: 13". RFC 9110 §15.5.22 wants an Upgrade field ' +
    'in it as well.',
  example: {
    bytes: exampleExchange(
      exampleRequest({ 'Sec-WebSocket-Version': '25' }),
      exampleResponse(
        { Connection: 'close', 'Sec-WebSocket-Accept': undefined, 'Content-Length': '0' },
        'HTTP/1.1 426 Upgrade Required',
      ),
    ),
    explanation: 'The client learns that version 25 is refused, but not that 13 would do.',
  },
  watch: (_session, report) => ({
    handshake(handshake) {
      const { status, version, keyBytes, response } = handshake;
      if (openingRequest(handshake) === undefined || !STATUSES.includes(status)) return;
      // Missing, right, or not the only fault: the refusal need not be of the version.
      if (version === undefined || version === '13' || keyBytes !== KEY_BYTES) return;
      const named = listElements(response, 'Sec-WebSocket-Version');
      if (named.some((one) => one !== version)) return;
      const what = named.length === 0 ? 'without' : 'and only that version named in';
      report('server', `version ${quote(version)} is refused with ${status}, ${what} Sec-WebSocket-Version`);
    },
  }),
};
