/**
 * What is told on standard error when something is odd: which file, which packet in it; that nothing was found,
 * and the likeliest reason.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { concat } from '../../src/capture/integers.js';
import { encodePcap, type PacketToEncode } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { shell, wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { CLIENT, SERVER, Talk } from '../support/tcp.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const derived = (name: string) => `${fixturesRoot}derived/${name}`;

function file(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const RAW_IP = 101;
const timed = (data: Uint8Array, index: number): PacketToEncode => ({ seconds: 1000 + index, data });
const capture = (packets: readonly Uint8Array[]) => encodePcap(packets.map(timed), { linkType: RAW_IP });

describe('with several captures, a warning', () => {
  const whole = readFileSync(hello);
  const cut = file('cut \x07.pcap', whole.subarray(0, whole.length - 30));

  it('names the file, harmless, and the packet in it', () => {
    const ran = wsdissect([`${fixturesRoot}refused/capture.pcap`, cut]);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/cut \\x07\.pcap: packet 20 \(\d\d+ of all\): the capture ends .*\]\n/);
    expect(ran.stderr).not.toMatch(/packet 20 \(20 of all\)/);
    expect(wsdissect([cut]).stderr).toMatch(/^wsdissect: warning: packet 20: the capture ends/m);
  });

  it('that is of no packet names the file alone', () => {
    const { stderr } = wsdissect([hello, file('headless.pcap', whole.subarray(0, 20))]);
    expect(stderr).toMatch(/headless\.pcap: the capture ends within the file header/);
  });

  it('about what is in the packets names them too, also long after them', () => {
    const talk = new Talk();
    const packets = [
      ...talk.handshake(),
      talk.send(CLIENT, 'GET / HTTP/1.1\nHost: x\nUpgrade: websocket\n\n'),
    ];
    packets.push(talk.send(SERVER, 'HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n'));
    const { stderr } = wsdissect([hello, file('bare.pcap', capture(packets))]);
    expect(stderr).toMatch(/bare\.pcap: packet [45] \([45] of all\): .*\[bare-lf\]\n/);
    const reversed = wsdissect([
      file('late.pcap', capture(packets)),
      `${fixturesRoot}ipv6/capture.pcap`,
      derived('loss-last-frame.pcap'),
    ]);
    expect(reversed.stderr).toMatch(/loss-last-frame\.pcap: packet \d+ \(\d+ of all\): .*\[frames-lost\]/);
  });

  it('calls standard input by its name', () => {
    const { stderr } = shell(`head -c 2100 ${hello} | wsdissect - ${hello}`);
    expect(stderr).toMatch(/standard input: packet \d+ \(\d+ of all\): the capture ends/);
  });
});

describe('when nothing is found', () => {
  const talk = new Talk();
  const http = [
    ...talk.handshake(),
    talk.send(CLIENT, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    talk.send(SERVER, 'HTTP/1.1 204 No Content\r\n\r\n'),
  ];
  const http1 = file('http.pcap', capture(http));
  const noTcp = file(
    'none.pcap',
    capture([Uint8Array.of(0x45, 0, 0, 20, ...new Uint8Array(5), 17, ...new Uint8Array(10))]),
  );
  const NOTHING =
    'wsdissect: no WebSocket session in 5 packets, 1 TCP connection; ' +
    'a session without its handshake may need --decode-as tcp.port==N,websocket\n';

  it.each([['frames'], ['messages'], ['sessions'], ['check']])('%s says so on standard error', (command) => {
    expect(wsdissect([command, http1])).toMatchObject({ status: 0, stderr: NOTHING });
    expect(wsdissect([command, '-q', http1])).toMatchObject({ status: 0, stderr: '' });
  });

  it('it says how little there was', () => {
    expect(wsdissect([noTcp])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'wsdissect: no TCP connection in 1 packet, so no WebSocket\n',
    });
    const empty = file('empty.pcap', capture([]));
    expect(wsdissect([empty]).stderr).toBe('wsdissect: there is no packet to read\n');
  });

  it('a refused upgrade is something', () => {
    expect(wsdissect([`${fixturesRoot}refused/capture.pcap`]).stderr).toBe('');
  });

  it.each([['frames'], ['messages']])('%s --session N says when there is no session N', (command) => {
    const ran = wsdissect([command, '--session', '7', hello]);
    expect(ran).toEqual({
      status: 0,
      stdout: '',
      stderr: 'wsdissect: there is no session 7, only 1 session\n',
    });
    expect(wsdissect([command, '--session', '7', '-q', hello]).stderr).toBe('');
    expect(wsdissect([command, '--session', '1', hello]).stderr).toBe('');
    expect(wsdissect([command, '--session', '7', http1]).stderr).toBe(NOTHING);
  });
});

describe('a capture of which no packet can be read', () => {
  const e = new PcapngEncoder();
  const packets = (interfaceId: number, count: number) =>
    Array.from({ length: count }, () =>
      e.enhancedPacket({ interfaceId, timestamp: 0n, data: new Uint8Array(60) }),
    );
  const make = (name: string, ...blocks: Uint8Array[]) => file(name, concat([e.sectionHeader(), ...blocks]));

  it.each([
    ['of an unknown interface', () => make('interface.pcapng', e.interfaceDescription(), ...packets(5, 9))],
    ['without any interface', () => make('no-interface.pcapng', ...packets(0, 9))],
    [
      'of an unknown link type',
      () => make('link.pcapng', e.interfaceDescription({ linkType: 999 }), ...packets(0, 9)),
    ],
  ])('%s: a summary, and exit code 2', (_name, path) => {
    const ran = wsdissect([path()]);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(
      /\nwsdissect: warning: no packet could be read: all 9 packets had to be skipped\n$/,
    );
    expect(wsdissect(['-q', path()])).toEqual({ status: 2, stdout: '', stderr: '' });
  });

  it('one packet that can be read is enough', () => {
    const path = make('one.pcapng', e.interfaceDescription(), ...packets(5, 3), ...packets(0, 1));
    const ran = wsdissect([path]);
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain('no TCP connection in 1 packet');
    expect(wsdissect([make('only.pcapng', ...packets(0, 1))]).stderr).toContain(
      'no packet could be read: the only packet had to be skipped',
    );
  });
});

describe('captures joined with cat', () => {
  it('are read as one, with a warning', () => {
    const ipv6 = `${fixturesRoot}ipv6/capture.pcap`;
    const ran = shell(`cat ${hello} ${ipv6} | wsdissect -`);
    expect(ran.status).toBe(0);
    expect(ran.stdout.trim().split('\n')).toHaveLength(20);
    expect(ran.stderr).toBe(
      'wsdissect: warning: packet 20: another capture begins here, as when files are joined with cat; it is ' +
        'read as part of this one (byte 2164 of the capture) [another-file-header]\n',
    );
  });
});

describe('wsdissect help', () => {
  it('says when there is no such command', () => {
    expect(wsdissect(['help', 'nope'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'wsdissect: there is no command "nope" (wsdissect --help lists them)\n',
    });
    expect(wsdissect(['help', 'mesages']).stderr).toContain('did you mean messages?');
    expect(wsdissect(['help', '\x1b[31m']).stderr).not.toContain('\x1b');
  });
});
