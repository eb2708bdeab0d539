/**
 * Fields of what carries a session: packets, addresses, TCP, TLS, HTTP. Names and meanings are Wireshark's.
 */
import { headerValue } from '../http/head.js';
import { parseAddress } from '../network/address.js';
import type { Timestamp } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Handshake } from '../websocket/handshake.js';
import type { Session } from '../websocket/session-record.js';
import { type Field, type FilterContext, ofEachSession, ofSession, type Value } from './field.js';

const MAX_PORT = 0xffff;
/** RFC 9110 §15: three digits. */
const MAX_STATUS = 999;
/** RFC 9113 §4.1: 31 bits. */
const MAX_H2_STREAM = 0x7fff_ffff;

interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}
interface Endpoints {
  readonly client: Endpoint;
  readonly server: Endpoint;
}

const endpointsOf = ofEachSession(
  (session): Endpoints => ({ client: parseEndpoint(session.client), server: parseEndpoint(session.server) }),
);

function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return {
    address: parseAddress(text.slice(0, colon).replace(/^\[|\]$/g, '')),
    port: Number(text.slice(colon + 1)),
  };
}

type Part = 'from' | 'to' | 'either';

/** Who sent what a record tells of; of a session nobody did. */
function senderOf(record: object): Sender | undefined {
  return (record as { sender?: Sender; breaker?: Sender }).sender ?? (record as { breaker?: Sender }).breaker;
}

/** Of a session the client sends. */
function endpointField(
  name: string,
  type: 'address' | 'number',
  meaning: string,
  part: Part,
  value: (endpoint: Endpoint) => Value | undefined,
): Field {
  const both = ofEachSession((session) => {
    const { client, server } = endpointsOf(session);
    return [value(client), value(server)].filter((one) => one !== undefined);
  });
  const get = (record: { readonly session: Session }): Value | undefined | readonly Value[] => {
    if (part === 'either') return both(record.session);
    const { client, server } = endpointsOf(record.session);
    const isClient = (senderOf(record) ?? 'client') === 'client';
    return value((part === 'from') === isClient ? client : server);
  };
  return { name, type, meaning, of: { frame: get, message: get, session: get, finding: get } };
}

const addressField = (name: string, length: 4 | 16, meaning: string, part: Part): Field => ({
  ...endpointField(name, 'address', meaning, part, version(length)),
  octets: length,
});

const version = (length: 4 | 16) => (endpoint: Endpoint) =>
  endpoint.address.length === length ? endpoint.address : undefined;

const label = (name: string, meaning: string, holds: (session: Session) => boolean): Field => ({
  name,
  type: 'label',
  meaning,
  of: ofSession((session) => (holds(session) ? true : undefined)),
});

const addressFields = (prefix: string, length: 4 | 16, what: string): Field[] => [
  label(prefix, `it comes over ${what}`, (session) => endpointsOf(session).client.address.length === length),
  addressField(`${prefix}.addr`, length, `${what} address of either side`, 'either'),
  addressField(`${prefix}.src`, length, `${what} address of the sender`, 'from'),
  addressField(`${prefix}.dst`, length, `${what} address of the receiver`, 'to'),
];

const seconds = ({ seconds, nanoseconds }: Timestamp): number => seconds + nanoseconds / 1e9;

function relative(timestamp: Timestamp, context: FilterContext): number {
  const start = context.start();
  return timestamp.seconds - start.seconds + (timestamp.nanoseconds - start.nanoseconds) / 1e9;
}

/** Of a session: when it was opened. */
function timeField(
  name: string,
  type: 'time' | 'number',
  meaning: string,
  value: (timestamp: Timestamp, context: FilterContext) => number,
): Field {
  const get = ({ timestamp }: { readonly timestamp: Timestamp }, context: FilterContext) =>
    value(timestamp, context);
  return {
    name,
    type,
    meaning,
    decimal: true,
    of: {
      frame: get,
      message: get,
      finding: get,
      session: ({ session }, context) => value(session.opened, context),
    },
  };
}

function handshakeField(
  name: string,
  type: 'string' | 'number',
  meaning: string,
  get: (handshake: Handshake) => Value | undefined,
): Field {
  return { name, type, meaning, of: ofSession(({ handshake }) => handshake && get(handshake)) };
}

const header = (name: string, field: string, meaning: string, ofResponse = false): Field =>
  handshakeField(name, 'string', meaning, ({ request, response }) => {
    const head = ofResponse ? response : request;
    return head && headerValue(head, field);
  });

