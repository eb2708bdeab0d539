/**
 * `wsdissect diff`: recordings of both sides of a proxy and of both ends of a lossy network, by what the applications logged;
 * captures that hold less of it; and conversations changed on their way, each change told and no other.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MessageDeflater } from '../../src/websocket/deflate-encode.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import { wsdissect } from '../support/cli.js';
import { request, response } from '../support/dissect.js';
import { fixturesRoot } from '../support/fixtures.js';
import { encodeRemains, loggedSessions, readPackets } from '../support/lossy.js';
import { utf8 } from '../support/splits.js';
import { CLIENT, pcapOf, SERVER, Talk } from '../support/tcp.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs it: the exit code and what it says. */
function diff(a: string, b: string, ...more: string[]) {
  const { status, stdout, stderr } = wsdissect(['diff', '-q', '-T', 'json', a, b, ...more]);
  expect(stderr).toBe('');
  return { status, ...JSON.parse(stdout) };
}

const ndjson = (command: string, capture: string, ...more: string[]) =>
  wsdissect([command, '-q', '-T', 'ndjson', capture, ...more])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const NOTHING = {
  onlyA: [],
  onlyB: [],
  changed: [],
  incomplete: [],
  reordered: [],
  masked: [],
  remasked: [],
  refragmented: [],
  recompressed: [],
};

describe('both sides of nginx', () => {
  const capture = 'fixtures/nginx-proxy/capture.pcap';
  const told = diff(capture, capture, '--filter-a', 'tcp.port == 9006', '--filter-b', 'tcp.port == 9106');
  const expected = JSON.parse(readFileSync(`${fixturesRoot}nginx-proxy/expected.json`, 'utf8')).sessions;
  const logged = expected.filter(({ host }: { host: string }) => host === '127.0.0.1:9006');

  it('has each session on both, with all that the applications logged, unchanged', () => {
    expect([told.status, told.same, told.onlyA, told.onlyB]).toEqual([3, false, [], []]);
    expect(told.sessions).toHaveLength(logged.length);
    for (const session of told.sessions) {
      const log = logged.find(({ path }: { path: string }) => path === session.a.path);
      expect([session.matchedBy, session.b.path]).toEqual(['key', log.path]);
      for (const sender of ['client', 'server']) {
        const frames = log[`${sender}Frames`] as { fin: boolean }[];
        // Each FIN ends a message or is a control frame.
        const messages = frames.filter(({ fin }) => fin).length;
        expect(session[sender]).toMatchObject({
          ...NOTHING,
          messages: { a: messages, b: messages },
          same: messages,
        });
      }
    }
  });

  it('tells what nginx.conf does to headers', () => {
    const [{ headers }] = told.sessions;
    expect(headers).toEqual([
      { head: 'request', name: 'Connection', a: 'Upgrade', b: 'upgrade' },
      { head: 'request', name: 'Host', a: '127.0.0.1:9006', b: '127.0.0.1:9106' },
      { head: 'request', name: 'X-Original-Host', a: null, b: '127.0.0.1:9006' },
      { head: 'response', name: 'Server', a: 'nginx/1.22.1', b: null },
      { head: 'response', name: 'Date', a: 'Sat, 21 Nov 2026 07:32:42 GMT', b: null },
      { head: 'response', name: 'Connection', a: 'upgrade', b: 'Upgrade' },
    ]);
  });

  it('has no other difference, also where messages are compressed or the client speaks TLS', () => {
    const compressed = 'fixtures/messages-nginx/capture.pcap.gz';
    const hops = (a: number, b: number) => [
      '--filter-a',
      `tcp.port == ${a}`,
      '--filter-b',
      `tcp.port == ${b}`,
    ];
    const plain = diff(compressed, compressed, ...hops(9024, 9124), '--ignore', 'headers');
    expect([plain.status, plain.same, plain.sessions.length]).toEqual([0, true, 3]);
    const logged = JSON.parse(readFileSync(`${fixturesRoot}messages-nginx/messages.json`, 'utf8')).sessions;
    const count = (list: { client: { messages: { a: number } }; server: { messages: { a: number } } }[]) =>
      list.reduce((sum, { client, server }) => sum + client.messages.a + server.messages.a, 0);
    expect(2 * count(plain.sessions)).toBe(240);
    expect(logged).toHaveLength(6);
    const tls = 'fixtures/tls-nginx/capture.pcap.gz';
    const keys = ['--keylog', 'fixtures/tls-nginx/keys.log', '--ignore', 'headers'];
    const opened = diff(tls, tls, ...hops(9462, 9463), ...keys);
    expect([opened.status, opened.sessions.map(({ a }: { a: { path: string } }) => a.path)]).toEqual([
      0,
      ['/tls13', '/tls12?deflate', '/connect'],
    ]);
  });

  it('gives the proxy the time that each message took, by the packets of both hops', () => {
    const messages = ndjson('messages', capture);
    const of = (session: number, sender: string) =>
      messages.filter((one) => one.session === session && one.sender === sender).map(({ time }) => time);
    const [{ a, b, client }] = told.sessions;
    const late = of(b.session, 'client').map((time, i) => time - of(a.session, 'client')[i]);
    expect(client.latency.min).toBeCloseTo(Math.min(...late), 6);
    expect(client.latency.max).toBeCloseTo(Math.max(...late), 6);
    expect(told.clocks.nearA).toBe('client');
    // It is one clock.
    expect(told.clocks.least).toBeLessThan(0);
    expect(told.clocks.most).toBeGreaterThan(0);
  });
});

