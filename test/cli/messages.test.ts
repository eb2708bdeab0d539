/**
 * `wsdissect messages` as a user sees it, on recorded and derived captures.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { width } from '../../src/output/width.js';
import { UNSAFE } from '../output/samples.js';
import { shell, wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const capture = (name: string) => `${fixturesRoot}${name}/capture.pcap`;
const derived = (name: string) => `${fixturesRoot}derived/${name}`;
const hello = capture('ws-hello');
const deflate = capture('deflate');
const tutorial = capture('tutorial-server');
const conformance = `${fixturesRoot}conformance/capture.pcap.gz`;
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const objects = (...args: string[]) => {
  const ran = wsdissect(['messages', '-q', '-T', 'ndjson', ...args]);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};
const withoutTime = (line: string) => line.slice(19);

const HELLO = `\
    1    0.010513   1 client→server  text              5               1 frame    Hello
    2    0.011896   1 server→client  text             13               1 frame    Hello, client
    3    0.014655   1 client→server  ping             14               1 frame    are you there?
    4    0.017069   1 server→client  pong             14               1 frame    are you there?
    5    0.020051   1 client→server  text             39               1 frame    {"type":"subscribe","channel":"ticker"}
    6    0.020612   1 server→client  text             51               1 frame    {"type":"ticker","symbol":"ETH-EUR","price":2411.5}
    7    0.022170   1 client→server  binary            6               1 frame    ca fe 00 ff 10 80
    8    0.022413   1 server→client  binary            6               1 frame    80 10 ff 00 fe ca
    9    0.024738   1 client→server  close             5               1 frame    1000 Normal Closure: bye
   10    0.025391   1 server→client  close             5               1 frame    1000 Normal Closure: bye
`;

describe('-T text', () => {
  it('is the default off a terminal, in whatever way the capture is given', () => {
    const expected = { status: 0, stdout: HELLO, stderr: '' };
    for (const args of [
      [hello],
      ['-T', 'text', hello],
      ['-r', hello],
      ['-q', hello],
      ['--reader', 'pcap-parser', hello],
    ])
      expect(wsdissect(['messages', ...args]), args.join(' ')).toEqual(expected);
    expect(shell(`cat ${hello} | wsdissect messages -`)).toEqual(expected);
  });

  it('has compressed messages inflated, and fragments joined', () => {
    const lines = wsdissect(['messages', '--session', '1', deflate]).stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.slice(0, 110).trimEnd())).toEqual([
      '    1    0.012905   1 client→server  text             69 deflate 70    1 frame    {"type":"ticker","symbol":"E',
      '    2    0.016342   1 server→client  text             78 deflate 79    1 frame    {"echo":{"type":"ticker","sy',
      '    3    0.019823   1 client→server  text             70 deflate 9     1 frame    {"type":"ticker","symbol":"E',
      '    4    0.020660   1 server→client  text             79 deflate 9     1 frame    {"echo":{"type":"ticker","sy',
      '    5    0.021683   1 client→server  text             67 deflate 8     1 frame    {"type":"ticker","symbol":"E',
      '    6    0.022313   1 server→client  text             76 deflate 8     1 frame    {"echo":{"type":"ticker","sy',
      '    7    0.024294   1 client→server  binary         3000 deflate 68    1 frame    54 68 65 20 71 75 69 63 6b 2',
      '    8    0.024867   1 server→client  binary         3000 deflate 68    1 frame    54 68 65 20 71 75 69 63 6b 2',
      '    9    0.026641   1 client→server  text              2 deflate 4     1 frame    ""',
      '   10    0.027441   1 server→client  text             11 deflate 8     1 frame    {"echo":""}',
      '   11    0.030078   1 client→server  text             15 deflate 29    3 frames   {"frag":"ment"}',
      '   12    0.030726   1 server→client  text             24 deflate 19    1 frame    {"echo":{"frag":"ment"}}',
      '   13    0.034061   1 client→server  close             6               1 frame    1000 Normal Closure: done',
      '   14    0.034855   1 server→client  close             6               1 frame    1000 Normal Closure: done',
    ]);
  });

  it('says what is no UTF-8', () => {
    const lines = wsdissect(['messages', tutorial]).stdout.split('\n');
    expect(lines[5]).toBe(
      '    6    0.012709   1 server→client  text             22               1 frame    [not UTF-8] ' +
        '79 6f 75 20 73 61 69 64 3a 20 ff f8 f1 ea e3 dc d5 ce c7 c0 b9 b2',
    );
    expect(lines[3]).toBe(
      '    4    0.009464   1 server→client  text             22               1 frame    you said: Grüezi 🏔',
    );
    // Nothing behind an empty message.
    expect(lines[12]).toBe('   13    0.024435   1 client→server  text              0               1 frame');
  });

  it('says what is missing', () => {
    const hurt = wsdissect(['messages', derived('loss-payload.pcap')])
      .stdout.split('\n')
      .filter((line) => line.includes('['));
    expect(hurt.map((line) => withoutTime(line).slice(0, 97))).toEqual([
      ' 1 client→server  text           2000               1 frame    [300 of 2000 bytes unknown] The qu',
      ' 1 server→client  text           2004               1 frame    [300 of 2004 bytes unknown] v6: Th',
    ]);
  });

  it.each([
    ['relative', HELLO.slice(0, 17)],
    ['epoch', '    1 1795246377.040234'],
    ['utc', '    1 2026-11-21 07:32:57.040234Z'],
  ])('-t %s', (format, start) => {
    expect(wsdissect(['messages', '-t', format, '-c', '1', hello]).stdout).toBe(
      `${start}${HELLO.slice(17, HELLO.indexOf('\n'))}\n`,
    );
  });
});

describe('what is listed can be limited', () => {
  it('-c N stops after N messages', () => {
    expect(wsdissect(['messages', '-c', '3', hello]).stdout).toBe(
      `${HELLO.split('\n').slice(0, 3).join('\n')}\n`,
    );
    expect(objects('--session', '2', '-c', '2', deflate).map(({ message }) => message)).toEqual([15, 16]);
  });

  it('--session N keeps those of one session, with their numbers', () => {
    const all = objects(deflate);
    expect(new Set(all.map(({ session }) => session))).toEqual(new Set([1, 2]));
    expect(objects('--session', '2', deflate)).toEqual(all.filter(({ session }) => session === 2));
    expect(wsdissect(['messages', '--session', '3', deflate])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'wsdissect: there is no session 3, only 2 sessions\n',
    });
    expect(wsdissect(['messages', '--session', '3', '-T', 'json', deflate]).stdout).toBe('[]\n');
  });

  it('--max-message cuts content, and says so', () => {
    const ran = wsdissect(['messages', '-T', 'ndjson', '--max-message', '3', '-c', '1', hello]);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      length: 5,
      content: 'Hel',
      wireLength: 5,
      complete: false,
      contentKept: 3,
    });
    expect(ran.stderr).toBe(
      'wsdissect: warning: packet 8: session 1: a message of the client (5 bytes on the wire) has 5 bytes ' +
        'of content; 3 are kept (limit message=3) [message-limit]\n' +
        'wsdissect: dropped: 1 payload cut\n',
    );
    expect(wsdissect(['messages', '-q', '--max-message', '3', '-c', '1', hello])).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});

it('--max-message that ends inflation is told from a loss', () => {
  const ran = wsdissect(['messages', '-q', '-T', 'ndjson', '--max-message', '20', deflate]);
  const cut = ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ compressed, complete }) => compressed && !complete);
  expect(cut.length).toBeGreaterThan(0);
  for (const { length, contentKept, unknownRanges } of cut)
    if (unknownRanges.length === 0) expect([length, contentKept]).toEqual([20, 20]);
});

/** The contract. */
const NAMES =
  'message,session,client,server,path,subprotocol,sender,opcode,time,firstTime,length,content,closeCode,' +
  'closeReason,compressed,wireLength,frames,packets,complete,unknownRanges';

