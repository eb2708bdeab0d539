/**
 * Where the page's script begins: what it shows, from the document that it is in.
 */
import { textOfOctets } from '../bytes/octets.js';
import { unpack } from './block.js';
import { BlockSource } from './block-source.js';
import { INDEX_ID, SERVED } from './elements.js';
import { EmbeddedBlocks, octetsOf } from './embedded.js';
import type { PageIndex } from './index-record.js';
import { ServedSource } from './served.js';
import type { PageSource } from './source.js';

/** As much of a document as is needed. */
export interface DataDocument {
  readonly baseURI: string;
  getElementById(id: string): DataElement | null;
}
export interface DataElement {
  readonly textContent: string | null;
  hasAttribute(name: string): boolean;
}

/** Rejects where the document has no data, or not whole. */
export async function openSource(document: DataDocument): Promise<PageSource> {
  const element = document.getElementById(INDEX_ID);
  if (element === null) throw new Error('the page is not whole: its index is missing');
  const json = textOfOctets(await unpack(octetsOf(element.textContent ?? '')));
  const index = JSON.parse(json) as PageIndex;
  if (element.hasAttribute(SERVED)) return new ServedSource(index, document.baseURI);
  return new BlockSource(index, new EmbeddedBlocks(document));
}
