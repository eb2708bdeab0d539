import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { EXPORT_FORMATS } from '../../src/cli/commands/export.js';
import { CSV_COLUMNS } from '../../src/export/csv.js';
import { LinkType } from '../../src/link/link-types.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import { wsdissect } from '../support/cli.js';
import { fromClient, fromServer, request, response, upgraded } from '../support/dissect.js';
import { faultsOfHar } from '../support/har.js';
import { CLIENT, pcapOf, SERVER, Talk } from '../support/tcp.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CAPTURES = [
  'fixtures/many-sessions/capture.pcap',
  'fixtures/deflate/capture.pcap',
  'fixtures/refused/capture.pcap',
];

/** Formats that are one file, written as it comes. */
const FILES = ['har', 'csv', 'sarif', 'junit'];

const ndjson = (args: string[]) =>
  wsdissect([...args, '-q', '-T', 'ndjson'])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe.each(CAPTURES)('har of %s', (capture) => {
  const { status, stdout, stderr } = wsdissect(['export', 'har', '-q', capture]);
  const { log } = JSON.parse(stdout);
  const messages = ndjson(['messages', capture]);
  const sessions = ndjson(['sessions', capture]);

  it('is HAR 1.2 with an entry for each session', () => {
    expect([status, stderr, log.version, log.creator.name]).toEqual([0, '', '1.2', 'wsdissect']);
    const entries = log.entries as {
      request: { url: string };
      response: { status: number };
      _resourceType: string;
    }[];
    expect(entries.map(({ request, response }) => [request.url, response.status]).toSorted()).toEqual(
      sessions.map(({ host, path, status }) => [`ws://${host}${path}`, status]).toSorted(),
    );
    expect(new Set(entries.map(({ _resourceType }) => _resourceType))).toEqual(new Set(['websocket']));
    for (const entry of log.entries) {
      expect(Object.keys(entry.timings)).toEqual([
        'blocked',
        'dns',
        'connect',
        'ssl',
        'send',
        'wait',
        'receive',
      ]);
      expect(new Date(entry.startedDateTime).toISOString()).toBe(entry.startedDateTime);
      expect(entry.request.headers.map(({ name }: { name: string }) => name.toLowerCase())).toContain(
        'sec-websocket-key',
      );
    }
  });

  it('has all data messages, of each session together and in order', () => {
    const told = log.entries.flatMap(
      ({
        _webSocketMessages: all,
        request,
      }: {
        _webSocketMessages: { type: string; time: number; opcode: number; data: string }[];
        request: { url: string };
      }) => all.map((one) => [request.url, one.type, one.opcode, one.time, one.data]),
    );
    const wanted = sessions.flatMap(({ session, host, path }) =>
      messages
        .filter((one) => one.session === session && ['text', 'binary'].includes(one.opcode))
        .map((one) => [
          `ws://${host}${path}`,
          one.sender === 'client' ? 'send' : 'receive',
          one.opcode === 'text' ? 1 : 2,
          one.time,
          one.content ?? one.contentBase64,
        ]),
    );
    const byUrl = (list: unknown[][]) => list.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])));
    expect(byUrl(told)).toEqual(byUrl(wanted));
  });
});

it('marks in a har what was not captured in whole', () => {
  const capture = 'fixtures/derived/loss-payload.pcap';
  const said = ndjson(['messages', '-Y', 'websocket.opcode in {1, 2}', capture]);
  const { entries } = JSON.parse(wsdissect(['export', 'har', '-q', capture]).stdout).log;
  const told = entries.flatMap((entry: { _webSocketMessages: unknown[] }) => entry._webSocketMessages);
  expect(told.map(({ _complete = true }) => _complete)).toEqual(said.map(({ complete }) => complete));
  expect(told.filter(({ _complete }: { _complete?: boolean }) => _complete === false)).toHaveLength(2);
});

