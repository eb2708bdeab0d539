/**
 * What messages say in their subprotocols: {@link SubprotocolDecoding} takes each message in order and tells what it says, and
 * what it answers. A {@link Subprotocol} of one's own may be among those that it asks.
 *
 * @module wsdissect/subprotocol
 */
export type { Answer, Decoded, JsonLike, Subprotocol, Tools, Unit, UnitDecoder } from './decoder.js';
export { SubprotocolDecoding, type SubprotocolDecodingOptions } from './decoding.js';
export type { HeldBudget } from './held.js';
export { SUBPROTOCOLS } from './registry.js';
export type { Found, SessionRequests } from './requests.js';