describe('JSON', () => {
  it('-T ndjson has the documented names', () => {
    const [first, , , , , , binary, , close] = objects(hello);
    const common = {
      session: 1,
      client: '127.0.0.1:59560',
      server: '127.0.0.1:9002',
      path: '/live',
      subprotocol: null,
      sender: 'client',
      closeCode: null,
      closeReason: null,
      compressed: false,
      complete: true,
      unknownRanges: [],
    };
    expect(first).toEqual({
      message: 1,
      ...common,
      opcode: 'text',
      time: 1795246377.040234,
      firstTime: 1795246377.040234,
      length: 5,
      content: 'Hello',
      wireLength: 5,
      frames: [1],
      packets: [8],
    });
    expect(binary).toEqual({
      message: 7,
      ...common,
      opcode: 'binary',
      time: 1795246377.051891,
      firstTime: 1795246377.051891,
      length: 6,
      contentBase64: 'yv4A/xCA',
      wireLength: 6,
      frames: [7],
      packets: [14],
    });
    expect(close).toMatchObject({
      opcode: 'close',
      contentBase64: 'A+hieWU=',
      closeCode: 1000,
      closeReason: 'bye',
    });
  });

  it.each([
    ['a conformance run', [conformance]],
    ['losses', [derived('loss-header.pcap')]],
    ['lost payload', [derived('loss-payload.pcap')]],
    ['short snap lengths', [derived('loss-snap-length-96.pcap')]],
    ['compression', [deflate]],
    ['IPv6', [capture('ipv6')]],
    ['subprotocols', [capture('refused')]],
  ])('has these names and values in every object: %s', (_name, files) => {
    for (const object of objects(...files)) {
      const { contentKept, confidence, decoded, ...always } = object;
      if (decoded !== undefined) expect(decoded.protocol).toBe('json');
      expect(Object.keys(always).join(',').replace('contentBase64', 'content')).toBe(NAMES);
      if (contentKept !== undefined)
        expect([contentKept < object.length, object.complete]).toEqual([true, false]);
      if (confidence !== undefined) expect(confidence > 0.5 && confidence < 1).toBe(true);
      expect(object).toMatchObject({
        message: expect.any(Number),
        client: expect.stringMatching(/^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+$/),
        server: expect.stringMatching(/^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+$/),
        sender: expect.stringMatching(/^(client|server)$/),
        opcode: expect.stringMatching(/^(text|binary|close|ping|pong|\d+)$/),
        time: expect.any(Number),
        firstTime: expect.any(Number),
        compressed: expect.any(Boolean),
        complete: expect.any(Boolean),
        frames: expect.any(Array),
        packets: expect.any(Array),
        unknownRanges: expect.any(Array),
      });
      expect(object.firstTime).toBeLessThanOrEqual(object.time);
      if ('content' in object) expect(object.opcode).toBe('text');
      if (object.unknownRanges.length > 0) expect(object.complete).toBe(false);
      if (object.closeCode !== null) expect(object.opcode).toBe('close');
    }
  });

  it('tells of fragments and compression', () => {
    const fragmented = objects(deflate).find(({ frames }) => frames.length === 3);
    expect(fragmented).toMatchObject({
      content: '{"frag":"ment"}',
      length: 15,
      wireLength: 29,
      compressed: true,
      complete: true,
    });
  });

  it('tells what is missing', () => {
    const hurt = objects(derived('loss-payload.pcap')).filter(({ complete }) => !complete);
    expect(hurt.map(({ sender, length, unknownRanges }) => [sender, length, unknownRanges])).toEqual([
      ['client', 2000, [{ offset: 892, length: 300 }]],
      ['server', 2004, [{ offset: 896, length: 300 }]],
    ]);
  });

  it('-T json is one document with the same objects', () => {
    expect(JSON.parse(wsdissect(['messages', '-T', 'json', deflate]).stdout)).toEqual(objects(deflate));
  });

  it('without messages is empty in each format', () => {
    const header = `head -c 24 ${hello} | wsdissect messages -`;
    expect(shell(`${header} -T text`).stdout).toBe('');
    expect(shell(`${header} -T ndjson`).stdout).toBe('');
    expect(shell(`${header} -T json`).stdout).toBe('[]\n');
    expect(shell(`${header} -T table`).stdout).toMatch(/^┌.*\n│ +No\. .*\n├.*\n└.*\n$/);
  });
});