it('marks in a har text that is not UTF-8', () => {
  const capture = 'fixtures/tutorial-server/capture.pcap';
  const said = ndjson(['messages', '--session', '1', capture]).filter(({ opcode }) =>
    /text|binary/.test(opcode),
  );
  const [{ _webSocketMessages: told }] = JSON.parse(
    wsdissect(['export', 'har', '-q', '--session', '1', capture]).stdout,
  ).log.entries;
  const broken = said.filter(({ opcode, content }) => opcode === 'text' && content === undefined);
  expect(said.filter(({ opcode }) => opcode === 'text').length).toBeGreaterThan(broken.length);
  expect(broken).toHaveLength(2);
  expect(told.map(({ opcode, data, _opcode }: Record<string, unknown>) => [opcode, data, _opcode])).toEqual(
    said.map(({ opcode, content, contentBase64 }) =>
      content === undefined
        ? [2, contentBase64, opcode === 'text' ? 1 : undefined]
        : [opcode === 'text' ? 1 : 2, content, undefined],
    ),
  );
});

it.each([
  ...CAPTURES,
  'fixtures/h2c-parallel/capture.pcap.gz',
  'fixtures/ipv6/capture.pcap',
  'fixtures/derived/tcp-without-syn.pcap',
])('har of %s is valid by the schema of HAR 1.2', (capture) => {
  for (const more of [[], ['--redact']]) {
    const har = JSON.parse(wsdissect(['export', 'har', '-q', ...more, capture]).stdout);
    expect(har.log.entries.length).toBeGreaterThan(0);
    expect(faultsOfHar(har)).toBeUndefined();
    // The schema is strict enough to see a fault.
    const { startedDateTime: _, ...rest } = har.log.entries[0];
    expect(faultsOfHar({ log: { ...har.log, entries: [rest] } })).toBeDefined();
  }
});

describe('har of a filter', () => {
  const exported = (...filter: string[]) =>
    JSON.parse(wsdissect(['export', 'har', '-q', ...filter, CAPTURES[0]]).stdout).log.entries.map(
      ({ request, _webSocketMessages }: { request: { url: string }; _webSocketMessages: unknown[] }) => [
        new URL(request.url).pathname,
        _webSocketMessages.length,
      ],
    );
  const sessions = ndjson(['sessions', CAPTURES[0]]);
  const pathOf = (session: number) => new URL(sessions[session - 1].path, 'ws://host').pathname;

  it('has an entry for each session with a message for which it holds', () => {
    const of = (session: number) => ndjson(['messages', '--session', `${session}`, CAPTURES[0]]);
    const data = of(1).filter(({ opcode }) => opcode === 'text' || opcode === 'binary');
    expect(data.length).toBeGreaterThan(1);
    expect(exported('-Y', 'ws.session == 1')).toEqual([[pathOf(1), data.length]]);
    expect(exported('-Y', 'ws.session == 99')).toEqual([]);
    expect(exported()).toHaveLength(sessions.length);
    // Its messages are control frames, which a HAR leaves out.
    const closed = of(2).filter(({ opcode }) => opcode === 'close');
    expect(closed.length).toBeGreaterThan(0);
    expect(exported('-Y', 'ws.session == 2 and websocket.opcode == close')).toEqual([[pathOf(2), 0]]);
  });
});

