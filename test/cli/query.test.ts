/**
 * `wsdissect query`: the tables hold what the lists tell, SQL reaches nothing else, and mistakes are told in a line.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';
import { fromClient, upgraded } from '../support/dissect.js';
import { fixturesRoot, root } from '../support/fixtures.js';
import { CLIENT, pcapOf, Talk } from '../support/tcp.js';
import { generate } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Row = Record<string, unknown>;

const lines = (args: string[]): Row[] => {
  const { status, stdout, stderr } = wsdissect([...args, '-q', '-T', 'ndjson']);
  expect([0, 2, 3], stderr).toContain(status);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};
const ask = (sql: string, ...captures: string[]) => lines(['query', sql, ...captures]);

const deflate = 'fixtures/deflate/capture.pcap';
const socketIo = 'fixtures/messages-socketio/capture.pcap.gz';

const CAPTURES = [
  [deflate],
  ['fixtures/refused/capture.pcap'],
  ['fixtures/many-sessions/capture.pcap'],
  [socketIo],
  ['fixtures/messages-mosquitto/capture.pcap.gz'],
  ['fixtures/h2c-faults/capture.pcap.gz'],
  ['fixtures/tls-nginx/capture.pcap.gz'],
  ['fixtures/conformance/capture.pcap.gz'],
  ['fixtures/lossy-network/client.pcap.gz'],
  ...readdirSync(`${fixturesRoot}fuzz`)
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => [`fixtures/fuzz/${name}`]),
  ['fixtures/derived/loss-snap-length-96.pcap'],
  ['fixtures/derived/loss-several-holes.pcap'],
].filter(([capture]) => existsSync(root + capture));

/** An object of a list as a row has it: octets in a BLOB, and what is left out as it is by default. */
function asRow(object: Row, row: Row): Row {
  const { payloadBase64, contentBase64, ...rest } = object;
  return {
    ...Object.fromEntries(Object.keys(row).map((name) => [name, null])),
    ...('frame' in row && 'masked' in row
      ? { payloadKept: row.payloadKept, missing: [], truncated: false, confidence: 1 }
      : {}),
    ...('wireLength' in row ? { contentKept: row.contentKept, confidence: 1 } : {}),
    capture: row.capture,
    ...(payloadBase64 === undefined ? {} : { payloadBlob: payloadBase64 }),
    ...(contentBase64 === undefined ? {} : { contentBlob: contentBase64 }),
    ...rest,
    ...withoutMark(rest, 'content'),
    ...withoutMark(rest, 'payload'),
  };
}

/** DuckDB's package leaves out a byte order mark that a text begins with, when it is printed. */
function withoutMark(object: Row, name: string): Row {
  const text = object[name];
  return typeof text === 'string' ? { [name]: text.replace(/^\ufeff/, '') } : {};
}

describe.each(CAPTURES)('%s', (capture) => {
  it.each([
    ['frames', 'frames'],
    ['messages', 'messages'],
    ['sessions', 'sessions'],
    ['findings', 'check'],
  ])('%s are what %s lists', (table, command) => {
    const rows = ask(`SELECT * FROM ${table}`, capture);
    const wanted = lines([command, capture, ...(command === 'check' ? ['--max-findings', '100000'] : [])]);
    const keyed = (list: Row[], name: (row: Row) => unknown) =>
      new Map(list.map((row) => [JSON.stringify(name(row)), row]));
    const name = (row: Row) =>
      table === 'findings'
        ? [row.rule, row.session, row.frame, row.packet, row.message]
        : [row[table.slice(0, -1)], row.client];
    expect(rows.length).toBe(wanted.length);
    const byName = keyed(rows, name);
    expect(byName.size).toBe(keyed(wanted, name).size);
    for (const object of wanted) {
      const row = byName.get(JSON.stringify(name(object)))!;
      expect(row).toEqual(asRow(object, row));
      expect(row.capture === capture || row.session === null).toBe(true);
    }
  });
});

