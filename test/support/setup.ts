/**
 * What the command line loads before it prints a table.
 */
import { loadTables } from '../../src/output/table.js';

await loadTables();
