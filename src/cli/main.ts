/**
 * Entry point of the built program.
 */
import { readFileSync } from 'node:fs';
import { main } from './program.js';

// By its place: to resolve it by its name takes 4 ms of each run.
const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
const { version } = JSON.parse(manifest) as { version: string };

await main(process.argv, version);
