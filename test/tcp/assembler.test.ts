import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import type { StreamEnd, StreamSink } from '../../src/stream/stream-sink.js';
import { Assembler, type HoldBudget } from '../../src/tcp/assembler.js';
import { utf8 } from '../support/splits.js';

/** What a stream delivered: text, `<n>` for a gap of n bytes, `|fin` for its end. */
class Log implements StreamSink {
  text = '';
  endedAt = 0;
  readonly places: [packet: number, offset: number, length: number][] = [];

  constructor(private readonly place: Place) {}

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.text += Buffer.from(chunk.subarray(start, end)).toString('latin1');
    this.places.push([this.place.packet, start - this.place.origin, end - start]);
  }

  gap(length: number): void {
    this.text += `<${length}>`;
  }

  end(how: StreamEnd): void {
    this.text += `|${how}`;
    this.endedAt = this.place.packet;
  }
}

function make(perDirection = 1e6, total = 1e6) {
  const place = new Place();
  const log = new Log(place);
  let exceeded = 0;
  let behind = 0;
  const budget: HoldBudget = {
    held: 0,
    duplicates: 0,
    perDirection,
    total,
    graceSegments: 16,
    graceSeconds: 1,
    exceeded: () => exceeded++,
    behindEnd: () => behind++,
  };
  const assembler = new Assembler(log, place, budget);
  return {
    log,
    place,
    budget,
    assembler,
    exceeded: () => exceeded,
    behind: () => behind,
    /** Pushes text at `sequence`, as if it lay 54 bytes into a packet of its own; `cut` bytes lack at its end. */
    push(sequence: number, text: string, cut = 0) {
      place.packet++;
      place.origin = 0;
      const bytes = new Uint8Array(54 + text.length - cut);
      bytes.set(utf8(text).subarray(0, text.length - cut), 54);
      const fits = assembler.push(sequence | 0, bytes, 54, bytes.length, text.length);
      assembler.tick();
      return fits;
    },
  };
}

type Step = [sequence: number, text: string, cut?: number];

describe('in sequence space', () => {
  const cases: [name: string, start: number, steps: Step[], expected: string][] = [
    [
      'in order',
      100,
      [
        [100, 'abc'],
        [103, 'def'],
      ],
      'abcdef',
    ],
    [
      'out of order',
      100,
      [
        [103, 'def'],
        [100, 'abc'],
        [106, 'g'],
      ],
      'abcdefg',
    ],
    [
      'three in reverse',
      0,
      [
        [6, 'ghi'],
        [3, 'def'],
        [0, 'abc'],
      ],
      'abcdefghi',
    ],
    [
      'each packet twice',
      0,
      [
        [0, 'abc'],
        [0, 'abc'],
        [3, 'def'],
        [3, 'def'],
      ],
      'abcdef',
    ],
    [
      'twice while a hole is open',
      0,
      [
        [3, 'def'],
        [3, 'def'],
        [0, 'abc'],
      ],
      'abcdef',
    ],
    [
      'a retransmission that is longer',
      0,
      [
        [0, 'abc'],
        [0, 'abcdef'],
      ],
      'abcdef',
    ],
    [
      'an overlap in front',
      0,
      [
        [0, 'abcd'],
        [2, 'cdef'],
      ],
      'abcdef',
    ],
    [
      'an overlap of held segments',
      0,
      [
        [2, 'cde'],
        [4, 'efg'],
        [0, 'ab'],
      ],
      'abcdefg',
    ],
    [
      'a held segment within another',
      0,
      [
        [2, 'cdefg'],
        [3, 'd'],
        [0, 'ab'],
        [7, 'h'],
      ],
      'abcdefgh',
    ],
    [
      'the first copy counts',
      0,
      [
        [0, 'abc'],
        [1, 'XYd'],
      ],
      'abcd',
    ],
    [
      'the first copy counts of what is held',
      0,
      [
        [4, 'ef'],
        [2, 'CDEFGH'],
        [0, 'abcdefgh'],
      ],
      'abCDefGH',
    ],
    [
      'the first copy counts in all holes of what is held',
      0,
      [
        [3, 'd'],
        [5, 'f'],
        [7, 'h'],
        [1, 'BCDEFGHIJ'],
        [0, 'abcdefghijk'],
      ],
      'aBCdEfGhIJk',
    ],
    [
      'the first copy counts around a cut',
      0,
      [
        [4, 'efgh', 3],
        [2, 'CDEFGHIJ', 1],
        [0, 'abcdefghijkl'],
      ],
      'abCDe<3>I<1>kl',
    ],
    [
      'the first copy counts around 2^32',
      0xfffffffc,
      [
        [0, 'ef'],
        [0xfffffffe, 'CDEFGH'],
        [0xfffffffc, 'abcdefgh'],
      ],
      'abCDefGH',
    ],
    [
      'a keep-alive of one old byte',
      10,
      [
        [10, 'abc'],
        [12, 'X'],
        [13, 'd'],
      ],
      'abcd',
    ],
    [
      'around 2^32',
      0xfffffffe,
      [
        [0xfffffffe, 'abc'],
        [1, 'def'],
      ],
      'abcdef',
    ],
    [
      'around 2^32 out of order',
      0xfffffffe,
      [
        [1, 'def'],
        [0xfffffffe, 'abc'],
      ],
      'abcdef',
    ],
    [
      'around 2^31',
      0x7fffffff,
      [
        [0x80000001, 'cd'],
        [0x7fffffff, 'ab'],
      ],
      'abcd',
    ],
    [
      'a snap-length cut is a gap',
      0,
      [
        [0, 'abcdef', 2],
        [6, 'gh'],
      ],
      'abcd<2>gh',
    ],
    [
      'a segment cut to nothing',
      0,
      [
        [0, 'abc', 3],
        [3, 'd'],
      ],
      '<3>d',
    ],
    [
      'a cut segment that was held',
      0,
      [
        [3, 'defg', 2],
        [0, 'abc'],
        [7, 'h'],
      ],
      'abcde<2>h',
    ],
    [
      'an overlap with the cut part',
      0,
      [
        [0, 'abcdef', 4],
        [4, 'efgh'],
      ],
      'ab<4>gh',
    ],
  ];
  it.each(cases)('%s', (_name, start, steps, expected) => {
    const { assembler, push, log, budget } = make();
    assembler.start(start | 0);
    for (const step of steps) expect(push(...step)).toBe('fits');
    expect(log.text).toBe(expected);
    expect(budget.held).toBe(0);
  });
});

