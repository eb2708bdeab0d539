/**
 * What a filter for frames asks of texts, JSON and subprotocols holds for the last frames of just those messages for which
 * it holds itself.
 */
import { describe, expect, test } from 'vitest';
import { wsdissect } from '../support/cli.js';

/** Filters and captures; messages are compressed, fragmented, or whole in one frame. */
const CASES: [expression: string, capture: string][] = [
  ['websocket.payload.text contains "e"', 'messages-ws/capture.pcap.gz'],
  ['websocket.payload.text contains "ETH"', 'deflate/capture.pcap'],
  ['len(websocket.payload.text) > 1000', 'messages-windows/capture.pcap.gz'],
  ['ws.json.type == ticker', 'deflate/capture.pcap'],
  ['ws.json.type', 'messages-graphql-ws/capture.pcap.gz'],
  ['ws.json.operation == "subscription"', 'messages-graphql-ws/capture.pcap.gz'],
  ['ws.decoded.type == event', 'messages-socketio/capture.pcap.gz'],
  ['ws.decoded.answers > 0 && ws.decoded.latency < 1', 'messages-graphql-ws/capture.pcap.gz'],
  ['ws.decoded.protocol == mqtt', 'messages-mosquitto/capture.pcap.gz'],
];

interface Line {
  readonly opcode: string;
  readonly frame: number;
  readonly frames: readonly number[];
}

function listed(args: readonly string[]): Line[] {
  const { stdout, stderr, status } = wsdissect([...args]);
  expect([stderr, status]).toEqual(['', 0]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

describe('frames -Y', () => {
  test.each(CASES)('%s of %s: the last frames of the messages', (expression, capture) => {
    const args = ['-q', '-T', 'ndjson', '-Y', expression, `fixtures/${capture}`];
    const messages = listed(['messages', ...args]);
    const frames = listed(args).map(({ frame }) => frame);
    expect(frames.length).toBeGreaterThan(0);
    expect(frames).toEqual(messages.map((message) => message.frames.at(-1)).sort((a, b) => a! - b!));
  });
});

/** What is found when an answer has come that is none, or has not come: the frame was listed by then. */
const KNOWN_LATER = [
  'close-answered-by-data',
  'close-unanswered',
  'ping-answered-by-data',
  'ping-unanswered',
  'pong-mismatch',
];

describe('frames -Y with what is found', () => {
  test.each([
    'conformance/capture.pcap.gz',
    'deflate/capture.pcap',
    'messages-ws/capture.pcap.gz',
    'python-websockets/capture.pcap',
  ])('%s: each frame stands in one of the two lists, with its payload', (capture) => {
    const list = (...args: string[]) => {
      const { stdout, status } = wsdissect(['-q', '-T', 'ndjson', ...args, `fixtures/${capture}`]);
      expect(status).toBe(0);
      return stdout.split('\n').filter(Boolean);
    };
    const [all, found, others] = [list(), list('-Y', 'ws.finding'), list('-Y', '!ws.finding')];
    const number = (line: string): number => JSON.parse(line).frame;
    expect([...found, ...others].sort((a, b) => number(a) - number(b))).toEqual(all);
    const findings = wsdissect(['check', '-T', 'ndjson', `fixtures/${capture}`])
      .stdout.split('\n')
      .filter(Boolean)
      .map((line): { frame: number | null; rule: string } => JSON.parse(line))
      .filter(({ frame }) => frame !== null);
    const shown = new Set(found.map(number));
    expect(findings.map(({ frame }) => frame)).toEqual(expect.arrayContaining([...shown]));
    const missed = findings.filter(({ frame }) => !shown.has(frame!)).map(({ rule }) => rule);
    expect(missed.filter((rule) => !KNOWN_LATER.includes(rule))).toEqual([]);
  });
});
