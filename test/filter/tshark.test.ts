/**
 * Where tshark knows a filter too, the same rows: packets of recordings in which each packet holds one frame at most.
 *
 * Left out is what tshark 4.0 has otherwise: `http.` fields are only in the packets of the handshake; what frames without a
 * beginning, compressed messages, and messages with empty fragments say (tshark-differences.test.ts has the causes, and all
 * packets in which these captures and fixtures/conformance differ).
 */
import { describe, expect, test } from 'vitest';
import { compileFilter, FilterError } from '../../src/filter/index.js';
import { packetOf, Recorded, tsharkPackets } from '../support/filtered.js';
import { hasProgram } from '../support/tshark.js';

const CAPTURES = [
  'ws-echo/capture.pcap',
  'python-websockets/capture.pcap',
  'ipv6/capture.pcap',
  'messages-ws/capture.pcap.gz',
  'messages-windows/capture.pcap.gz',
  'deflate/capture.pcap',
];

/** With values that their fields never have. */
const REFUSED = [
  'tcp.port == 99999',
  'tcp.port < 65536',
  'tcp.srcport == 1.5',
  'tcp.port in {1..70000}',
  'tcp.port & 70000',
  'websocket.opcode == 256',
  'websocket.opcode == 08',
  'websocket.fin == 08',
  'any tcp.port',
  'max(tcp.port, ip.src) == 1',
  'len(http.host, http.request.uri) == 1',
  'string(websocket.fin) == "1"',
  'websocket.opcode == foo',
  'websocket.opcode == "foo"',
  'websocket.rsv == 256',
  'websocket.fin == -1',
  'websocket.payload_length == 256',
  'websocket.payload_length_ext_16 == 65536',
  'websocket.payload.close.status_code == 70000',
  'http.response.code == 70000',
  'http2.streamid == 4294967296',
];

const FILTERS = [
  'websocket',
  'websocket.fin == 1',
  'websocket.fin == 0',
  'websocket.opcode == 1',
  'websocket.opcode != 1',
  'websocket.opcode in {8..10}',
  'websocket.opcode in {8 .. 10} and tcp.port in {1 .. 65535}',
  'websocket.opcode & 8',
  'websocket.opcode & 0x8 == 8',
  'websocket.opcode & 0xff == 8',
  'websocket.opcode & -1',
  'websocket && websocket.opcode & 9 != 1',
  'websocket.opcode & 12 & 8 or websocket.opcode & 3 > 1',
  'websocket and any tcp.port & 7 == 1',
  'websocket.opcode not in {1, 8..10}',
  'websocket && tcp.port not in {1..1000}',
  'websocket.opcode == "Connection Close"',
  'websocket.opcode == 010 or websocket.opcode == 0b10 or tcp.port in {010 .. 020}',
  'websocket.opcode in {010 .. 011} and frame.time_relative > 00.001',
  'any tcp.port != 9001 and not all tcp.port in {9001} and all tcp.port > 1 && websocket',
  'max(websocket.opcode) == 8 or min(tcp.port) < 9001 and websocket',
  'max(tcp.srcport, tcp.dstport) > 9001 and min(websocket.opcode, websocket.rsv) == 0',
  'max(ip.src, ip.dst) == 127.0.0.1 and websocket and min(max(tcp.port), tcp.srcport) == 9001',
  'string(websocket.opcode) matches "^[19]" and string(ip.src) contains "127."',
  'websocket.mask == 1 && tcp.stream == 0',
  'websocket.payload_length == 126',
  'websocket.payload_length < 126 and not websocket.opcode == 9',
  'websocket.payload_length_ext_16',
  'websocket.payload_length_ext_16 > 1000',
  'websocket.payload_length_ext_64 >= 65536',
  'websocket.masking_key',
  'websocket.masking_key[0] > 7f',
  'websocket.masking_key[1:2] contains 00 or websocket.masking_key[0] == 1f',
  "websocket.masking_key[0] > 9 && websocket.masking_key[0] < 'a'",
  'websocket.rsv == 0 && websocket.fin == 1 && websocket.opcode == 1 && len(websocket.payload.text) > 1 && websocket.payload.text[0:2] < 486 && !(websocket.payload.text[0] == 1)',
  "(websocket.payload.text[0:1] == 'T' or websocket.payload.text contains 'o') && websocket.rsv == 0 && websocket.fin == 1 && websocket.opcode == 1",
  'websocket.masking_key > 7f && websocket.masking_key < 00:00:00:00:00',
  'websocket.payload.close.status_code == 1000',
  'websocket.payload.close.status_code',
  'websocket.payload.close.reason contains "done"',
  'websocket.payload.text contains "fox" && websocket.fin == 1 && websocket.opcode == 1',
  'websocket.payload.text matches "^the QUICK"',
  'websocket.payload.ping',
  'websocket.payload.pong',
  'websocket.payload.close.reason',
  'websocket.payload',
  'websocket.opcode == 9 and not websocket.payload.ping',
  'websocket.fin == 2',
  'websocket.opcode == Text',
  'websocket.rsv == 4',
  'websocket.pmc',
  'websocket.pmc == 1',
  'not websocket.pmc == 1 and websocket',
  'websocket.payload.continue',
  'websocket.payload.text && websocket.opcode == 1 && websocket.rsv == 0',
  'frame.number > 20 && frame.number <= 40 && websocket',
  'frame.time_relative < 0.05 && websocket',
  'tcp.srcport == 9001 && websocket',
  'ip.src == 127.0.0.0/8 && websocket',
  'ipv6.addr == ::1 && websocket',
  '!(websocket.opcode == 1) && websocket',
  'websocket.opcode == 1 or websocket.opcode == 2 and websocket.fin == 0',
];

