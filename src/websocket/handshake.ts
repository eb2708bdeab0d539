/**
 * The opening handshake (RFC 6455 §4): an HTTP request and its response → the facts in them, and back.
 *
 * Strategy: everything is stated as found, next to what the RFC would have expected; rules compare. Whether
 * the two heads open a WebSocket is told generously, so that a broken handshake is dissected too.
 */
import { createHash } from 'node:crypto';
import {
  type HeaderField,
  headerValue,
  headerValues,
  hostOf,
  listElements,
  type RequestHead,
  type ResponseHead,
  tokenList,
} from '../http/head.js';
import { encodeRequest, encodeResponse } from '../http/head-encode.js';
import { type Extension, type ExtensionList, encodeExtensions, parseExtensions } from './extensions.js';

/** RFC 6455 §1.3. */
export const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const NONE: readonly string[] = [];
const NO_EXTENSIONS: ExtensionList = { extensions: [], malformed: false };

/**
 * The facts of an opening handshake, RFC 6455 §4 or RFC 8441: what was written, next to what was to be expected. What comes
 * from the request is undefined or empty where the request was not captured.
 */
export interface Handshake {
  readonly request: RequestHead | undefined;
  readonly response: ResponseHead;
  readonly method: string | undefined;
  /** Request target as written; of HTTP/2 :path. */
  readonly target: string | undefined;
  /** Host; of HTTP/2 :authority. */
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly userAgent: string | undefined;
  /** Server header of the response. */
  readonly server: string | undefined;
  /** Sec-WebSocket-Key as written. */
  readonly key: string | undefined;
  /** Length of the key in bytes when decoded (16 expected); undefined without a key or when it is no base64. */
  readonly keyBytes: number | undefined;
  /** Sec-WebSocket-Version of the request as written. */
  readonly version: string | undefined;
  /** Sec-WebSocket-Version of the response: those that the server would take (§4.4). */
  readonly supportedVersions: readonly string[];
  /** Sec-WebSocket-Accept as written. */
  readonly accept: string | undefined;
  /** The Sec-WebSocket-Accept that belongs to the key (§4.2.2); undefined without a key. */
  readonly expectedAccept: string | undefined;
  readonly offeredSubprotocols: readonly string[];
  /** Sec-WebSocket-Protocol of the response, first header, as written. */
  readonly subprotocol: string | undefined;
  readonly offeredExtensions: ExtensionList;
  readonly extensions: ExtensionList;
  /** Undefined where the server reset the HTTP/2 stream in place of an answer. */
  readonly status: number | undefined;
  readonly reason: string;
  /** Name of the error code of that reset. */
  readonly resetWith: string | undefined;
  /** Tokens in lower case. */
  readonly requestUpgrade: readonly string[];
  readonly requestConnection: readonly string[];
  readonly responseUpgrade: readonly string[];
  readonly responseConnection: readonly string[];
  /** The request is an extended CONNECT for `websocket`, on an HTTP/2 stream (RFC 8441 §4). */
  readonly isExtendedConnect: boolean;
  /**
   * Of an extended CONNECT: whether the server's SETTINGS had offered it (RFC 8441 §3); undefined where they were not
   * captured.
   */
  readonly connectOffered: boolean | undefined;
  /** The request asks for the protocol `websocket`, or brings a key for it. */
  readonly isWebSocketRequest: boolean;
  /**
   * Frames follow: an extended CONNECT was answered by 2xx, or against the rules by 101; a 101 whose Upgrade names
   * `websocket`; or which has an Accept, or whose request asked for `websocket`, unless its Upgrade names another
   * protocol that the request offered.
   */
  readonly isWebSocketResponse: boolean;
}

/**
 * What two heads say as an opening handshake. decodeHead() makes heads of bytes; of what was captured,
 * `session.handshake` is it. `connectOffered`: as in Handshake.
 *
 * @example Does this answer fit?
 * ```ts
 * import { decodeHandshake, decodeHead, encodeHandshakeRequest, encodeHandshakeResponse } from 'wsdissect/websocket';
 *
 * const request = decodeHead(encodeHandshakeRequest({ target: '/chat', key: 'dGhlIHNhbXBsZSBub25jZQ==' }));
 * const response = decodeHead(encodeHandshakeResponse({ accept: 'made up' }));
 * if (request?.kind === 'request' && response?.kind === 'response') {
 *   const { target, accept, expectedAccept } = decodeHandshake(request, response);
 *   console.log(target, accept === expectedAccept); // /chat false
 * }
 * ```
 */
export function decodeHandshake(
  request: RequestHead | undefined,
  response: ResponseHead,
  connectOffered?: boolean,
): Handshake {
  const isExtendedConnect = request !== undefined && asksToConnect(request);
  const key = request && headerValue(request, 'Sec-WebSocket-Key');
  const requestUpgrade = request === undefined ? NONE : tokenList(request, 'Upgrade');
  const responseUpgrade = tokenList(response, 'Upgrade');
  const accept = headerValue(response, 'Sec-WebSocket-Accept');
  return {
    request,
    response,
    method: request?.method,
    target: request && targetOf(request),
    host: request && hostOf(request),
    origin: request && headerValue(request, 'Origin'),
    userAgent: request && headerValue(request, 'User-Agent'),
    server: headerValue(response, 'Server'),
    key,
    keyBytes: key === undefined ? undefined : base64Length(key),
    version: request && headerValue(request, 'Sec-WebSocket-Version'),
    supportedVersions: listElements(response, 'Sec-WebSocket-Version'),
    accept,
    expectedAccept: key === undefined ? undefined : acceptFor(key),
    offeredSubprotocols: request === undefined ? NONE : listElements(request, 'Sec-WebSocket-Protocol'),
    subprotocol: headerValue(response, 'Sec-WebSocket-Protocol'),
    offeredExtensions: extensionsOf(request),
    extensions: extensionsOf(response),
    status: response.resetWith === undefined ? response.status : undefined,
    reason: response.reason,
    resetWith: response.resetWith,
    requestUpgrade,
    requestConnection: request === undefined ? NONE : tokenList(request, 'Connection'),
    responseUpgrade,
    responseConnection: tokenList(response, 'Connection'),
    isExtendedConnect,
    connectOffered,
    isWebSocketRequest: isExtendedConnect || requestUpgrade.includes('websocket') || key !== undefined,
    isWebSocketResponse: isExtendedConnect
      ? response.status === 101 || (response.status >= 200 && response.status < 300)
      : response.status === 101 && switchesToWebSocket(requestUpgrade, responseUpgrade, accept !== undefined),
  };
}

