/**
 * The heads of an opening handshake that are to be judged.
 */
import type { RequestHead, ResponseHead } from '../http/head.js';
import type { Handshake } from '../websocket/handshake.js';

/** What WebSocket servers refuse a handshake with (RFC 6455 §4.2.1, §4.4). */
const REFUSALS = [400, 426];

/**
 * The request, where it is a handshake: not one that merely allows an upgrade, as a proxy may add it to every
 * request (RFC 9110 §7.8), and not one that another protocol was switched to.
 */
export function openingRequest({
  request,
  response,
  isWebSocketResponse,
}: Handshake): RequestHead | undefined {
  if (request === undefined) return undefined;
  if (response.status === 101) return isWebSocketResponse ? request : undefined;
  const named = request.headers.some(({ name }) => name.toLowerCase().startsWith('sec-websocket-'));
  return named || REFUSALS.includes(response.status) ? request : undefined;
}

/** The response, where it opens a WebSocket. */
export function openingResponse({ response, isWebSocketResponse }: Handshake): ResponseHead | undefined {
  return isWebSocketResponse ? response : undefined;
}