describe('table', () => {
  it('-T table, in the width of COLUMNS', () => {
    const rows = (columns: string) =>
      wsdissect(['messages', '-T', 'table', hello], undefined, { COLUMNS: columns }).stdout.split('\n');
    expect(rows('80').slice(1, 5)).toEqual([
      '│   No. │       Time │ Session │ Opcode │ Length │ Content                     │',
      '├───────┼────────────┼─────────┼────────┼────────┼─────────────────────────────┤',
      '│     1 │   0.010513 │  1 C→S  │ text   │      5 │ Hello                       │',
      '│     2 │   0.011896 │  1 S→C  │ text   │     13 │ Hello, client               │',
    ]);
    expect(rows('120').slice(1, 4)).toEqual([
      '│    No. │        Time │ Sess │ From   │ Opcode       │  Length │ Deflate │ Frames │ Content                           │',
      '├────────┼─────────────┼──────┼────────┼──────────────┼─────────┼─────────┼────────┼───────────────────────────────────┤',
      '│      1 │    0.010513 │    1 │ client │ text         │       5 │         │      1 │ Hello                             │',
    ]);
  });

  const hasScript = hasProgram('script');
  it.skipIf(!hasScript).each([80, 120])('is the default on a terminal, in its %i columns', (columns) => {
    for (const args of [tutorial, deflate, `-t utc ${deflate}`, `-q ${derived('loss-payload.pcap')}`]) {
      const { stdout } = onTerminal(`wsdissect messages ${args}`, columns, { NO_COLOR: '1' });
      const lines = stdout.trimEnd().split('\r\n');
      expect(lines.length).toBeGreaterThan(10);
      for (const line of lines) expect(width(line), line).toBe(columns);
      expect(stdout).not.toContain('\x1b');
    }
  });

  it.skipIf(!hasScript)('has colours there, and not with NO_COLOR', () => {
    expect(onTerminal(`wsdissect messages ${hello}`).stdout).toContain('\x1b[32mtext\x1b[39m');
    expect(onTerminal(`wsdissect messages -T text ${hello}`).stdout).toContain('\x1b[32mtext');
    expect(onTerminal(`wsdissect messages -T ndjson ${hello}`).stdout).not.toContain('\x1b');
    expect(wsdissect(['messages', '-T', 'table', hello]).stdout).not.toContain('\x1b');
  });
});