/** A header that request and response have. */
const headerOfBoth = (name: string, field: string, meaning: string): Field => ({
  name,
  type: 'string',
  meaning,
  of: ofSession(({ handshake }) =>
    [handshake?.request, handshake?.response]
      .map((head) => head && headerValue(head, field))
      .filter((value) => value !== undefined),
  ),
});

export const trafficFields: readonly Field[] = [
  {
    name: 'frame.number',
    type: 'number',
    meaning: 'packet that completed it; of a session, its handshake',
    of: {
      frame: ({ pieces }) => pieces.reduce((last, { packet }) => Math.max(last, packet), 0),
      message: ({ packets }) => packets[packets.length - 1],
      session: ({ session }) => session.openedPacket,
      finding: ({ packet }) => packet,
    },
  },
  timeField('frame.time', 'time', 'when it was captured, such as "2026-11-20 09:30:00.25Z"', seconds),
  timeField('frame.time_epoch', 'number', 'the same in seconds since 1970', seconds),
  timeField('frame.time_relative', 'number', 'the same in seconds since the first packet', relative),
  ...addressFields('ip', 4, 'IPv4'),
  ...addressFields('ipv6', 16, 'IPv6'),
  label('tcp', 'it comes over TCP: all that is listed does', () => true),
  {
    name: 'tcp.stream',
    type: 'number',
    meaning: 'number of the TCP connection, from 0',
    of: ofSession(({ connection }) => connection),
  },
  {
    ...endpointField('tcp.port', 'number', 'TCP port of either side', 'either', ({ port }) => port),
    max: MAX_PORT,
  },
  {
    ...endpointField('tcp.srcport', 'number', 'TCP port of the sender', 'from', ({ port }) => port),
    max: MAX_PORT,
  },
  {
    ...endpointField('tcp.dstport', 'number', 'TCP port of the receiver', 'to', ({ port }) => port),
    max: MAX_PORT,
  },
  label('tls', 'it comes over TLS', ({ carrier }) => carrier.tls !== undefined),
  {
    name: 'tls.handshake.extensions_server_name',
    type: 'string',
    meaning: 'server that the TLS client asked for',
    of: ofSession(({ carrier }) => carrier.tls?.serverName),
  },
  label('http2', 'it comes in HTTP/2', ({ carrier }) => carrier.http === 'h2'),
  {
    name: 'http2.streamid',
    type: 'number',
    meaning: 'number of its HTTP/2 stream',
    max: MAX_H2_STREAM,
    of: ofSession(({ carrier }) => carrier.stream),
  },
  label(
    'http',
    'its handshake is of HTTP/1.1, and was captured',
    ({ carrier, handshake }) => carrier.http === 'http/1.1' && handshake !== undefined,
  ),
  {
    name: 'http.host',
    type: 'string',
    meaning: 'Host of the handshake; of HTTP/2 :authority',
    of: ofSession(({ host }) => host),
  },
  {
    name: 'http.request.uri',
    type: 'string',
    meaning: 'path of the handshake',
    of: ofSession(({ path }) => path),
  },
  handshakeField('http.request.method', 'string', 'method of the handshake', ({ method }) => method),
  {
    ...handshakeField('http.response.code', 'number', 'status of the answer', ({ status }) => status),
    max: MAX_STATUS,
  },
  header('http.user_agent', 'user-agent', 'User-Agent of the handshake'),
  header('http.origin', 'origin', 'Origin of the handshake'),
  header('http.cookie', 'cookie', 'Cookie of the handshake'),
  header('http.authorization', 'authorization', 'Authorization of the handshake'),
  header('http.server', 'server', 'Server of the answer', true),
  header('http.sec_websocket_key', 'sec-websocket-key', 'Sec-WebSocket-Key'),
  header('http.sec_websocket_version', 'sec-websocket-version', 'Sec-WebSocket-Version of the request'),
  header('http.sec_websocket_accept', 'sec-websocket-accept', 'Sec-WebSocket-Accept', true),
  headerOfBoth(
    'http.sec_websocket_protocol',
    'sec-websocket-protocol',
    'subprotocols offered; the one chosen',
  ),
  headerOfBoth(
    'http.sec_websocket_extensions',
    'sec-websocket-extensions',
    'extensions offered; those agreed on',
  ),
];
