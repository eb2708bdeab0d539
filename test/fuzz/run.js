/**
 * A long run: `node test/fuzz/run.js --minutes 10 --seed 1 [--from 0] [--coverage]`, and once more what failed:
 * `node test/fuzz/run.js --input FILE`. What each option does: main.ts.
 *
 * Strategy: rolldown makes one module of the TypeScript here and in src/, which is all that Node 20 needs. It lies where
 * packages and fixtures are found from it. --expose-gc lets the run see what memory is really held.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const file = fileURLToPath(new URL(`../../node_modules/.cache/fuzz-${process.pid}.mjs`, import.meta.url));
await build({
  input: fileURLToPath(new URL('main.ts', import.meta.url)),
  platform: 'node',
  external: /^[^./]/,
  output: { file, format: 'esm', sourcemap: 'inline', codeSplitting: false },
  logLevel: 'warn',
});
process.on('SIGINT', () => {});
const args = ['--expose-gc', '--enable-source-maps', file, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
rmSync(file);
process.exitCode = status ?? 1;
