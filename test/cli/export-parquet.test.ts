/**
 * The tables of `export parquet`, read back by DuckDB: what is in them is what the lists tell.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { ParquetTable } from '../../src/export/parquet-table.js';
import { column } from '../../src/tables/column.js';
import { closeCodeName } from '../../src/websocket/close.js';
import { wsdissect } from '../support/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

function exported(capture: string, ...more: string[]): string {
  const target = join(folder, String(made++));
  const ran = wsdissect(['export', 'parquet', '-q', '-o', target, ...more, capture]);
  expect(ran).toEqual({ status: 0, stdout: '', stderr: '' });
  return target;
}

async function query(sql: string, database = ':memory:') {
  const connection = await (await DuckDBInstance.create(database)).connect();
  const rows = await connection.runAndReadAll(sql);
  return rows.getRowObjectsJson() as Record<string, unknown>[];
}

const ndjson = (args: string[]) =>
  wsdissect([...args, '-q', '-T', 'ndjson'])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const TABLES = ['frames', 'messages', 'sessions', 'findings'];

/** Columns of a table or file, as DuckDB calls their types; JSON goes into files as text. */
const columnsOf = async (from: string, database?: string) =>
  (await query(`describe from ${from}`, database)).map(({ column_name, column_type }) => [
    column_name,
    String(column_type).replace('JSON', 'VARCHAR'),
  ]);

describe.each([
  'fixtures/deflate/capture.pcap',
  'fixtures/tutorial-server/capture.pcap',
  'fixtures/refused/capture.pcap',
  'fixtures/messages-socketio/capture.pcap.gz',
  'fixtures/tls-nginx/capture.pcap.gz',
])('%s', (capture) => {
  const target = exported(capture);
  const database = join(folder, `${made++}.duckdb`);
  const ran = wsdissect(['query', '-q', '--database', database, 'select 1', capture]);

  it.each(TABLES)('%s is what wsdissect query asks', async (table) => {
    expect(ran.status).toBe(0);
    const file = `'${join(target, `${table}.parquet`)}'`;
    expect(await columnsOf(file)).toEqual(await columnsOf(table, database));
    const [{ n }] = await query(`select count(*) n from ${table}`, database);
    const [{ lost, more }] = await query(
      `select (select count(*) from (from ${table} except all from ${file})) lost,
              (select count(*) from (from ${file} except all from ${table})) more`,
      database,
    );
    expect([lost, more, Number(n) > 0 || table === 'findings' || capture.includes('refused')]).toEqual([
      '0',
      '0',
      true,
    ]);
  });
});

it('can be joined in SQL', async () => {
  const target = exported('fixtures/many-sessions/capture.pcap');
  const rows = await query(
    `select s.path, count(*) as n from '${target}/messages.parquet' m join '${target}/sessions.parquet' s using (session) ` +
      `where m.opcode = 'text' group by 1 order by 1`,
  );
  const counts = new Map<string, number>();
  for (const { path, opcode } of ndjson(['messages', 'fixtures/many-sessions/capture.pcap']))
    if (opcode === 'text') counts.set(path, (counts.get(path) ?? 0) + 1);
  expect(new Map(rows.map(({ path, n }) => [path, Number(n)]))).toEqual(counts);
});

it('has all rows of many row groups', async () => {
  const file = join(folder, 'many.parquet');
  interface Row {
    readonly number: number;
    readonly text?: string;
    readonly bytes?: Uint8Array;
  }
  const rows = new ParquetTable<Row>(file, [
    column('number', 'BIGINT', '', ({ number }) => number),
    column('text', 'VARCHAR', '', ({ text }) => text),
    column('bytes', 'BLOB', '', ({ bytes }) => bytes),
  ]);
  for (let i = 0; i < 45_000; i++) rows.add({ number: i, ...(i % 3 > 0 && { text: `row ${i}` }) });
  for (let i = 0; i < 5; i++) rows.add({ number: i, bytes: new Uint8Array(5_000_000).fill(i) });
  rows.end();
  const [{ n, sum, texts, most }] = await query(
    `select count(*) n, sum(number) sum, count(distinct text) texts, max(octet_length(bytes)) most from '${file}'`,
  );
  expect([n, sum, texts, most].map(String)).toEqual([
    '45005',
    String((45_000 * 44_999) / 2 + 10),
    '30000',
    '5000000',
  ]);
  const groups = await query(
    `select distinct row_group_id id, row_group_num_rows n from parquet_metadata('${file}') order by 1`,
  );
  // As many rows, or as much in them, as a group may have.
  expect(groups.map((one) => Number(one.n))).toEqual([20_000, 20_000, 5002, 2, 1]);
});

it.each([
  'fixtures/messages-ws/capture.pcap.gz',
  'fixtures/python-websockets/capture.pcap',
  'fixtures/tutorial-server/capture.pcap',
  'fixtures/deflate/capture.pcap',
  'fixtures/messages-graphql-ws/capture.pcap.gz',
  'fixtures/tls-nginx/capture.pcap.gz',
])('no table of %s holds what was said, when it is redacted', async (capture) => {
  const messages = ndjson(['messages', capture]);
  const target = exported(capture, '--redact');
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const table of TABLES) tables[table] = await query(`from '${target}/${table}.parquet'`);
  expect(tables.messages).toHaveLength(messages.length);
  for (const { content, opcode, decoded } of tables.messages) {
    expect(decoded).toBeNull();
    if (opcode === 'text' && content !== null) expect(content).toMatch(/^x*$/);
  }
  const words = messages
    // What a code is called is told of any Close.
    .filter(({ closeCode, closeReason }) => closeCode === null || closeReason !== closeCodeName(closeCode))
    .map(({ content, closeReason }) => closeReason ?? content)
    .flatMap((said: string | undefined) => said?.match(/[^"\\\p{Cc}]{8,40}/gu) ?? [])
    .filter((word) => !/^x+$/.test(word));
  for (const [table, rows] of Object.entries(tables)) {
    const text = JSON.stringify(rows.map((row) => Object.values(row)));
    expect([table, words.filter((word) => text.includes(word))]).toEqual([table, []]);
  }
});
