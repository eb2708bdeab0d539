/**
 * What a page knows before it reads a block: the overview, where blocks are, and the rules that findings name.
 */
import type { Rule } from '../rules/rule.js';
import type { TableName } from './block.js';
import type { Overview } from './source.js';

/** Plain JSON. */
export interface PageIndex {
  readonly overview: Overview;
  /** Without what judges. */
  readonly rules: readonly Rule[];
  /** Rows of each block. */
  readonly tables: Readonly<Record<TableName, readonly number[]>>;
}
