/**
 * What display filters cost: processor seconds of `frames` with one, over those of `frames` without, in turns on the same
 * capture of small JSON messages.
 *
 *   node test/bench/filters.js [--rounds N]
 *
 * Strategy: the filters of the first list hold for every frame, so that the same is listed and what the filter costs is all
 * that differs: the worst that it can. Those of the second hold for none or few, which is what filters are for. The capture
 * is long enough that how long a filter takes to load does not count.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCapture } from './captures.js';
import { measureInTurn, takeRounds, timed } from './run.js';

const bin = fileURLToPath(new URL('../../bin/wsdissect.js', import.meta.url));
const HELD_BY_ALL = [
  'websocket.opcode == 1',
  '(websocket.opcode == 1 && ws.sender == client) || ip.addr == 0.0.0.0/0',
  'ip.addr in {10.0.0.0/8, 0.0.0.0/0}',
  'websocket.payload contains "ticker"',
  'websocket.payload.text matches "error|ticker"',
  String.raw`websocket.payload.text matches "id.:\\d+,.price"`,
  'ws.json.type == "ticker"',
  'ws.json.price >= 0',
  '!ws.finding',
];
const HELD_BY_FEW = [
  'websocket.opcode == 8',
  'websocket.payload contains "nowhere"',
  'websocket.payload.text matches "error|nowhere"',
  'ws.json.nowhere',
  'ws.json.type == "nowhere"',
  'ws.json.price < 10000',
  'ws.finding',
];

const rounds = takeRounds(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-filters-'));
try {
  const file = join(folder, 'json.pcap');
  const { bytes, messages } = writeCapture('json', file, { bytes: 400e6 });
  console.log(
    `${(bytes / 1e6).toFixed(0)} MB, ${messages} messages; processor seconds, and over those without -Y`,
  );
  for (const format of ['text', 'ndjson']) {
    const command = (filter) => () =>
      timed(bin, '-q', '-T', format, ...(filter === '' ? [] : ['-Y', filter]), file);
    const results = await measureInTurn(
      ['', ...HELD_BY_ALL, ...HELD_BY_FEW].map((filter) => [filter, command(filter)]),
      rounds,
      folder,
    );
    const plain = results.get('').processor;
    for (const [filter, { processor }] of results)
      console.log(
        `frames -T ${format.padEnd(6)} ${processor.toFixed(2).padStart(6)} ${(processor / plain).toFixed(2).padStart(6)}  ${filter === '' ? 'without' : `-Y '${filter}'`}`,
      );
  }
} finally {
  rmSync(folder, { recursive: true });
}
