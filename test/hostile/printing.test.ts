/**
 * What is printed cannot hurt: a capture with hostile text wherever text may be (path, headers, subprotocol, extension,
 * reason, payload, Close reason, comments, interface and file names), through each command and format, to a pipe and to
 * a terminal. Nothing that a terminal obeys, or that hides or reorders what is read, comes out, but for our colours.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { concat } from '../../src/capture/integers.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { LinkType } from '../../src/link/link-types.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import { onTerminal } from '../cli/helpers.js';
import { hostileTexts } from '../output/samples.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { utf8 } from '../support/splits.js';
import { CLIENT, SERVER, Talk } from '../support/tcp.js';
import { hasProgram } from '../support/tshark.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const texts = hostileTexts.map(([, text]) => text);
const evil = texts.join(' ');
/** A line of a head has no line end within it. */
const inHead = evil.replace(/[\r\n\0]/g, '');

const frame = (opcode: number, text: string) => encodeFrame({ opcode, payload: utf8(text) });
const close = (reason: string) =>
  encodeFrame({ opcode: 8, payload: concat([Uint8Array.of(3, 232), utf8(reason).subarray(0, 120)]) });

function conversation(port: number, status: string): Uint8Array[] {
  const talk = new Talk([port, 80]);
  const request =
    `GET /${inHead.replaceAll(' ', '_')} HTTP/1.1\r\nHost: ${inHead}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Key: ${inHead}\r\nSec-WebSocket-Version: ${inHead}\r\nSec-WebSocket-Protocol: ${inHead}\r\n` +
    `Origin: ${inHead}\r\nX-${inHead}: ${inHead}\r\n folded ${inHead}\r\n\r\n`;
  const response =
    `HTTP/1.1 ${status} ${inHead}\r\nUpgrade: websocket\r\nConnection: ${inHead}\r\nContent-Length: ${inHead}\r\n` +
    `Sec-WebSocket-Accept: ${inHead}\r\nSec-WebSocket-Protocol: ${inHead}\r\n` +
    `Sec-WebSocket-Extensions: ${inHead}, permessage-deflate; ${inHead}=1\r\n\r\n`;
  const packets = [...talk.handshake(), talk.send(CLIENT, request), talk.send(SERVER, response)];
  if (status !== '101') return packets;
  for (const text of [...texts, evil]) packets.push(talk.send(SERVER, frame(1, text)));
  packets.push(talk.send(SERVER, frame(2, evil)), talk.send(CLIENT, frame(9, evil.slice(0, 40))));
  packets.push(talk.send(SERVER, frame(10, 'other')), talk.send(SERVER, frame(11, evil.slice(0, 40))));
  return [...packets, talk.send(CLIENT, close(evil)), talk.send(SERVER, close('\x1b[31mbye\u202e'))];
}

function makeCapture(): string {
  const e = new PcapngEncoder();
  const comment = { code: 1, value: evil };
  // if_name, if_description and if_os (draft-ietf-opsawg-pcapng §4.2).
  const names = [2, 3, 12].map((code) => ({ code, value: evil }));
  const head = [
    e.sectionHeader([comment]),
    e.interfaceDescription({ linkType: LinkType.raw, options: [comment, ...names] }),
  ];
  const packets = [...conversation(40_000, '101'), ...conversation(40_001, '403')];
  const blocks = packets.map((data) => e.enhancedPacket({ timestamp: 1n, data, comment: evil }));
  const damaged = e.enhancedPacket({ interfaceId: 7, timestamp: 1n, data: new Uint8Array(4) });
  const path = join(folder, `x${evil.replace(/[\0/\ud800-\udfff]/g, '').slice(0, 60)}.pcapng`);
  writeFileSync(path, concat([...head, ...blocks, damaged, utf8(`cut ${evil}`)]));
  return path;
}

const capture = makeCapture();
const HARMFUL =
  /[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]/u;