/** How many rows there were. */
async function rowsAlike(capture: string, filters: readonly string[]): Promise<number> {
  const recorded = await Recorded.of(capture);
  const perPacket = new Map<number, number>();
  for (const packet of recorded.frames.map(packetOf)) perPacket.set(packet, (perPacket.get(packet) ?? 0) + 1);
  const single = (packet: number) => perPacket.get(packet) === 1;
  let rows = 0;
  for (const filter of filters) {
    const ours = recorded.chosen(filter).map(packetOf).filter(single);
    expect([filter, ours]).toEqual([filter, tsharkPackets(capture, filter).filter(single)]);
    rows += ours.length;
  }
  return rows;
}

describe.runIf(hasProgram('tshark'))('the rows of tshark', () => {
  test.each(CAPTURES)('%s', { timeout: 120_000 }, async (name) => {
    expect(await rowsAlike(name, FILTERS)).toBeGreaterThan(100);
  });

  test('of compressed texts, up to where tshark loses the context', { timeout: 60_000 }, async () => {
    const filters = [
      'websocket.payload.text contains "e" && websocket.opcode == 1',
      'websocket.payload.text',
    ];
    expect(await rowsAlike('deflate/capture.pcap', filters)).toBe(36);
    const before = 'len(websocket.payload.text) > 1 && frame.number < 31';
    expect(await rowsAlike('messages-ws/capture.pcap.gz', [before])).toBeGreaterThan(5);
  });

  // Further on there are sessions in which tshark loses the WebSocket.
  test('of Closes without a reason', { timeout: 60_000 }, async () => {
    const rows = await rowsAlike('conformance/capture.pcap.gz', [
      'websocket.payload.close.reason && frame.number < 10000',
      'websocket.opcode == 8 and not websocket.payload.close.reason and frame.number < 10000',
      'websocket.payload.close.status_code == 1002 and not websocket.payload.close.reason and frame.number < 10000',
    ]);
    expect(rows).toBeGreaterThan(1000);
  });

  test.each(REFUSED)('tshark, too, refuses %s', (filter) => {
    expect(() => compileFilter(filter, 'frame')).toThrow(FilterError);
    expect(() => tsharkPackets(CAPTURES[0], filter)).toThrow();
  });
});