describe('csv', () => {
  const parse = (text: string): Record<string, string>[] => {
    const script =
      'import csv,json,sys; csv.field_size_limit(1<<30); print(json.dumps(list(csv.DictReader(sys.stdin))))';
    return JSON.parse(
      execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 }),
    );
  };

  it.skipIf(!hasProgram('python3')).each(CAPTURES)('has each message of %s in a row', (capture) => {
    const { status, stdout, stderr } = wsdissect(['export', 'csv', '-q', capture]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\r\n')[0]).toBe(CSV_COLUMNS.join(','));
    const rows = parse(stdout);
    const messages = ndjson(['messages', capture]);
    expect(
      rows.map((row) => [row.message, row.session, row.sender, row.opcode, Number(row.time), row.length]),
    ).toEqual(
      messages.map((one) => [
        `${one.message}`,
        `${one.session}`,
        one.sender,
        one.opcode,
        one.time,
        `${one.length}`,
      ]),
    );
    expect(
      rows.map(({ text, base64, opcode }) =>
        opcode === 'text' ? text : Buffer.from(base64, 'base64').toString('hex'),
      ),
    ).toEqual(
      messages.map(({ content, contentBase64, opcode }) =>
        opcode === 'text'
          ? content.replace(/^(?=[=+\-@\t\r])/, "'")
          : Buffer.from(contentBase64 ?? content, contentBase64 === undefined ? 'utf8' : 'base64').toString(
              'hex',
            ),
      ),
    );
  });

  it('holds no formula, and quotes what has to be', () => {
    const talk = new Talk();
    const texts = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\tx',
      '\n=1',
      '＝1',
      '＋1',
      '－1',
      '＠A1',
      'a,"b"\nc',
      'plain',
    ];
    const packets = [
      ...upgraded(talk),
      ...texts.map((text) => talk.send(CLIENT, fromClient(text))),
      talk.send(SERVER, fromServer('=x')),
    ];
    const file = join(folder, 'formulas.pcap');
    writeFileSync(file, pcapOf(packets));
    const { stdout } = wsdissect(['export', 'csv', '-q', file]);
    const cells = ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", '"\'\n=1"', "'＝1", "'＋1", "'－1", "'＠A1"];
    for (const text of [...cells, '"a,""b""\nc"', 'plain', "'=x"]) expect(stdout).toContain(`,${text},\r\n`);
  });

  it('has octets as they are, also where base64 begins as a formula does', () => {
    const talk = new Talk();
    const octets = [0xfa, 0xff, 0xe3, 0x01, 0x02];
    const packets = [
      ...upgraded(talk),
      talk.send(SERVER, encodeFrame({ opcode: 2, payload: Uint8Array.from(octets) })),
    ];
    const file = join(folder, 'octets.pcap');
    writeFileSync(file, pcapOf(packets));
    expect(wsdissect(['export', 'csv', '-q', file]).stdout).toMatch(/,,\+v\/jAQI=\r\n$/);
    expect(wsdissect(['query', '-T', 'csv', 'SELECT contentBlob FROM messages', file]).stdout).toBe(
      'contentBlob\r\n+v/jAQI=\r\n',
    );
  });
});

describe('--session', () => {
  const capture = CAPTURES[0];
  const sessions = ndjson(['sessions', capture]);
  const [, second] = sessions;
  const messages = ndjson(['messages', '--session', '2', capture]);
  const data = messages.filter(({ opcode }) => opcode === 'text' || opcode === 'binary');
  const exported = (format: string, session: number, ...more: string[]) =>
    wsdissect(['export', format, '-q', '--session', `${session}`, ...more, capture]).stdout;

  it('is of csv, har, payloads and parquet all there is', async () => {
    expect(sessions.length).toBeGreaterThan(2);
    const rows = exported('csv', 2).split('\r\n').slice(1, -1);
    expect(rows.map((row) => Number(row.split(',')[0]))).toEqual(messages.map(({ message }) => message));
    const { entries } = JSON.parse(exported('har', 2)).log;
    expect(entries.map((one: { request: { url: string } }) => one.request.url)).toEqual([
      `ws://${second.host}${second.path}`,
    ]);
    const said = join(folder, 'of-second');
    exported('payloads', 2, '-o', said);
    expect(readdirSync(said).filter((name) => name !== 'manifest.ndjson')).toHaveLength(data.length);
    const tables = join(folder, 'tables-of-second');
    exported('parquet', 2, '-o', tables);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    for (const table of ['frames', 'messages', 'sessions']) {
      const rows = await connection.runAndReadAll(
        `select session, count(*) n from '${tables}/${table}.parquet' group by 1`,
      );
      const n = {
        frames: second.frames.client + second.frames.server,
        messages: messages.length,
        sessions: 1,
      };
      expect(rows.getRowsJson()).toEqual([['2', `${n[table as keyof typeof n]}`]]);
    }
  });

  it('is of pcapng its whole connection, with -Y if that has a hit in it', () => {
    const out = join(folder, 'second.pcapng');
    for (const more of [[], ['-Y', 'ws.sender == client']]) {
      exported('pcapng', 2, '-o', out, ...more);
      const [{ client, server, frames }, ...others] = ndjson(['sessions', out]);
      expect([client, server, frames, others]).toEqual([second.client, second.server, second.frames, []]);
    }
    exported('pcapng', 2, '-o', out, '-Y', 'ws.session == 1');
    expect(ndjson(['sessions', out])).toEqual([]);
  });

  it('is of sarif and junit what is wrong in it', () => {
    const faulty = 'fixtures/tutorial-server/capture.pcap';
    const wrong = ndjson(['check', faulty]);
    const count = (session: number) => wrong.filter((one) => one.session === session).length;
    expect([count(1) > 0, count(1) < wrong.length]).toEqual([true, true]);
    const sarif = (session: number) =>
      JSON.parse(wsdissect(['export', 'sarif', '-q', '--session', `${session}`, faulty]).stdout);
    expect([1, 2].map((session) => sarif(session).runs[0].results.length)).toEqual([count(1), count(2)]);
    const junit = wsdissect(['export', 'junit', '-q', '--session', '1', faulty]).stdout;
    expect(junit.match(/<testsuite /g)).toHaveLength(1);
  });

  it.each(['csv', 'har', 'sarif', 'junit'])('says of %s where there is none', (format) => {
    const ran = wsdissect(['export', format, '--session', '99', capture]);
    expect([ran.status, ran.stderr]).toEqual([
      0,
      `wsdissect: there is no session 99, only ${sessions.length} sessions\n`,
    ]);
    expect(ran.stdout).not.toContain(second.path);
  });
});