it('delivers any order and any duplicates of the segments as the stream', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' }),
      fc.integer(),
      fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 20 }))),
      (text, start, extra) => {
        const { assembler, push, log, budget } = make();
        assembler.start(start | 0);
        const pieces: [number, number][] = [
          ...extra,
          ...Array.from(text, (_, i): [number, number] => [i, 1]),
        ];
        for (const [at, length] of pieces)
          if (at < text.length) push(start + at, text.slice(at, at + length));
        expect(log.text).toBe(text);
        expect(budget.held).toBe(0);
      },
    ),
  );
});

it('delivers the first captured copy of each byte', () => {
  const segments = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 12 })), { maxLength: 30 });
  fc.assert(
    fc.property(segments, fc.integer(), (pieces, start) => {
      const { assembler, push, log, budget } = make();
      assembler.start(start | 0);
      const first: string[] = [];
      const all = [...pieces, [0, 60] as const];
      for (const [index, [at, length]] of all.entries()) {
        const text = String.fromCharCode(0x41 + index).repeat(length);
        for (let i = at; i < at + length; i++) first[i] ??= text[0];
        push(start + at, text);
      }
      expect(log.text).toBe(first.join(''));
      expect(budget.held).toBe(0);
    }),
  );
});

describe('a hole', () => {
  it('that the peer acknowledged becomes a gap after its grace', () => {
    const { assembler, push, log } = make();
    assembler.start(0);
    push(0, 'ab');
    push(5, 'f');
    assembler.acknowledge(6);
    for (let i = 6; i < 21; i++) push(i, 'x');
    expect(log.text).toBe('ab');
    push(21, 'y');
    push(22, 'z');
    expect(log.text).toBe('ab<3>fxxxxxxxxxxxxxxxyz');
  });

  it('whose acknowledgement was captured before its data is filled', () => {
    const { assembler, push, log } = make();
    assembler.start(0);
    push(3, 'def');
    assembler.acknowledge(6);
    push(6, 'g');
    push(0, 'abc');
    expect(log.text).toBe('abcdefg');
  });

  it('of which the peer has only a part stays open', () => {
    const { assembler, push, log } = make();
    assembler.start(0);
    push(5, 'f');
    assembler.acknowledge(3);
    for (let i = 6; i < 60; i++) push(i, 'x');
    expect(log.text).toBe('');
  });

  it('that lies behind the FIN is told of, each one', () => {
    const { assembler, push, log, behind, budget } = make();
    assembler.start(0);
    push(50, 'late');
    push(70, 'later');
    push(0, 'abc');
    assembler.fin(3);
    expect([log.text, behind(), budget.held]).toEqual(['abc|fin', 2, 0]);
  });

  it('that outgrows the bound of its direction becomes a gap', () => {
    const { assembler, push, log, exceeded, budget } = make(1000);
    assembler.start(0);
    for (let i = 0; i < 6; i++) push(10 + i, 'x');
    expect(log.text).toBe('');
    push(16, 'y');
    expect(log.text).toBe('<10>xxxxxxy');
    expect(exceeded()).toBe(1);
    expect(budget.held).toBe(0);
  });

  it('that outgrows the bound of all becomes a gap', () => {
    const { assembler, push, log, budget } = make(1e6, 1000);
    budget.held = 900;
    assembler.start(0);
    push(10, 'x');
    expect(log.text).toBe('<10>x');
    expect(budget.held).toBe(900);
  });

  it('at the end is a gap, and what was held follows', () => {
    const { assembler, push, log, budget } = make();
    assembler.start(0);
    push(0, 'ab');
    push(4, 'ef');
    push(8, 'ij');
    assembler.end('capture-end');
    expect(log.text).toBe('ab<2>ef<2>ij|capture-end');
    expect(budget.held).toBe(0);
  });
});

