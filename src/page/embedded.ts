/**
 * The blocks of a report, out of its document.
 */
import type { BlockStore, TableName } from './block.js';
import { blockId } from './elements.js';
import type { DataDocument } from './open-source.js';

export class EmbeddedBlocks implements BlockStore {
  constructor(private readonly document: DataDocument) {}

  async block(table: TableName, index: number): Promise<Uint8Array> {
    const element = this.document.getElementById(blockId(table, index));
    if (element === null) throw new Error(`the page is not whole: block ${index} of the ${table} is missing`);
    return octetsOf(element.textContent ?? '');
  }
}

/** Of Base64. */
export function octetsOf(base64: string): Uint8Array {
  const text = atob(base64);
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}
