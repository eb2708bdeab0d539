/**
 * The order of the house: imports point from a later station to an earlier one, never back, and only the
 * composition root knows all stations (src/README.md).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './support/fixtures.js';

/** Folders and files of src/, each of which may import those before it and itself. */
const ORDER = [
  'bytes',
  'limits.ts',
  'stream',
  'capture',
  'link',
  'network',
  'tcp',
  'tls',
  'http',
  'websocket',
  'subprotocol',
  'rules',
  'carried',
  'key-logs.ts',
  'dissector.ts',
  'dissect.ts',
  'filter',
  'stats',
  'output',
  'explain',
  'sample',
  'lesson',
  'tables',
  'export',
  'query',
  'diff',
  'rewrite',
  'page',
  'cli',
  'index.ts',
];

/** What a station may not know although it comes earlier: stations talk only through the joint. */
const FORBIDDEN: [from: string, to: string][] = [
  ['link', 'tcp'],
  ['http', 'capture'],
  ['http', 'link'],
  ['http', 'network'],
  ['http', 'tcp'],
  ['http', 'tls'],
  ['tls', 'capture'],
  ['tls', 'link'],
  ['tls', 'network'],
  ['tls', 'tcp'],
  ['websocket', 'capture'],
  ['websocket', 'link'],
  ['websocket', 'network'],
  ['websocket', 'tcp'],
  ['subprotocol', 'capture'],
  ['subprotocol', 'link'],
  ['subprotocol', 'network'],
  ['subprotocol', 'tcp'],
  ['subprotocol', 'tls'],
  ['subprotocol', 'http'],
  ['rules', 'subprotocol'],
  ['carried', 'subprotocol'],
  ['rules', 'capture'],
  ['rules', 'link'],
  ['rules', 'network'],
  ['rules', 'tcp'],
  ['filter', 'capture'],
  ['filter', 'link'],
  ['filter', 'tcp'],
  ['filter', 'tls'],
  ['export', 'capture'],
  ['export', 'link'],
  ['export', 'network'],
  ['export', 'tcp'],
  ['query', 'capture'],
  ['query', 'link'],
  ['query', 'network'],
  ['query', 'tcp'],
  ['diff', 'capture'],
  ['diff', 'link'],
  ['diff', 'network'],
  ['diff', 'tcp'],
  ['stats', 'capture'],
  ['stats', 'link'],
  ['stats', 'network'],
  ['stats', 'tcp'],
  ['stats', 'tls'],
  ['output', 'capture'],
  ['output', 'link'],
  ['output', 'network'],
  ['output', 'tcp'],
];

/** The only files that touch files, processes or terminals. */
const IO = [
  'capture/open.ts',
  'capture/growing-file.ts',
  'output/writer.ts',
  'export/spool.ts',
  'export/payload-files.ts',
  'export/new-folder.ts',
  'export/replay.ts',
  'export/replay-scripts.ts',
  'rewrite/temporary-file.ts',
];

const src = join(root, 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'));

/** Without the examples in docstrings, which import as users do. */
const codeOf = (file: string): string => readFileSync(join(src, file), 'utf8').replace(/^ *\* .*$/gm, '');

const importsOf = (file: string): string[] =>
  [...codeOf(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]);

/** Folder of src/, or the file itself at the top. */
const station = (file: string): string => file.split('/')[0];

const edges = files.flatMap((file) =>
  importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => ({
      file,
      to: relative(src, join(src, dirname(file), target))
        .replaceAll('\\', '/')
        .replace(/\.js$/, '.ts'),
    })),
);

describe('the order of the house', () => {
  it('knows every station', () => {
    expect([...new Set(files.map(station))].filter((name) => !ORDER.includes(name))).toEqual([]);
    expect(edges.length).toBeGreaterThan(100);
  });

  it('is never imported against', () => {
    const back = edges.filter(({ file, to }) => ORDER.indexOf(station(to)) > ORDER.indexOf(station(file)));
    expect(back).toEqual([]);
  });

  it('keeps stations apart that meet only in the composition root', () => {
    const crossed = edges.filter(({ file, to }) =>
      FORBIDDEN.some(([from, target]) => station(file) === from && station(to) === target),
    );
    expect(crossed).toEqual([]);
  });

  it('has no import cycles', () => {
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const edge of valueEdges) if (edge.file === file) visit(edge.to, [...path, file]);
      done.add(file);
    };
    const done = new Set<string>();
    const valueEdges = edges.filter(({ file, to }) => importsValue(file, to));
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('does I/O at its edges only', () => {
    const forbidden = /^node:(fs|fs\/promises|child_process|net|http|https|tty|os)$/;
    const offenders = files.filter(
      (file) =>
        !file.startsWith('cli/') &&
        !IO.includes(file) &&
        importsOf(file).some((target) => forbidden.test(target)),
    );
    expect(offenders).toEqual([]);
  });
});

/** Whether `file` imports more than types from `to`. */
function importsValue(file: string, to: string): boolean {
  const text = codeOf(file);
  const name = (to.split('/').pop() ?? '').replace(/\.ts$/, '.js');
  const statements = [...text.matchAll(/(?:import|export)\s+(type\s+)?[^;]*?from\s*'([^']+)'/g)];
  return statements.some(([, type, target]) => type === undefined && target.endsWith(`/${name}`));
}