describe('both ends of a lossy network', () => {
  const [client, server] = ['fixtures/lossy-network/client.pcap.gz', 'fixtures/lossy-network/server.pcap.gz'];
  const logged = loggedSessions();

  it('have all messages in order: TCP has repaired what was lost, overtaken and doubled', () => {
    const told = diff(client, server);
    expect([told.status, told.same, told.sessions.length]).toEqual([0, true, logged.length]);
    for (const session of told.sessions) {
      const log = logged.find(({ path }) => path === session.a.path)!;
      for (const sender of ['client', 'server'] as const) {
        const count = log[`${sender}Messages`].length;
        expect(session[sender]).toMatchObject({ ...NOTHING, messages: { a: count, b: count }, same: count });
      }
    }
  });

  it('lie the 2 ms apart that the forwarder takes at least, and up to what it delays and TCP repeats', () => {
    const { latency, clocks } = diff(client, server);
    expect(latency.client.min).toBeGreaterThanOrEqual(0.002);
    expect(latency.client.min).toBeLessThan(0.0025);
    expect(latency.server.max).toBeLessThanOrEqual(-0.002);
    expect(latency.client.max).toBeGreaterThan(0.2);
    expect(clocks.nearA).toBe('client');
    expect(Math.abs(clocks.estimate)).toBeLessThan(0.0005);
    const turned = diff(server, client);
    expect(turned.clocks).toEqual({
      nearA: 'server',
      least: -clocks.most,
      most: -clocks.least,
      estimate: turned.clocks.estimate,
    });
    expect(turned.clocks.estimate).toBeCloseTo(-clocks.estimate, 8);
  });

  it('tell by how much a clock is ahead', () => {
    const file = join(folder, 'ahead.pcap');
    const packets = readPackets('server').map((packet) => ({ ...packet, seconds: packet.seconds + 3600 }));
    writeFileSync(file, encodeRemains({ packets }));
    const told = diff(client, file);
    expect([told.status, told.clocks.nearA]).toEqual([0, 'client']);
    expect(Math.abs(told.clocks.estimate - 3600)).toBeLessThan(0.0005);
    expect(told.latency.client.min).toBeGreaterThan(3600);
  });

  it.each([0.3, 0.6])('a capture cut short lacks the last messages: %f', (share) => {
    const packets = readPackets('server');
    const file = join(folder, `cut-${share}.pcap`);
    writeFileSync(file, encodeRemains({ packets: packets.slice(0, packets.length * share) }));
    const told = diff(client, file);
    expect([told.status, told.same]).toEqual([3, false]);
    const [inA, inB] = [ndjson('messages', client), ndjson('messages', file)];
    let lost = 0;
    for (const session of told.sessions) {
      const log = logged.find(({ path }) => path === session.a.path)!;
      for (const sender of ['client', 'server'] as const) {
        const of = (list: typeof inA, one: { session: number }) =>
          list.filter((message) => message.session === one.session && message.sender === sender);
        const whole = of(inB, session.b).filter(({ complete }) => complete).length;
        const { onlyA, incomplete, same, end } = session[sender];
        expect(same).toBe(whole);
        expect(onlyA.length + incomplete.length).toBe(log[`${sender}Messages`].length - whole);
        // What was captured whole tells by its content which it is; behind a hole there may be some, too.
        const nameOf = (one: Record<string, unknown>) => `${one.opcode} ${one.content ?? one.contentBase64}`;
        const there = of(inB, session.b)
          .filter(({ complete }) => complete)
          .map(nameOf);
        const lacking = of(inA, session.a).filter((one) => {
          const at = there.indexOf(nameOf(one));
          if (at >= 0) there.splice(at, 1);
          return at < 0;
        });
        const wanted = [...incomplete.map(({ a }: { a: number }) => a), ...onlyA];
        expect(wanted.toSorted((x, y) => x - y)).toEqual(lacking.map(({ message }) => message));
        if (lacking.length > 0) expect(end.b).toBe('capture-end');
        lost += onlyA.length;
        expect(session[sender]).toMatchObject({ onlyB: [], changed: [], reordered: [], refragmented: [] });
      }
    }
    const known = told.sessions.map(({ a }: { a: { path: string } }) => a.path);
    expect(told.onlyA.map(({ path }: { path: string }) => path)).toEqual(
      ndjson('sessions', client)
        .map(({ path }) => path)
        .filter((path) => !known.includes(path)),
    );
    expect(lost).toBeGreaterThan(20);
  });

  it('a capture that has lost packets in its middle lacks messages there, and says how many bytes', () => {
    const isLost = ({ port, sender, position, length }: ReturnType<typeof readPackets>[number]) =>
      port === 9033 && sender === 'client' && position < 900 && position + length > 700;
    const file = join(folder, 'hole.pcap');
    const packets = readPackets('server').filter((packet) => !isLost(packet));
    expect(readPackets('server').length - packets.length).toBeGreaterThan(0);
    writeFileSync(file, encodeRemains({ packets }));
    const { status, sessions } = diff(client, file);
    expect(status).toBe(3);
    const [hurt, ...others] = sessions.filter(({ same }: { same: boolean }) => !same);
    expect([hurt.a.path, others]).toEqual(['/tiny', []]);
    const { onlyA, incomplete, same, messages, missingBytes } = hurt.client;
    expect(missingBytes.b).toBeGreaterThan(100);
    expect(onlyA.length + incomplete.length + same).toBe(messages.a);
    expect(onlyA.length + incomplete.length).toBeGreaterThan(0);
    expect(hurt.server).toMatchObject(NOTHING);
  });
});

