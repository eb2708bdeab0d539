/**
 * The filter of the page holds for the frames that `wsdissect -Y` lists, and says the same of what is no filter.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FilterError } from '../../src/filter/index.js';
import type { Finding } from '../../src/rules/finding.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { all, type Collected, collect } from './collected.js';

const ECHO = 'ws-echo/capture.pcap';
const SESSIONS = 'many-sessions/capture.pcap';
const FAULTS = 'conformance/capture.pcap.gz';
const DEFLATE = 'deflate/capture.pcap';

/** Filters, and a capture in which they hold for some frames. */
const FILTERS: [expression: string, capture: string][] = [
  ['websocket.opcode == text && ws.sender == client', ECHO],
  ['websocket.payload.text contains "o"', SESSIONS],
  ['websocket.payload.text matches "^[a-z ]+$"', ECHO],
  ['websocket.payload[0:2] == 00:01 || websocket.payload.ping', ECHO],
  ['websocket.payload.close.status_code >= 1000', SESSIONS],
  ['websocket.masking_key > 80:00:00:00', SESSIONS],
  ['websocket.payload_length_ext_16 > 300 or websocket.payload_length_ext_64', ECHO],
  ['ws.json.type == "ping" || ws.json.id > 2', 'messages-graphql-ws/capture.pcap.gz'],
  ['ws.finding == "masked-server-frame" && ws.finding.severity == error', FAULTS],
  ['!ws.finding && websocket.rsv > 0', DEFLATE],
  ['websocket.payload.text contains "ETH"', DEFLATE],
  ['ws.json.type == ticker', DEFLATE],
  ['ws.decoded.type == "event"', 'messages-socketio/capture.pcap.gz'],
  ['ws.session in {1, 3..5}', SESSIONS],
  ['frame.time_relative > 0.1 && frame.time_relative < 0.2', SESSIONS],
  ['ip.src == 127.0.0.0/8 && tcp.dstport < 30000', SESSIONS],
  ['ipv6.addr == ::1 and websocket.opcode != close', 'ipv6/capture.pcap'],
  ['http.sec_websocket_extensions contains "deflate" && websocket.fin == 0', DEFLATE],
  ['lower(http.host) matches "localhost|127" && len(websocket.payload.text) > 3', ECHO],
  ['ws.gap > 0.02', SESSIONS],
  ['websocket.fragment.count > 2 || websocket.payload.close', ECHO],
  ['(ws.compressed == 1 or ws.complete == 0) && websocket.mask == 1', FAULTS],
  ['ws.length == 0 xor websocket.fin == 0', ECHO],
];

/** Numbers of the frames that the command lists. */
function listed(expression: string, capture: string): number[] {
  const { stdout, stderr } = wsdissect(['-q', '-T', 'ndjson', '-Y', expression, `fixtures/${capture}`]);
  expect(stderr).toBe('');
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).frame);
}

async function chosen({ source }: Collected, expression: string): Promise<number[]> {
  const rows: number[] = [];
  for await (const portion of source.filter(expression, new AbortController().signal)) {
    expect(portion).not.toEqual([]);
    rows.push(...portion);
  }
  const frames = await all(source.frames);
  return rows.map((row) => frames[row].number);
}

const known = new Map<string, Promise<Collected>>();
function collected(capture: string): Promise<Collected> {
  const data = known.get(capture) ?? collect([join(fixturesRoot, capture)]);
  known.set(capture, data);
  return data;
}

describe('the filter of the page', () => {
  it.each(FILTERS)('%s: as the list of %s', async (expression, capture) => {
    const data = await collected(capture);
    const numbers = await chosen(data, expression);
    expect(numbers).toEqual(listed(expression, capture));
    expect([numbers.length > 0, numbers.length < data.told.frames.length]).toEqual([true, true]);
  });

  it.each([
    ['ws.finding', () => true],
    ['ws.finding == "ping-unanswered"', ({ rule }: Finding) => rule.id === 'ping-unanswered'],
    ['ws.finding.severity == error', ({ severity }: Finding) => severity === 'error'],
  ])('%s: frames of which that is found, sooner or later', async (expression, isMeant) => {
    const data = await collected(FAULTS);
    const frames = data.told.findings.filter(isMeant).map(({ frame }) => frame);
    const expected = [...new Set(frames.filter((frame) => frame !== undefined))].sort((a, b) => a - b);
    expect(await chosen(data, expression)).toEqual(expected);
    const known = listed(expression, FAULTS);
    expect(known.filter((frame) => !expected.includes(frame))).toEqual([]);
    expect(known.length).toBeLessThanOrEqual(expected.length);
  });

  it.each([
    ['websocket.opcod == 1', 0],
    ['websocket.opcode ==', 19],
    ['ws.message == 1', 0],
  ])('%s is none', async (expression, column) => {
    const { source } = await collected(ECHO);
    const error = await chosen({ source } as Collected, expression).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FilterError);
    expect(error.column).toBe(column);
    expect(wsdissect(['-Y', expression, `fixtures/${ECHO}`]).stderr).toContain(error.message);
  });

  it('reads no further once nobody listens', async () => {
    const { source, blocks } = await collect([join(fixturesRoot, FAULTS)]);
    const gone = new AbortController();
    gone.abort();
    for await (const portion of source.filter('websocket', gone.signal)) expect(portion).toBe(undefined);
    expect(blocks.asked.filter((asked) => asked.startsWith('frames')).length).toBeLessThan(2);
  });
});
