/**
 * `--redact`: nothing of what was said is left, and all else is as it was, as tshark sees it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';
import { fromClient, request, response } from '../support/dissect.js';
import { CLIENT, pcapOf, SERVER, Talk } from '../support/tcp.js';
import { hasProgram, tsharkFrames } from '../support/tshark.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, 'out.pcapng');

const PIECE = 8;

const ndjson = (args: string[]) =>
  wsdissect([...args, '-q', '-T', 'ndjson'])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

function redact(capture: string, ...more: string[]): void {
  const ran = wsdissect(['export', 'pcapng', '--redact', '-o', out, '-q', ...more, capture]);
  expect([ran.stdout, ran.stderr]).toEqual(['', '']);
}

/** All of what messages and frames say that is found in `told`, in pieces of eight octets, but for what is the same octet. */
function leaked(capture: string, told: Buffer): string[] {
  const pieces = new Set<string>();
  const text = told.toString('latin1');
  for (let i = 0; i + PIECE <= text.length; i++) pieces.add(text.slice(i, i + PIECE));
  const found = new Set<string>();
  const records = [
    ...ndjson(['messages', capture]).map(({ content, contentBase64 }) => [content, contentBase64]),
    ...ndjson(['frames', capture]).map(({ payload, payloadBase64 }) => [payload, payloadBase64]),
  ];
  for (const [plain, base64] of records) {
    const said = Buffer.from(
      plain ?? base64 ?? '',
      plain === undefined || plain === null ? 'base64' : 'utf8',
    ).toString('latin1');
    for (let i = 0; i + PIECE <= said.length; i++) {
      const piece = said.slice(i, i + PIECE);
      if (!/^(.)\1*$/s.test(piece) && pieces.has(piece)) found.add(piece);
    }
  }
  return [...found];
}

/** What the packets hold, without comments, which are ours. */
function packetsOf(file: string): Buffer {
  const plain = join(folder, 'plain.pcap');
  execFileSync('editcap', ['-F', 'pcap', file, plain], { stdio: 'ignore' });
  return readFileSync(plain);
}

const CAPTURES = [
  'fixtures/deflate/capture.pcap',
  'fixtures/coalesced/capture.pcap',
  'fixtures/messages-ws/capture.pcap.gz',
  'fixtures/messages-windows/capture.pcap.gz',
  'fixtures/lossy-network/client.pcap.gz',
  'fixtures/derived/tcp-longer-retransmissions.pcap',
  'fixtures/derived/tcp-reversed-5.pcap',
  'fixtures/derived/tcp-client-bytewise.pcap',
  'fixtures/derived/tcp-wrapping-reversed.pcap',
  'fixtures/derived/network-tunnel-vxlan.pcap',
  'fixtures/derived/network-ipv6-all.pcap',
  'fixtures/derived/link-linux-sll2-v6.pcap',
  'fixtures/derived/loss-payload.pcap',
];

