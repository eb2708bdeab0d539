/**
 * Display filters: an expression as in Wireshark, compiled once to a predicate over what is listed.
 */
export { compileFilter, type Filter } from './compile.js';
export { FilterError } from './error.js';
export type {
  Field,
  FieldType,
  FilterContext,
  FindingFacts,
  Getter,
  RecordKind,
  Records,
  Value,
} from './field.js';
export { RECORD_KINDS } from './field.js';
export { fields } from './fields.js';
export { Gaps } from './gaps.js';
export { oneSession } from './one-session.js';