describe('what the applications logged', () => {
  it('is found by SQL', () => {
    const { sessions } = JSON.parse(readFileSync(`${fixturesRoot}deflate/expected.json`, 'utf8'));
    const rows = ask(
      `SELECT path, list(content ORDER BY message) AS said FROM messages JOIN sessions USING (session, path)
       WHERE sender = 'client' AND opcode = 'text' GROUP BY path ORDER BY path`,
      deflate,
    );
    const logged = sessions.map((one: { path: string; clientMessages: Row[] }) => ({
      path: one.path,
      said: one.clientMessages.filter(({ opcode }) => opcode === 'text').map(({ payload }) => payload),
    }));
    expect(rows).toEqual(logged.sort((a: Row, b: Row) => (String(a.path) < String(b.path) ? -1 : 1)));
  });

  it('is asked by JSON functions, times and lists', () => {
    const messages = lines(['messages', socketIo]) as { time: number; decoded?: { type: string } }[];
    const types = new Map<string, number>();
    for (const { decoded } of messages)
      if (decoded !== undefined) types.set(decoded.type, (types.get(decoded.type) ?? 0) + 1);
    const rows = ask(
      `SELECT decoded->>'type' AS type, count(*) AS n FROM messages WHERE decoded IS NOT NULL GROUP BY 1`,
      socketIo,
    );
    expect(Object.fromEntries(rows.map(({ type, n }) => [type, n]))).toEqual(Object.fromEntries(types));
    const [span] = ask('SELECT max(time) - min(time) AS s, max(packets[1]) AS p FROM messages', socketIo);
    expect(span.s).toBeCloseTo(messages[messages.length - 1].time - messages[0].time, 5);
    expect(span.p).toBe(
      Math.max(...lines(['messages', socketIo]).map(({ packets }) => (packets as number[])[0])),
    );
  });
});

describe('formats', () => {
  const values = `SELECT -5 AS n, '-5' AS t, [1, NULL] AS l, {'a': 1.50, 'b': 'x'} AS s, 'a'::BLOB AS b, DATE '2020-01-02' AS d,
    NULL AS z, 'nan'::DOUBLE AS nan, '{"k": 1e400}'::JSON AS j, 170141183460469231731687303715884105727::HUGEINT AS h,
    MAP {'k': 1} AS m, true AS y, 18446744073709551615::UBIGINT AS u, e'a\\nb' AS nl, 1 AS n`;

  it('json and ndjson keep numbers, lists, objects and JSON', () => {
    const object =
      '{"n":-5,"t":"-5","l":[1,null],"s":{"a":1.50,"b":"x"},"b":"YQ==","d":"2020-01-02","z":null,"nan":null,' +
      '"j":{"k": 1e400},"h":170141183460469231731687303715884105727,"m":{"k":1},"y":true,' +
      '"u":18446744073709551615,"nl":"a\\nb","n:1":1}';
    expect(wsdissect(['query', values, '-T', 'ndjson', deflate]).stdout).toBe(`${object}\n`);
    expect(wsdissect(['query', values, '-T', 'json', deflate]).stdout).toBe(`[\n${object}\n]\n`);
  });

  it('csv has numbers as such, and no formula', () => {
    const { stdout } = wsdissect(['query', values, deflate]);
    expect(stdout).toBe(
      'n,t,l,s,b,d,z,nan,j,h,m,y,u,nl,n:1\r\n' +
        `-5,'-5,"[1,null]","{""a"":1.50,""b"":""x""}",YQ==,2020-01-02,,NaN,"{""k"": 1e400}",` +
        `170141183460469231731687303715884105727,"{""k"":1}",true,18446744073709551615,"a\nb",1\r\n`,
    );
  });

  it('table', () => {
    const sql = 'SELECT sender, count(*) AS n FROM messages GROUP BY 1 ORDER BY 1';
    expect(wsdissect(['query', sql, '-T', 'table', deflate]).stdout).toBe(
      '┌────────┬────┐\n│ sender │  n │\n├────────┼────┤\n│ client │ 14 │\n│ server │ 14 │\n└────────┴────┘\n',
    );
    const wide = wsdissect(['query', 'FROM messages', '-T', 'table', deflate], undefined, { COLUMNS: '300' });
    expect(
      new Set(
        wide.stdout
          .trimEnd()
          .split('\n')
          .map((line) => [...line].length),
      ).size,
    ).toBe(1);
    expect(wsdissect(['query', 'FROM frames LIMIT 0', '-T', 'json', deflate]).stdout).toBe('[]\n');
  });
});

