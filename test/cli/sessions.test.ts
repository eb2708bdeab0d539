/**
 * `wsdissect sessions` as a user sees it, on recorded and derived captures.
 */
import { describe, expect, it } from 'vitest';
import { shell, wsdissect } from '../support/cli.js';
import { fixtures, fixturesRoot } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const capture = (name: string) => `${fixturesRoot}${name}/capture.pcap`;
const derived = (name: string) => `${fixturesRoot}derived/${name}`;
const hello = capture('ws-hello');
const refused = capture('refused');

const line = (number: number, time: string, ...rest: string[]) =>
  [String(number).padStart(5), time.padStart(11), ...rest].join('  ');
const helloLine = (time: string, ...rest: string[]) =>
  line(
    1,
    time,
    '127.0.0.1:59560 → 127.0.0.1:9002',
    '101',
    '127.0.0.1:9002 /live',
    'subprotocol -',
    'extensions -',
    ...rest,
  );
const HELLO = helloLine(
  '0.003303',
  'frames 5 / 5',
  'bytes 69 / 89',
  '0.024 s',
  'client closed with 1000 (Normal Closure) "bye", server answered, server ended TCP first',
);

const REFUSED = `\
    1     0.003434  127.0.0.1:52402 → 127.0.0.1:9009  401  127.0.0.1:9009 /private  subprotocol -  extensions -  frames 0 / 0  bytes 0 / 0  0.004 s  refused: 401 Unauthorized
    2     0.037224  127.0.0.1:52406 → 127.0.0.1:9009  403  127.0.0.1:9009 /forbidden  subprotocol -  extensions -  frames 0 / 0  bytes 0 / 0  0.000 s  refused: 403 Forbidden
    3     0.059589  127.0.0.1:52418 → 127.0.0.1:9009  404  127.0.0.1:9009 /nowhere  subprotocol -  extensions -  frames 0 / 0  bytes 0 / 0  0.000 s  refused: 404 Not Found
    4     0.082363  127.0.0.1:52430 → 127.0.0.1:9009  426  127.0.0.1:9009 /old  subprotocol -  extensions -  frames 0 / 0  bytes 0 / 0  0.000 s  refused: 426 Upgrade Required
    5     0.105939  127.0.0.1:52438 → 127.0.0.1:9009  302  127.0.0.1:9009 /moved  subprotocol -  extensions -  frames 0 / 0  bytes 0 / 0  0.001 s  refused: 302 Found
    6     0.128904  127.0.0.1:47046 → 127.0.0.1:9109  200  127.0.0.1:9109 /plain  subprotocol -  extensions -  frames 0 / 0  bytes 0 / 0  0.033 s  refused: 200 OK
    7     0.188761  127.0.0.1:52452 → 127.0.0.1:9009  101  127.0.0.1:9009 /feed  subprotocol feed.v1  extensions -  frames 2 / 2  bytes 9 / 9  0.013 s  client closed with 1000 (Normal Closure), server answered, server ended TCP first
`;

describe('-T text', () => {
  it('is the default off a terminal, in whatever way the capture is given', () => {
    const expected = { status: 0, stdout: `${HELLO}\n`, stderr: '' };
    for (const args of [
      [hello],
      ['-T', 'text', hello],
      ['-r', hello],
      ['-q', hello],
      ['--reader', 'pcap-parser', hello],
    ])
      expect(wsdissect(['sessions', ...args]), args.join(' ')).toEqual(expected);
    expect(shell(`cat ${hello} | wsdissect sessions -`)).toEqual(expected);
  });

  it('has refused upgrades with their status, also with pcap-parser', () => {
    for (const args of [[], ['--reader', 'pcap-parser']])
      expect(wsdissect(['sessions', ...args, refused])).toEqual({ status: 0, stdout: REFUSED, stderr: '' });
  });

  it('has IPv6 addresses in brackets, and who closed', () => {
    expect(wsdissect(['sessions', capture('ipv6')]).stdout).toBe(
      '    1     0.004184  [::1]:53184 → [::1]:9007  101  [::1]:9007 /six  subprotocol -  extensions -  ' +
        'frames 5 / 5  bytes 2242 / 2250  0.035 s  server closed with 1001 (Going Away) "server going down", client answered, ' +
        'client ended TCP first\n',
    );
  });

  it('has extensions with their parameters', () => {
    expect(wsdissect(['sessions', capture('deflate')]).stdout).toBe(`\
    1     0.003062  127.0.0.1:32882 → 127.0.0.1:9013  101  127.0.0.1:9013 /takeover  subprotocol -  extensions permessage-deflate  frames 9 / 7  bytes 194 / 197  0.033 s  client closed with 1000 (Normal Closure) "done", server answered, server ended TCP first
    2     0.043565  127.0.0.1:32888 → 127.0.0.1:9013  101  127.0.0.1:9013 /no-takeover  subprotocol -  extensions permessage-deflate; server_no_context_takeover; client_no_context_takeover  frames 9 / 7  bytes 316 / 349  0.018 s  client closed with 1000 (Normal Closure) "done", server answered, server ended TCP first
`);
  });

  it('lists the captures given with -r and without it as one, in time order', () => {
    const { stdout } = wsdissect(['sessions', '-t', 'epoch', '-r', refused, '-r', hello, capture('ipv6')]);
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/ {2,}/));
    expect(rows.map(([number]) => number)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(rows.map(([, time]) => time)).toEqual(rows.map(([, time]) => time).sort());
  });

  it.each([
    ['relative', HELLO.slice(0, 18)],
    ['epoch', '    1  1795246377.033024'],
    ['utc', '    1  2026-11-21 07:32:57.033024Z'],
  ])('-t %s', (format, start) => {
    expect(wsdissect(['sessions', '-t', format, hello]).stdout).toBe(`${start}${HELLO.slice(18)}\n`);
  });
});

