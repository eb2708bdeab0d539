/**
 * Gathers the records of a table into blocks.
 *
 * Strategy: a record is encoded when it comes, so that nothing of it is kept; a block is full at so many records, or octets,
 * whichever is first: a message may name 65,536 frames.
 */
import { gzipSync } from 'node:zlib';
import type { Rule } from '../rules/rule.js';
import { encodeBlock, type TableName } from './block.js';
import type { Codec, Outgoing } from './codec.js';

/** Of a block: few enough to be read for one row, and enough to be packed well. */
const MAX_ROWS = 1000;
const MAX_SIZE = 1 << 20;
/** Of gzip: higher ones take twice as long for a tenth less. */
const LEVEL = 3;

/** Takes each block as it is full; `index`: which one of its table. */
export type TakeBlock = (table: TableName, packed: Uint8Array, index: number) => void;

export class TableWriter<Row> {
  /** Rows of each block. */
  readonly blocks: number[] = [];
  count = 0;
  private rows: string[] = [];
  private size = 0;
  private octets = new Uint8Array(1 << 16);
  private octetCount = 0;
  private readonly sessions = new Set<number>();
  private readonly outgoing: Outgoing;

  constructor(
    private readonly table: TableName,
    private readonly codec: Codec<Row>,
    private readonly take: TakeBlock,
    rule: (rule: Rule) => number,
  ) {
    this.outgoing = {
      bytes: (bytes) => this.keep(bytes),
      session: (number) => this.sessions.add(number),
      rule,
    };
  }

  add(row: Row): void {
    const json = JSON.stringify(this.codec.encode(row, this.outgoing));
    this.rows.push(json);
    this.size += json.length;
    this.count++;
    if (this.rows.length === MAX_ROWS || this.size + this.octetCount > MAX_SIZE) this.flush();
  }

  /** What was gathered becomes a block. */
  flush(): void {
    const { rows, sessions, octets, octetCount } = this;
    if (rows.length === 0) return;
    const block = encodeBlock(rows, sessions, octets.subarray(0, octetCount));
    const index = this.blocks.push(rows.length) - 1;
    this.take(this.table, gzipSync(block, { level: LEVEL }), index);
    this.rows = [];
    this.size = 0;
    this.octetCount = 0;
    sessions.clear();
  }

  private keep(bytes: Uint8Array): void {
    const end = this.octetCount + bytes.length;
    if (end > this.octets.length) {
      const wider = new Uint8Array(Math.max(end, 2 * this.octets.length));
      wider.set(this.octets.subarray(0, this.octetCount));
      this.octets = wider;
    }
    this.octets.set(bytes, this.octetCount);
    this.octetCount = end;
  }
}
