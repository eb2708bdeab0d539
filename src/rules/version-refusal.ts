/**
 * RFC 6455 §4.2.2 and §4.4: who refuses a version names those that it takes.
 */
import { listElements } from '../http/head.js';
import type { Handshake } from '../websocket/handshake.js';
import { exampleExchange, exampleRequest, exampleResponse } from './example-heads.js';
import { extensionParameters } from './extension-parameters.js';
import { extensionSyntax } from './extension-syntax.js';
import { upgradingRequest } from './heads.js';
import { host } from './host.js';
import { httpVersion } from './http-version.js';
import { key } from './key.js';
import { method } from './method.js';
import { quote } from './quote.js';
import { repeatedHeader } from './repeated-header.js';
import { requestConnection } from './request-connection.js';
import { requestTarget } from './request-target.js';
import { requestUpgrade } from './request-upgrade.js';
import { isBlamed, type Rule } from './rule.js';
import { subprotocolRepeated } from './subprotocol-repeated.js';
import { subprotocolSyntax } from './subprotocol-syntax.js';

/** Refusals that can be of the version; 401, 404 and their like have other reasons. */
const STATUSES = [400, 426, 501];
/** RFC 9110 §15.5.22: of the protocol, which for a WebSocket can only be of its version. */
const UPGRADE_REQUIRED = 426;

/** What else a server may refuse a request for. */
const OTHER_FAULTS: readonly Rule[] = [
  method,
  httpVersion,
  requestTarget,
  host,
  requestUpgrade,
  requestConnection,
  key,
  repeatedHeader,
  extensionSyntax,
  extensionParameters,
  subprotocolSyntax,
  subprotocolRepeated,
];

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
  judge: (report) => ({
    handshake(handshake, session) {
      const { status, version, response } = handshake;
      if (upgradingRequest(handshake) === undefined || status === undefined) return;
      if (!STATUSES.includes(status)) return;
      // Missing, right, or not the only fault: a refusal other than 426 need not be of the version.
      if ((version === undefined || version === '13') && status !== UPGRADE_REQUIRED) return;
      if (isForAnotherProtocol(handshake) || isBlamed('client', OTHER_FAULTS, handshake, session)) return;
      const named = listElements(response, 'Sec-WebSocket-Version');
      if (named.some((one) => one !== version)) return;
      const which = version === undefined ? 'a request without a version' : `version ${quote(version)}`;
      const what = named.length === 0 ? 'without' : 'and only that version named in';
      report('server', `${which} is refused with ${status}, ${what} Sec-WebSocket-Version`);
    },
  }),
};

/** RFC 9110 §7.8: the Upgrade field of a 426 names what the server wants, TLS for example. */
function isForAnotherProtocol({ response }: Handshake): boolean {
  const wanted = listElements(response, 'Upgrade');
  return wanted.length > 0 && !wanted.some((protocol) => /^websocket(?:\/|$)/i.test(protocol));
}
