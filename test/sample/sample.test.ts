/**
 * The samples are what they say: for us with exactly the findings that are planted, and for tshark.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runDissection } from '../../src/dissect.js';
import { rules } from '../../src/rules/index.js';
import { sampleCapture } from '../../src/sample/play.js';
import { findSample } from '../../src/sample/samples.js';
import { SCENARIOS } from '../../src/sample/scenarios.js';
import { readScript, type Script } from '../../src/sample/script.js';
import { warningsOf } from '../../src/sample/script-order.js';
import { parseScript } from '../../src/sample/script-text.js';
import { VIOLATIONS } from '../../src/sample/violations.js';
import { hasProgram, tsharkFrames } from '../support/tshark.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function dissected(script: Script) {
  const [frames, findings, defects, messages]: string[][] = [[], [], [], []];
  const comments: string[] = [];
  await runDissection(sampleCapture(script), {
    frame: ({ sender, opcode, length, pieces }) => {
      frames.push(`${sender} ${opcode} ${length}`);
      for (const { comment } of pieces) if (comment !== undefined) comments.push(comment);
    },
    message: ({ sender, content, opcode, complete }) => {
      if (opcode < 3)
        messages.push(`${sender}${complete ? '' : ' incomplete'} ${Buffer.from(content).toString('latin1')}`);
    },
    finding: ({ rule }) => void findings.push(rule.id),
    defect: ({ code }) => void defects.push(code),
  });
  return { frames, findings, defects, messages, comments };
}

describe.each(SCENARIOS)('$name', ({ name, script }) => {
  it('breaks no rule, and has its comments', async () => {
    const { frames, findings, defects, comments } = await dissected(script);
    expect(findings).toEqual([]);
    expect(defects).toEqual(name === 'loss' ? ['frames-lost'] : []);
    const planted = script.steps.flatMap((step) =>
      'said' in step && step.said.comment !== undefined && step.said.end === undefined
        ? [step.said.comment]
        : [],
    );
    expect(comments).toEqual(expect.arrayContaining(planted));
    expect(frames.slice(-2)).toEqual([expect.stringMatching(/ 8 /), expect.stringMatching(/ 8 /)]);
  });
});

// tshark 4.0 takes what comes in the wrong order for the next bytes, unless it is told not to, and stops at a loss.
// Of HTTP/2 it reads the CONNECT, and calls what follows tunnelled data.
const WRONG_IN_TSHARK = ['segments', 'gap', 'loss', 'http2'];

describe.runIf(hasProgram('tshark')).each(SCENARIOS.filter(({ name }) => !WRONG_IN_TSHARK.includes(name)))(
  '$name',
  ({ name, script }) => {
    it('is the same for tshark', async () => {
      const file = join(folder, `${name}.pcapng`);
      writeFileSync(file, sampleCapture(script));
      const told = await tsharkFrames(file, [80]);
      const { frames } = await dissected(script);
      expect(told.map(({ opcode }) => opcode).sort()).toEqual(
        frames.map((frame) => Number(frame.split(' ')[1])).sort(),
      );
    });
  },
);

describe.runIf(hasProgram('tshark'))('for tshark', () => {
  const fieldsOf = (name: string, ...args: string[]) => {
    const file = join(folder, `${name.replace(':', '-')}.pcapng`);
    writeFileSync(file, sampleCapture(findSample(name)!.script));
    return execFileSync('tshark', ['-r', file, '-T', 'fields', ...args], { encoding: 'utf8', stdio: 'pipe' })
      .trim()
      .split('\n');
  };

  it('http2 is an extended CONNECT, and its DATA are the frames', async () => {
    const heads = fieldsOf(
      'http2',
      '-Y',
      'http2.headers',
      '-e',
      'http2.header.name',
      '-e',
      'http2.header.value',
    );
    expect(heads).toEqual([
      ':method,:protocol,:scheme,:path,:authority,sec-websocket-version\tCONNECT,websocket,http,/,example.test,13',
      ':status\t200',
    ]);
    const data = fieldsOf('http2', '-Y', 'http2.type == 0 and http2.length > 0', '-e', 'http2.data.data');
    const opcodes = data.map((hex) => Number.parseInt(hex[1], 16));
    const { frames } = await dissected(SCENARIOS.find(({ name }) => name === 'http2')!.script);
    expect(opcodes).toEqual(frames.map((frame) => Number(frame.split(' ')[1])));
  });

  // As the README tells.
  it.each([
    ['violation:length-top-bit', '_ws.malformed', 1],
    ['violation:early-frames', 'http.request and data', 1],
    ...VIOLATIONS.filter(({ name }) => name.startsWith('violation:h2-')).map(
      ({ name }) => [name, 'http2.type == 0 and http2.length > 0', 2] as const,
    ),
  ] as const)('%s has no frame, but %s', (name, filter, count) => {
    expect(fieldsOf(name, '-Y', 'websocket', '-e', 'frame.number')).toEqual(['']);
    expect(fieldsOf(name, '-Y', filter, '-e', 'frame.number').filter(Boolean)).toHaveLength(count);
  });

  it.each(SCENARIOS.map(({ name }) => name))('%s has no malformed packet, and right checksums', (name) => {
    const checks = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
    const wrong = ['-Y', '_ws.malformed or tcp.checksum.status == 0 or ip.checksum.status == 0'];
    expect(fieldsOf(name, ...checks, ...wrong, '-e', 'frame.number')).toEqual(['']);
  });
});

it('what carries a conversation is told of its session', async () => {
  const carriers = async (script: Script) => {
    const told: string[] = [];
    await runDissection(sampleCapture(script), {
      sessionClosed: ({ session: { carrier }, endedFirst, close }) =>
        void told.push(
          `${carrier.http} ${carrier.stream} ${carrier.tls?.version} ${endedFirst} ${close.client?.body?.code}`,
        ),
    });
    return told;
  };
  const { script } = SCENARIOS.find(({ name }) => name === 'http2')!;
  expect(await carriers(script)).toEqual(['h2 1 undefined server 1000']);
  expect(await carriers({ ...script, tls: true, deflate: true })).toEqual(['h2 1 TLS 1.3 server 1000']);
  const tls = SCENARIOS.find(({ name }) => name === 'tls')!.script;
  expect(await carriers(tls)).toEqual(['http/1.1 undefined TLS 1.3 server 1000']);
});

it('what the scenarios say', async () => {
  const said = async (name: string) =>
    (await dissected(SCENARIOS.find((one) => one.name === name)!.script)).messages;
  expect(await said('hello-world')).toEqual(['client Hello', 'server Hello']);
  expect(await said('fragments')).toEqual(['client Hello']);
  expect((await said('lengths')).map((text) => text.length - 'client '.length)).toEqual([
    125, 126, 65_535, 65_536,
  ]);
  expect(await said('tls')).toEqual(['client Hello', 'server Hello to you']);
  expect(await said('http2')).toEqual(['client Hello', 'server Hello to you']);
  expect(await said('retransmission')).toEqual(['client once', 'server understood']);
  expect((await said('loss')).filter((text) => !text.includes('fox'))).toEqual([
    'server before',
    'server after',
    'server and after',
  ]);
});

describe('violations', () => {
  it('are there for each rule', () => {
    expect(VIOLATIONS.map(({ name }) => name)).toEqual(rules.map(({ id }) => `violation:${id}`));
  });

  it.each(VIOLATIONS)('$name, and no other', async ({ name, script }) => {
    const id = name.slice('violation:'.length);
    const { findings } = await dissected(script);
    // The version that a server refuses is a fault of its client.
    expect(findings).toEqual(id === 'version-refusal' ? ['version', id] : [id]);
  });
});

describe('a script', () => {
  it('gives the same capture for the same seed, and another one for another', () => {
    const script = readScript({ steps: [{ client: 'Hello' }] });
    expect(sampleCapture(script)).toEqual(sampleCapture(script));
    expect(sampleCapture({ ...script, seed: 2 })).not.toEqual(sampleCapture(script));
  });

  it.each([
    [null, 'the script: names with values are needed'],
    [{}, 'steps: a list is needed, such as "- client: Hello"'],
    [{ stesp: [], steps: [] }, 'stesp is not known; there are title, path,'],
    [{ steps: ['x'] }, 'step 1: names with values are needed'],
    [
      { steps: [{ client: 'a' }, { nobody: 'b' }] },
      'step 2: nobody is not known; there are client, server and wait',
    ],
    [{ steps: [{ clent: 'b' }] }, 'step 1: clent is not known; did you mean client?'],
    [
      { steps: [{ client: 'a', server: 'b' }] },
      'step 1: client and server are steps of their own, each with a "-" before it',
    ],
    [
      { steps: [{ server: 'a', fragments: 2 }] },
      'step 1: fragments stands inside what server says: "- server: { text: Hello, fragments: … }"',
    ],
    [{ steps: [{}] }, 'step 1: one of client, server and wait is needed'],
    [
      { step: [] },
      'step is not known; there are title, path, host, subprotocol, deflate, tls, http2, request, response, early, seed, steps',
    ],
    [
      { steps: [{ client: { close: '1000' } }] },
      'step 1: close takes a code from 0 to 65535, without quotes',
    ],
    [{ steps: [{ wait: -1 }] }, 'step 1: wait takes seconds, up to 3600'],
    [{ steps: [{ client: {} }] }, 'step 1: one of text, binary, ping, pong, close, bytes, end is needed'],
    [{ steps: [{ client: { text: 'a', ping: 'b' } }] }, 'step 1: ping is a step of its own, not beside text'],
    [{ steps: [{ client: { binary: '00', text: 'a' } }] }, 'step 1: binary is a step of its own'],
    [
      { steps: [{ client: { bytes: '8900', fragments: 2 } }] },
      'step 1: fragments goes with text, binary, ping, pong, close, not with bytes',
    ],
    [{ steps: [{ client: { bytes: '8900', compressed: true } }] }, 'step 1: compressed goes with text,'],
    [{ steps: [{ client: { text: 'a', reason: 'b' } }] }, 'step 1: reason goes with close, not with text'],
    [{ steps: [{ client: { end: 'fin', packet: 'lost' } }] }, 'step 1: packet goes with text,'],
    [{ steps: [{ client: { close: 0, reason: 'b' } }] }, 'step 1: a reason stands behind a code'],
    [{ path: '/a', request: 'GET / HTTP/1.1', steps: [] }, 'path says nothing beside request'],
    [{ early: '8900', http2: true, steps: [] }, 'early says nothing beside http2'],
    [{ steps: [{ client: { binary: 'xyz' } }] }, 'step 1: binary takes octets in hexadecimal'],
    [{ steps: [{ client: { binary: 102 } }] }, 'step 1: binary takes octets in hexadecimal, in quotes'],
    [
      { steps: [{ client: { text: 'a', mask: '37 fa 21' } }] },
      'mask takes true, false or four octets in hexa',
    ],
    [{ steps: [{ client: { text: 'a', mask: 12345678 } }] }, 'four octets in hexadecimal, in quotes'],
    [{ steps: [{ client: { text: 5 } }] }, 'step 1: text takes a text, in quotes'],
    [{ steps: [{ client: 42 }] }, 'step 1: a text stands in quotes, such as "42"'],
    [{ steps: [{ client: { close: 70_000 } }] }, 'step 1: close takes a code from 0 to 65535'],
    [{ http2: 'yes', steps: [] }, 'http2 takes true, false or not-offered'],
    [{ tls: 1, steps: [] }, 'tls takes true or false'],
    [{ deflate: 'yes', steps: [] }, 'deflate takes true, false or no-takeover'],
  ])('%j is refused with its place', (value, message) => {
    expect(() => readScript(value)).toThrow(message);
  });

  it('says what it is told to', async () => {
    const script = readScript({
      path: '/chat',
      deflate: true,
      steps: [
        { client: 'Hello' },
        { server: { text: 'Hello to you', fragments: 3 } },
        { wait: 2.5 },
        { client: { binary: '00 01 02', compressed: false, packet: 'twice' } },
        { client: { close: 1000 } },
        { server: { close: 1000 } },
        { server: { end: 'fin' } },
        { client: { end: 'fin' } },
      ],
    });
    const { frames, messages, findings } = await dissected(script);
    expect(messages).toEqual(['client Hello', 'server Hello to you', 'client \x00\x01\x02']);
    expect(frames.map((frame) => frame.split(' ').slice(0, 2).join(' '))).toEqual([
      'client 1',
      'server 1',
      'server 0',
      'server 0',
      'client 2',
      'client 8',
      'server 8',
    ]);
    expect(findings).toEqual([]);
  });

  it.each([
    [{ deflate: true }, { text: 'Hello', compressed: true }, []],
    [{}, { text: 'Hello', compressed: true }, ['rsv-without-extension']],
    [{}, { text: 'Hello', compressed: false }, []],
    [{}, { ping: 'abcd', fragments: 2 }, ['fragmented-control']],
    [{ deflate: true }, { ping: 'abcd', compressed: true }, ['rsv1-misplaced']],
    [{}, { text: 'Hello', mask: true }, ['masked-server-frame']],
    [{}, { text: 'Hello', mask: false }, []],
  ])('%j breaks with %j what it is told to: %j', async (head, said, broken) => {
    const { findings } = await dissected(readScript({ ...head, steps: [{ server: said }] }));
    expect(findings.filter((id) => id !== 'ping-unanswered').slice(0, 1)).toEqual(broken);
  });
});

it('of a mask is kept: the octets of RFC 6455 §5.7', () => {
  const script = readScript({
    steps: [{ client: { text: 'Hello', mask: '37 fa 21 3d' } }, { client: { text: 'Hello', mask: false } }],
  });
  const capture = Buffer.from(sampleCapture(script)).toString('hex');
  expect(capture).toContain('818537fa213d7f9f4d5158');
  expect(capture).toContain('810548656c6c6f');
});

it.each([
  ['Hello', 4, [2, 1, 1, 1]],
  ['Hello', 2, [3, 2]],
  ['Hello to you', 3, [4, 4, 4]],
  ['ab', 4, [1, 1, 0, 0]],
  ['', 2, [0, 0]],
])('%j in %d fragments has frames of %j', async (text, fragments, lengths) => {
  const { frames } = await dissected(readScript({ steps: [{ server: { text, fragments } }] }));
  expect(frames.map((frame) => Number(frame.split(' ')[2]))).toEqual(lengths);
});

describe('a written script', () => {
  const lines = (...steps: string[]) => ['title: a', 'steps:', ...steps].join('\n');

  it.each([
    ['steps: [', 'line 1: Flow sequence'],
    ['title: a\ntitle: b', 'line 2: Map keys must be unique'],
    ['steps: []\n---\nsteps: []', 'line 2: a script is one document'],
    [lines('  - client: a', ' - server: b'), 'line 4: this line, or the next, is not indented as those'],
    [lines('  - client: a: b'), 'line 3: this line, or the next, is not indented as those'],
    [' title: a\nsteps: []', 'line 2: this line, or the next, is not indented as those'],
    ['title: a\nstesp: []\nsteps: []', 'line 2: stesp is not known'],
    ['# nothing\n\ntitle: a', 'line 3: steps: a list is needed'],
    [
      lines('  - client: a', '  - nobody: b'),
      'line 4: step 2: nobody is not known; there are client, server and wait',
    ],
    [
      lines('  - client: a', '  - server:', '      comment: c', '      binary: xyz'),
      'line 6: step 2: binary takes',
    ],
    [lines('  - &a', '    client: { binary: xyz }', '  - *a'), 'line 4: step 1: binary takes'],
    ['{"steps": [\n{"client": "a"},\n{"client": 42}]}', 'line 3: step 2: a text stands in quotes'],
    [`path: "/a\\r\\nX: y"\n${lines('  - client: a')}`, 'line 1: path takes a text of one line'],
    [`host: "a\\nb"\n${lines('  - client: a')}`, 'line 1: host takes a text of one line'],
    [lines('  - client: { bytes: "" }'), 'line 3: step 1: bytes takes octets in hexadecimal'],
    [lines('  - client: { end: fin }', '  - server: b', '  - client: c'), 'line 5: step 3: TCP has ended'],
    [lines('  - client: { end: reset }', '  - server: b'), 'line 4: step 2: TCP has ended for the server'],
    [lines('  - client: { end: fin }', '  - client: { end: fin }'), 'line 4: step 2: TCP has ended'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseScript(text)).toThrow(message);
  });

  it.each([
    [lines('  - client: a', '  - client: { end: fin }', '  - wait: 1', '  - client: { end: reset }'), []],
    [
      lines('  - client: { close: 1000 }', '  - server: a', '  - client: b', '  - client: { end: fin }'),
      ['line 5: step 3: the client goes on behind its Close of step 1 (RFC 6455 §5.5.1)'],
    ],
    [
      lines('  - client: { text: a, compressed: true }', '  - client: { ping: a, fragments: 2 }'),
      [
        'line 3: step 1: compressed, though the handshake has no deflate (RFC 6455 §5.2)',
        'line 4: step 2: a control frame has no fragments (RFC 6455 §5.5)',
      ],
    ],
    [
      `deflate: true\n${lines('  - client: { text: a, compressed: true }', '  - client: { ping: a, compressed: true }')}`,
      ['line 5: step 2: a control frame is never compressed (RFC 7692 §6.1)'],
    ],
    [
      lines('  - client: { text: a, mask: false }', '  - server: { ping: a, mask: 37 fa 21 3d }'),
      [
        'line 3: step 1: a client masks its frames (RFC 6455 §5.1)',
        'line 4: step 2: a server masks no frames (RFC 6455 §5.1)',
      ],
    ],
    [lines('  - client: { text: a, mask: true }', '  - server: { ping: a, mask: false }'), []],
    [
      `path: chat room\nhost: a b\nsubprotocol: a b\n${lines('  - client: { close: 1005 }')}`,
      [
        'line 1: the path is none: it begins with / and has no # and no blank (RFC 6455 §3)',
        'line 2: the host is no host and port (RFC 6455 §4.1)',
        'line 3: the subprotocol is no token (RFC 6455 §4.1)',
        'line 6: step 1: the code 1005 is not to be sent: it means that there was no code (RFC 6455 §7.4)',
      ],
    ],
    [`path: /a?b\nhost: "[::1]:80"\n${lines('  - client: { close: 0 }', '  - server: { close: 4999 }')}`, []],
    [
      lines(
        `  - client: { ping: ${'ü'.repeat(63)} }`,
        `  - server: { close: 1000, reason: ${'a'.repeat(124)} }`,
      ),
      [
        'line 3: step 1: a control frame has at most 125 bytes of payload, this one 126 (RFC 6455 §5.5)',
        'line 4: step 2: a control frame has at most 125 bytes of payload, this one 126 (RFC 6455 §5.5)',
      ],
    ],
    [
      lines(
        `  - client: { pong: ${'a'.repeat(125)} }`,
        `  - server: { close: 1000, reason: ${'a'.repeat(123)} }`,
      ),
      [],
    ],
  ])('%j is played, with warnings', (text, warnings) => {
    expect(parseScript(text).warnings).toEqual(warnings);
  });

  it('of the samples is warned of only where they break the rule', () => {
    const warned = [...SCENARIOS, ...VIOLATIONS].filter(({ script }) => warningsOf(script).length > 0);
    expect(warned.map(({ name }) => name)).toEqual([]);
  });
});