describe.skipIf(!hasProgram('tshark')).each(CAPTURES)('%s', (capture) => {
  it('holds nothing of what was said', () => {
    expect(ndjson(['messages', capture]).length).toBeGreaterThan(5);
    // So it is of the capture as it was.
    wsdissect(['export', 'pcapng', '-q', '-o', out, capture]);
    expect(leaked(capture, packetsOf(out)).length).toBeGreaterThan(5);
    redact(capture);
    expect(leaked(capture, packetsOf(out))).toEqual([]);
  });

  it('has comments that tell of messages, and not what they say', () => {
    redact(capture);
    const comments = readFileSync(out, 'latin1').match(/message \d+, session [\x20-\x7e\x80-\xff]*/g)!;
    expect(comments.length).toBeGreaterThan(5);
    for (const comment of comments)
      expect(comment).toMatch(
        /^message \d+, session \d+, \w+\xe2\x86\x92\w+, \w+( \d+)?, (\d+ bytes|deflate \d+)(, \d+ frames)?( \[[^\]]*\])*$/,
      );
  });

  it('has the same frames, with the same keys, and the lengths of what messages are on the wire', async () => {
    redact(capture);
    const told = (file: string) =>
      ndjson(['frames', file]).map(({ payload, payloadBase64, text, time, ...facts }) => facts);
    const facts = told(out).map(({ opcode, length, fin, maskingKey }) => [opcode, length, fin, maskingKey]);
    expect(facts).toEqual(
      told(capture).map(({ opcode, length, fin, maskingKey }) => [opcode, length, fin, maskingKey]),
    );
    const ports = [
      ...new Set(ndjson(['sessions', capture]).map(({ server }) => Number(/\d+$/.exec(server)![0]))),
    ];
    const seen = (frames: Awaited<ReturnType<typeof tsharkFrames>>) =>
      frames.map(({ opcode, length, masked, maskingKey, rsv, fin }) => [
        opcode,
        length,
        masked,
        maskingKey,
        rsv,
        fin,
      ]);
    expect(seen(await tsharkFrames(out, ports))).toEqual(seen(await tsharkFrames(capture, ports)));
  });

  it('has messages that are as they should be, and good checksums', () => {
    redact(capture);
    for (const one of ndjson(['messages', out])) {
      const { opcode, content, compressed, wireLength, length, complete } = one;
      if (!complete || opcode === 'close') continue;
      expect(length).toBe(compressed ? Math.max(0, wireLength - 2) : wireLength);
      if (opcode === 'text') expect(content).toBe('x'.repeat(length));
    }
    const bad = execFileSync(
      'tshark',
      [
        '-r',
        out,
        '-o',
        'tcp.check_checksum:TRUE',
        '-Y',
        'tcp.checksum.status == 0 || ip.checksum.status == 0',
        '-T',
        'fields',
        '-e',
        'frame.number',
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    expect(bad).toBe('');
  });
});

it('blanks what comes in front of the handshake, cookies, queries, and all that is of no WebSocket', () => {
  const talk = new Talk();
  const asked = request('/chat?key=secret-in-query', {
    headers: [
      { name: 'Cookie', value: 'id=very-secret-cookie' },
      { name: 'Authorization', value: 'Basic cGFzc3dvcmQ=' },
    ],
  });
  const packets = [
    ...talk.handshake(),
    talk.send(CLIENT, 'GET /first?secret=one HTTP/1.1\r\nHost: a\r\n\r\n'),
    talk.send(SERVER, 'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nvery secret page'.slice(0, -1)),
    talk.send(CLIENT, asked),
    talk.send(SERVER, response()),
    talk.send(CLIENT, fromClient('a secret message')),
    new Talk([41_000, 81]).send(CLIENT, 'another secret protocol'),
  ];
  const file = join(folder, 'secrets.pcap');
  writeFileSync(file, pcapOf(packets));
  redact(file);
  const told = readFileSync(out, 'latin1');
  expect(told).not.toMatch(/secret|cGFzc3dvcmQ/i);
  expect(told).toContain(`GET /chat?${'x'.repeat(19)} HTTP/1.1`);
  expect(ndjson(['messages', out]).map(({ content }) => content)).toEqual(['x'.repeat(16)]);
  expect(ndjson(['sessions', out])).toHaveLength(1);
});

it('leaves TLS encrypted, and drops the secrets', () => {
  const keyed = join(folder, 'keyed.pcapng');
  const capture = 'fixtures/tls-python/capture.pcap.gz';
  wsdissect(['decrypt', '--keylog', 'fixtures/tls-python/keys.log', capture, keyed]);
  expect(readFileSync(keyed, 'latin1')).toMatch(/CLIENT_|SERVER_/);
  const { stderr } = wsdissect(['export', 'pcapng', '--redact', '-o', out, keyed]);
  expect(stderr).toBe(
    'wsdissect: still encrypted: 2 TLS connections, which whoever has the secrets can read\n',
  );
  expect(readFileSync(out, 'latin1')).not.toMatch(/CLIENT_|SERVER_HANDSHAKE/);
  expect(ndjson(['messages', out])).toEqual([]);
  // With the secrets it is read as before.
  const told = (file: string) =>
    wsdissect(['messages', '-q', '--keylog', 'fixtures/tls-python/keys.log', '-T', 'text', file]).stdout;
  expect(told(out)).toBe(told(capture));
});

it('leaves out what cannot be redacted, and says so', () => {
  const said = (capture: string) =>
    wsdissect(['export', 'pcapng', '--redact', '-o', out, capture])
      .stderr.split('\n')
      .filter((line) => line.includes('left out'));
  expect(said('fixtures/h2c-parallel/capture.pcap.gz')).toEqual([
    'wsdissect: left out: 7 sessions in HTTP/2 without TLS, which cannot be redacted',
  ]);
  expect(ndjson(['sessions', out])).toEqual([]);
  expect(said('fixtures/ip-fragments/capture.pcap')[0]).toMatch(
    /^wsdissect: left out: \d+ packets? of WebSockets: fragments/,
  );
  // Part of the path, which stays.
  expect(leaked('fixtures/ip-fragments/capture.pcap', packetsOf(out))).toEqual(['fragment', 'ragments']);
});

describe('other formats', () => {
  const capture = 'fixtures/messages-ws/capture.pcap.gz';

  it.each(['har', 'csv'])('%s says nothing', (format) => {
    const { stdout } = wsdissect(['export', format, '-q', '--redact', capture]);
    const plain = wsdissect(['export', format, '-q', capture]).stdout;
    expect(stdout.split('\n').length).toBe(plain.split('\n').length);
    expect(stdout).toContain('xxxxxxxx');
    for (const { content } of ndjson(['messages', capture]))
      if (typeof content === 'string' && content.length >= 12)
        expect(stdout).not.toContain(JSON.stringify(content).slice(1, -1));
  });

  it('payloads say nothing', () => {
    const target = join(folder, 'payloads');
    expect(wsdissect(['export', 'payloads', '-q', '--redact', '-o', target, capture]).status).toBe(0);
    for (const name of readdirSync(target).filter((one) => one !== 'manifest.ndjson'))
      expect(readFileSync(join(target, name), 'latin1')).toMatch(/^x*$/);
  });
});

it('replay has no token that was sent as the name of a subprotocol', () => {
  const talk = new Talk();
  const token = 'base64url.bearer.authorization.SECRET-TOKEN';
  const packets = [
    ...talk.handshake(),
    talk.send(CLIENT, request('/', { subprotocols: ['v4.channel', token] })),
    talk.send(SERVER, response({ subprotocol: 'v4.channel' })),
    talk.send(CLIENT, fromClient('hello')),
  ];
  const capture = join(folder, 'token.pcap');
  writeFileSync(capture, pcapOf(packets));
  const into = join(folder, 'replayed');
  expect(wsdissect(['export', 'replay', '--redact', '-o', into, capture]).status).toBe(0);
  for (const file of readdirSync(into))
    expect(readFileSync(join(into, file), 'utf8')).not.toContain('SECRET');
  const { subprotocols } = JSON.parse(readFileSync(join(into, 'session.json'), 'utf8'));
  expect(subprotocols.map((name: string) => name.length)).toEqual(['v4.channel'.length, token.length]);
});