describe('the end', () => {
  it('by FIN waits for the bytes before it', () => {
    const { assembler, push, log } = make();
    assembler.start(0);
    push(3, 'def');
    assembler.fin(6);
    expect(log.text).toBe('');
    push(0, 'abc');
    expect(log.text).toBe('abcdef|fin');
    push(6, 'late');
    assembler.end('reset');
    expect(log.text).toBe('abcdef|fin');
  });

  it('by FIN drops what lies behind it', () => {
    const { assembler, push, log, budget } = make();
    assembler.start(0);
    push(5, 'xyz');
    assembler.fin(3);
    push(0, 'abc');
    expect(log.text).toBe('abc|fin');
    expect(budget.held).toBe(0);
  });

  it('shows what was acknowledged but never captured', () => {
    const { assembler, push, log } = make();
    assembler.start(0);
    push(0, 'abc');
    assembler.acknowledge(10);
    assembler.end('capture-end');
    expect(log.text).toBe('abc<7>|capture-end');
  });

  it('shows what is missing before a captured FIN', () => {
    const { assembler, push, log } = make();
    assembler.start(0);
    push(0, 'abc');
    assembler.fin(10);
    assembler.acknowledge(11);
    assembler.end('capture-end');
    expect(log.text).toBe('abc<7>|fin');
  });

  it('takes one acknowledged octet for a FIN that was not captured', () => {
    const { assembler, push, log } = make();
    assembler.start(0);
    push(0, 'abc');
    assembler.acknowledge(4);
    assembler.end('capture-end');
    expect(log.text).toBe('abc|capture-end');
  });
});

it('refuses what lies too far ahead', () => {
  const { assembler, push, log } = make();
  assembler.start(0);
  expect(push(0x40000001, 'x')).toBe('far');
  push(0, 'a');
  expect(log.text).toBe('a');
});

it('gives each byte the place of the packet that brought it', () => {
  const { assembler, push, log } = make();
  assembler.start(0);
  push(3, 'def');
  push(0, 'abcd');
  push(6, 'g');
  expect(log.places).toEqual([
    [2, 54, 3],
    [1, 54, 3],
    [3, 54, 1],
  ]);
});

it('tells of bytes behind the end, but not of what was sent again or of a probe', () => {
  const { assembler, push, log } = make();
  assembler.start(0);
  push(0, 'abc');
  assembler.fin(3);
  expect([push(0, 'abc'), push(3, 'x'), push(2, 'cx')]).toEqual(['fits', 'fits', 'fits']);
  expect([push(3, 'xy'), push(4, 'z')]).toEqual(['behind-end', 'behind-end']);
  expect(log.text).toBe('abc|fin');
});

it('a stream whose FIN waited behind a hole ends where the FIN was captured', () => {
  for (const giveUp of [true, false]) {
    const { log, assembler, push, place } = make();
    assembler.start(100);
    push(100, 'abc');
    push(105, 'fg');
    place.packet = 3;
    assembler.fin(107);
    place.packet = 4;
    if (giveUp) {
      assembler.acknowledge(108);
      place.packet = 8;
      assembler.end('capture-end');
    } else assembler.end('reset');
    expect([log.text, log.endedAt]).toEqual(['abc<2>fg|fin', 3]);
    expect(place.packet).toBe(giveUp ? 8 : 4);
  }
});

describe('a FIN behind bytes that were never captured', () => {
  function lost() {
    const made = make();
    const { assembler, push, place } = made;
    assembler.start(0);
    push(0, 'abc');
    place.packet = 3;
    assembler.fin(5);
    place.packet = 4;
    return made;
  }

  it.each([5, 6])('ends the stream where it was captured, a grace after the peer had got %i octets', (to) => {
    const { assembler, log, place } = lost();
    assembler.acknowledge(to);
    expect([assembler.waiting, log.text]).toEqual([true, 'abc']);
    for (let i = 0; i < 16; i++) assembler.tick();
    expect(log.text).toBe('abc');
    assembler.tick();
    expect([log.text, log.endedAt, place.packet, assembler.waiting]).toEqual(['abc<2>|fin', 3, 4, false]);
  });

  it('does so in silence too, by the time of the capture', () => {
    const { assembler, log } = lost();
    assembler.acknowledge(6);
    expect([assembler.tickQuiet(10), assembler.tickQuiet(10.9), log.text]).toEqual([false, false, 'abc']);
    expect([assembler.tickQuiet(11), log.text, log.endedAt]).toEqual([true, 'abc<2>|fin', 3]);
  });

  it('waits while the peer has not got them, and for those that are only late', () => {
    const { assembler, log, push } = lost();
    assembler.acknowledge(4);
    expect([assembler.waiting, assembler.tickQuiet(0), assembler.tickQuiet(100)]).toEqual([
      false,
      false,
      false,
    ]);
    assembler.acknowledge(6);
    assembler.tick();
    push(3, 'de');
    expect([log.text, log.endedAt, assembler.waiting]).toEqual(['abcde|fin', 5, false]);
  });
});
