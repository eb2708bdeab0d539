/**
 * The public API of `wsdissect`: dissecting captures. The parts that serve on their own are exported as
 * `wsdissect/websocket` (frame decoder and encoder, handshake) and `wsdissect/capture` (capture readers).
 */
export type { CaptureSummary, CaptureTotals } from './capture/captures.js';
export type { Input } from './capture/open.js';
export type { UnreadTls } from './carried/tls.js';
export {
  type Dissection,
  type DissectionEvent,
  type DissectionSummary,
  type DissectOptions,
  dissect,
  type RunConsumer,
  runDissection,
} from './dissect.js';
export {
  type DissectionConsumer,
  Dissector,
  type DissectorOptions,
} from './dissector.js';
export {
  compileFilter,
  type Field,
  type Filter,
  type FilterContext,
  FilterError,
  fields,
} from './filter/index.js';
export { DEFAULT_LIMITS, LIMITS, type LimitFacts, type LimitKey, type Limits } from './limits.js';
export type { Finding } from './rules/finding.js';
export { findRule, rules } from './rules/index.js';
export type { Rule, Severity } from './rules/rule.js';
export { CaptureError, type CaptureErrorCode, type Defect, type Layer } from './stream/defect.js';
export type { Timestamp } from './stream/place.js';
export type { StreamEnd } from './stream/stream-sink.js';
export type { TlsFacts, UnreadReason } from './tls/facts.js';
export { KeyLogParser } from './tls/key-log.js';
export { SecretStore } from './tls/secrets.js';
export * from './websocket/index.js';
