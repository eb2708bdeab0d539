/**
 * What messages say in their subprotocols, on its own: `wsdissect/subprotocol`.
 *
 *   const decoding = new SubprotocolDecoding();
 *   for await (const message of dissect('capture.pcapng').messages()) console.log(decoding.decode(message)?.summary);
 */
export type { Answer, Decoded, JsonLike, Subprotocol, Tools, Unit, UnitDecoder } from './decoder.js';
export { SubprotocolDecoding, type SubprotocolDecodingOptions } from './decoding.js';
export { SUBPROTOCOLS } from './registry.js';
