import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import {
  findingJson,
  findingLine,
  sessionTitle,
  summarise,
  writeFindingTables,
} from '../../src/output/finding-text.js';
import type { TimeFormat } from '../../src/output/time.js';
import { width } from '../../src/output/width.js';
import type { Finding } from '../../src/rules/finding.js';
import { collect, context, hostileTexts, MemoryWriter, makeFinding, makeSession, UNSAFE } from './samples.js';

const plain = makeColors(false);
const painted = makeColors(true);
const ansi = /\x1b\[\d+m/g;

const second = makeSession({ number: 2, request: { target: '/other' } });
const unmasked = makeFinding();
const warning = makeFinding({
  rule: 'masking-key-zero',
  frame: 2,
  packet: 9,
  message: 'the frame with 5 bytes of payload is masked with zeros',
});
const handshake = makeFinding({
  rule: 'accept',
  breaker: 'server',
  session: second,
  frame: undefined,
  packet: 5,
  streamOffset: undefined,
  message: 'Sec-WebSocket-Accept is missing',
});
const note = makeFinding({ rule: 'close-code-changed', session: second, message: 'the code is another' });

describe('sessionTitle', () => {
  it.each([
    [makeSession(), 'Session 1: 10.0.0.1:40000 → 10.0.0.2:80 /chat'],
    [makeSession({ number: 12, request: undefined }), 'Session 12: 10.0.0.1:40000 → 10.0.0.2:80'],
    [{ ...makeSession(), handshake: undefined, path: undefined }, 'Session 1: 10.0.0.1:40000 → 10.0.0.2:80'],
  ])('case %#', (session, expected) => {
    expect(sessionTitle(session)).toBe(expected);
  });
});

describe('findingLine', () => {
  it.each([
    [
      unmasked,
      '  error    unmasked-client-frame      client  frame 3, packet 12, 1.000203: the frame with 5 bytes of payload is not masked (RFC 6455 §5.1)',
    ],
    [
      warning,
      '  warning  masking-key-zero           client  frame 2, packet 9, 1.000203: the frame with 5 bytes of payload is masked with zeros (RFC 6455 §5.3)',
    ],
    [
      handshake,
      '  error    accept                     server  packet 5, 1.000203: Sec-WebSocket-Accept is missing (RFC 6455 §4.2.2)',
    ],
  ])('case %#', (finding, expected) => {
    expect(findingLine(finding, context(), plain)).toBe(expected);
    const colored = findingLine(finding, context(), painted);
    expect(colored).toMatch(ansi);
    expect(colored.replace(ansi, '')).toBe(expected);
  });

  it('tells the time as asked', () => {
    expect(findingLine(unmasked, context('epoch'), plain)).toContain('packet 12, 1700000001.000203: ');
    expect(findingLine(unmasked, context('utc'), plain)).toContain(
      'packet 12, 2023-11-14 22:13:21.000203Z: ',
    );
  });

  it.each(hostileTexts)('is one safe line: %s', (_name, message) => {
    expect(findingLine(makeFinding({ message }), context(), plain)).not.toMatch(UNSAFE);
  });
});

describe('findingJson', () => {
  it('of a finding on a frame, to the letter', () => {
    expect(findingJson(unmasked)).toBe(
      '{"rule":"unmasked-client-frame","severity":"error","section":"RFC 6455 §5.1","breaker":"client",' +
        '"session":1,"client":"10.0.0.1:40000","server":"10.0.0.2:80","path":"/chat","frame":3,"packet":12,' +
        '"time":1700000001.000203,"streamOffset":40,"message":"the frame with 5 bytes of payload is not masked"}',
    );
  });

  it('of one on the handshake, of which the request was not captured', () => {
    const finding = { ...handshake, session: makeSession({ number: 2, request: undefined }) };
    expect(findingJson(finding)).toBe(
      '{"rule":"accept","severity":"error","section":"RFC 6455 §4.2.2","breaker":"server","session":2,' +
        '"client":"10.0.0.1:40000","server":"10.0.0.2:80","path":null,"frame":null,"packet":5,' +
        '"time":1700000001.000203,"streamOffset":null,"message":"Sec-WebSocket-Accept is missing"}',
    );
  });

  it.each(hostileTexts)('is one safe line that parses back: %s', (_name, message) => {
    const json = findingJson(makeFinding({ message }));
    expect(json).not.toMatch(UNSAFE);
    expect(JSON.parse(json).message).toBe(message);
  });
});

function tables(findings: readonly Finding[], size: number, time: TimeFormat = 'relative', colors = plain) {
  const writer = new MemoryWriter();
  writeFindingTables(writer, collect(findings).groups(), context(time), colors, size);
  return writer.lines;
}

describe('writeFindingTables', () => {
  it('on a narrow terminal says the place in the sentence', () => {
    expect(tables([unmasked, handshake], 80)).toEqual([
      'Session 1: 10.0.0.1:40000 → 10.0.0.2:80 /chat',
      '┌──────────┬────────────────────────────┬──────────────────────────────────────┐',
      '│ Severity │ Rule                       │ Finding                              │',
      '├──────────┼────────────────────────────┼──────────────────────────────────────┤',
      '│ error    │ unmasked-client-frame      │ client, frame 3, packet 12: the      │',
      '│          │                            │ frame with 5 bytes of payload is not │',
      '│          │                            │ masked (RFC 6455 §5.1)               │',
      '└──────────┴────────────────────────────┴──────────────────────────────────────┘',
      'Session 2: 10.0.0.1:40000 → 10.0.0.2:80 /other',
      '┌──────────┬────────────────────────────┬──────────────────────────────────────┐',
      '│ Severity │ Rule                       │ Finding                              │',
      '├──────────┼────────────────────────────┼──────────────────────────────────────┤',
      '│ error    │ accept                     │ server, packet 5:                    │',
      '│          │                            │ Sec-WebSocket-Accept is missing (RFC │',
      '│          │                            │ 6455 §4.2.2)                         │',
      '└──────────┴────────────────────────────┴──────────────────────────────────────┘',
    ]);
  });

  it('looks the same for sessions beyond the first ones, which cli-table3 lays out', () => {
    for (const size of [40, 80, 120, 160]) {
      const list = Array.from({ length: 120 }, (_, i) =>
        makeFinding({ session: makeSession({ number: i + 100 }), packet: 12 }),
      );
      const lines = tables(list, size, 'relative', makeColors(true));
      const height = lines.length / 120;
      const first = lines.slice(1, height);
      for (let i = 1; i < 120; i++) expect(lines.slice(i * height + 1, (i + 1) * height)).toEqual(first);
    }
  });

  it('on a wide one has columns for it', () => {
    expect(tables([unmasked, handshake], 120).slice(1)).toEqual([
      '┌──────────┬────────────────────────────┬─────────┬────────┬────────┬──────────────────────────────────────────────────┐',
      '│ Severity │ Rule                       │ Breaker │  Frame │ Packet │ Finding                                          │',
      '├──────────┼────────────────────────────┼─────────┼────────┼────────┼──────────────────────────────────────────────────┤',
      '│ error    │ unmasked-client-frame      │ client  │      3 │     12 │ the frame with 5 bytes of payload is not masked  │',
      '│          │                            │         │        │        │ (RFC 6455 §5.1)                                  │',
      '└──────────┴────────────────────────────┴─────────┴────────┴────────┴──────────────────────────────────────────────────┘',
      'Session 2: 10.0.0.1:40000 → 10.0.0.2:80 /other',
      '┌──────────┬────────────────────────────┬─────────┬────────┬────────┬──────────────────────────────────────────────────┐',
      '│ Severity │ Rule                       │ Breaker │  Frame │ Packet │ Finding                                          │',
      '├──────────┼────────────────────────────┼─────────┼────────┼────────┼──────────────────────────────────────────────────┤',
      '│ error    │ accept                     │ server  │      - │      5 │ Sec-WebSocket-Accept is missing (RFC 6455        │',
      '│          │                            │         │        │        │ §4.2.2)                                          │',
      '└──────────┴────────────────────────────┴─────────┴────────┴────────┴──────────────────────────────────────────────────┘',
    ]);
  });

  it('on a very wide one has the time, as asked', () => {
    expect(tables([unmasked], 140)[4]).toMatch(/ 12 │ {4}1\.000203 │ the frame/);
    expect(tables([unmasked], 160, 'utc')[4]).toContain('2023-11-14 22:13:21.000203Z │ the frame');
  });

  it.each([40, 58, 59])(
    'names the rule in the sentence where there is no room for its column: %i',
    (size) => {
      const lines = tables([unmasked], size);
      const text = lines.join(' ').replace(/[│\s]+/g, ' ');
      expect(lines.some((line) => line.includes('│ Rule '))).toBe(size === 59);
      expect(text.match(/unmasked-client-frame/g)).toHaveLength(1);
      for (const line of lines) expect(width(line)).toBeLessThanOrEqual(size);
    },
  );

  it.each([40, 60, 80, 100, 112, 113, 120, 126, 140, 200])(
    'fits into %i columns, whatever the times',
    (size) => {
      const session = makeSession({ request: { target: `/${'path/'.repeat(60)}` } });
      const findings = [unmasked, warning, handshake, makeFinding({ session, message: 'x'.repeat(300) })];
      for (const time of ['relative', 'epoch', 'utc'] as const)
        for (const line of tables(findings, size, time)) {
          if (line.startsWith('Session')) expect(width(line)).toBeLessThanOrEqual(size);
          else expect(width(line), line).toBe(size);
        }
    },
  );

  it('loses nothing of a long word', () => {
    const hex = Array.from({ length: 90 }, (_, i) => (i % 10).toString()).join('');
    const text = tables([makeFinding({ message: hex })], 80)
      .slice(4, -1)
      .map((line) => line.split('│')[3].trim())
      .join('');
    expect(text).toContain(hex);
  });

  it('in colour has the same text', () => {
    const colored = tables([unmasked, warning, note], 120, 'relative', painted);
    expect(colored.join('')).toMatch(/\x1b\[31merror\x1b\[39m/);
    expect(colored.map((line) => line.replace(ansi, ''))).toEqual(tables([unmasked, warning, note], 120));
  });

  it.each(hostileTexts)('keeps its form: %s', (_name, message) => {
    for (const line of tables([makeFinding({ message })], 80).slice(1)) {
      expect(line).not.toMatch(UNSAFE);
      expect(width(line)).toBe(80);
    }
  });

  it('keeps its form, whatever the message', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.integer({ min: 80, max: 140 }),
        (message, size) => {
          for (const line of tables([makeFinding({ message })], size).slice(1))
            expect(width(line)).toBe(size);
        },
      ),
    );
  });
});

it.each([
  [[0, 0, 0], 0, 0, 'no findings in 0 sessions'],
  [[0, 0, 0], 0, 1, 'no findings in 1 session'],
  [[1, 0, 0], 1, 1, '1 error in 1 of 1 session'],
  [[2, 1, 0], 1, 20, '2 errors, 1 warning in 1 of 20 sessions'],
  [[0, 2, 3], 2, 2, '2 warnings, 3 notes in 2 of 2 sessions'],
] as const)('%j in %i of %i sessions: %s', ([error, warnings, notes], hurt, sessions, expected) => {
  expect(summarise({ error, warning: warnings, note: notes }, hurt, sessions)).toBe(expected);
});