describe('-Y', () => {
  const [client, server] = ['fixtures/lossy-network/client.pcap.gz', 'fixtures/lossy-network/server.pcap.gz'];
  const nginx = 'fixtures/nginx-proxy/capture.pcap';
  const hops = ['--filter-a', 'tcp.port == 9006', '--filter-b', 'tcp.port == 9106'];
  const paths = ({ sessions }: { sessions: { a: { path: string }; b: { path: string } }[] }) =>
    sessions.map(({ a, b }) => [a.path, b.path]);

  it('compares only sessions of both captures for which it holds', () => {
    const told = diff(client, server, '-Y', 'http.request.uri in {"/tiny", "/python"}');
    expect([told.status, told.onlyA, told.onlyB]).toEqual([0, [], []]);
    expect(paths(told)).toEqual([
      ['/tiny', '/tiny'],
      ['/python', '/python'],
    ]);
    const logged = loggedSessions();
    for (const session of told.sessions) {
      const log = logged.find(({ path }) => path === session.a.path)!;
      expect(session.client.same).toBe(log.clientMessages.length);
      expect(session.server.same).toBe(log.serverMessages.length);
    }
    expect(diff(client, server, '--display-filter', 'http.host == nowhere')).toMatchObject({
      status: 2,
      sessions: [],
    });
  });

  it('leaves what only one of them has where it holds there only', () => {
    const told = diff(nginx, nginx, '-Y', 'http.request.uri == "/socket"', ...hops.slice(0, 2));
    expect([told.status, paths(told), told.onlyA]).toEqual([3, [['/socket', '/socket']], []]);
    expect(told.onlyB).toMatchObject([{ path: '/socket' }]);
  });

  it('holds beside --filter-a and --filter-b', () => {
    const whole = diff(nginx, nginx, ...hops);
    const told = diff(nginx, nginx, '-Y', 'http.request.uri contains "again"', ...hops);
    expect(paths(whole)).toEqual([
      ['/socket', '/socket'],
      ['/socket?again', '/socket?again'],
    ]);
    expect(told.sessions).toEqual(whole.sessions.slice(1));
    expect([told.onlyA, told.onlyB]).toEqual([[], []]);
  });

  it('knows the findings of each capture', () => {
    const conformance = 'fixtures/conformance/capture.pcap.gz';
    const filter = 'ws.finding == unmasked-client-frame';
    const broken = ndjson('sessions', conformance, '-Y', filter).map(({ session }) => session);
    expect(broken.length).toBeGreaterThan(0);
    for (const args of [
      ['-Y', filter],
      ['--filter-a', filter, '--filter-b', filter],
    ]) {
      const { sessions } = diff(conformance, conformance, ...args);
      const both = sessions.map(({ a, b }: { a: { session: number }; b: { session: number } }) => [
        a.session,
        b.session,
      ]);
      expect(both).toEqual(broken.map((session) => [session, session]));
    }
  });
});