describe('is for its owner only', () => {
  const modesOf = (path: string): string[] => {
    const stat = statSync(path);
    const inside = stat.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [];
    return [(stat.mode & 0o777).toString(8), ...inside.flatMap(modesOf)];
  };

  it.each(['har', 'csv', 'sarif', 'junit', 'pcapng'])('%s, a new file or one that is there', (format) => {
    const target = join(folder, `private.${format}`);
    for (const args of [['-q'], ['--summary']]) {
      wsdissect(['export', format, ...args, '-o', target, CAPTURES[1]]);
      expect(modesOf(target)).toEqual(['600']);
      chmodSync(target, 0o644);
    }
  });

  it.each([
    ['payloads', 25],
    ['replay', 6],
    ['parquet', 4],
  ])('%s, the folder and its %i files', (format, files) => {
    const target = join(folder, `private-${format}`);
    wsdissect(['export', format, '-q', '-o', target, CAPTURES[1]]);
    const [own, ...others] = modesOf(target);
    expect([own, new Set(others), others.length]).toEqual(['700', new Set(['600']), files]);
  });

  it('the database of query', () => {
    const target = join(folder, 'private.duckdb');
    expect(wsdissect(['query', '-q', '--database', target, 'select 1', CAPTURES[1]]).status).toBe(0);
    expect(modesOf(target)).toEqual(['600']);
  });
});

it('shows on a terminal what would steer it, and leaves it in files', () => {
  const talk = new Talk();
  const hostile = '\u001b]0;owned\u0007 \u202eback\n=1';
  const file = join(folder, 'hostile.pcap');
  writeFileSync(file, pcapOf([...upgraded(talk), talk.send(CLIENT, fromClient(hostile))]));
  const shown = onTerminal(`wsdissect export csv -q ${file}`).stdout;
  expect(shown).toContain(',\\x1b]0;owned\\x07 \\u{202e}back\\n=1,');
  expect(wsdissect(['export', 'csv', '-q', file]).stdout).toContain(`,"${hostile}",`);
  const target = join(folder, 'hostile.csv');
  onTerminal(`wsdissect export csv -q -o ${target} ${file}`);
  expect(readFileSync(target, 'utf8')).toContain(`,"${hostile}",`);
});

it('chooses by what messages say in their subprotocols, as stats does', () => {
  const capture = 'fixtures/messages-socketio/capture.pcap.gz';
  const filter = ['-Y', 'ws.decoded.type == ack'];
  const acks = ndjson(['messages', ...filter, capture]);
  expect(acks.length).toBeGreaterThan(2);
  const rows = wsdissect(['export', 'csv', '-q', ...filter, capture])
    .stdout.split('\r\n')
    .slice(1, -1);
  expect(rows.map((row) => Number(row.split(',')[0]))).toEqual(acks.map(({ message }) => message));
  const without = ndjson(['messages', '--no-decode', ...filter, capture]);
  expect(without.map(({ message }) => message)).toEqual(acks.map(({ message }) => message));
  const { messages } = JSON.parse(wsdissect(['stats', '-q', '-T', 'json', ...filter, capture]).stdout);
  expect(messages.client + messages.server).toBe(acks.length);
});

