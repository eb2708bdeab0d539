/**
 * `wsdissect/websocket`: RFC 6455 without any I/O. The frame decoder and encoder work on bytes from
 * anywhere, not only from captures.
 *
 *   const decoder = new FrameDecoder({ header(h) {…}, payload(h, chunk, start, end, offset) {…}, … });
 *   decoder.push(bytes);
 */
export { type CloseBody, closeCodeName, decodeClose, encodeClose } from './close.js';
export { type Inflated, type InflaterOptions, MessageInflater } from './deflate.js';
export { type DeflateOptions, deflateMessage, MessageDeflater } from './deflate-encode.js';
export { type DeflateParameters, deflateParameters, type NegotiatedDeflate } from './deflate-parameters.js';
export {
  type Extension,
  type ExtensionList,
  type ExtensionParameter,
  encodeExtensions,
  parseExtensions,
} from './extensions.js';
export { decodeFrameHeader, FrameDecoder, FrameHeader, type FrameVisitor, type LengthForm } from './frame.js';
export { encodeFrame, encodeFrameHeader, type FrameFields, shortestForm } from './frame-encode.js';
export type { Frame, Piece, Range, Sender } from './frame-record.js';
export {
  decodeHandshake,
  encodeHandshakeRequest,
  encodeHandshakeResponse,
  type Handshake,
} from './handshake.js';
export { formatKey, keyBytes, mask, maskInto, parseKey } from './mask.js';
export type { Message } from './message-record.js';
export {
  BINARY,
  CLOSE,
  CONTINUATION,
  isControl,
  isReserved,
  opcodeName,
  PING,
  PONG,
  parseOpcode,
  TEXT,
} from './opcode.js';
export type { BySender, ObservedClose, Session, SessionSummary } from './session-record.js';