interface Said {
  readonly side: 0 | 1;
  readonly text: string;
  readonly key?: number;
  readonly parts?: readonly string[];
  readonly deflated?: boolean;
  readonly opcode?: number;
}

/** A capture of one session. */
function capture(
  name: string,
  said: readonly Said[],
  talk = new Talk(),
  key?: string,
  target = '/chat',
  host = 'example.test',
): string {
  const deflater = new MessageDeflater();
  const frames = ({
    side,
    text,
    key: masking = 0x01020304,
    parts = [text],
    deflated = false,
    opcode = 1,
  }: Said) =>
    parts.map((part, i) =>
      encodeFrame({
        fin: i === parts.length - 1,
        opcode: i === 0 ? opcode : 0,
        rsv1: deflated,
        payload: deflated ? deflater.deflate(utf8(part)) : utf8(part),
        ...(side === CLIENT && masking !== 0 && { maskingKey: masking }),
      }),
    );
  const extensions = [{ name: 'permessage-deflate', parameters: [] }];
  const named = key === undefined ? {} : { key };
  const packets = [
    ...talk.handshake(),
    talk.send(CLIENT, request(target, { ...named, host, extensions })),
    talk.send(SERVER, response({ ...named, extensions })),
    ...said.flatMap((one) => frames(one).map((frame) => talk.send(one.side, frame))),
  ];
  const file = join(folder, name);
  writeFileSync(file, pcapOf(packets));
  return file;
}

const said = (...texts: string[]): Said[] => texts.map((text) => ({ side: CLIENT, text }));

