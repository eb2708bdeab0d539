/// <reference types="node" preserve="true" />
/**
 * RFC 6455 and RFC 7692 without any I/O: bytes from anywhere, not only from captures. {@link SessionReader} reads what two
 * peers said; below it are {@link FrameDecoder} and
 * {@link encodeFrame}, {@link MessageInflater} and {@link MessageDeflater}, {@link decodeHandshake} and its encoders, Close
 * bodies, masking, extensions. Decoders state facts and never throw; encoders write violations, too. Beside them the records
 * of what was captured: {@link Frame}, {@link Message}, {@link Session}.
 *
 * @module wsdissect/websocket
 */
export {
  decodeHead,
  type Head,
  type HeaderField,
  type HeadQuirk,
  type RequestHead,
  type ResponseHead,
} from '../http/head.js';
export type { Delivered, Timestamp } from '../stream/place.js';
export type { StreamEnd } from '../stream/stream-sink.js';
export type { TlsFacts } from '../tls/facts.js';
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
  type HandshakeRequestOptions,
  type HandshakeResponseOptions,
  type HeaderOverride,
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
export { SessionReader, type SessionReaderConsumer, type SessionReaderOptions } from './session-reader.js';
export type {
  BySender,
  CutHeader,
  ObservedClose,
  Session,
  SessionCarrier,
  SessionSummary,
} from './session-record.js';