it.skipIf(!existsSync('/dev/full'))('names the file that cannot be written', () => {
  const ran = wsdissect(['export', 'csv', '-o', '/dev/full', CAPTURES[0]]);
  expect([ran.status, ran.stderr.includes('cannot write to /dev/full (ENOSPC)')]).toEqual([2, true]);
});

describe('payloads', () => {
  it.each(CAPTURES)('has each data message of %s in a file, and the manifest is right', (capture) => {
    const target = join(folder, capture.split('/')[1]);
    expect(wsdissect(['export', 'payloads', '-q', '-o', target, capture])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const manifest = readFileSync(join(target, 'manifest.ndjson'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const messages = ndjson(['messages', capture]).filter(
      ({ opcode }) => opcode === 'text' || opcode === 'binary',
    );
    expect(readdirSync(target).toSorted()).toEqual(
      ['manifest.ndjson', ...manifest.map(({ file }) => file)].toSorted(),
    );
    expect(
      manifest.map(({ message, sender, session, time, length }) => [message, sender, session, time, length]),
    ).toEqual(
      messages.map(({ message, sender, session, time, length }) => [message, sender, session, time, length]),
    );
    for (const [index, { file, sha256, bytes }] of manifest.entries()) {
      const content = readFileSync(join(target, file));
      const { content: text, contentBase64 } = messages[index];
      expect(content).toEqual(text === undefined ? Buffer.from(contentBase64, 'base64') : Buffer.from(text));
      expect([sha256, bytes]).toEqual([createHash('sha256').update(content).digest('hex'), content.length]);
      expect(file).toMatch(/^session-\d{5}-message-\d{7}-(client|server)\.(json|txt|bin)$/);
    }
  });

  it('never writes into a folder that holds something', () => {
    writeFileSync(join(folder, 'mine'), 'mine');
    const ran = wsdissect(['export', 'payloads', '-o', folder, CAPTURES[0]]);
    expect(ran).toEqual({
      status: 2,
      stdout: '',
      stderr: `wsdissect: ${folder} is not empty: name a new folder\n`,
    });
    expect(wsdissect(['export', 'payloads', CAPTURES[0]]).stderr).toContain('name it with -o');
  });
});

describe('export', () => {
  it('writes into a file, of messages for which a filter holds', () => {
    const file = join(folder, 'out.csv');
    const ran = wsdissect(['export', 'csv', '-o', file, '-Y', 'ws.sender == client', CAPTURES[1]]);
    expect(ran).toMatchObject({ status: 0, stdout: '' });
    const rows = readFileSync(file, 'utf8').split('\r\n');
    expect(rows.length - 2).toBe(ndjson(['messages', '-Y', 'ws.sender == client', CAPTURES[1]]).length);
  });

  it.each([
    [['export', 'har'], 'no capture given'],
    [
      ['export', 'xml', CAPTURES[0]],
      'Allowed choices are har, csv, payloads, pcapng, replay, parquet, sarif',
    ],
    [['export', 'csv', '-o', '/nowhere/out.csv', CAPTURES[0]], 'cannot write to /nowhere/out.csv (ENOENT)'],
    [['export', 'csv', 'nowhere.pcap'], 'nowhere.pcap: no such file'],
  ])('%j', (args, said) => {
    const ran = wsdissect(args);
    expect(ran.status).toBeGreaterThan(0);
    expect(ran.stderr).toContain(said);
  });

  it('writes nothing of input that cannot be used, and all of a capture that is empty', () => {
    for (const format of ['har', 'csv']) expect(wsdissect(['export', format, 'fixtures']).stdout).toBe('');
    const file = join(folder, 'empty.pcap');
    writeFileSync(file, encodePcap([], { linkType: LinkType.raw }));
    expect(JSON.parse(wsdissect(['export', 'har', '-q', file]).stdout).log.entries).toEqual([]);
    expect(wsdissect(['export', 'csv', '-q', file]).stdout).toBe(`${CSV_COLUMNS.join(',')}\r\n`);
  });

  it.each(FILES)('never writes %s over what it reads, whatever it is called', (format) => {
    const own = join(folder, `own-${format}.pcap`);
    copyFileSync(CAPTURES[1], own);
    const [hard, soft] = [`${own}.hard`, `${own}.soft`];
    linkSync(own, hard);
    symlinkSync(own, soft);
    for (const [output, input] of [
      [own, own],
      [hard, own],
      [soft, own],
      [hard, soft],
    ])
      expect(wsdissect(['export', format, '-o', output, input])).toMatchObject({
        status: 1,
        stderr: 'wsdissect: the capture itself cannot be the file to write\n',
      });
    expect(readFileSync(own)).toEqual(readFileSync(CAPTURES[1]));
  });

  it.each(FILES)('%s: what cannot be read, or be meant, costs no earlier file and leaves none', (format) => {
    const earlier = join(folder, `earlier.${format}`);
    const none = join(folder, `none.${format}`);
    const noCapture = join(folder, 'no-capture');
    writeFileSync(earlier, 'precious');
    writeFileSync(noCapture, 'x'.repeat(100));
    for (const output of [earlier, none])
      for (const args of [['-Y', 'foo == 1', CAPTURES[0]], ['/nowhere.pcap'], [noCapture]])
        expect(wsdissect(['export', format, '-o', output, ...args]).status).toBeGreaterThan(0);
    expect([readFileSync(earlier, 'utf8'), existsSync(none)]).toEqual(['precious', false]);
    writeFileSync(earlier, 'x'.repeat(1 << 20));
    wsdissect(['export', format, '-q', '-o', earlier, CAPTURES[2]]);
    wsdissect(['export', format, '-q', '-o', none, CAPTURES[2]]);
    expect(readFileSync(earlier, 'utf8')).toBe(readFileSync(none, 'utf8'));
  });
});

describe.each(['sarif', 'junit'])('%s', (format) => {
  it.each([
    ['fixtures/tutorial-server/capture.pcap', 3],
    ['fixtures/messages-ws/capture.pcap.gz', 0],
    ['fixtures/derived/loss-cut.pcap', 2],
  ])('of %s is what check writes, with its exit code %s', (capture, status) => {
    const filter = ['-Y', 'ws.sender == client'];
    for (const more of [[], filter]) {
      const checked = wsdissect(['check', '-T', format, ...more, capture]);
      expect(wsdissect(['export', format, ...more, capture])).toEqual(checked);
      if (more.length === 0) expect(checked.status).toBe(status);
      const file = join(folder, `findings.${format}`);
      const { stdout } = wsdissect(['export', format, '-o', file, ...more, capture]);
      expect([stdout, readFileSync(file, 'utf8')]).toEqual(['', checked.stdout]);
    }
  });

  it('says nothing of what was said, if that is asked', () => {
    const capture = 'fixtures/tutorial-server/capture.pcap';
    const quoted = 'not UTF-8 at offset 10 (ff)';
    expect(wsdissect(['export', format, capture]).stdout).toContain(quoted);
    const told = wsdissect(['export', format, '--redact', capture]).stdout;
    expect(told).not.toContain(quoted);
    expect(told).toContain('invalid-utf8');
  });
});

it('leaves no secret of a handshake in any format that is redacted', async () => {
  const talk = new Talk();
  const secret = 'S3CR3T';
  const headers = [
    { name: 'Host', value: `${secret}:pw@example.test` },
    { name: 'Origin', value: `https://${secret}@x.test/${secret}?t=${secret}` },
    { name: 'Sec-WebSocket-Extensions', value: `mine; token=${secret}; quoted="${secret}"` },
    { name: 'User-Agent', value: secret },
  ];
  const packets = [
    ...talk.handshake(),
    talk.send(CLIENT, request(`/?${secret}`, { headers })),
    talk.send(SERVER, response({ reason: secret, headers: headers.slice(2, 3) })),
    talk.send(CLIENT, fromClient(secret)),
    // Not masked: a finding.
    talk.send(CLIENT, fromServer(secret)),
  ];
  const file = join(folder, 'secrets.pcap');
  writeFileSync(file, pcapOf(packets));
  for (const format of EXPORT_FORMATS) {
    const out = join(folder, `secrets-${format}`);
    const { stderr } = wsdissect(['export', format, '--redact', '-q', '-o', out, file]);
    const files = statSync(out).isDirectory() ? readdirSync(out).map((name) => join(out, name)) : [out];
    const texts = files.map((name) => readFileSync(name, 'latin1'));
    expect([format, stderr, texts.some((text) => text.includes(secret))]).toEqual([format, '', false]);
    expect(texts.join('').length).toBeGreaterThan(200);
  }
});
