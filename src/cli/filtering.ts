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
import type { SubprotocolDecoding } from '../subprotocol/decoding.js';
import type { Message } from '../websocket/message-record.js';
import type { Session } from '../websocket/session-record.js';
import type { CommonOptions } from './commands/options.js';
import { makeDecoding } from './decoding.js';
import { UsageError } from './exit.js';
import { FindingsByRecord } from './findings-by-record.js';

export interface Filtering<K extends RecordKind> {
  /**
   * Of messages each is to be shown to it, in their order: what answers what is told so. So is each frame of a session: how
   * long ago the one before it was. `message`: the data message that a frame ends, where that is known.
   */
  matches(record: Records[K], message?: Message): boolean;
  /** It looks into payloads. */
  readonly payload: boolean;
  /** What the run is to tell it; undefined: nothing. */
  readonly finding: ((finding: Finding) => void) | undefined;
  /** Of frames: the run is to tell told() of messages. */
  readonly asksMessages: boolean;
  /** As DissectorOptions.joinedOnly; undefined: all are wanted. */
  readonly joinedOnly: ((session: Session) => boolean) | undefined;
  /** A message, in their order. */
  told(message: Message): void;
  /** There will be no more records of the session. */
  closed(session: Session): void;
}

/** The filter, and what messages are decoded with for it. */
export type FilterOptions = Pick<CommonOptions, 'displayFilter' | 'limit' | 'decoder' | 'proto'>;

/** What a filter needs of its command. */
export interface FilterRun {
  /** What it was given by; undefined: -Y. */
  readonly option?: string | undefined;
  /** Time of the first packet. */
  start(): Timestamp;
  /** What messages say in their subprotocols, where the command decodes them itself. */
  readonly decoded?: Decode | undefined;
  /** Told of limits that decoding has hit. */
  defect?(code: string, message: string): void;
}

/** The filter of -Y, or of another option. Throws UsageError for one that is wrong. */
export async function compileGiven<K extends RecordKind>(
  text: string,
  kind: K,
  option = '-Y',
): Promise<Filter<K>> {
  // Loaded only when asked for: start-up time is paid in every run.
  const { compileFilter, FilterError } = await import('../filter/index.js');
  const { rules } = await import('../rules/index.js');
  try {
    return compileFilter(text, kind, { rules });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UsageError(`${option}: ${error.message}`, pointer(text, error.column, error.length));
  }
}

/** Undefined without a filter. Throws UsageError for one that is wrong. */
export async function makeFiltering<K extends RecordKind>(
  options: FilterOptions,
  kind: K,
  { option, start, decoded, defect = () => {} }: FilterRun,
): Promise<Filtering<K> | undefined> {
  const { displayFilter: text } = options;
  if (text === undefined) return undefined;
  const filter = await compileGiven(text, kind, option);
  const { Gaps } = await import('../filter/index.js');
  const known = new FindingsByRecord();
  const decoding =
    filter.decoded !== undefined && decoded === undefined ? await makeDecoding(options, defect) : undefined;
  const said = new WeakMap<Message, Decoded>();
  const joined = joinedOnly(filter, decoding);
  const gaps = filter.gaps ? new Gaps() : undefined;
  let ended: Message | undefined;
  let gap: number | undefined;
  const told = (message: Message) => {
    const says = decoding?.decode(message);
    if (says !== undefined) said.set(message, says);
  };
  const context: FilterContext = {
    start,
    findings: (record) => known.of(record),
    decoded: decoded ?? ((message) => said.get(message)),
    message: () => ended,
    gap: () => gap,
  };
  return {
    matches(record, message) {
      if ('content' in record) told(record);
      ended = message;
      if (gaps !== undefined && 'timestamp' in record) gap = gaps.since(record);
      return filter.matches(record, context);
    },
    payload: filter.payload,
    // What findings are about is known when their message is.
    asksMessages: kind === 'frame' && (filter.messages || filter.findings),
    joinedOnly: kind === 'frame' ? joined?.of : undefined,
    told,
    finding: filter.findings && kind !== 'finding' ? (finding) => known.add(finding) : undefined,
    closed(session) {
      known.forget(session.number);
      gaps?.forget(session.number);
      decoding?.close(session);
      joined?.forget(session);
    },
  };
}

/**
 * Numbers are those of all messages; what one says is told of those that a decoder is asked for. Asked of each frame: once
 * a session is joined only it stays so.
 */
function joinedOnly(
  { decoded }: Pick<Filter<'frame'>, 'decoded'>,
  decoding: SubprotocolDecoding | undefined,
): { of(session: Session): boolean; forget(session: Session): void } | undefined {
  if (decoded === 'units' || (decoded === 'value' && decoding === undefined)) return undefined;
  const known = new Set<number>();
  return {
    of(session) {
      if (known.has(session.number)) return true;
      const isJoinedOnly = decoding?.isOver(session) ?? true;
      if (isJoinedOnly) known.add(session.number);
      return isJoinedOnly;
    },
    forget: ({ number }) => known.delete(number),
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
