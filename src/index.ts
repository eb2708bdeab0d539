/**
 * The public API of `wsdissect`: WebSocket traffic out of packet captures. {@link dissect} iterates over what is found,
 * {@link runDissection} calls back, {@link Dissector} takes packets without any I/O. What serves on its own is exported as
 * `wsdissect/websocket` (all of it is here, too), `wsdissect/capture` and `wsdissect/subprotocol`.
 *
 * Unusable input throws a {@link CaptureError}. Bytes that cannot be decoded are a {@link Defect}, violations of the protocol
 * a {@link Finding}; neither is thrown. Records are plain readonly objects that stay as they are; lengths and offsets are in
 * octets, times in seconds since the epoch.
 *
 * @module wsdissect
 */
export type { CaptureSummary, CaptureTotals } from './capture/captures.js';
export type { Input } from './capture/open.js';
export type { UnreadTls } from './carried/tls.js';
export {
  type Dissection,
  type DissectionEvent,
  type DissectionSummary,
  type DissectOptions,
  type DroppedTotals,
  dissect,
  type RunConsumer,
  runDissection,
  type TlsTotals,
} from './dissect.js';
export {
  type DissectionConsumer,
  Dissector,
  type DissectorOptions,
} from './dissector.js';
export {
  compileFilter,
  type Field,
  type FieldType,
  type Filter,
  type FilterContext,
  FilterError,
  type FindingFacts,
  fields,
  type Getter as FieldGetter,
  type RecordKind,
  type Records,
  type Value as FieldValue,
} from './filter/index.js';
export type { KeyLogSummary } from './key-logs.js';
export {
  DEFAULT_LIMITS,
  LIMITS,
  type LimitFacts,
  type LimitKey,
  type Limits,
  type LimitUnit,
} from './limits.js';
export type { Finding } from './rules/finding.js';
export { findRule, rules } from './rules/index.js';
export type { Report, Rule, Severity, WatchedSession, Watcher, Where } from './rules/rule.js';
export { CaptureError, type CaptureErrorCode, type Defect, type Layer } from './stream/defect.js';
export type { UnreadReason } from './tls/facts.js';
export { type KeyLogCounts, KeyLogParser } from './tls/key-log.js';
export { SECRET_LABELS, type SecretLabel, SecretStore } from './tls/secrets.js';
export * from './websocket/index.js';
export type { FrameFacts, MessageFacts } from './websocket/observer.js';