/** What picocolors writes. */
const OUR_COLOURS = /\x1b\[(?:0|1|2|22|3[0-9])m/g;

const COMMANDS: readonly (readonly string[])[] = [
  ...['text', 'table', 'json', 'ndjson'].flatMap((format) =>
    ['frames', 'messages', 'sessions', 'check'].map((command) => [command, '-T', format]),
  ),
  ['frames', '-V'],
  ['frames', '-x'],
  ['frames', '-V', '-x'],
  ['follow', '1', '--control', '--full'],
  ['messages', '-Y', 'websocket'],
  ...['text', 'table', 'json'].map((format) => ['stats', '--per-session', '-T', format]),
  ...['table', 'json', 'ndjson'].flatMap((format) =>
    ['frames', 'messages', 'sessions', 'findings'].map((table) => ['query', `FROM ${table}`, '-T', format]),
  ),
  ['check', '-T', 'sarif'],
  ['check', '-T', 'junit'],
  ['check', '--summary', '--limit', 'payload=20'],
];

it('the capture says it: both upgrades, path, reason, comments, Close', () => {
  const sessions = JSON.parse(wsdissect(['sessions', '-T', 'json', capture]).stdout);
  expect(sessions.map(({ status }: { status: number }) => status)).toEqual([101, 403]);
  const said = (args: string[], text: string) => expect(wsdissect([...args, capture]).stdout).toContain(text);
  said(['sessions'], '/\\x1b[2J');
  said(['-V'], '\\x1b[2J');
  said(['-V'], '\\x1b[31mbye\\u{202e}');
  said(['-V'], 'Comment on packet 6: \\x1b[2J');
  said(['messages', '-T', 'ndjson'], '\\u001b[31mbye\\u202e');
});

describe('to a pipe', () => {
  it.each(COMMANDS)('%s %s %s', (...args) => {
    const ran = wsdissect([...args, capture, capture]);
    expect(ran.stdout.length).toBeGreaterThan(100);
    expect(ran.stderr).toContain('wsdissect: warning: ');
    expect(HARMFUL.exec(ran.stdout)).toBe(null);
    expect(HARMFUL.exec(ran.stderr)).toBe(null);
  });

  it.each([
    ['a file that is not there', [`${folder}/${inHead}`]],
    ['a format', ['-T', inHead, capture]],
    ['an option', [`--${inHead}`, capture]],
    ['a limit', ['--limit', `${inHead}=3`, capture]],
    ['a count', ['-c', inHead, capture]],
    ['a rule', ['check', '--rule', inHead, capture]],
    ['a rule to explain', ['rules', inHead]],
    ['a command', ['help', inHead]],
    ['a port', ['--decode-as', inHead, capture]],
    ['a time', ['-t', inHead, capture]],
    ['a file for --read', ['-r', `${folder}/${inHead}`]],
  ] as [string, string[]][])('%s that is wrong', (_what, args) => {
    const ran = wsdissect(args.map((arg) => arg.replace(/[\ud800-\udfff]/g, '')));
    expect(ran.status).toBeGreaterThan(0);
    expect(ran.stderr).not.toBe('');
    expect(HARMFUL.exec(ran.stdout + ran.stderr)).toBe(null);
  });
});

it.each(['text', 'json'])('diff -T %s', (format) => {
  const { stdout } = wsdissect(['diff', '-q', '-T', format, capture, `${fixturesRoot}ws-hello/capture.pcap`]);
  expect(stdout).toContain(format === 'text' ? 'only in A' : '"onlyA":[{');
  expect(HARMFUL.exec(stdout)).toBe(null);
});

describe.skipIf(!hasProgram('script'))('to a terminal', () => {
  it.each(
    COMMANDS.filter((args) => !args.includes('json')).concat([['query', 'FROM messages', '-T', 'csv']]),
  )('%s %s %s', (...args) => {
    // Progress, which a slow machine shows, moves the cursor.
    const { stdout } = onTerminal(
      `wsdissect ${args.map((arg) => `'${arg}'`).join(' ')} "$CAPTURE" 2>/dev/null`,
      100,
      {
        CAPTURE: capture,
      },
    );
    expect(stdout.length).toBeGreaterThan(100);
    // CSV has line ends of its own.
    expect(HARMFUL.exec(stdout.replaceAll(/\r+\n/g, '\n').replace(OUR_COLOURS, ''))).toBe(null);
  });
});
