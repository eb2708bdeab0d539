/**
 * Entry point of the built program.
 */
import { createRequire } from 'node:module';
import { main } from './program.js';

const { version } = createRequire(import.meta.url)('wsdissect/package.json') as { version: string };

await main(process.argv, version);
