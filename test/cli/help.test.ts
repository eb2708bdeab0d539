/**
 * What a newcomer is told: the help of the program and of its commands, and of what was mistyped.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../../src/cli/program.js';
import { openTerminal } from '../../src/cli/terminal.js';
import { shell, wsdissect } from '../support/cli.js';
import { fixturesRoot, root } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const twoSessions = `${fixturesRoot}deflate/capture.pcap`;
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const help = (...args: string[]) => {
  const ran = wsdissect(args);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return ran.stdout;
};
const commands = [
  'frames',
  'messages',
  'sessions',
  'follow',
  'export',
  'query',
  'diff',
  'stats',
  'check',
  'decrypt',
  'rules',
  'fields',
  'limits',
  'completion',
  'explain',
  'sample',
  'report',
  'serve',
  'lesson',
  'quiz',
];
const helps = [['--help'], ...commands.map((command) => [command, '--help'])];
/** The README says "all" of the commands that read captures. */
const isCommon = (word: string, command: string) =>
  word === 'all' &&
  !['rules', 'fields', 'limits', 'decrypt', 'completion', 'sample', 'lesson', 'quiz'].includes(command);
/** The long names of the options that a help lists. */
const optionsOf = (text: string) =>
  [...text.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name).sort();

describe('wsdissect --help', () => {
  it('says what it is, how to begin, and where more is said', () => {
    const text = help('--help');
    expect(text).toMatch(
      /^Usage: wsdissect \[options\] <capture\.\.\.>\n {7}wsdissect <command> \[options\] <capture\.\.\.>\n\n/,
    );
    const flat = text.replace(/\s+/g, ' ');
    for (const part of [
      'Dissects WebSocket traffic out of packet captures, offline',
      'pcap, pcapng',
      'frames list every WebSocket frame (the default, and may be left out)',
      'messages list the messages: fragments joined, compressed ones inflated',
      'sessions list the WebSocket sessions, and the upgrades that were refused',
      'check find violations of the protocol: who broke which rule, and where',
      'rules list the rules of the protocol, or explain one',
      'wsdissect frames --help tells all',
      '-T <format> table, text, json or ndjson',
      'Examples: wsdissect capture.pcapng every frame',
      'tcpdump -i lo -U --immediate-mode -w - | wsdissect - live',
      'Exit codes: 0 all was read',
      '1 wrong options or arguments',
      '2 unusable input, or input that is cut off',
      '3 check found violations',
    ])
      expect(flat).toContain(part);
  });

  it('is the same as -h and help, and that of a command as help COMMAND', () => {
    expect(help('-h')).toBe(help('--help'));
    expect(help('help')).toBe(help('--help'));
    for (const command of commands) expect(help('help', command)).toBe(help(command, '--help'));
  });

  it('fits into 80 columns, however wide the terminal is', () => {
    for (const args of helps)
      for (const line of help(...args).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('is laid out by whoever wrote it: lines that are too long would be broken', () => {
    const { commands: made } = makeProgram('0.0.0', openTerminal());
    const texts = made.flatMap((command) => command.description().split('\n'));
    expect(texts.length).toBeGreaterThan(80);
    expect(texts.filter((line) => line.length > 80)).toEqual([]);
  });

  it('names only options that there are', () => {
    const known = help('frames', '--help');
    // Up to the pipe they are those of another program.
    const told = helps.map((args) => help(...args).replace(/^ *tcpdump .*\|/gm, ''));
    const used = told[0].match(/(?<=^| )-(?:-[a-z][\w-]*|[A-Za-z])\b/gm) ?? [];
    expect(used.length).toBeGreaterThan(8);
    for (const option of used)
      if (!['--version', '-h', '--help'].includes(option)) expect(known).toContain(`${option}`);
    for (const text of told) expect(text).not.toMatch(/-U\b|--immediate-mode/);
  });

  it('names only options of tcpdump that let packets through at once', () => {
    for (const args of [['--help'], ['frames', '--help']]) {
      const [, theirs] = /^ *tcpdump (.*?) \|/m.exec(help(...args))!;
      expect(theirs.match(/-[\w-]+/g)).toEqual(['-i', '-U', '--immediate-mode', '-w']);
    }
  });

  it('has examples that work', () => {
    const mine = join(folder, 'mine.mjs');
    writeFileSync(mine, "export default { name: 'mine', bid: () => 0, open: () => ({ decode() {} }) };");
    const answers = join(folder, 'answers.txt');
    writeFileSync(answers, 'binary\n94\nsocket43\n3\n1002\nrsv-without-extension\n');
    const capture = {
      'answers.txt': answers,
      'capture.pcapng': twoSessions,
      'capture.pcap.gz': twoSessions,
      'capture.pcap': twoSessions,
      'cap_*': twoSessions,
      'at-client.pcapng': twoSessions,
      'at-server.pcapng': twoSessions,
      'c.pcap': twoSessions,
      'cap_0000*': twoSessions,
      './mine.js': mine,
      'prices.proto:prices.Quote': `${fixturesRoot}messages-binary/prices.proto:prices.Quote`,
    };
    const examples = helps
      .flatMap((args) =>
        help(...args)
          .split('Examples:')[1]
          .split('Exit codes:')[0]
          .split('\n'),
      )
      .map((line) => /^(?:'[^']*'|[^' ]| (?![ |>]))*/.exec(line.trim())![0])
      .filter((line) => line.startsWith('wsdissect'));
    expect(examples.length).toBeGreaterThan(20);
    // Those of decrypt are run in tls.test.ts: they write files; serve goes on until a signal.
    for (const example of new Set(examples.filter((one) => !/ decrypt | serve | -o /.test(one)))) {
      const args = [...example.matchAll(/'([^']*)'|\S+/g)]
        .slice(1)
        .map(([word, quoted]) => quoted ?? capture[word as keyof typeof capture] ?? word);
      // The capture has nothing at the ports of this one.
      const expected = example.includes('--filter-a')
        ? { status: 2, stderr: expect.stringContaining('nothing was compared') }
        : { status: 0, stderr: '' };
      expect(wsdissect(args), example).toMatchObject(expected);
    }
  });

  const hasScript = hasProgram('script');
  it.skipIf(!hasScript)('wraps at the width of a narrow terminal', () => {
    const { stdout } = onTerminal('wsdissect frames --help', 64);
    const [, options] = stdout.replaceAll('\r\n', '\n').split(/Options:\n|\n\nExamples/);
    expect(options.split('\n').every((line) => line.length <= 64)).toBe(true);
    expect(options.split('\n').length).toBeGreaterThan(16);
  });

  it('into a pipe that closes ends without a word', () => {
    expect(shell('wsdissect --help | true')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(shell('wsdissect --version | true')).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('-Y', () => {
  /** Arguments that are no captures to read. A new one belongs here, or its command has a filter. */
  const others = [
    'command',
    'format',
    'lesson',
    'out.pcapng',
    'rule',
    'scenario',
    'session',
    'shell',
    'sql',
    'text',
    'topic',
  ];
  const { commands: made } = makeProgram('0.0.0', openTerminal());
  const reading = made.filter(({ registeredArguments }) =>
    registeredArguments.some((argument) => !others.includes(argument.name())),
  );

  it('is an option of every command that reads captures', () => {
    expect(reading.map((command) => command.name()).sort()).toEqual(
      ['check', 'decrypt', 'diff', 'explain', 'export', 'follow', 'frames', 'messages', 'query', 'report']
        .concat(['serve', 'sessions', 'stats'])
        .sort(),
    );
    for (const command of reading) {
      const option = command.options.find(({ short }) => short === '-Y');
      expect([command.name(), option?.long]).toEqual([command.name(), '--display-filter']);
    }
  });

  it('is of none that reads no captures, and is given once', () => {
    for (const command of made.filter((one) => !reading.includes(one)))
      expect(
        command.options.some(({ short }) => short === '-Y'),
        command.name(),
      ).toBe(false);
    for (const command of reading) {
      const args = command.registeredArguments.map(() => hello);
      const { status, stderr } = wsdissect([command.name(), '-Y', 'tcp', '-Y', 'ip', ...args]);
      expect([command.name(), status, stderr.includes('There is one already')]).toEqual([
        command.name(),
        1,
        true,
      ]);
    }
  });
});

describe('help of a command', () => {
  it('frames', () => {
    const text = help('frames', '--help');
    expect(text).toContain('Usage: wsdissect frames [options] [capture...]');
    expect(text).toContain('This is the default command');
    for (const part of ['table (default on a terminal)', '(default 64 MiB)', 'Examples:', 'Exit codes:'])
      expect(text).toContain(part);
    expect(optionsOf(text)).toEqual(
      [
        '--context',
        '--count',
        '--decode-as',
        '--decoder',
        '--proto',
        '--display-filter',
        '--format',
        '--help',
        '--keylog',
        '--limit',
        '--rsa-key',
        '--summary',
        '--hex',
        '--no-decode',
        '--max-message',
        '--max-payload',
        '--quiet',
        '--read',
        '--reader',
        '--session',
        '--time',
        '--verbose',
      ].sort(),
    );
  });

  it('sessions', () => {
    const text = help('sessions', '--help');
    expect(text).toContain('Usage: wsdissect sessions [options] [capture...]');
    expect(text.replace(/\s+/g, ' ')).toContain('Upgrades that were refused are listed with their status.');
    for (const part of ['Examples:', 'Exit codes:']) expect(text).toContain(part);
    expect(optionsOf(text)).toEqual(
      [
        '--decode-as',
        '--decoder',
        '--proto',
        '--display-filter',
        '--format',
        '--help',
        '--keylog',
        '--limit',
        '--rsa-key',
        '--summary',
        '--max-message',
        '--max-payload',
        '--quiet',
        '--read',
        '--reader',
        '--time',
      ].sort(),
    );
  });

  it.each([
    ['messages', '[options] [capture...]', 'fragments joined, permessage-deflate inflated'],
    ['check', '[options] [capture...]', 'an error is a MUST that was broken'],
    ['check', '[options] [capture...]', 'exit with code 3 for a finding at least so severe: error (default)'],
    ['check', '[options] [capture...]', 'sarif (for code hosts), or junit (for CI servers)'],
    ['follow', '[options] <session> [capture...]', 'message by message, with the time since the one before'],
    ['export', '[options] <format> [capture...]', 'write and import it'],
    ['stats', '[options] [capture...]', 'opcodes, sizes of messages, rates over time, compression'],
    [
      'query',
      '[options] [sql] [capture...]',
      'SQL reaches no file and no network, unless --allow-files is given',
    ],
    ['diff', '[options] <a> <b>', 'Ends with exit code 3 if anything differs'],
    ['rules', '[options] [rule]', 'without it all are listed'],
    ['decrypt', '[options] <capture> <out.pcapng>', 'made readable for its owner only'],
    ['fields', '[options] [text]', 'Names and meanings are'],
    ['sample', '[options] [scenario]', 'Comments at the packets say what to look at'],
    ['lesson', '[options] [lesson]', 'Each makes a sample in memory, dissects it, and walks through it.'],
    ['quiz', '[options] [topic]', 'and explains each answer. On a terminal it asks'],
    ['explain', '[options] [capture...]', 'the figure of RFC 6455 filled with its bits'],
    ['report', '[options] [capture...]', 'it loads nothing, needs no network and sends nothing'],
    ['serve', '[options] [capture...]', 'requests of other web sites are refused'],
    ['completion', '[options] <shell>', 'what they take: formats, rules, limits, file names'],
    ['limits', '[options]', 'Each hit is told as a warning that names the limit'],
  ])('%s %s: %s', (command, usage, part) => {
    const text = help(command, '--help');
    expect(text).toContain(`Usage: wsdissect ${command} ${usage}`);
    expect(text.replace(/\s+/g, ' ')).toContain(part);
    for (const heading of ['Examples:', 'Exit codes:']) expect(text).toContain(heading);
  });

  it('has the options that the README tells of, and no others', () => {
    const readme = readFileSync(`${root}README.md`, 'utf8');
    const rows = [...readme.matchAll(/^\| `(?:-\w, )?(--[\w-]+)[^`]*` \| ([\w, ]+) \|/gm)];
    for (const command of commands) {
      const told = rows
        .filter(([, , of]) => of.split(', ').some((word) => word === command || isCommon(word, command)))
        .map(([, name]) => name);
      expect(optionsOf(help(command, '--help')), command).toEqual([...told, '--help'].sort());
    }
  });
});

describe('what is mistyped', () => {
  it.each([
    ['sesions', 'sessions'],
    ['session', 'sessions'],
    ['sess', 'sessions'],
    ['Sessions', 'sessions'],
    ['frame', 'frames'],
    ['frmaes', 'frames'],
    ['mesages', 'messages'],
    ['chek', 'check'],
    ['rule', 'rules'],
  ])('the command %s', (word, name) => {
    for (const args of [[word, hello], [word], ['-T', 'json', word, hello]])
      expect(wsdissect(args)).toEqual({
        status: 1,
        stdout: '',
        stderr: `wsdissect: ${word}: no such file, and no such command; did you mean wsdissect ${name}?\n`,
      });
  });

  it.each([
    ['frames', ['-c1', 'frames', hello]],
    ['check', ['-q', 'check', hello]],
    ['sessions', ['-T', 'json', 'sessions']],
    ['help', ['-V', 'help']],
  ])('the command %s behind options', (name, args) => {
    expect(wsdissect(args)).toEqual({
      status: 1,
      stdout: '',
      stderr: `wsdissect: name the command first: wsdissect ${name} …\n`,
    });
  });

  it.each([
    ['export', ['-q', 'export', 'pcapng', '--redact', hello]],
    ['follow', ['-q', 'follow', '1', '--raw', 'client', hello]],
    ['stats', ['--top', '3', 'stats', hello]],
    ['check', ['--keylog', 'stats', '--fail-on=error', 'check', hello]],
    ['export', ['-q', 'export', 'har', '--outputs', hello]],
  ])('the command %s behind options, with options of its own', (name, args) => {
    const { status, stdout, stderr } = wsdissect(args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^wsdissect: unknown option '--[\w=-]+'\n/);
    expect(stderr.split('\n').at(-2)).toBe(`wsdissect: name the command first: wsdissect ${name} …`);
  });

  it.each([
    ['of an option that is known', ['--keylog', 'check', '--nowhere', hello]],
    ['of an option that no command knows', ['--nowhere', 'check', hello]],
  ])('is no command where it is the value %s', (_, args) => {
    const { status, stdout, stderr } = wsdissect(args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe("wsdissect: unknown option '--nowhere'\n(wsdissect --help tells more)\n");
  });

  it('is not a capture that is missing, or that has such a name', () => {
    for (const word of ['capture', 'se', './sesions', 'frames.pcap', 'sessionsession'])
      expect(wsdissect([word])).toMatchObject({ status: 2, stderr: `wsdissect: ${word}: no such file\n` });
    expect(wsdissect(['frames', 'sesions'])).toMatchObject({ status: 2, stdout: '' });
    writeFileSync(join(folder, 'frame'), readFileSync(hello));
    const ran = shell(`cd ${folder}; wsdissect frame | wc -l`);
    expect(ran).toEqual({ status: 0, stdout: '10\n', stderr: '' });
  });

  it.each([
    [['--sesion', '1'], '--session'],
    [['--verbos'], '--verbose'],
    [['frames', '--cuont', '1'], '--count'],
    [['sessions', '--quite'], '--quiet'],
    [['messages', '--sesion', '1'], '--session'],
    [['check', '--fail-onn', 'note'], '--fail-on'],
  ])('the option %j', (args, option) => {
    const ran = wsdissect([...args, hello]);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^wsdissect: unknown option '/);
    expect(ran.stderr).toContain(`\n(Did you mean ${option}?)\n(wsdissect --help tells more)\n`);
  });

  it('is shown harmless', () => {
    const { status, stderr } = wsdissect(['--\x1b]0;owned\x07', hello]);
    expect(status).toBe(1);
    expect(stderr).toContain(`unknown option '--\\x1b]0;owned\\x07'`);
    expect(stderr).not.toContain('\x1b');
  });

  it.each([
    [['--no\npe'], `unknown option '--no\\npe'`],
    [['--nope\n(Did you mean --evil?)\nx'], `unknown option '--nope\\n(Did you mean --evil?)\\nx'`],
    [['-c', '1\r\nall is well'], `option '-c, --count <n>' argument '1\\r\\nall is well' is invalid. `],
    [['-T', 'x\n\x1b[2J'], `option '-T, --format <format>' argument 'x\\n\\x1b[2J' is invalid. `],
    [['rules', 'a', 'b\nc'], 'too many arguments for '],
    [['help', 'a\nb'], `there is no command "a\\nb"`],
  ])('keeps to its line: %j', (args, start) => {
    const { status, stderr } = wsdissect(args);
    expect(status).toBe(1);
    const [first, ...rest] = stderr.split('\n');
    expect(first.startsWith(`wsdissect: ${start}`), first).toBe(true);
    expect([[''], ['(wsdissect --help tells more)', '']]).toContainEqual(rest);
  });
});
