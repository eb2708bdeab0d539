/**
 * The tables of `export parquet`, read back by DuckDB: what is in them is what the lists tell.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { ParquetTable } from '../../src/export/parquet-table.js';
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

async function query(sql: string) {
  const connection = await (await DuckDBInstance.create()).connect();
  const rows = await connection.runAndReadAll(sql);
  return rows.getRowObjectsJson() as Record<string, unknown>[];
}

/** Of numbers DuckDB gives text where they may be large. */
const table = (target: string, name: string) =>
  query(`select * replace (time_ns::varchar as time_ns) from '${join(target, `${name}.parquet`)}'`);

const ndjson = (args: string[]) =>
  wsdissect([...args, '-q', '-T', 'ndjson'])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const blob = (base64: string | undefined) =>
  base64 === undefined
    ? null
    : [...Buffer.from(base64, 'base64')]
        .map((octet) =>
          octet >= 0x20 && octet < 0x7f && octet !== 0x22 && octet !== 0x27 && octet !== 0x5c
            ? String.fromCharCode(octet)
            : `\\x${octet.toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .join('');

describe.each([
  'fixtures/deflate/capture.pcap',
  'fixtures/tutorial-server/capture.pcap',
  'fixtures/refused/capture.pcap',
])('%s', (capture) => {
  it('has each message', async () => {
    const rows = await table(exported(capture), 'messages');
    const messages = ndjson(['messages', capture]);
    expect(messages.length).toBeGreaterThan(2);
    expect(
      rows.map((row) => [
        row.message,
        row.session,
        row.client,
        row.path,
        row.sender,
        row.opcode,
        row.time,
        row.length,
        row.compressed,
        row.wire_length,
        row.frames,
        row.first_packet,
        row.last_packet,
        row.complete,
        row.close_code,
        row.text,
        row.content,
      ]),
    ).toEqual(
      messages.map((one) => [
        `${one.message}`,
        `${one.session}`,
        one.client,
        one.path,
        one.sender,
        one.opcode,
        one.time,
        `${one.length}`,
        one.compressed,
        `${one.wireLength}`,
        `${one.frames.length}`,
        `${one.packets[0]}`,
        `${one.packets.at(-1)}`,
        one.complete,
        one.closeCode === null ? null : `${one.closeCode}`,
        one.content ?? null,
        blob(one.contentBase64),
      ]),
    );
    for (const { time, time_ns } of rows) expect(Number(BigInt(String(time_ns)) / 1000n) / 1e6).toBe(time);
  });

  it('has each frame', async () => {
    const rows = await table(exported(capture), 'frames');
    expect(
      rows.map((row) => [
        row.frame,
        row.time,
        row.session,
        row.sender,
        row.opcode,
        row.fin,
        row.rsv1,
        row.masked,
        row.masking_key,
        row.length,
        row.stream_offset,
        row.first_packet,
        row.text,
        row.payload,
      ]),
    ).toEqual(
      ndjson(['frames', capture]).map((one) => [
        `${one.frame}`,
        one.time,
        `${one.session}`,
        one.sender,
        one.opcode,
        one.fin,
        one.rsv1,
        one.masked,
        one.maskingKey,
        `${one.length}`,
        `${one.streamOffset}`,
        `${one.packets[0]}`,
        one.payload ?? null,
        blob(one.payloadBase64),
      ]),
    );
  });

  it('has each session and finding', async () => {
    const target = exported(capture);
    expect(
      (await table(target, 'sessions')).map((row) => [
        row.session,
        row.client,
        row.path,
        row.host,
        row.time,
        row.status,
        row.end_time,
        row.client_frames,
        row.server_bytes,
        row.closed_by,
        row.client_close_code,
      ]),
    ).toEqual(
      ndjson(['sessions', capture]).map((one) => [
        `${one.session}`,
        one.client,
        one.path,
        one.host,
        one.time,
        one.status === null ? null : `${one.status}`,
        one.endTime,
        `${one.frames.client}`,
        `${one.payloadBytes.server}`,
        one.closedBy,
        one.close.client === null ? null : `${one.close.client.code}`,
      ]),
    );
    const findings = ndjson(['check', capture]).map((one) => [
      one.rule,
      one.severity,
      `${one.session}`,
      one.breaker,
      `${one.packet}`,
      one.message,
    ]);
    const told = (await table(target, 'findings')).map((row) => [
      row.rule,
      row.severity,
      row.session,
      row.breaker,
      row.packet,
      row.message,
    ]);
    expect(told.toSorted()).toEqual(findings.toSorted());
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
  const rows = new ParquetTable(file, { number: 'number', text: 'text', bytes: 'bytes' });
  for (let i = 0; i < 45_000; i++) rows.row({ number: i, text: i % 3 === 0 ? undefined : `row ${i}` });
  for (let i = 0; i < 5; i++) rows.row({ number: i, bytes: new Uint8Array(5_000_000).fill(i) });
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

it('says nothing when it is redacted', async () => {
  const capture = 'fixtures/messages-ws/capture.pcap.gz';
  const messages = ndjson(['messages', capture]);
  const rows = await table(exported(capture, '--redact'), 'messages');
  expect(rows).toHaveLength(messages.length);
  for (const { text, opcode } of rows) if (opcode === 'text') expect(text).toMatch(/^x*$/);
});