describe('what was changed on the way', () => {
  const base = said('one', 'two', 'three', 'four', 'five');
  const a = capture('a.pcap', base);
  const replaced = (index: number, more: Partial<Said>) =>
    base.map((one, i) => (i === index ? { ...one, ...more } : one));
  const pair = [{ a: 2, b: 2 }];

  it.each<[string, Said[], object, string | undefined]>([
    ['nothing', base, {}, undefined],
    ['lost', said('one', 'three', 'four', 'five'), { onlyA: [2] }, undefined],
    ['added', said('one', 'two', 'x', 'three', 'four', 'five'), { onlyB: [3] }, undefined],
    ['changed', said('one', 'TWO!', 'three', 'four', 'five'), { changed: pair }, undefined],
    [
      'lost and added elsewhere',
      said('two', 'three', 'four', 'five', 'x'),
      { onlyA: [1], onlyB: [5] },
      undefined,
    ],
    ['of another kind', replaced(1, { opcode: 2 }), { onlyA: [2], onlyB: [2] }, undefined],
    [
      'in another order',
      said('one', 'three', 'four', 'two', 'five'),
      { reordered: [{ a: 2, b: 4 }] },
      'order',
    ],
    ['not masked', replaced(1, { key: 0 }), { masked: pair }, 'masking'],
    ['masked anew', replaced(1, { key: 0x0a0b0c0d }), { remasked: pair }, 'masking'],
    [
      'in fragments',
      replaced(1, { parts: ['t', 'wo'], key: 0 }),
      { refragmented: pair, masked: pair },
      undefined,
    ],
    ['compressed', replaced(1, { deflated: true }), { recompressed: pair }, 'compression'],
  ])('%s', (name, changed, expected, ignored) => {
    const b = capture(`${name}.pcap`, changed, new Talk([50_000, 8080]));
    const told = diff(a, b);
    const isSame = Object.keys(expected).length === 0;
    expect([told.status, told.same]).toEqual([isSame ? 0 : 3, isSame]);
    expect(told.sessions[0].client).toMatchObject({ ...NOTHING, ...expected });
    expect(told.sessions[0].server).toMatchObject(NOTHING);
    if (ignored !== undefined)
      expect(diff(a, b, '--ignore', ignored)).toMatchObject({ status: 0, same: true });
  });

  it('fragments of other lengths', () => {
    const one = capture('f1.pcap', replaced(1, { parts: ['t', 'wo'] }));
    const other = capture('f2.pcap', replaced(1, { parts: ['tw', 'o'] }));
    expect(diff(one, other).sessions[0].client).toMatchObject({ ...NOTHING, refragmented: pair });
    expect(diff(one, other, '--ignore', 'fragments').status).toBe(0);
  });
});

describe('sessions are matched', () => {
  const key = (octet: number) => Buffer.alloc(16, octet).toString('base64');

  it.each([
    ['key', key(1), key(1), '/x', '/y', 'a', 'b'],
    ['messages', key(1), key(2), '/x', '/y', 'the same', 'the same'],
    ['host-and-path', key(1), key(2), '/x', '/x', 'a', 'b'],
    ['path', key(1), key(2), '/x', '/x', 'a', 'b', 'other.test'],
  ])('by %s', (by, keyA, keyB, pathA, pathB, textA, textB, host?: string) => {
    const a = capture('m-a.pcap', said(textA), new Talk([41_000, 80]), keyA, pathA);
    const b = capture('m-b.pcap', said(textB), new Talk([42_000, 81]), keyB, pathB, host);
    const told = diff(a, b);
    expect(told.sessions.map(({ matchedBy }: { matchedBy: string }) => matchedBy)).toEqual([by]);
  });

  it('or are in one capture only', () => {
    const a = capture('o-a.pcap', said('a', 'b'), new Talk(), key(1), '/x');
    const b = capture('o-b.pcap', said('c'), new Talk(), key(2), '/y');
    const told = diff(a, b);
    expect([told.status, told.sessions]).toEqual([3, []]);
    expect(told.onlyA).toMatchObject([{ session: 1, path: '/x', messages: { client: 2, server: 0 } }]);
    expect(told.onlyB).toMatchObject([{ session: 1, path: '/y', messages: { client: 1, server: 0 } }]);
  });
});

