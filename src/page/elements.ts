/**
 * What the HTML of a page and its script call the elements that hold data.
 */
import type { TableName } from './block.js';

export const INDEX_ID = 'page-index';
/** Attribute of the index where the blocks are to be fetched. */
export const SERVED = 'data-served';

export const blockId = (table: TableName, index: number): string => `page-${table}-${index}`;
