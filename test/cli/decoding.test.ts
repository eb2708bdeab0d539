/** --decoder, --proto, and what messages say in the tree of frames -V. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';

const BINARY = 'fixtures/messages-binary/capture.pcap.gz';
const PROTO = 'fixtures/messages-binary/prices.proto';
const HELLO = 'fixtures/ws-hello/capture.pcap';
const SIGNALR = 'fixtures/messages-signalr/capture.pcap.gz';
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const ndjson = (...args: string[]) => {
  const { status, stdout, stderr } = wsdissect(['messages', '-T', 'ndjson', ...args]);
  const lines = stdout.split('\n').filter(Boolean);
  return { status, stderr, decoded: lines.map((line) => JSON.parse(line).decoded) };
};

const MINE = `
export default {
  name: 'shouting',
  bid: (message) => (message.opcode === 1 ? 0.9 : 0),
  open: () => ({
    decode(message) {
      const text = Buffer.from(message.content).toString();
      if (text.includes('fault')) throw new Error('a fault');
      return [{ protocol: 'shouting', type: 'shout', summary: text.toUpperCase(), value: { text }, answers: undefined }];
    },
  }),
};
`;

describe('--decoder', () => {
  const mine = file('mine.mjs', MINE);

  it('is asked before the others', () => {
    const { status, stderr, decoded } = ndjson('--decoder', mine, HELLO);
    expect([status, stderr]).toEqual([0, '']);
    const texts = decoded.filter(Boolean);
    expect(texts.length).toBeGreaterThan(3);
    for (const one of texts) {
      expect([one.protocol, one.type]).toEqual(['shouting', 'shout']);
      expect(one.summary).toBe(one.value.text.toUpperCase());
    }
  });

  it('can be asked for in a filter, of any command', () => {
    const { stdout } = wsdissect([
      'export',
      'csv',
      '--decoder',
      mine,
      '-Y',
      'ws.decoded.protocol == "shouting"',
      HELLO,
    ]);
    expect(stdout.trim().split('\n').length).toBeGreaterThan(3);
    const { stdout: none } = wsdissect(['export', 'csv', '-Y', 'ws.decoded.protocol == "shouting"', HELLO]);
    expect(none.trim().split('\n').length).toBe(1);
  });

  it('that throws is contained, and told of', () => {
    const faulty = file('faulty.mjs', MINE.replace("text.includes('fault')", 'true'));
    const { status, stderr, decoded } = ndjson(
      '--decoder',
      faulty,
      'fixtures/messages-stomp/capture.pcap.gz',
    );
    expect(status).toBe(0);
    expect(decoded.filter(Boolean).every(({ protocol }) => protocol === 'stomp')).toBe(true);
    expect(ndjson('--decoder', faulty, 'fixtures/ws-echo/capture.pcap').stderr).toMatch(
      /the decoder of shouting fails: Error: a fault \[decoder-failed\]\n.*the decoder of shouting fails: this session is decoded without it \[decoder-failed\]/,
    );
    expect(stderr).toBe('');
  });

  it('that leaves a promise that fails does not end the run', () => {
    const faulty = file(
      'promise.mjs',
      MINE.replace('const text', "Promise.reject(new Error('later')); const text"),
    );
    const { status, stderr, decoded } = ndjson('--decoder', faulty, HELLO);
    expect([status, decoded.filter(Boolean).length > 3]).toEqual([0, true]);
    expect(stderr).toMatch(
      /^wsdissect: warning: .*a decoder leaves a promise that fails: later \[decoder-failed\]\n$/,
    );
  });

  it.each([
    ['no module', 'export default {', /--decoder .*syntax\.mjs: .+/],
    ['no decoder', 'export const other = 1;', /: is no object with name, bid and open$/],
    ['no open()', "export default { name: 'a', bid() {} };", /: has no open\(\)$/],
    ['a fault', "throw new Error('it is\\n\\u001b[31mbroken');", /: it is$/],
    ['an import that is not there', "import 'no-such-package';", /: .*no-such-package/],
  ])('is a usage error: %s', (_what, content, expected) => {
    const path = file('syntax.mjs', content);
    const { status, stdout, stderr } = wsdissect(['messages', '--decoder', path, HELLO]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n').length).toBe(1);
    expect(stderr.trim()).toMatch(expected);
  });

  it.each(['messages', 'frames', 'stats', 'sessions'])('a file that is not there is one of %s', (command) => {
    const { status, stderr } = wsdissect([command, '--decoder', join(folder, 'none.mjs'), HELLO]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/There is no such file/);
  });
});

describe('--proto', () => {
  it.each([
    [`${PROTO}:prices.Ask,prices.Quote`, ['prices.Ask', 'prices.Quote', 'prices.Ask', 'prices.Quote']],
    [`${PROTO}:prices.Quote`, ['prices.Quote', 'prices.Quote', 'prices.Quote', 'prices.Quote']],
  ])('%s', (proto, types) => {
    const { status, stderr, decoded } = ndjson('--session', '3', '--proto', proto, BINARY);
    expect([status, stderr]).toEqual([0, '']);
    const told = decoded.filter(Boolean).map(({ type }) => type);
    expect(told.filter((type) => types.includes(type)).length).toBeGreaterThanOrEqual(
      proto.includes(',') ? 4 : 2,
    );
    if (proto.includes(',')) expect(told).toEqual(types);
  });

  it('needs no name where the file has one message', () => {
    const one = file('one.proto', 'syntax = "proto3"; message Only { string symbol = 1; message Inner {} }');
    const { decoded } = ndjson('--session', '3', '--proto', one, BINARY);
    expect(decoded[0]).toMatchObject({ type: 'Only', value: { symbol: 'ETH-EUR' } });
  });

  it.each([
    [`${PROTO}`, /has several messages: name one behind a colon \(it has prices\.Ask, prices\.Quote\)$/],
    [`${PROTO}:prices.Other`, /has no message prices\.Other \(it has prices\.Ask, prices\.Quote\)$/],
    [file('bad.proto', 'message {'), /bad\.proto: illegal type name/],
    [file('empty.proto', 'syntax = "proto3";'), /has no message$/],
    [
      file('far.proto', 'syntax = "proto3"; import "/etc/hostname"; message A { int32 a = 1; }'),
      /far\.proto: imports "\/etc\/hostname", by an absolute path$/,
    ],
  ])('is a usage error: %s', (proto, expected) => {
    const { status, stdout, stderr } = wsdissect(['messages', '--proto', proto, BINARY]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n').length).toBe(1);
    expect(stderr.trim()).toMatch(expected);
  });
});

describe('frames -V', () => {
  const treesOf = (...args: string[]) => {
    const { stdout, stderr } = wsdissect(['-V', ...args]);
    expect(stderr).toBe('');
    return stdout.split('\n\n').filter(Boolean);
  };

  it('tells what the message says with the frame that ends it', () => {
    const trees = treesOf('-c', '6', SIGNALR);
    expect(trees[0].split('\n').slice(-3)).toEqual([
      '    Message in signalr: handshake "json" version 1',
      '        protocol: "json"',
      '        version: 1',
    ]);
    expect(trees[1].split('\n').at(-1)).toMatch(
      /^ {4}Message in signalr: handshake accepted \(answers 1 after \d+(?:\.\d)? [µm]s\)$/,
    );
    const whole = treesOf(SIGNALR);
    const several = whole.find((tree) => tree.includes('item #1 of'))!;
    expect(several.match(/^ {8}item #\d of "count" id 3 \(answers \d+ after/gm)?.length).toBe(4);
  });

  it('also of plain JSON, whose last frame has it', () => {
    const [tree] = treesOf('-Y', 'ws.json.frag', 'fixtures/deflate/capture.pcap');
    expect(tree.split('\n').slice(-2)).toEqual([
      '    Message in json: object of "frag"',
      '        frag: "ment"',
    ]);
  });

  it('has each message once, at its last frame, and frames in their order', () => {
    for (const capture of [
      'fixtures/messages-ws/capture.pcap.gz',
      'fixtures/messages-stomp/capture.pcap.gz',
    ]) {
      const trees = treesOf(capture);
      expect(trees.map((tree) => Number(/^Frame (\d+):/.exec(tree)?.[1]))).toEqual(
        trees.map((_, index) => index + 1),
      );
      const messages = wsdissect(['messages', '-T', 'ndjson', capture])
        .stdout.split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      const ends = messages.filter(({ decoded }) => decoded).map(({ frames }) => frames.at(-1));
      const told = trees.flatMap((tree, index) => (/^ {4}Message in /m.test(tree) ? [index + 1] : []));
      expect(told).toEqual(ends.sort((a: number, b: number) => a - b));
    }
  });

  it('says nothing of it with --no-decode', () => {
    expect(treesOf('--no-decode', SIGNALR).some((tree) => tree.includes('Message in'))).toBe(false);
  });

  it('lists the same frames behind losses, and of what is cut off', () => {
    for (const capture of ['fixtures/lossy-network/client.pcap.gz', 'fixtures/derived/loss-cut.pcap']) {
      const withTrees = wsdissect(['-V', '-q', capture]);
      const without = wsdissect(['-V', '-q', '--no-decode', capture]);
      expect(withTrees.stdout.replace(/^ {4}Message in .*\n(?: {8}.*\n)*/gm, '')).toBe(without.stdout);
    }
  });
});