describe('how it closed', () => {
  it.each([
    [
      'tcp-reset.pcap',
      0,
      '5 / 5',
      'client closed with 1000 (Normal Closure) "bye", server answered, server reset TCP',
    ],
    [
      'tcp-without-fin.pcap',
      0,
      '5 / 5',
      'client closed with 1000 (Normal Closure) "bye", server answered, TCP still open at the end of the capture',
    ],
    ['loss-unacknowledged-end.pcap', 0, '3 / 2', 'still open at the end of the capture'],
    [
      'loss-payload.pcap',
      0,
      '5 / 5',
      'server closed with 1001 (Going Away) "server going down", client answered, both ended TCP; 300 bytes of the client missing; 300 bytes of the server missing',
    ],
    [
      'loss-header.pcap',
      0,
      '4 / 5',
      `client closed with 1000 (Normal Closure) "bye", server answered, both ended TCP; client's frames in 20 bytes lost`,
    ],
    [
      'loss-last-frame.pcap',
      0,
      '4 / 5',
      `server closed with 1000 (Normal Closure) "bye", no Close of the client was captured, both ended TCP; client's frames lost from byte 88 on`,
    ],
    ['loss-cut.pcap', 2, '3 / 2', 'still open at the end of the capture; 25 bytes of the client missing'],
  ])('%s', (file, status, frames, closed) => {
    const ran = wsdissect(['sessions', '-q', derived(file)]);
    expect(ran).toMatchObject({ status, stderr: '' });
    const fields = ran.stdout.trimEnd().split(/ {2,}/);
    expect(fields.at(-1)).toBe(closed);
    expect(fields).toContain(`frames ${frames}`);
  });

  it('warns of what the capture lacks, unless told to be quiet', () => {
    expect(wsdissect(['sessions', derived('loss-header.pcap')]).stderr).toBe(
      `wsdissect: warning: packet 11: session 1: a gap swallowed a frame header at byte 11 of the client's stream; ` +
        'frames were found again at byte 31, with confidence 0.9999 [frames-lost]\n',
    );
    expect(wsdissect(['sessions', derived('loss-cut.pcap')]).stderr).toMatch(
      /^wsdissect: warning: .*\[truncated-capture\]\n$/,
    );
  });

  it('tells two sessions on the same ports apart', () => {
    const { stdout } = wsdissect(['sessions', derived('tcp-ports-reused.pcap')]);
    expect(stdout).toBe(`${HELLO}\n${HELLO.replace('    1     0.003303', '    2    60.003303')}\n`);
  });
});

