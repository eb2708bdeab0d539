import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { concat } from '../../src/capture/integers.js';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { LinkType } from '../../src/link/link-types.js';
import { shell, wsdissect } from '../support/cli.js';
import { fromClient, fromServer, upgraded } from '../support/dissect.js';
import { CLIENT, pcapOf, SERVER, Talk } from '../support/tcp.js';
import { hasProgram } from '../support/tshark.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, 'out.pcapng');

/** Values of fields by packet, as tshark reads them; a field may be there several times. */
function tshark(file: string, fields: readonly string[]): string[][] {
  const stdout = execFileSync(
    'tshark',
    [
      '-r',
      file,
      '-T',
      'fields',
      '-E',
      'separator=/t',
      '-E',
      'aggregator=/s',
      ...fields.flatMap((name) => ['-e', name]),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'))
    .filter(([first]) => first !== ''); // tshark counts other blocks among the packets
}

/** Comments by packet. */
function commentsOf(file: string): Map<number, string[]> {
  const stdout = execFileSync(
    'tshark',
    ['-r', file, '-T', 'json', '-J', 'frame pkt_comment', '--no-duplicate-keys'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const packets = JSON.parse(stdout) as { _source: { layers: Record<string, Record<string, unknown>> } }[];
  const found = new Map<number, string[]>();
  for (const {
    _source: { layers },
  } of packets) {
    const comments = [layers.pkt_comment ?? []].flat().flatMap((one) => one['frame.comment'] as string);
    if (comments.length > 0) found.set(Number(layers.frame['frame.number']), comments);
  }
  return found;
}

const ndjson = (args: string[]) =>
  wsdissect([...args, '-q', '-T', 'ndjson'])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** The comments that the lists of messages and findings ask for. */
function wanted(capture: string[]): Map<number, string[]> {
  const comments: [number, string][] = [];
  const text = wsdissect(['messages', '-q', '-T', 'text', ...capture]).stdout.split('\n');
  for (const [i, one] of ndjson(['messages', ...capture]).entries()) {
    const arrow = one.sender === 'client' ? 'client→server' : 'server→client';
    const facts = [
      `message ${one.message}`,
      `session ${one.session}`,
      arrow,
      one.opcode,
      `${one.length} bytes`,
    ];
    if (one.compressed) facts.push(`deflate ${one.wireLength}`);
    if (one.frames.length > 1) facts.push(`${one.frames.length} frames`);
    // What the list says behind the number of frames: remarks, and what it says.
    const rest = / \d+ frames? *(.*)$/.exec(text[i])![1].trimEnd();
    const remark = /^(\[[^\]]*\] ?)*/.exec(rest)![0].trim();
    const said = rest.slice(remark.length).trim();
    comments.push([
      one.packets.at(-1),
      facts.join(', ') + (remark === '' ? '' : ` ${remark}`) + (said === '' ? '' : `: ${said}`),
    ]);
  }
  for (const one of ndjson(['check', ...capture])) {
    const frame = one.frame === null ? '' : `, frame ${one.frame}`;
    comments.push([
      one.packet,
      `${one.severity} ${one.rule}, session ${one.session}, ${one.breaker}${frame}: ${one.message} (${one.section})`,
    ]);
  }
  const byPacket = new Map<number, string[]>();
  for (const [packet, comment] of comments)
    byPacket.set(packet, [...(byPacket.get(packet) ?? []), comment].toSorted());
  return byPacket;
}

describe
  .skipIf(!hasProgram('tshark'))
  .each([
    [['fixtures/deflate/capture.pcap']],
    [['fixtures/tutorial-server/capture.pcap']],
    [['fixtures/messages-ws/capture.pcap.gz']],
    [['fixtures/coalesced/capture.pcap']],
    [['fixtures/derived/loss-payload.pcap']],
  ])('comments of %j', (capture) => {
  it('are read back by tshark, each message and finding in its packet', () => {
    expect(wsdissect(['export', 'pcapng', '-q', '-o', out, ...capture])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const expected = wanted(capture);
    expect(expected.size).toBeGreaterThan(5);
    const found = [...commentsOf(out)].map(([packet, comments]): [number, string[]] => [
      packet,
      comments.toSorted(),
    ]);
    expect(new Map(found)).toEqual(expected);
  });

  it('come with all packets and times', () => {
    const fields = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'tcp.seq_raw', 'tcp.payload'];
    expect(tshark(out, fields)).toEqual(tshark(capture[0], fields));
  });
});

it.skipIf(!hasProgram('tshark'))('holds nothing that acts on a terminal', () => {
  const talk = new Talk();
  const file = join(folder, 'hostile.pcap');
  const packets = [...upgraded(talk), talk.send(CLIENT, fromClient('\x1b[2J\r\nfake\u202e\0\x9b'))];
  writeFileSync(file, pcapOf(packets));
  expect(wsdissect(['export', 'pcapng', '-q', '-o', out, file]).status).toBe(0);
  const [comment] = commentsOf(out).get(packets.length)!;
  expect(comment).toBe(
    'message 1, session 1, client→server, text, 16 bytes: \\x1b[2J\\r\\nfake\\u{202e}\\x00\\x9b',
  );
});

describe('what else the capture holds', () => {
  const NOW = 1_700_000_000_123_456n;
  const talk = new Talk();
  const said = [
    ...upgraded(talk),
    talk.send(CLIENT, fromClient('hello')),
    talk.send(SERVER, fromServer('there')),
  ];
  const make = (little: boolean): Uint8Array => {
    const e = new PcapngEncoder({ little });
    const flags = new Uint8Array(4);
    new DataView(flags.buffer).setUint32(0, 2, little);
    return concat([
      e.sectionHeader([
        { code: 2, value: 'some machine' },
        { code: 1, value: 'of a section' },
      ]),
      e.interfaceDescription({ linkType: 113, resolution: 9, options: [{ code: 2, value: 'any' }] }),
      e.interfaceDescription({
        linkType: LinkType.raw,
        snapLength: 70_000,
        options: [{ code: 2, value: 'raw0' }],
      }),
      e.nameResolution([10, 0, 0, 1], 'client.example'),
      e.interfaceStatistics(1, NOW),
      e.custom(32_473, Uint8Array.of(1, 2, 3)),
      ...said.map((data, i) =>
        e.enhancedPacket({
          interfaceId: 1,
          timestamp: NOW + BigInt(i),
          data,
          ...(i === said.length - 1 && { comment: 'an old comment', options: [{ code: 2, value: flags }] }),
        }),
      ),
    ]);
  };

  it.each([true, false])('stays in its place, octet for octet (little-endian: %s)', (little) => {
    const file = join(folder, 'rich.pcapng');
    const before = make(little);
    writeFileSync(file, before);
    expect(wsdissect(['export', 'pcapng', '-q', '-o', out, file]).status).toBe(0);
    const after = readFileSync(out);
    // All before the packets, and the first of them, has no comment.
    const firstComment = after.indexOf('message 1');
    expect(firstComment).toBeGreaterThan(400);
    const same = before.findIndex((octet, i) => octet !== after[i]);
    expect(same).toBeGreaterThan(400);
    expect(after.includes('an old comment')).toBe(true);
  });

  it.skipIf(!hasProgram('tshark')).each([true, false])('is read by tshark (little-endian: %s)', (little) => {
    const file = join(folder, 'rich.pcapng');
    writeFileSync(file, make(little));
    wsdissect(['export', 'pcapng', '-q', '-o', out, file]);
    const fields = [
      'frame.time_epoch',
      'frame.interface_name',
      'frame.packet_flags_direction',
      'tcp.seq_raw',
    ];
    const rows = tshark(out, fields);
    expect(rows).toEqual(tshark(file, fields));
    expect(rows.at(-1)!.slice(1, 3)).toEqual(['raw0', '0x00000002']);
    expect([...commentsOf(out).values()].at(-1)).toEqual([
      'an old comment',
      'message 2, session 1, server→client, text, 5 bytes: there',
    ]);
  });

  it.skipIf(!hasProgram('tshark'))(
    'is merged with others, in the order of time and in any byte order',
    () => {
      const [big, little] = [join(folder, 'big.pcapng'), join(folder, 'little.pcap')];
      writeFileSync(big, make(false));
      const other = new Talk([50_000, 81]);
      writeFileSync(
        little,
        encodePcap(
          [...upgraded(other), other.send(CLIENT, fromClient('more'))].map((data, i) => ({
            seconds: 1_700_000_000,
            nanoseconds: 123_455_000 + 700 * i,
            data,
          })),
          { linkType: LinkType.raw, nanoseconds: true },
        ),
      );
      expect(wsdissect(['export', 'pcapng', '-q', '-o', out, little, big]).status).toBe(0);
      const merged = join(folder, 'merged.pcapng');
      execFileSync('mergecap', ['-w', merged, little, big], { stdio: 'ignore' });
      const fields = ['frame.time_epoch', 'tcp.srcport', 'tcp.seq_raw', 'frame.packet_flags_direction'];
      expect(tshark(out, fields)).toEqual(tshark(merged, fields));
      const comments = [...commentsOf(out).values()].flat();
      expect(comments).toContain('an old comment');
      expect(comments.filter((one) => one.startsWith('message'))).toHaveLength(3);
      expect(execFileSync('capinfos', ['-k', out], { encoding: 'utf8' })).toContain('of a section');
    },
  );

  it('has secrets of its own still', () => {
    const keyed = join(folder, 'keyed.pcapng');
    const capture = 'fixtures/tls-python/capture.pcap.gz';
    wsdissect(['decrypt', '--keylog', 'fixtures/tls-python/keys.log', capture, keyed]);
    expect(wsdissect(['export', 'pcapng', '-q', '-o', out, keyed]).status).toBe(0);
    const told = (file: string) => wsdissect(['messages', '-q', file]).stdout;
    expect(told(out)).toBe(told(keyed));
    expect(told(out).split('\n').length).toBeGreaterThan(30);
  });

  it('tells that secrets of key logs are not in it, and they can be added', () => {
    const capture = 'fixtures/tls-python/capture.pcap.gz';
    const keys = ['--keylog', 'fixtures/tls-python/keys.log'];
    const said = `wsdissect: ${out}: without the secrets given for its TLS; wsdissect decrypt embeds them\n`;
    const run = (...more: string[]) => wsdissect(['export', 'pcapng', '-o', out, ...more, capture]).stderr;
    expect(run('--redact', ...keys)).not.toContain('decrypt');
    expect(run('-q', ...keys)).toBe('');
    expect(run(...keys)).toBe(said);
    const keyed = join(folder, 'keyed.pcapng');
    expect(wsdissect(['decrypt', ...keys, out, keyed]).status).toBe(0);
    const messages = (...args: string[]) => wsdissect(['messages', '-q', ...args]).stdout;
    expect(messages(keyed)).toBe(messages(...keys, capture));
  });

  it('tells that secrets in the capture stay, also of what -Y leaves out', () => {
    const capture = 'fixtures/tls-python/capture.pcap.gz';
    const keyed = join(folder, 'keyed.pcapng');
    wsdissect(['decrypt', '--keylog', 'fixtures/tls-python/keys.log', capture, keyed]);
    const run = (...more: string[]) => wsdissect(['export', 'pcapng', '-o', out, ...more, keyed]).stderr;
    expect(run()).toBe('');
    expect(run('-q', '-Y', 'ws.session == 1')).toBe('');
    expect(run('-Y', 'ws.session == 1')).toBe(
      `wsdissect: ${out}: with all secrets that the capture holds, also of connections that are left out; ` +
        'wsdissect decrypt -Y leaves these out\n',
    );
  });
});

describe.skipIf(!hasProgram('tshark'))('-Y keeps whole connections', () => {
  it.each([
    ['fixtures/many-sessions/capture.pcap', 'ws.session in {3, 7}', [2, 6]],
    ['fixtures/refused/capture.pcap', 'http.response.code == 403', undefined],
    ['fixtures/ip-fragments/capture.pcap', 'websocket', [0]],
    ['fixtures/derived/network-fragments-v4-duplicated.pcap', 'websocket.opcode == 1', [0]],
    ['fixtures/derived/network-fragments-v6-reversed.pcap', 'websocket.opcode == 1', [0]],
    ['fixtures/derived/network-tunnel-gre.pcap', 'websocket.opcode == 1', [0]],
    ['fixtures/tutorial-server/capture.pcap', 'ws.finding == invalid-utf8', undefined],
    ['fixtures/coalesced/capture.pcap', 'websocket.mask == 1 && tcp.stream == 1', [1]],
  ] as const)('%s of %s', (capture, filter, streams) => {
    const ran = wsdissect(['export', 'pcapng', '-q', '-Y', filter, '-o', out, capture]);
    expect(ran).toEqual({ status: 0, stdout: '', stderr: '' });
    const kinds = ['messages', 'sessions', 'check', 'frames'];
    const hits = kinds.flatMap((kind) => ndjson([kind, '-Y', filter, capture]));
    const all = ndjson(['sessions', capture]);
    const clients = new Set(hits.map(({ client, session }) => client ?? all[session - 1].client));
    expect(clients.size).toBeGreaterThan(0);
    // Of each packet its time, and its connection, which fragments have from the datagram that they make.
    const rows = (file: string) =>
      tshark(file, ['frame.time_epoch', 'tcp.stream', 'ip.id', 'ipv6.fraghdr.ident']);
    const before = rows(capture);
    const after = rows(out);
    const of = streams ?? [
      ...new Set(all.filter(({ client }) => clients.has(client)).map((one) => one.connection)),
    ];
    const whole = before.filter(([, stream]) => of.includes(Number(stream)) && stream !== '');
    expect(whole.length).toBeGreaterThan(5);
    const times = new Set(after.map(([time]) => time));
    for (const [time] of whole) expect(times).toContain(time);
    const others = before.filter(([, stream]) => stream !== '' && !of.includes(Number(stream)));
    for (const [time] of others) expect(times).not.toContain(time);
    // Where there is no other connection, nothing is missing: neither a fragment nor a copy of one.
    if (others.length === 0) expect(after).toEqual(before);
    // All that was found there is found again.
    const session = (one: Record<string, unknown>) => `${one.client} ${one.frames} ${one.close}`;
    expect(ndjson(['sessions', out]).map(session)).toEqual(
      all.filter(({ client }) => clients.has(client)).map(session),
    );
  });
});

describe('refuses', () => {
  it('what cannot be read twice, in one line', () => {
    const ran = shell(`cat fixtures/refused/capture.pcap | wsdissect export pcapng -o ${out} -`);
    expect([ran.status, ran.stderr]).toEqual([
      1,
      'wsdissect: standard input is no file: export pcapng reads it twice\n',
    ]);
  });

  it('to write over what it reads, and a filter that is wrong', () => {
    const own = join(folder, 'own.pcap');
    copyFileSync('fixtures/refused/capture.pcap', own);
    const before = readFileSync(own);
    expect(wsdissect(['export', 'pcapng', '-o', own, own]).status).toBe(1);
    expect(readFileSync(own)).toEqual(before);
    const unmade = join(folder, 'unmade.pcapng');
    const ran = wsdissect(['export', 'pcapng', '-Y', 'no.such.field', '-o', unmade, own]);
    expect([ran.status, ran.stderr.includes('no.such.field'), existsSync(unmade)]).toEqual([1, true, false]);
  });

  it('input that cannot be used, and writes nothing', () => {
    const unmade = join(folder, 'unmade.pcapng');
    const ran = wsdissect(['export', 'pcapng', '-o', unmade, 'nowhere.pcap']);
    expect([ran.status, ran.stderr.includes('no such file'), existsSync(unmade)]).toEqual([2, true, false]);
  });
});

it('has so many comments of a packet, and says so', () => {
  const talk = new Talk();
  const file = join(folder, 'crowded.pcap');
  const many = concat(Array.from({ length: 20 }, () => fromServer('x')));
  const packets = [...upgraded(talk), talk.send(SERVER, many)];
  writeFileSync(file, pcapOf(packets));
  const ran = wsdissect(['export', 'pcapng', '--limit', 'packet-comments=5', '-o', out, file]);
  expect(ran.stderr).toContain('(limit packet-comments=5) [packet-comments-limit]');
  const comments = readFileSync(out, 'latin1').match(/message \d+,|\d+ more, without a comment/g);
  expect(comments).toEqual([
    'message 1,',
    'message 2,',
    'message 3,',
    'message 4,',
    'message 5,',
    '15 more, without a comment',
  ]);
});
