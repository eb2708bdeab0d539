/**
 * `-Y`: the filter of a command, and what it needs to know beside the records.
 */
import { visible } from '../bytes/visible.js';
import type { RunConsumer } from '../dissect.js';
import type { FilterContext, RecordKind, Records } from '../filter/index.js';
import type { Finding } from '../rules/finding.js';
import type { Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Message } from '../websocket/message-record.js';
import { UsageError } from './exit.js';
import { FindingsByRecord } from './findings-by-record.js';

export interface Filtering<K extends RecordKind> {
  matches(record: Records[K]): boolean;
  /** It looks into payloads. */
  readonly payload: boolean;
  /** What the run is to tell it; undefined: nothing. */
  readonly finding: ((finding: Finding) => void) | undefined;
  /** There will be no more records of the session. */
  closed(session: number): void;
}

/** Undefined without a filter. Throws UsageError for one that is wrong. */
export async function makeFiltering<K extends RecordKind>(
  text: string | undefined,
  kind: K,
  start: () => Timestamp,
  decoded?: (message: Message) => Decoded | undefined,
): Promise<Filtering<K> | undefined> {
  if (text === undefined) return undefined;
  // Loaded only when asked for: start-up time is paid in every run.
  const { compileFilter, FilterError } = await import('../filter/index.js');
  try {
    const filter = compileFilter(text, kind);
    const known = new FindingsByRecord();
    const context: FilterContext = {
      start,
      findings: (record) => known.of(record),
      ...(decoded && { decoded }),
    };
    return {
      matches: (record) => filter.matches(record, context),
      payload: filter.payload,
      finding: filter.findings && kind !== 'finding' ? (finding) => known.add(finding) : undefined,
      closed: (session) => known.forget(session),
    };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UsageError(`-Y: ${error.message}`, pointer(text, error.column, error.length));
  }
}

/** The filter, and below it what is meant. */
function pointer(text: string, column: number, length: number): string[] {
  const before = visible(text.slice(0, column));
  const meant = visible(text.slice(column, column + length));
  return [
    `  ${visible(text)}`,
    `  ${' '.repeat([...before].length)}^${'~'.repeat(Math.max(0, [...meant].length - 1))}`,
  ];
}

/** What a consumer adds to its own for a filter. */
export function filterConsumer(filtering: Filtering<RecordKind> | undefined): RunConsumer {
  return filtering?.finding === undefined ? {} : { finding: filtering.finding };
}
