/**
 * A block: some thousand records of one kind, packed. That is what is read at a time.
 *
 * Strategy: four octets that tell the length of the JSON, the JSON, and the octets that records left for it; all of it
 * gzip'ed. The JSON tells first whose sessions are named, since these are in blocks of their own.
 */
import { textOfOctets } from '../bytes/octets.js';
import type { Session } from '../websocket/session-record.js';
import type { Codec, Incoming } from './codec.js';

/** What a page has tables of. */
export const TABLES = ['frames', 'messages', 'sessions', 'findings'] as const;
export type TableName = (typeof TABLES)[number];

/** Where packed blocks are read from. */
export interface BlockStore {
  /** Gzip'ed. Rejects where it cannot be had. */
  block(table: TableName, index: number): Promise<Uint8Array>;
}

const PREFIX = 4;

/** Of rows as JSON; not yet packed. */
export function encodeBlock(
  rows: readonly string[],
  sessions: Iterable<number>,
  octets: Uint8Array,
): Uint8Array {
  const json = new TextEncoder().encode(`[[${[...sessions].join(',')}],[${rows.join(',')}]]`);
  const block = new Uint8Array(PREFIX + json.length + octets.length);
  new DataView(block.buffer).setUint32(0, json.length);
  block.set(json, PREFIX);
  block.set(octets, PREFIX + json.length);
  return block;
}

/** What is needed of elsewhere to decode the rows of a block. */
export interface Elsewhere extends Pick<Incoming, 'rule'> {
  sessions(numbers: readonly number[]): Promise<ReadonlyMap<number, Session>>;
}

/** The records of a block that was unpacked; their octets are views of it. None of one that does not name the session `only`. */
export async function decodeBlock<Row>(
  block: Uint8Array,
  codec: Codec<Row>,
  { sessions, rule }: Elsewhere,
  only?: number,
): Promise<readonly Row[]> {
  const end = PREFIX + new DataView(block.buffer, block.byteOffset).getUint32(0);
  const [numbers, rows] = JSON.parse(textOfOctets(block.subarray(PREFIX, end))) as [number[], unknown[]];
  if (only !== undefined && !numbers.includes(only)) return [];
  const named = await sessions(numbers);
  let at = end;
  const incoming: Incoming = {
    bytes: (length) => block.subarray(at, (at += length)),
    session: (number) => named.get(number)!,
    rule,
  };
  return rows.map((row) => codec.decode(row, incoming));
}

/** What gzip packed, by what Node and browsers have in common. */
export async function unpack(packed: Uint8Array): Promise<Uint8Array> {
  const unpacked = new Blob([packed as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}
