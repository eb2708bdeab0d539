/**
 * Bundles the command line into few files: loading a file for each of its modules would take three times as long
 * as node itself does. And the page that browsers show, as one script and one style sheet, to be put into its HTML.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'rolldown';

const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Of the dependencies, those that each run needs; the others are loaded where and when they are needed. */
const bundled = ['commander', 'picocolors'];

/** Puts the licences of the packages beside the script that they are part of, and refuses others. */
const licences = (names) => ({
  name: 'licences',
  generateBundle(_, bundle) {
    for (const id of Object.values(bundle).flatMap(({ modules }) => Object.keys(modules ?? {}))) {
      const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
      if (name !== undefined && !names.includes(name)) this.error(`${name} is bundled without its licence`);
    }
    const all = names.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`);
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: all.join('\n\n') });
  },
});

const commandLine = {
  input: 'dist/cli/main.js',
  platform: 'node',
  external: (id) =>
    Object.keys({ ...dependencies, ...peerDependencies }).some(
      (name) => !bundled.includes(name) && (id === name || id.startsWith(`${name}/`)),
    ),
  plugins: [licences(bundled)],
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
};

/** In the order in which they apply. */
const STYLES = [
  'colors',
  'base',
  'shell',
  'lists',
  'tree',
  'frame',
  'conversation',
  'timeline',
  'findings',
  'statistics',
  'narrow',
].map((name) => `src/page/app/styles/${name}.css`);

/** Packages that are part of the script, all under the MIT licence. */
const INLINED = ['preact', '@preact/signals', '@preact/signals-core', 'uplot', 're2js'];

const page = {
  input: 'src/page/app/main.tsx',
  platform: 'browser',
  tsconfig: 'src/page/app/tsconfig.json',
  resolve: {
    extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
    // Browsers have none of Node's modules.
    alias: { 'node:buffer': resolve('src/page/app/node-buffer.ts') },
  },
  // Of tables of the terminal, which nothing here makes.
  external: ['cli-table3', 'string-width'],
  // Our modules do nothing but define: of those that the page shares with the program it takes what it uses. Preact's
  // signals tell Preact of themselves.
  treeshake: { moduleSideEffects: (id) => id.includes('node_modules/@preact/') },
  plugins: [
    licences(INLINED),
    {
      name: 'style',
      generateBundle() {
        const styles = ['node_modules/uplot/dist/uPlot.min.css', ...STYLES].map((file) =>
          readFileSync(file, 'utf8'),
        );
        this.emitFile({ type: 'asset', fileName: 'page.css', source: styles.join('\n') });
      },
    },
  ],
  output: {
    dir: 'dist/page',
    entryFileNames: 'page.js',
    banner: `/*! wsdissect, with ${INLINED.join(', ')}: MIT License, see dist/page/licenses.txt of the package */`,
    format: 'esm',
    minify: true,
    codeSplitting: false,
  },
};

export default defineConfig([commandLine, page]);
