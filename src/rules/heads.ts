/**
 * The heads of an opening handshake that are to be judged.
 */
import type { RequestHead, ResponseHead } from '../http/head.js';
import type { Handshake } from '../websocket/handshake.js';

/** What WebSocket servers refuse a handshake with (RFC 6455 §4.2.1, §4.4). */
const REFUSALS = [400, 426];

/**
 * The request, where it is a handshake: not one that merely allows an upgrade, as a proxy may add it to every
 * request (RFC 9110 §7.8), and not one that another protocol was switched to. Nor one of which fields are not known.
 */
export function openingRequest({
  request,
  response,
  isExtendedConnect,
  isWebSocketResponse,
}: Handshake): RequestHead | undefined {
  if (request === undefined || request.unknownFields > 0) return undefined;
  if (isExtendedConnect) return request;
  if (response.status === 101) return isWebSocketResponse ? request : undefined;
  const named = request.headers.some(({ name }) => name.toLowerCase().startsWith('sec-websocket-'));
  return named || REFUSALS.includes(response.status) ? request : undefined;
}

/** The response, where it opens a WebSocket. */
export function openingResponse({ response, isWebSocketResponse }: Handshake): ResponseHead | undefined {
  return isWebSocketResponse && response.unknownFields === 0 ? response : undefined;
}

/** As openingRequest(), of HTTP/1.1 only: what RFC 8441 §5 has no use for. */
export function upgradingRequest(handshake: Handshake): RequestHead | undefined {
  return handshake.isExtendedConnect ? undefined : openingRequest(handshake);
}

/** As openingResponse(), of HTTP/1.1 only. */
export function upgradingResponse(handshake: Handshake): ResponseHead | undefined {
  return handshake.isExtendedConnect ? undefined : openingResponse(handshake);
}

/** The request, where it is an extended CONNECT (RFC 8441). */
export function connectingRequest(handshake: Handshake): RequestHead | undefined {
  return handshake.isExtendedConnect ? openingRequest(handshake) : undefined;
}
