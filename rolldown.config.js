/**
 * Bundles the command line into few files: loading a file for each of its modules would take three times as long
 * as node itself does.
 */
import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Of the dependencies, those that each run needs; the others are loaded where and when they are needed. */
const bundled = ['commander', 'picocolors'];

export default defineConfig({
  input: 'dist/cli/main.js',
  platform: 'node',
  external: (id) =>
    Object.keys({ ...dependencies, ...peerDependencies }).some(
      (name) => !bundled.includes(name) && (id === name || id.startsWith(`${name}/`)),
    ),
  output: {
    dir: 'dist/bin',
    format: 'esm',
    chunkFileNames: '[name].js',
    minify: { mangle: false },
    cleanDir: true,
    // What every run needs is one file; but for the entry, which awaits the run: what a command loads imports this file,
    // and would wait for the run.
    codeSplitting: {
      groups: [{ name: 'start', tags: ['$initial'], test: (id) => !id.endsWith('/main.js') }],
    },
  },
});