describe('as text', () => {
  it('tells the differences, harmless, ten of a kind', () => {
    const many = Array.from({ length: 15 }, (_, i) => `message ${i}`);
    const a = capture('t-a.pcap', said(...many), new Talk(), undefined, '/\x1b]0;x\x07');
    const b = capture(
      't-b.pcap',
      said(many[0], 'changed', many[14]),
      new Talk([50_000, 8080]),
      undefined,
      '/\x1b]0;x\x07',
    );
    const { status, stdout } = wsdissect(['diff', '-q', a, b]);
    expect([status, stdout.includes('\x1b')]).toEqual([3, false]);
    expect(stdout).toBe(`session 1 of A is session 1 of B: /\\x1b]0;x\\x07 (the same key)
  A: 10.0.0.1:40000 → 10.0.0.2:80
  B: 10.0.0.1:50000 → 10.0.0.2:8080
  client: 15 messages in A, 3 in B, 2 the same in order; B after A by -12000.000 / -12000.000 / 0.000 ms (min / median / max)
    only in A: 3 (text, 9 bytes), 4 (text, 9 bytes), 5 (text, 9 bytes), 6 (text, 9 bytes), 7 (text, 9 bytes), 8 (text, 9 bytes), 9 (text, 9 bytes), 10 (text, 9 bytes), 11 (text, 10 bytes), 12 (text, 10 bytes) and 2 more
    changed: 2 (text, 9 bytes in A, 7 in B)
    in A its end was not captured
    in B its end was not captured
  server: 0 messages, 0 the same in order

1 session in both, 1 of them different; 0 only in A, 0 only in B
messages of the client; B after A by -12000.000 / -12000.000 / 0.000 ms (min / median / max)
how the clocks of A and B differ is not known: times are as measured
`);
  });

  it('is what the README shows', () => {
    const readme = readFileSync(`${fixturesRoot}../README.md`, 'utf8');
    const [, args, told] = /\$ wsdissect (diff .*)\n([\s\S]*?)\n```/.exec(readme)!;
    const words = [...args.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
    expect(wsdissect(words)).toEqual({ status: 3, stdout: `${told}\n`, stderr: '' });
  });
});

it('more than the limit is not compared, and that is said', () => {
  const a = capture('l.pcap', said('one', 'two', 'three'));
  const few = wsdissect(['diff', a, a, '--limit', 'diff-messages=18']);
  expect([few.status, few.stderr.match(/\[diff-messages-limit\]/g)?.length]).toEqual([2, 2]);
  expect(few.stdout).toContain('  client: 2 messages, 2 the same in order');
  expect(few.stdout).toMatch(/\nnot compared \(messages and sessions beyond a limit\): 1 of A, 1 of B\n$/);
  const none = wsdissect(['diff', '-q', '-T', 'json', a, a, '--limit', 'diff-messages=15']);
  expect([none.status, JSON.parse(none.stdout).omitted]).toEqual([2, { a: 4, b: 4 }]);
  expect(diff(a, a, '--limit', 'diff-messages=19')).toMatchObject({ status: 0, omitted: { a: 0, b: 0 } });
});

describe('mistakes', () => {
  const capture = 'fixtures/ws-hello/capture.pcap';

  it.each<[string[], number, string]>([
    [[capture], 1, "missing required argument 'b'"],
    [['-', '-'], 1, 'standard input (-) can be read only once'],
    [[capture, capture, '--ignore', 'all'], 1, 'Allowed choices are headers, order, masking'],
    [[capture, capture, '--filter-a', 'tcp.port =='], 1, '--filter-a: '],
    [[capture, capture, '-Y', 'tcp.port', '--filter-b', 'tcp.port =='], 1, '--filter-b: '],
    [[capture, capture, '-Y', 'tcp.port ==', '--filter-b', 'tcp.port'], 1, '-Y: '],
    [[capture, capture, '-Y', 'websocket.opcode == 1'], 1, '-Y: sessions have no websocket.opcode'],
    [[capture, capture, '-Y', 'tcp', '-Y', 'ip'], 1, 'There is one already: join them with && or ||.'],
    [[capture, 'nowhere.pcap'], 2, 'nowhere.pcap: no such file'],
    [[capture, 'README.md'], 2, 'README.md'],
  ])('%j', (args, code, text) => {
    const { status, stdout, stderr } = wsdissect(['diff', ...args]);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toContain(text);
  });

  it('a capture that is cut off goes before a difference', () => {
    const cut = 'fixtures/derived/loss-cut.pcap';
    expect(wsdissect(['diff', '-q', cut, capture]).status).toBe(2);
  });
});

it('says where nothing was compared', () => {
  const capture = 'fixtures/nginx-proxy/capture.pcap';
  const none = ['--filter-a', 'tcp.port == 1', '--filter-b', 'tcp.port == 2'];
  const { status, stderr } = wsdissect(['diff', ...none, capture, capture]);
  expect([status, stderr]).toEqual([
    2,
    'wsdissect: nothing was compared: there is no session in either capture that was asked for\n',
  ]);
  expect(diff(capture, capture, ...none)).toMatchObject({ status: 2, same: true });
});