describe('hostile content', () => {
  it('stays harmless in every format', () => {
    const bytes = Buffer.from(readFileSync(hello));
    const replace = (found: string, by: Buffer) => by.copy(bytes, bytes.indexOf(found));
    replace('Hello, client', Buffer.from('\x1b]0;x\x07\u009b\u202e'));
    replace('are you there?', Buffer.from('\x1b[2J\r\n\0\x7f'));
    replace('/live HTTP', Buffer.from('/\x9b\xe2\x80\xae', 'latin1'));
    replace('bye', Buffer.from('\x1b[H'));
    const path = join(folder, 'hostile.pcap');
    writeFileSync(path, bytes);
    for (const format of ['text', 'table', 'json', 'ndjson']) {
      const { status, stdout, stderr } = wsdissect(['messages', '-T', format, path]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout.replaceAll('\n', ''), format).not.toMatch(UNSAFE);
    }
    const [, second] = objects(path);
    expect(second.content).toBe('\x1b]0;x\x07\u009b\u202ent');
  });
});

describe('exit codes', () => {
  it('2 for input that is cut off, with what it holds', () => {
    const ran = wsdissect(['messages', derived('loss-cut.pcap')]);
    expect(ran.status).toBe(2);
    expect(ran.stdout).toMatch(/^ {4}1 .*\n/);
    expect(ran.stderr).toMatch(/\[truncated-capture\]\n$/);
    expect(wsdissect(['messages', join(folder, 'none')])).toMatchObject({ status: 2, stdout: '' });
  });

  it.each([
    ['an option of frames', ['-V', hello], /^wsdissect: unknown option '-V'$/m],
    ['an option of check', ['--fail-on', 'error', hello], /^wsdissect: unknown option '--fail-on'$/m],
    ['a mistyped option', ['--max-mesage', '3', hello], /\(Did you mean --max-message\?\)$/m],
    [
      'a format of check',
      ['-T', 'sarif', hello],
      /'sarif' is invalid. Allowed choices are table, text, json, ndjson/,
    ],
    ['a count of nothing', ['-c', '0', hello], /whole number greater than 0/],
    ['a session that is no number', ['--session', 'x', hello], /whole number greater than 0/],
    [
      'a limit that is no number',
      ['--max-message', '1k', hello],
      /number of bytes greater than 0, such as 65536 or 64KiB/,
    ],
    ['no capture', [], /^wsdissect: no capture given: name a file, or - for standard input/],
  ] as [string, string[], RegExp][])('1 for %s', (_name, args, message) => {
    const ran = wsdissect(['messages', ...args]);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it('0 for a reader that goes away', () => {
    expect(shell(`wsdissect messages -T ndjson ${conformance} | head -n 1 | wc -l`)).toEqual({
      status: 0,
      stdout: '1\n',
      stderr: '',
    });
  });
});

describe('subprotocols', () => {
  const zipped = (name: string) => `${fixturesRoot}${name}/capture.pcap.gz`;
  const graphql = zipped('messages-graphql-ws');
  const line = (args: string[], index: number) =>
    wsdissect(['messages', ...args, graphql])
      .stdout.split('\n')
      [index].slice(82);

  it('what is decoded stands in front of the content', () => {
    expect(line([], 1)).toBe(
      'graphql-transport-ws connection_ack (answers 1 after 1.8 ms) | {"type":"connection_ack"}',
    );
    const table = wsdissect(['messages', '-T', 'table', '-c', '2', graphql], undefined, { COLUMNS: '200' });
    expect(table.stdout).toContain(
      '│ graphql-transport-ws connection_ack (answers 1 after 1.8 ms) | {"type":',
    );
  });

  it('JSON has it as decoded', () => {
    const { decoded } = objects('-c', '2', graphql)[1];
    expect(decoded).toEqual({
      protocol: 'graphql-transport-ws',
      type: 'connection_ack',
      summary: 'connection_ack',
      value: {},
      answers: { message: 1, latency: expect.closeTo(0.001755, 4) },
    });
  });

  it('so it has plain JSON, of which filters know, and lists for people say no more than it does', () => {
    const path = zipped('messages-ws');
    const told = objects(path).filter(({ decoded }) => decoded !== undefined);
    expect(told.length).toBe(160);
    for (const { decoded, content } of told) {
      expect(decoded.protocol).toBe('json');
      expect(decoded.value).toEqual(JSON.parse(content));
    }
    expect(objects('-Y', 'ws.decoded.protocol == json', path)).toEqual(told);
    const { stdout } = wsdissect(['messages', '-Y', 'ws.decoded.protocol == json', path]);
    expect(stdout.split('\n').slice(0, -1).length).toBe(160);
    expect(stdout).not.toContain('json object');
    expect(objects('--no-decode', path).filter((object) => 'decoded' in object)).toEqual([]);
  });

  it('--no-decode leaves it out', () => {
    expect(line(['--no-decode'], 1)).toBe('{"type":"connection_ack"}');
    expect(objects('--no-decode', graphql).filter((object) => 'decoded' in object)).toEqual([]);
  });

  it('tells of limits that are hit, with the packet', () => {
    const { stderr } = wsdissect(['messages', '--limit', 'open-requests=1', graphql]);
    expect(stderr).toMatch(
      /^wsdissect: warning: packet \d+: session 1: message \d+: too many requests wait for an answer: the oldest is forgotten \(limit open-requests=1\) \[open-requests-limit\]\n/,
    );
  });

  it.each([
    [hello, false],
    [zipped('messages-mosquitto'), true],
  ])('needs the package of a protocol only where it is spoken: %s', (file, spoken) => {
    const ran = wsdissect(['messages', file], undefined, { NODE_DEBUG: 'module' });
    expect([ran.status, ran.stderr.includes('mqtt-packet')]).toEqual([0, spoken]);
  });
});