describe('the tables', () => {
  it('are listed with names and types that the database gives them', () => {
    const listed = lines(['query', '--schema']).map(({ table, column, type }) => [table, column, type]);
    const made = ask(
      'SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY table_oid, column_index',
      deflate,
    ).map(Object.values);
    const plain = (rows: unknown[][]) => rows.map((row) => row.join(' ').replaceAll('"', ''));
    expect(plain(made)).toEqual(plain(listed));
    expect(wsdissect(['query', '--schema']).stdout.split('\r\n')[0]).toBe('table,column,type,meaning');
  });

  it('are filled only if they are named', () => {
    const sizes = (sql: string) =>
      Object.fromEntries(ask(sql, deflate).map(({ table_name: name, estimated_size: size }) => [name, size]));
    const sql = 'SELECT table_name, estimated_size FROM duckdb_tables()';
    expect(sizes(sql)).toEqual({ frames: 0, messages: 0, sessions: 0, findings: 0 });
    expect(sizes(`${sql} WHERE 'Frames' <> ''`)).toMatchObject({ frames: 32, messages: 0, sessions: 0 });
    expect(ask("SELECT count(*) AS n FROM query('FROM mes' || 'sages')", deflate)).toEqual([{ n: 28 }]);
    expect(ask('CREATE TABLE a AS FROM messages; SELECT count(*) AS n FROM a', deflate)).toEqual([{ n: 28 }]);
  });

  it('name the capture of several', () => {
    const parts = ['part-1', 'part-2', 'part-3'].map((part) => `fixtures/derived/files-${part}.pcap`);
    const rows = ask(
      'SELECT capture, list(frame ORDER BY frame) AS frames FROM frames GROUP BY 1 ORDER BY 1',
      ...parts,
    );
    expect(rows.map(({ capture }) => capture)).toEqual(parts);
    const frames = lines(['frames', ...parts]).map(({ frame }) => frame);
    expect(rows.flatMap((row) => row.frames)).toEqual(frames);
  });
});

