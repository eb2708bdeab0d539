/**
 * Handshakes for the tests of rules, made from the lines of their heads.
 */
import { HeadDecoder, type RequestHead, type ResponseHead } from '../../src/http/head.js';
import { exampleRequest, exampleResponse } from '../../src/rules/example-heads.js';
import { Place } from '../../src/stream/place.js';
import { decodeHandshake, type Handshake } from '../../src/websocket/handshake.js';
import { findingsOf } from './harness.js';

/** A head given as lines; the empty line at its end is added. */
function headOf(lines: string): RequestHead | ResponseHead {
  const bytes = Buffer.from(`${lines.replaceAll('\n', '\r\n')}\r\n\r\n`, 'latin1');
  const decoder = new HeadDecoder(new Place());
  decoder.push(bytes, 0, bytes.length, 0);
  if (decoder.head === undefined) throw new Error(`no head: ${lines}`);
  return decoder.head;
}

/** What is left out is right; undefined as the request: it was not captured. */
export function handshakeOf(request?: string, response = exampleResponse()): Handshake {
  return decodeHandshake(
    request === undefined ? undefined : (headOf(request) as RequestHead),
    headOf(response) as ResponseHead,
  );
}

/** `rule breaker: message` of all that is found in a handshake. */
export function foundIn(request: string | undefined, response?: string, earlyClientBytes = 0): string[] {
  const handshake = handshakeOf(request, response);
  return findingsOf({ session: { handshake, earlyClientBytes } }).map(
    ({ rule, breaker, message }) => `${rule} ${breaker}: ${message}`,
  );
}

export const refusal = (status: string, fields: Parameters<typeof exampleResponse>[0] = {}): string =>
  exampleResponse(
    { Upgrade: undefined, Connection: 'close', 'Sec-WebSocket-Accept': undefined, ...fields },
    `HTTP/1.1 ${status}`,
  );

export { exampleRequest, exampleResponse };
