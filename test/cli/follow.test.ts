import { describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const ECHO = 'fixtures/ws-echo/capture.pcap';
const GRAPHQL = 'fixtures/messages-graphql-ws/capture.pcap.gz';
const MANY = 'fixtures/many-sessions/capture.pcap';

const messagesOf = (capture: string, session: number): { [name: string]: unknown }[] =>
  wsdissect(['messages', '-T', 'ndjson', '--session', String(session), capture])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('follow', () => {
  it('tells who said what, when, and what was negotiated', () => {
    const { status, stdout, stderr } = wsdissect(['follow', '1', GRAPHQL]);
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 12)).toEqual([
      'Session 1  client 127.0.0.1:37060, server 127.0.0.1:9025  127.0.0.1:9025/graphql',
      'opened 0.020961, http/1.1, subprotocol graphql-transport-ws',
      '',
      '▶ client  #1  0.056829  +0.036 s  text, 60 bytes',
      '  graphql-transport-ws connection_init',
      '  {"type": "connection_init", "payload": {"token": "söme token"}}',
      '',
      '                ◀ server  #2  0.058584  +0.001755 s  text, 25 bytes',
      '                  graphql-transport-ws connection_ack (answers 1 after 1.8 ms)',
      '                  {"type": "connection_ack"}',
      '',
      '▶ client  #3  0.059453  +0.000869 s  text, 163 bytes',
    ]);
  });

  it('has each message once, in order, and its JSON whole', () => {
    const { stdout } = wsdissect(['follow', '1', '--control', '--full', '--no-decode', GRAPHQL]);
    const messages = messagesOf(GRAPHQL, 1);
    const told = [...stdout.matchAll(/^ *[▶◀] (client|server) {2}#(\d+) .*$((?:\n(?! *[▶◀] ).*)*)/gm)];
    expect(told.map(([, sender, number]) => [sender, Number(number)])).toEqual(
      messages.map(({ sender, message }) => [sender, message]),
    );
    let compared = 0;
    for (const [index, { opcode, content }] of messages.entries())
      if (opcode === 'text') {
        expect(JSON.parse(told[index][3])).toEqual(JSON.parse(content as string));
        compared++;
      }
    expect(compared).toBeGreaterThan(10);
  });

  it('lays out what binary says in its subprotocol, in front of its octets', () => {
    const { stdout } = wsdissect(['follow', '4', 'fixtures/messages-binary/capture.pcap.gz']);
    const lines = stdout.split('\n').map((line) => line.trim());
    const at = lines.indexOf('{"id": 1, "method": "quote", "result": {"price": 2411.5}}');
    expect(lines[at + 1]).toBe('0000  1f 8b 08 00 00 00 00 00  00 03 ab 56 ca 2a ce cf  ...........V.*..');
    expect(lines).toContain('"nested": {"deep": [1, [2, [3]]], "none": null, "yes": true}');
    const parts = wsdissect(['follow', '1', 'fixtures/messages-mosquitto/capture.pcap.gz']).stdout;
    expect(parts).toContain('part of CONNECT');
    expect(parts).not.toContain('"have"');
  });

  it('counts control frames, and tells them where asked', () => {
    const folded = wsdissect(['follow', '1', ECHO]).stdout;
    expect(folded).toMatch(/^· \d ping, \d pong \(--control shows them\)$/m);
    expect(folded).not.toMatch(/ {2}ping, /);
    const told = wsdissect(['follow', '1', '--control', ECHO]).stdout;
    expect(told.match(/ {2}ping, /g)?.length).toBe(
      messagesOf(ECHO, 1).filter(({ opcode }) => opcode === 'ping').length,
    );
    expect(told).not.toContain('--control shows them');
    expect(folded.trimEnd().split('\n').at(-1)).toContain('client closed with 1000');
  });

  it.each(['client', 'server'])('--raw %s gives what it said', (side) => {
    const said = messagesOf(ECHO, 1)
      .filter(({ sender, opcode }) => sender === side && (opcode === 'text' || opcode === 'binary'))
      .map(({ content, contentBase64 }) =>
        content === undefined
          ? Buffer.from(contentBase64 as string, 'base64')
          : Buffer.from(content as string),
      );
    const { stdout, stderr } = wsdissect([
      'follow',
      '1',
      '--raw',
      side,
      '-Y',
      'websocket.opcode == text',
      ECHO,
    ]);
    expect(stderr).toBe('');
    const texts = messagesOf(ECHO, 1).filter(({ sender, opcode }) => sender === side && opcode === 'text');
    expect(stdout).toBe(texts.map(({ content }) => content).join(''));
    const binary = wsdissect(['follow', '1', '--raw', side, ECHO]).stdout;
    expect(binary.length).toBeGreaterThan(stdout.length);
    expect(said.length).toBeGreaterThan(texts.length);
  });

  it.each([
    ['payload', 'client', 300],
    ['several-holes', 'client', 600],
    ['several-holes', 'server', 508],
    ['snap-length-96', 'server', 1998],
  ])('of derived/loss-%s --raw %s tells how much cannot be known', (name, side, unknown) => {
    const { status, stderr } = wsdissect([
      'follow',
      '1',
      '--raw',
      side,
      `fixtures/derived/loss-${name}.pcap`,
    ]);
    expect([status, stderr]).toEqual([
      0,
      `wsdissect: ${unknown} bytes of what the ${side} said cannot be known: zeros stand for them, where more of the message follows\n`,
    ]);
  });

  it('cuts long messages, unless asked not to', () => {
    const text = wsdissect(['follow', '1', ECHO]).stdout;
    expect(text).toMatch(/^ *… 65536 bytes in all \(--full shows them\)$/m);
    expect(wsdissect(['follow', '1', '--full', ECHO]).stdout).not.toContain('--full shows');
  });

  it('is of one session, and says so where it is not there', () => {
    expect(wsdissect(['follow', '4', MANY]).stdout).toMatch(/^Session 4 .*\/session\/03\n/);
    const none = wsdissect(['follow', '4000', MANY]);
    expect([none.status, none.stdout]).toEqual([0, '']);
    expect(none.stderr).toContain('there is no session 4000');
    expect(wsdissect(['follow', ECHO])).toMatchObject({ status: 1, stdout: '' });
    expect(wsdissect(['follow', '1'])).toMatchObject({ status: 1, stdout: '' });
  });

  it('prints nothing that a terminal would act on', () => {
    const { stdout } = wsdissect([
      'follow',
      '1',
      '--control',
      '--full',
      'fixtures/tutorial-server/capture.pcap',
    ]);
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  const hasScript = hasProgram('script');
  it.skipIf(!hasScript)('keeps to the width of the terminal', () => {
    for (const columns of [50, 100]) {
      const { stdout } = onTerminal(`wsdissect follow 1 ${GRAPHQL}`, columns, { NO_COLOR: '1' });
      const lines = stdout.replaceAll('\r', '').split('\n');
      const long = lines.filter(
        (line) => [...line].length > columns && !/^(Session|opened|client|server)| #\d+/.test(line),
      );
      expect(long).toEqual([]);
      expect(lines.some((line) => line.startsWith(' '.repeat(16)))).toBe(columns === 100);
    }
  });
});
