/**
 * The package as users get it: packed, looked at, installed into a project of its own (test/example), and used there from
 * TypeScript, from JavaScript and as a program.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wsdissect } from './support/cli.js';
import { type ExpectedFrame, fixturesRoot, root } from './support/fixtures.js';

const SLOW = { timeout: 180_000 };
const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const tutorial = `${fixturesRoot}tutorial-server/`;
const chat = `${fixturesRoot}messages-socketio/capture.pcap.gz`;
const { exports, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-package-'));
const tarball = join(folder, 'wsdissect.tgz');
/** Paths in the tarball. */
let files: readonly string[];

/** Standard output of a program that runs in the example project; throws if it fails. */
function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
}

/** A development tool of this repository. */
const tool = (name: string, ...args: string[]) => run(`${root}node_modules/.bin/${name}`, ...args);

const npm = (...args: string[]) => run('npm', ...args, '--ignore-scripts', '--loglevel', 'error');

beforeAll(() => {
  cpSync(`${root}test/example`, folder, { recursive: true });
  // Scripts would build anew what other tests are just using.
  const [packed] = JSON.parse(npm('pack', root, '--json'));
  renameSync(join(folder, packed.filename), tarball);
  files = packed.files.map(({ path }: { path: string }) => path);
}, SLOW.timeout);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball', () => {
  it('holds the program, the library with its types, the page, the manual page, and no more', () => {
    const top = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json'];
    expect([...new Set(files.map((file) => file.split('/')[0]))].sort()).toEqual(top);
    const built = files.filter((file) => file.startsWith('dist/'));
    expect([...new Set(built.map(extname))].sort()).toEqual(['.1', '.css', '.js', '.md', '.ts', '.txt']);
    expect(built.filter((file) => extname(file) === '.ts' && !file.endsWith('.d.ts'))).toEqual([]);
    expect(built.filter((file) => /^dist\/(docs|test|fixtures)\//.test(file))).toEqual([]);
  });

  it('is as publint asks for', () => {
    expect(tool('publint', tarball, '--strict')).toMatch(/All good!/);
  });

  it('has types as attw asks for, of ES modules', SLOW, () => {
    const told = tool('attw', tarball, '--profile', 'esm-only', '--format', 'json');
    const { analysis, problems } = JSON.parse(told);
    // Told of nonetheless: how modules were found before there were `exports`, and require() of an ES module.
    const aside = ['node10', 'node16-cjs'];
    const found = Object.values(problems as Record<string, { resolutionKind?: string }[]>).flat();
    expect(found.filter(({ resolutionKind = '' }) => !aside.includes(resolutionKind))).toEqual([]);
    expect(Object.keys(analysis.entrypoints)).toEqual(Object.keys(exports));
  });
});

/** Of the first session of the recording; acknowledgements have the numbers that their peer gave them. */
const ANSWERS = [
  '3 answers 2: connect',
  '6 answers 5: ack 0 of "echo"',
  '17 answers 11: ack 1 of "echo"',
  '22 answers 19: ack 2 of "echo"',
  '27 answers 26: pong',
  '28 answers 25: ack 3 of "echo"',
  '31 answers 30: ack 0 of "question"',
  '33 answers 29: ack 4 of "ask me"',
  '35 answers 34: ack 5 of "echo"',
];

/** Of the frames that the applications logged, those of one session and sender, as the example tells them. */
function loggedFrames(number: number, sender: 'client' | 'server'): string[] {
  const { sessions } = JSON.parse(readFileSync(`${tutorial}expected.json`, 'utf8'));
  const frames: ExpectedFrame[] = sessions[number - 1][`${sender}Frames`];
  return frames.map(({ opcode, length }) => `${number} ${sender} ${opcode} ${length}`);
}

describe('installed', () => {
  beforeAll(() => {
    npm('install', '--prefer-offline', '--omit=dev', '--no-package-lock', '--no-audit', '--no-fund');
  }, SLOW.timeout);

  it('brings a program', () => {
    const program = join(folder, 'node_modules/.bin/wsdissect');
    expect(run(program, '--version')).toBe(`${version}\n`);
    const listed = run(program, '-T', 'ndjson', hello);
    expect(listed.trimEnd().split('\n')).toHaveLength(10);
    expect(listed).toBe(wsdissect(['-T', 'ndjson', hello]).stdout);
  });

  it('can be used from TypeScript, whose compiler looks through all its types', SLOW, () => {
    tool('tsc', '-p', '.', '--typeRoots', `${root}node_modules/@types`);
    const told = JSON.parse(run(process.execPath, 'built/index.js', `${tutorial}capture.pcap`, chat));
    const { frames, answers, ...rest } = told;
    expect(frames).toHaveLength(22);
    for (const number of [1, 2])
      for (const sender of ['client', 'server'] as const) {
        const its = frames.filter((frame: string) => frame.startsWith(`${number} ${sender} `));
        expect(its).toEqual(loggedFrames(number, sender));
      }
    expect(answers).toHaveLength(32);
    expect(answers.slice(0, ANSWERS.length)).toEqual(ANSWERS);
    expect(rest).toEqual({
      short: ['Hello', 'Grüezi 🏔', '', 'are you there?', 'still there?'],
      sessions: [
        { path: '/close-as-text', frames: { client: 8, server: 8 }, code: 1000 },
        { path: '/deaf', frames: { client: 4, server: 2 }, code: 1000 },
      ],
      findings: [
        'invalid-utf8 server 6 error',
        'invalid-utf8 server 16 error',
        'close-answered-by-data server 16 error',
        'ping-unanswered server 19 warning',
        'close-unanswered server 22 warning',
      ],
      // All frames but two of Close and one Ping.
      summary: { packets: 45, messages: 19 },
      errors: { missing: 'not-found', text: 'not-a-capture', column: 12 },
    });
  });

  it('can be used from JavaScript', () => {
    const listed = wsdissect(['-T', 'ndjson', hello]).stdout.trimEnd().split('\n');
    const times = listed.map((line) => Number(/"time":\d+\.(\d{6}),/.exec(line)?.[1]) * 1000);
    expect(times).toHaveLength(10);
    expect(JSON.parse(run(process.execPath, 'plain.mjs', hello))).toEqual({
      frames: {
        // RFC 6455 §5.7; and a Close whose length takes more octets than it needs.
        wire: '818537fa213d7f9f4d515888fe00050000000103e96f6766',
        told: [
          { opcode: 'text', key: '37fa213d', lengthForm: 7, payload: 'Hello' },
          { opcode: 'close', key: '00000001', lengthForm: 16, payload: { code: 1001, reason: 'off' } },
        ],
      },
      // RFC 7692 §7.2.3.1 and §7.2.3.2.
      deflate: { wires: ['f248cdc9c90700', 'f200110000'], contents: ['Hello', 'Hello'] },
      handshake: {
        target: '/chat',
        host: 'server.example.com',
        // RFC 6455 §1.3.
        accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        expectedAccept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        isWebSocketResponse: true,
      },
      captures: {
        format: 'pcap',
        packets: 20,
        'written.pcapng': { format: 'pcapng', times },
        'written.pcap': { format: 'pcap', times },
      },
    });
  });
});
