/// <reference types="node" preserve="true" />
/**
 * What messages say in their subprotocols: {@link SubprotocolDecoding} takes each message in order and tells what it says, and
 * what it answers. A decoder of one's own is a {@link Subprotocol} (`wsdissect --decoder ./mine.js`, whose default export it
 * is), and goes in front of those that are known: `new SubprotocolDecoding({ subprotocols: [mine, ...SUBPROTOCOLS] })`.
 *
 * @module wsdissect/subprotocol
 */
export type {
  Answer,
  Decoded,
  JsonLike,
  SharedTools,
  Subprotocol,
  Tools,
  Unit,
  UnitDecoder,
} from './decoder.js';
export { SubprotocolDecoding, type SubprotocolDecodingOptions } from './decoding.js';
export { foreignDecoder } from './foreign.js';
export type { HeldBudget } from './held.js';
export { protobufSchema } from './protobuf-schema.js';
export { SUBPROTOCOLS } from './registry.js';
export type { Found, SessionRequests } from './requests.js';
