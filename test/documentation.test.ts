/**
 * The documentation of the library: nothing of the API is without, and its examples do what they say. They are compiled and run
 * as a user would, each in a folder where capture.pcapng is a recording.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixturesRoot, root } from './support/fixtures.js';

const SLOW = { timeout: 180_000 };
const tool = (name: string) => `${root}node_modules/.bin/${name}`;

it('is there for all of the API, and links to what is there', SLOW, () => {
  const ran = spawnSync(tool('typedoc'), ['--emit', 'none', '--logLevel', 'Warn'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  expect([ran.stdout + ran.stderr, ran.status]).toEqual(['', 0]);
});

interface Example {
  readonly fixture: string;
  /** What it prints, or begins with where `lines` says how many there are. */
  readonly prints: readonly string[];
  readonly lines?: number;
}

const ofHello = (...prints: string[]): Example => ({ fixture: 'ws-hello/capture.pcap', prints });

/** By title. */
const EXAMPLES: Record<string, Example> = {
  'What clients said': ofHello('Hello', '{"type":"subscribe","channel":"ticker"}'),
  'Who broke which rule': {
    fixture: 'tutorial-server/capture.pcap',
    prints: [
      'invalid-utf8 (RFC 6455 §5.6): the server: the text message is not UTF-8 at offset 10 (ff); ' +
        'a receiver can know it after 11 of 22 bytes',
    ],
    lines: 5,
  },
  'What there was besides frames': ofHello('127.0.0.1:59560 /live', '20 10'),
  'Counting without an await per frame': ofHello('1 69 89'),
  'Packets from anywhere': ofHello(
    ...['text 5', 'text 13', 'ping 14', 'pong 14', 'text 39', 'text 51', 'binary 6', 'binary 6'],
    ...['close 5', 'close 5'],
  ),
  'Packets, and their times': ofHello(
    '1 1795246377.029721 74',
    '2 1795246377.029736 74',
    '3 1795246377.029749 66',
    '3',
  ),
  'A packet, written and read': ofHello('1'),
  'A capture with a comment': ofHello(''),
  'The long messages of servers': { fixture: 'tutorial-server/capture.pcap', prints: ['12 3010'] },
  "A rule of one's own": ofHello('client-pings 3'),
  'What was said, and what it answers': {
    fixture: 'messages-socketio/capture.pcap.gz',
    prints: ['3 socket.io connect 2 0.014196', '6 socket.io ack 0 of "echo" 5 0.007447'],
    lines: 32,
  },
  'Secrets that are not in a file': {
    fixture: 'tls-python/capture.pcap.gz',
    prints: ['TLS 1.3 server 16'],
    lines: 52,
  },
  'Messages from anywhere': ofHello('client Hel [ 2 ]', 'server Hello [ 1, 3 ]'),
  'There and back': ofHello('to be undefined', 'or not to be undefined'),
  'A masked text frame, and its key': ofHello('11'),
  'Frames from anywhere': ofHello('text 2 true', '2 octets, masked: false', 'over'),
  'Does this answer fit?': ofHello('/chat false'),
};

/** For the example on secrets. */
const KEY_LOG = readFileSync(`${fixturesRoot}tls-python/keys.log`, 'utf8');

/** All examples in docstrings, by title. */
const examples = new Map<string, string>();
for (const file of readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.ts')) continue;
  const text = readFileSync(join(root, 'src', file), 'utf8');
  for (const [, title, code] of text.matchAll(/^ \* @example (.+)\n \* ```ts\n((?: \*.*\n)+?) \* ```$/gm))
    examples.set(title, code.replace(/^ \* ?/gm, ''));
}

describe('the examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wsdissect-examples-'));
  const folderOf = (title: string) => join(folder, title.replaceAll(/\W+/g, '-'));

  beforeAll(() => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/wsdissect'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [title, code] of examples) {
      mkdirSync(folderOf(title));
      writeFileSync(join(folderOf(title), 'example.ts'), code);
    }
    const { outDir, ...strict } = JSON.parse(
      readFileSync(`${root}test/example/tsconfig.json`, 'utf8'),
    ).compilerOptions;
    expect(outDir).toBe('built');
    const compilerOptions = { ...strict, typeRoots: [`${root}node_modules/@types`] };
    const config = { compilerOptions, include: ['*/example.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiled = spawnSync(tool('tsc'), ['-p', '.', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([compiled.stdout, compiled.status]).toEqual(['', 0]);
  }, SLOW.timeout);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are all known here', () => {
    expect([...examples.keys()].sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  it.each([...examples.keys()])('%s', (title) => {
    const cwd = folderOf(title);
    const { fixture, prints, lines = prints.length } = EXAMPLES[title];
    copyFileSync(`${fixturesRoot}${fixture}`, join(cwd, 'capture.pcapng'));
    const ran = spawnSync(process.execPath, ['example.js'], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, KEY_LOG },
    });
    expect([ran.stderr, ran.status]).toEqual(['', 0]);
    const printed = ran.stdout.trimEnd().split('\n');
    expect(printed.slice(0, prints.length)).toEqual(prints);
    expect(printed).toHaveLength(lines);
  });
});