describe('JSON', () => {
  it('-T ndjson has the documented names', () => {
    const ran = wsdissect(['sessions', '-T', 'ndjson', capture('ipv6')]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ran.stdout)).toEqual({
      session: 1,
      time: 1795246357.218594,
      client: '[::1]:53184',
      server: '[::1]:9007',
      connection: 0,
      carrier: { http: 'http/1.1', stream: null, tunnel: null, tls: null },
      host: '[::1]:9007',
      path: '/six',
      status: 101,
      reason: 'Switching Protocols',
      subprotocol: null,
      extensions: [],
      frames: { client: 5, server: 5 },
      payloadBytes: { client: 2242, server: 2250 },
      missingBytes: { client: 0, server: 0 },
      lostAt: { client: null, server: null },
      endTime: 1795246357.253394,
      duration: 0.0348,
      closedBy: 'server',
      close: {
        client: { code: 1001, reason: 'server going down', time: 1795246357.250977, packet: 18 },
        server: { code: 1001, reason: 'server going down', time: 1795246357.250038, packet: 16 },
      },
      end: { client: 'fin', server: 'fin' },
      confidence: 1,
      closed:
        'server closed with 1001 (Going Away) "server going down", client answered, client ended TCP first',
    });
  });

  it('says of a refused upgrade that there was no end, and of a loss where it began', () => {
    const [first] = wsdissect(['sessions', '-T', 'ndjson', refused]).stdout.split('\n');
    expect(JSON.parse(first)).toMatchObject({
      status: 401,
      reason: 'Unauthorized',
      closedBy: null,
      close: { client: null, server: null },
      end: null,
      closed: 'refused: 401 Unauthorized',
    });
    expect(
      JSON.parse(wsdissect(['sessions', '-q', '-T', 'ndjson', derived('loss-last-frame.pcap')]).stdout),
    ).toMatchObject({ lostAt: { client: 88, server: null }, frames: { client: 4, server: 5 } });
  });

  it('-T json is one document with the same objects', () => {
    const lines = wsdissect(['sessions', '-T', 'ndjson', refused]).stdout.trim().split('\n');
    expect(lines).toHaveLength(7);
    expect(JSON.parse(wsdissect(['sessions', '-T', 'json', refused]).stdout)).toEqual(
      lines.map((text) => JSON.parse(text)),
    );
  });

  // The applications of the case "deflate" logged messages, which may be several frames each.
  const recordings = fixtures.flatMap(({ name, recordings, sessions }) =>
    name === 'deflate'
      ? []
      : recordings.map((files) => [`${name} (${files.length})`, files, sessions] as const),
  );
  it.each(recordings)('agrees with what the applications logged: %s', (_name, files, expected) => {
    const listed = JSON.parse(wsdissect(['sessions', '-T', 'json', ...files]).stdout) as Listed[];
    expect(listed.map(({ session }) => session)).toEqual(listed.map((_, i) => i + 1));
    listed.sort((a, b) => a.connection - b.connection || a.session - b.session);
    expect(listed.map(({ connection: _, session: __, ...rest }) => rest)).toEqual(
      expected.map(({ path, host, status, subprotocol, clientFrames = [], serverFrames = [] }) =>
        expect.objectContaining({
          path,
          host,
          status,
          subprotocol,
          frames: { client: clientFrames.length, server: serverFrames.length },
        }),
      ),
    );
  });
});

interface Listed {
  readonly session: number;
  readonly connection: number;
}

const TABLE = `\
┌─────┬─────────────────┬────────────────┬────────────┬────────┬─────────────┬────────────┬────────────────────────────┐
│ No. │ Client          │ Server         │ Path       │ Status │ Subprotocol │ Frames →/← │ Closed                     │
├─────┼─────────────────┼────────────────┼────────────┼────────┼─────────────┼────────────┼────────────────────────────┤
│   1 │ 127.0.0.1:52402 │ 127.0.0.1:9009 │ /private   │ 401    │ -           │ 0 / 0      │ refused: 401 Unauthorized  │
│   2 │ 127.0.0.1:52406 │ 127.0.0.1:9009 │ /forbidden │ 403    │ -           │ 0 / 0      │ refused: 403 Forbidden     │
│   3 │ 127.0.0.1:52418 │ 127.0.0.1:9009 │ /nowhere   │ 404    │ -           │ 0 / 0      │ refused: 404 Not Found     │
│   4 │ 127.0.0.1:52430 │ 127.0.0.1:9009 │ /old       │ 426    │ -           │ 0 / 0      │ refused: 426 Upgrade       │
│     │                 │                │            │        │             │            │ Required                   │
│   5 │ 127.0.0.1:52438 │ 127.0.0.1:9009 │ /moved     │ 302    │ -           │ 0 / 0      │ refused: 302 Found         │
│   6 │ 127.0.0.1:47046 │ 127.0.0.1:9109 │ /plain     │ 200    │ -           │ 0 / 0      │ refused: 200 OK            │
│   7 │ 127.0.0.1:52452 │ 127.0.0.1:9009 │ /feed      │ 101    │ feed.v1     │ 2 / 2      │ client closed with 1000    │
│     │                 │                │            │        │             │            │ (Normal Closure), server   │
│     │                 │                │            │        │             │            │ answered, server ended TCP │
│     │                 │                │            │        │             │            │ first                      │
└─────┴─────────────────┴────────────────┴────────────┴────────┴─────────────┴────────────┴────────────────────────────┘
`;

