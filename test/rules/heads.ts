/**
 * Handshakes for the tests of rules, made from the lines of their heads.
 */
import { HeadDecoder, type RequestHead, type ResponseHead } from '../../src/http/head.js';
import { exampleConnect, exampleRequest, exampleResponse } from '../../src/rules/example-heads.js';
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

export { exampleConnect, exampleRequest, exampleResponse };

/** A head of HTTP/2 given as lines `name: value`. */
function h2HeadOf<Kind extends 'request' | 'response'>(kind: Kind, lines: string, unknownFields = 0) {
  const headers = lines.split('\n').map((line) => {
    const at = line.indexOf(': ', 1);
    return { name: line.slice(0, at), value: line.slice(at + 2) };
  });
  const value = (name: string) => headers.find((header) => header.name === name)?.value;
  const empty = headOf(kind === 'request' ? 'GET / HTTP/1.1' : 'HTTP/1.1 200 OK');
  const own = {
    kind,
    method: value(':method') ?? '',
    target: value(':path') ?? '',
    status: Number(value(':status')),
    reason: '',
  };
  return { ...empty, ...own, headers, unknownFields, version: '2' } as unknown as RequestHead & ResponseHead;
}

export interface ConnectFacts {
  readonly response?: string | undefined;
  readonly offered?: boolean | undefined;
  readonly unknownFields?: number;
  readonly earlyClientBytes?: number;
}

/** As foundIn(), of an extended CONNECT, which the server had offered unless said otherwise. */
export function foundInConnect(request: string, facts: ConnectFacts = {}): string[] {
  const { response = ':status: 200', unknownFields, earlyClientBytes = 0 } = facts;
  const offered = 'offered' in facts ? facts.offered : true;
  const handshake = decodeHandshake(
    h2HeadOf('request', request, unknownFields),
    h2HeadOf('response', response),
    offered,
  );
  const carrier = { http: 'h2', stream: 1, tunnel: undefined, tls: undefined } as const;
  return findingsOf({ session: { handshake, earlyClientBytes, carrier } }).map(
    ({ rule, breaker, message }) => `${rule} ${breaker}: ${message}`,
  );
}