/** RFC 8441 §5: the value is `websocket`. */
function asksToConnect(request: RequestHead): boolean {
  return request.version === '2' && headerValue(request, ':protocol')?.toLowerCase() === 'websocket';
}

/** HTTP/2 may lack it, or it is not known. */
function targetOf({ target, version }: RequestHead): string | undefined {
  return version === '2' && target === '' ? undefined : target;
}

/** Sec-WebSocket-Accept for a Sec-WebSocket-Key: base64 of the SHA-1 of key and GUID (RFC 6455 §4.2.2). */
export function acceptFor(key: string): string {
  return createHash('sha1')
    .update(key + GUID, 'latin1')
    .digest('base64');
}

function switchesToWebSocket(
  asked: readonly string[],
  answered: readonly string[],
  accept: boolean,
): boolean {
  if (answered.includes('websocket')) return true;
  const known = new Set(asked);
  if (answered.some((protocol) => known.has(protocol))) return false;
  return accept || asked.includes('websocket');
}

function extensionsOf(head: RequestHead | ResponseHead | undefined): ExtensionList {
  const values = head === undefined ? NONE : headerValues(head, 'Sec-WebSocket-Extensions');
  return values.length === 0 ? NO_EXTENSIONS : parseExtensions(values);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** RFC 4648 §4, with padding. */
function base64Length(text: string): number | undefined {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

/** Replaces all default headers of the same name; a value of undefined removes them; others are appended. */
export type HeaderOverride = { readonly name: string; readonly value: string | undefined };

/** What encodeHandshakeRequest() is to write; by default GET / of example.test. */
export interface HandshakeRequestOptions {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  /** The sample key of RFC 6455 §1.3 by default. */
  readonly key?: string;
  readonly subprotocols?: readonly string[];
  readonly extensions?: readonly Extension[];
  readonly headers?: readonly HeaderOverride[];
}

const SAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A request head as a client would send it (RFC 6455 §4.1), with anything in it overridable. */
export function encodeHandshakeRequest(options: HandshakeRequestOptions = {}): Uint8Array {
  const { method = 'GET', target = '/', host = 'example.test', key = SAMPLE_KEY } = options;
  const headers: HeaderField[] = [
    { name: 'Host', value: host },
    { name: 'Upgrade', value: 'websocket' },
    { name: 'Connection', value: 'Upgrade' },
    { name: 'Sec-WebSocket-Key', value: key },
    { name: 'Sec-WebSocket-Version', value: '13' },
    ...listHeader('Sec-WebSocket-Protocol', options.subprotocols?.join(', ')),
    ...listHeader('Sec-WebSocket-Extensions', options.extensions && encodeExtensions(options.extensions)),
  ];
  return encodeRequest({ method, target, headers: override(headers, options.headers) });
}

/** What encodeHandshakeResponse() is to write; by default 101 Switching Protocols. */
export interface HandshakeResponseOptions {
  readonly status?: number;
  readonly reason?: string;
  /** Key of the request; the sample key of RFC 6455 §1.3 by default. */
  readonly key?: string;
  /** Default: the right one for `key`. */
  readonly accept?: string;
  readonly subprotocol?: string;
  readonly extensions?: readonly Extension[];
  readonly headers?: readonly HeaderOverride[];
}

/** A response head as a server would send it (RFC 6455 §4.2.2), with anything in it overridable. */
export function encodeHandshakeResponse(options: HandshakeResponseOptions = {}): Uint8Array {
  const { status = 101, reason = 'Switching Protocols', key = SAMPLE_KEY } = options;
  const headers: HeaderField[] = [
    { name: 'Upgrade', value: 'websocket' },
    { name: 'Connection', value: 'Upgrade' },
    { name: 'Sec-WebSocket-Accept', value: options.accept ?? acceptFor(key) },
    ...listHeader('Sec-WebSocket-Protocol', options.subprotocol),
    ...listHeader('Sec-WebSocket-Extensions', options.extensions && encodeExtensions(options.extensions)),
  ];
  return encodeResponse({ status, reason, headers: override(headers, options.headers) });
}

function listHeader(name: string, value: string | undefined): HeaderField[] {
  return value === undefined ? [] : [{ name, value }];
}

function override(defaults: HeaderField[], overrides: readonly HeaderOverride[] = []): HeaderField[] {
  const replaced = new Set(overrides.map(({ name }) => name.toLowerCase()));
  const given = overrides.flatMap(({ name, value }) => listHeader(name, value));
  return [...defaults.filter(({ name }) => !replaced.has(name.toLowerCase())), ...given];
}