describe('table', () => {
  it('-T table is as wide as COLUMNS says, and 120 without it', () => {
    const plain = { status: 0, stdout: TABLE, stderr: '' };
    expect(wsdissect(['sessions', '-T', 'table', refused], undefined, { COLUMNS: '' })).toEqual(plain);
    expect(wsdissect(['sessions', '-T', 'table', refused], undefined, { COLUMNS: '120' })).toEqual(plain);
    const wide = wsdissect(['sessions', '-T', 'table', refused], undefined, { COLUMNS: '200' }).stdout;
    const [, heading, , first] = wide.split('\n');
    expect(heading.split('│').map((cell) => cell.trim())).toEqual(
      [
        '',
        'No.',
        'Time',
        'Client',
        'Server',
        'Path',
        'Status',
        'Subprotocol',
        'Frames →/←',
        'Bytes →/←',
        'Duration',
        'Closed',
      ].concat(''),
    );
    expect(first).toContain('0.003434');
  });

  const hasScript = hasProgram('script');
  it.skipIf(!hasScript)('is the default on a terminal, in its width', () => {
    const ran = onTerminal(`wsdissect sessions ${refused}`, 120, { NO_COLOR: '1' });
    expect(ran.status).toBe(0);
    expect(ran.stdout.replaceAll('\r\n', '\n')).toBe(TABLE);
  });

  it.skipIf(!hasScript)('has its heading in colour there', () => {
    const [, heading] = onTerminal(`wsdissect sessions ${refused}`).stdout.split('\r\n');
    expect(heading).toMatch(/\x1b\[\d+mNo\./);
    expect(heading.replace(/\x1b\[\d+m/g, '')).toBe(TABLE.split('\n')[1]);
  });

  it.skipIf(!hasScript)('gives way to -T', () => {
    expect(onTerminal(`wsdissect sessions -T text ${hello}`, 80, { NO_COLOR: '1' }).stdout).toBe(
      `${HELLO}\r\n`,
    );
  });

  it('without sessions is empty in each format', () => {
    const header = `head -c 24 ${hello} | wsdissect sessions -`;
    expect(shell(`${header} -T text`).stdout).toBe('');
    expect(shell(`${header} -T ndjson`).stdout).toBe('');
    expect(shell(`${header} -T json`).stdout).toBe('[]\n');
    expect(shell(`${header} -T table`).stdout).toMatch(/^┌.*\n│ No\. .*\n├.*\n└.*\n$/);
  });
});

describe('wrong options', () => {
  it.each([
    ['an option of frames', ['-c', '3', hello], /^wsdissect: unknown option '-c'$/m],
    ['another option of frames', ['-V', hello], /^wsdissect: unknown option '-V'$/m],
    [
      'a mistyped option',
      ['--formt', 'json', hello],
      /unknown option '--formt'\n\(Did you mean --format\?\)$/m,
    ],
    [
      'an unknown format',
      ['-T', 'csv', hello],
      /'csv' is invalid. Allowed choices are table, text, json, ndjson/,
    ],
    [
      'an unknown time',
      ['-t', 'local', hello],
      /'local' is invalid. Allowed choices are relative, epoch, utc/,
    ],
    ['an unknown reader', ['--reader', 'x', hello], /'x' is invalid. Allowed choices are own, pcap-parser/],
    ['a payload of nothing', ['--max-payload', '0', hello], /number of bytes greater than 0/],
    ['no capture', [], /^wsdissect: no capture given: name a file, or - for standard input/],
    ['-T without a value', ['-T'], /option '-T, --format <format>' argument missing/],
  ] as [string, string[], RegExp][])('%s', (_name, args, message) => {
    const ran = wsdissect(['sessions', ...args]);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).toMatch(/^wsdissect: /);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it('--reader pcap-parser says what it cannot read', () => {
    expect(wsdissect(['sessions', '--reader', 'pcap-parser', derived('pcapng-little.pcapng')])).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'wsdissect: pcap-parser cannot read pcapng; use the default reader (leave out --reader pcap-parser)\n',
    });
  });
});
