/**
 * Where the script of the page begins. What cannot be shown is told in its place.
 */
import { openSource } from '../open-source.js';
import { startPage } from './start.js';

const root = document.getElementById('app')!;
try {
  startPage(await openSource(document), root);
} catch (error) {
  root.textContent = `The capture cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
  root.className = 'failed';
}
