/**
 * Blocks in a temporary file, for a server: memory holds only where they are.
 */
import { TemporaryFile } from '../rewrite/temporary-file.js';
import { type BlockStore, TABLES, type TableName } from './block.js';

interface Place {
  readonly offset: number;
  readonly length: number;
}

export class SpooledBlocks implements BlockStore {
  private readonly file = new TemporaryFile();
  private readonly places = new Map<TableName, Place[]>(TABLES.map((table) => [table, []]));
  private end = 0;

  /** The next block of a table. Throws OutputError where it cannot be written. */
  add(table: TableName, packed: Uint8Array): void {
    this.file.write(packed, this.end);
    this.places.get(table)!.push({ offset: this.end, length: packed.length });
    this.end += packed.length;
  }

  has(table: TableName, index: number): boolean {
    return index < this.places.get(table)!.length;
  }

  async block(table: TableName, index: number): Promise<Uint8Array> {
    const { offset, length } = this.places.get(table)![index];
    const packed = new Uint8Array(length);
    this.file.read(packed, offset);
    return packed;
  }

  close(): void {
    this.file.close();
  }
}