describe('-Y', () => {
  it.each([
    ['messages', 'messages', 'ws.sender == client && websocket.payload.text contains "a"'],
    ['messages', 'messages', 'ws.decoded.type == event'],
    ['frames', 'frames', 'websocket.opcode == 1 && tcp.stream == 0'],
    ['sessions', 'sessions', 'ws.session == 1'],
    ['findings', 'check', 'ws.finding == invalid-utf8'],
  ])('fills %s with what %s lists: %s', (table, command, filter) => {
    const capture = table === 'findings' ? 'fixtures/tutorial-server/capture.pcap' : socketIo;
    const [{ n }] = ask(`SELECT count(*) AS n FROM ${table}`, capture, '-Y', filter);
    expect(n).toBe(lines([command, capture, '-Y', filter]).length);
    const [{ n: all }] = ask(`SELECT count(*) AS n FROM ${table}`, capture);
    expect(n).toBeGreaterThan(0);
    expect(n).toBeLessThan(all as number);
  });

  it('of a field that a table does not have is an error', () => {
    const ran = wsdissect(['query', 'FROM frames', '-Y', 'ws.message > 1', deflate]);
    expect([ran.status, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('frames have no ws.message: it is of messages');
  });
});

describe('SQL reaches nothing else', () => {
  const secret = join(folder, 'secret.csv');
  writeFileSync(secret, 'a\n1\n');
  const target = join(folder, 'out.csv');

  it.each([
    `FROM read_text('${secret}')`,
    `FROM '${secret}'`,
    `FROM read_csv('${secret}')`,
    `FROM glob('${folder}/*')`,
    `COPY (SELECT 1) TO '${target}'`,
    `EXPORT DATABASE '${folder}/exported'`,
    `ATTACH '${folder}/other.db'`,
    'INSTALL httpfs',
    'LOAD httpfs',
    "FROM read_csv('https://127.0.0.1:1/x.csv')",
    'SET enable_external_access = true',
    "SET memory_limit = '100GB'",
    "SET temp_directory = '/'",
    `SET VARIABLE x = 1; RESET lock_configuration; COPY (SELECT 1) TO '${target}'`,
  ])('%s', (sql) => {
    const before = readdirSync(folder);
    const { status, stdout, stderr } = wsdissect(['query', sql, deflate]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^wsdissect: SQL: .*(disabled|locked|not exist|Cannot).*\n$/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('unless that is allowed', () => {
    expect(ask(`FROM read_text('${secret}')`, deflate, '--allow-files')[0].content).toBe('a\n1\n');
    ask(`COPY (SELECT message FROM messages) TO '${join(folder, 'm.parquet')}'`, deflate, '--allow-files');
    expect(ask(`SELECT count(*) AS n FROM '${join(folder, 'm.parquet')}'`, deflate, '--allow-files')).toEqual(
      [{ n: 28 }],
    );
  });
});

describe('mistakes', () => {
  it.each([
    [['query'], 'no SQL given'],
    [['query', 'FROM frames'], 'no capture given'],
    [
      ['query', 'FROM frame', deflate],
      'SQL: Catalog Error: Table with name frame does not exist!; Did you mean "frames"?',
    ],
    [['query', 'SELECT x FROM frames', deflate], 'SQL: Binder Error: Referenced column "x" not found'],
    [['query', 'SELEC', deflate], 'SQL: Parser Error: syntax error at or near "SELEC"'],
    [['query', ' ', deflate], 'SQL: there is no statement in it'],
    [
      ['query', "FROM messages WHERE decoded.type = 'ack'", 'fixtures/messages-socketio/capture.pcap.gz'],
      "(a dot takes JSON out of JSON, ->> a text: decoded->>'type' = 'ack')",
    ],
    [
      ['query', '-Y', 'foo == 1', 'SELECT 1', deflate],
      '-Y chooses rows of frames, messages, sessions, findings, and the SQL names none of them',
    ],
    [['query', "SELECT error('a\n\x1b[2J')", deflate], 'SQL: Invalid Input Error: a; \\x1b[2J'],
    [['query', 'SELECT 1', '-T', 'xml', deflate], 'Allowed choices are table, csv, json, ndjson'],
    [['query', 'SELECT 1', '--database', '/nowhere/at.db'], '/nowhere/at.db: no such file'],
  ])('%j', (args, said) => {
    const { status, stdout, stderr } = wsdissect(args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.startsWith(`wsdissect: `)).toBe(true);
    expect(stderr).toContain(said);
    expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('(wsdissect'))).toHaveLength(
      1,
    );
  });

  it('in the SQL are told before a capture is read', () => {
    expect(wsdissect(['query', 'SELECT x FROM frames', 'nowhere.pcap'])).toMatchObject({ status: 1 });
    expect(wsdissect(['query', 'SELECT 1', 'nowhere.pcap'])).toMatchObject({ status: 2 });
  });

  it('a capture that is cut off is asked as far as it goes', () => {
    const ran = wsdissect(['query', 'SELECT count(*) FROM frames', 'fixtures/derived/loss-cut.pcap']);
    const frames = wsdissect(['fixtures/derived/loss-cut.pcap', '-q', '-T', 'ndjson'])
      .stdout.trimEnd()
      .split('\n');
    expect(ran).toMatchObject({ status: 2, stdout: `count_star()\r\n${frames.length}\r\n` });
  });

  it('DuckDB that is not installed is told, and how to get it', () => {
    const bare = join(folder, 'bare');
    mkdirSync(join(bare, 'node_modules'), { recursive: true });
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(root, part), join(bare, part), { recursive: true });
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      mkdirSync(dirname(join(bare, 'node_modules', name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(bare, 'node_modules', name));
    }
    const run = (...args: string[]) =>
      execFileSync(
        'sh',
        ['-c', '"$0" "$@" 2>&1; echo $?', process.execPath, join(bare, 'bin/wsdissect.js'), ...args],
        {
          cwd: root,
          encoding: 'utf8',
        },
      );
    expect(run('query', 'SELECT 1', deflate)).toBe(
      'wsdissect: query needs DuckDB, which is not installed with wsdissect (it takes 70 MB): ' +
        'npm install @duckdb/node-api, with -g if wsdissect was installed so\n1\n',
    );
    expect(run('query', '--schema')).toMatch(/^table,column,type,meaning\r\n/);
    expect(run('sessions', '-q', deflate)).toMatch(/\n0\n$/);
  });
});

describe('--database', () => {
  const file = join(folder, 'kept.db');

  it('keeps all tables, asks them again without captures, and changes nothing then', () => {
    expect(lines(['query', 'SELECT 1 AS one', '--database', file, deflate])).toEqual([{ one: 1 }]);
    const before = readFileSync(file);
    const counts = `SELECT (SELECT count(*) FROM frames) AS f, (SELECT count(*) FROM messages) AS m,
      (SELECT count(*) FROM sessions) AS s, (SELECT count(*) FROM findings) AS d`;
    const findings = lines(['check', deflate]).length;
    expect(lines(['query', counts, '--database', file])).toEqual([{ f: 32, m: 28, s: 2, d: findings }]);
    const refused = wsdissect(['query', 'DELETE FROM frames', '--database', file]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('read-only')]);
    expect(readFileSync(file)).toEqual(before);
  });

  it('never writes over a file, nor leaves one that is not filled', () => {
    expect(wsdissect(['query', 'SELECT 1', '--database', file, deflate])).toMatchObject({ status: 1 });
    expect(wsdissect(['query', 'SELECT 1', '--database', deflate])).toMatchObject({ status: 2, stdout: '' });
    const other = join(folder, 'other.db');
    for (const [sql, capture] of [
      ['SELEC', deflate],
      ['SELECT 1', 'nowhere.pcap'],
    ])
      expect(wsdissect(['query', sql, '--database', other, capture]).status).toBeGreaterThan(0);
    expect(existsSync(other)).toBe(false);
  });
});

describe('memory', () => {
  it('that is not enough is made up for by a folder, which is removed', () => {
    const capture = join(folder, 'large.pcap');
    generate(capture, 40);
    const own = join(folder, 'tmp');
    mkdirSync(own);
    const sql =
      'SELECT count(*) AS n, sum(length(content)) AS bytes FROM (FROM messages ORDER BY content, message)';
    const few = ['--limit', 'query-memory=48MiB'];
    const ran = wsdissect(['query', sql, '-T', 'ndjson', ...few, capture], undefined, { TMPDIR: own });
    const [{ n, bytes }] = [JSON.parse(ran.stdout)];
    const { messages, bytes: octets } = JSON.parse(wsdissect(['stats', '-q', '-T', 'json', capture]).stdout);
    expect([n, bytes]).toEqual([messages.client + messages.server, octets.client + octets.server]);
    expect(statSync(capture).size).toBeGreaterThan(39e6);
    expect(readdirSync(own)).toEqual([]);
  });

  it('nothing that a payload holds is changed: zeros, and text of all kinds', () => {
    const talk = new Talk();
    const texts = [
      '',
      'a\0b',
      '\u{1f600}\ufeff',
      '\x1b[2J\u202e',
      `${'ä'.repeat(20_000)}`,
      "'; DROP TABLE messages; --",
    ];
    const packets = [...upgraded(talk), ...texts.map((text) => talk.send(CLIENT, fromClient(text)))];
    const file = join(folder, 'texts.pcap');
    writeFileSync(file, pcapOf(packets));
    expect(ask('SELECT content FROM messages ORDER BY message', file).map(({ content }) => content)).toEqual(
      texts,
    );
  });
});

describe('the README', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const [, section] = /\n## SQL\n([\s\S]*?)\n## /.exec(readme)!;

  it.each([...section.matchAll(/^wsdissect query "(.*)" capture\.pcapng$/gm)].map(([, sql]) => [sql]))(
    '%s',
    (sql) => {
      for (const capture of [socketIo, deflate, 'fixtures/conformance/capture.pcap.gz']) {
        const ran = wsdissect(['query', '-q', '-T', 'ndjson', sql, capture]);
        expect(ran, sql).toMatchObject({ status: 0, stderr: '' });
        if (capture === socketIo && !sql.includes('findings')) expect(ran.stdout).not.toBe('');
      }
    },
  );

  it('has a true transcript', () => {
    const [, sql, capture, told] = /\$ wsdissect query -T table '(.*)' (\S+)\n([\s\S]*?)\n```/.exec(section)!;
    expect(wsdissect(['query', '-T', 'table', sql, capture]).stdout).toBe(`${told}\n`);
  });
});
