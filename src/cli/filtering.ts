/**
 * `-Y`: the filter of a command, and what it needs to know beside the records.
 */
import { visible } from '../bytes/visible.js';
import type { RunConsumer } from '../dissect.js';
import type { Filter, FilterContext, RecordKind, Records } from '../filter/index.js';
import type { Decode } from '../output/decoded-text.js';
import type { Finding } from '../rules/finding.js';
import type { Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Session } from '../websocket/session-record.js';
import type { CommonOptions } from './commands/options.js';
import { makeDecoding } from './decoding.js';
import { UsageError } from './exit.js';
import { FindingsByRecord } from './findings-by-record.js';

export interface Filtering<K extends RecordKind> {
  /** Of messages each is to be shown to it, in their order: what answers what is told so. */
  matches(record: Records[K]): boolean;
  /** It looks into payloads. */
  readonly payload: boolean;
  /** What the run is to tell it; undefined: nothing. */
  readonly finding: ((finding: Finding) => void) | undefined;
  /** There will be no more records of the session. */
  closed(session: Session): void;
}

/** What a filter needs of its command. */
export interface FilterRun {
  /** Time of the first packet. */
  start(): Timestamp;
  /** What messages say in their subprotocols, where the command decodes them itself. */
  readonly decoded?: Decode | undefined;
  /** Told of limits that decoding has hit. */
  defect?(code: string, message: string): void;
}

/** Undefined without a filter. Throws UsageError for one that is wrong. */
export async function makeFiltering<K extends RecordKind>(
  options: Pick<CommonOptions, 'displayFilter' | 'limit' | 'decoder' | 'proto'>,
  kind: K,
  { start, decoded, defect = () => {} }: FilterRun,
): Promise<Filtering<K> | undefined> {
  const { displayFilter: text } = options;
  if (text === undefined) return undefined;
  // Loaded only when asked for: start-up time is paid in every run.
  const { compileFilter, FilterError } = await import('../filter/index.js');
  const { rules } = await import('../rules/index.js');
  let filter: Filter<K>;
  try {
    filter = compileFilter(text, kind, { rules });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UsageError(`-Y: ${error.message}`, pointer(text, error.column, error.length));
  }
  const known = new FindingsByRecord();
  const decoding = filter.decoded && decoded === undefined ? await makeDecoding(options, defect) : undefined;
  let latest: Decoded | undefined;
  const context: FilterContext = {
    start,
    findings: (record) => known.of(record),
    decoded: decoded ?? (() => latest),
  };
  return {
    matches(record) {
      if (decoding !== undefined && 'content' in record) latest = decoding.decode(record);
      return filter.matches(record, context);
    },
    payload: filter.payload,
    finding: filter.findings && kind !== 'finding' ? (finding) => known.add(finding) : undefined,
    closed(session) {
      known.forget(session.number);
      decoding?.close(session);
    },
  };
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
