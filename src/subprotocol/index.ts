/**
 * What messages say in their subprotocols, on its own: `wsdissect/subprotocol`.
 *
 *   const decoding = new SubprotocolDecoding();
 *   for await (const message of dissect('capture.pcapng').messages()) console.log(decoding.decode(message)?.summary);
 *
 * A decoder of your own is a Subprotocol (`wsdissect --decoder ./mine.js`, whose default export it is), and goes in front of
 * those that are known: `new SubprotocolDecoding({ subprotocols: [mine, ...SUBPROTOCOLS] })`.
 */
export type { Answer, Decoded, JsonLike, Subprotocol, Tools, Unit, UnitDecoder } from './decoder.js';
export { SubprotocolDecoding, type SubprotocolDecodingOptions } from './decoding.js';
export { foreignDecoder } from './foreign.js';
export { protobufSchema } from './protobuf-schema.js';
export { SUBPROTOCOLS } from './registry.js';
