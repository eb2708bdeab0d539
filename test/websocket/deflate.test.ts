import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../../src/bytes/concat.js';
import { type Inflated, MessageInflater } from '../../src/websocket/deflate.js';
import { deflateMessage, MessageDeflater } from '../../src/websocket/deflate-encode.js';
import { embedded, utf8 } from '../support/splits.js';
import { BitWriter, contents, encodings, zlibInflate } from './deflate-oracle.js';

const defaults = { contextTakeover: true, windowBits: 15, maxContent: 1 << 24, contextKnown: true };
const inflater = (options: Partial<typeof defaults> = {}) => new MessageInflater({ ...defaults, ...options });
const inflate = (from: MessageInflater, wire: Uint8Array, whole = true) =>
  from.inflate(...embedded(wire), whole);

/** What is said of a message of which nothing remarkable is to be said. */
const fine = (content: Uint8Array | string, farthest: number): Inflated => {
  const octets = typeof content === 'string' ? utf8(content) : content;
  return {
    content: octets,
    length: octets.length,
    unknown: [],
    failure: undefined,
    badEnd: false,
    limited: false,
    farthest,
    exceedsWindow: false,
    usesContext: false,
    endsProperly: true,
    hasFinal: false,
  };
};

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Octets without repetitions. */
const noise = (length: number, seed = 1) => {
  let state = seed;
  return Uint8Array.from(
    { length },
    () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24,
  );
};

test('ranges are told to be merged of the message of which they are', () => {
  const sender = new MessageInflater({ ...defaults, contextKnown: false, maxUnknownRanges: 1 });
  const told = (content: Uint8Array, dictionary: Uint8Array) => {
    inflate(sender, deflateMessage(content, { dictionary }));
    return sender.mergedRanges;
  };
  const lost = noise(64);
  const between = noise(20, 7);
  expect(told(concat(lost.subarray(0, 20), between, lost.subarray(30, 50)), lost)).toBe(true);
  expect(told(noise(40_000, 3), new Uint8Array(0))).toBe(false);
  expect(told(utf8('Hello'), new Uint8Array(0))).toBe(false);
});

describe('RFC 7692 §7.2.3', () => {
  test('one block, and a second message that shares the window (§7.2.3.1, §7.2.3.2)', () => {
    const sender = inflater();
    expect(inflate(sender, hex('f2 48 cd c9 c9 07 00'))).toEqual(fine('Hello', 0));
    expect(inflate(sender, hex('f2 00 11 00 00'))).toEqual(fine('Hello', 5));
    expect(inflate(sender, hex('f2 48 cd c9 c9 07 00'))).toEqual(fine('Hello', 0));
  });

  test.each([
    ['a stored block (§7.2.3.3)', '00 05 00 fa ff 48 65 6c 6c 6f 00'],
    ['two blocks (§7.2.3.5)', 'f2 48 05 00 00 00 ff ff ca c9 c9 07 00'],
  ])('%s', (_, wire) => {
    expect(inflate(inflater(), hex(wire))).toEqual(fine('Hello', 0));
  });

  test.each([
    ['BFINAL set (§7.2.3.4)', 'f3 48 cd c9 c9 07 00 00'],
    ['BFINAL in the middle', 'f3 48 05 00 ca c9 c9 07 00'],
    ['BFINAL in the middle and at the end', 'f3 48 05 00 cb c9 c9 07 00 00'],
    ['BFINAL on a stored block in the middle', '01 02 00 fd ff 48 65 ca c9 c9 07 00'],
    ['BFINAL on the empty stored block at the end', 'f2 48 cd c9 c9 07 04'],
  ])('%s', (_, wire) => {
    expect(inflate(inflater(), hex(wire))).toEqual({ ...fine('Hello', 0), hasFinal: true });
  });

  test.each([
    ['00', false],
    ['02 00', false],
    ['03 00 00', true],
    ['00 00 00 ff ff 00', false],
    ['01 00 00 ff ff 00', true],
  ])('an empty message (§7.2.3.6): %s', (wire, hasFinal) => {
    expect(inflate(inflater(), hex(wire))).toEqual({ ...fine('', 0), hasFinal });
  });

  const [kept, noBlock] = [
    'the last four octets, 00 00 ff ff, were not removed',
    'the data does not end with an empty stored block',
  ];
  test.each([
    ['', '', 'there is no data, not even the octet 00 of an empty message', false],
    ['03 00', '', 'no octet 00 follows the block with BFINAL set', true],
    ['f3 48 cd c9 c9 07 00', 'Hello', 'no octet 00 follows the block with BFINAL set', true],
    ['f2 48 cd c9 c9 07 00 00 00 ff ff', 'Hello', kept, false],
    ['f2 48 cd c9 c9 07 00 00 00 ff ff 00 00 00 ff ff', 'Hello', kept, false],
    ['f2 48 cd c9 c9 07', 'Hello', noBlock, false],
    ['00 05 00 fa ff 48 65 6c 6c 6f', 'Hello', noBlock, false],
  ])('a wrong end: %s', (wire, content, failure, hasFinal) => {
    const sender = inflater();
    inflate(sender, hex('f2 48 cd c9 c9 07 00'));
    expect(inflate(sender, hex(wire))).toEqual({
      ...fine(content, 0),
      failure,
      badEnd: true,
      endsProperly: false,
      hasFinal,
    });
    expect(sender.certain).toBe(true);
    // A match five octets back.
    expect(inflate(sender, hex('f2 00 11 00 00'))).toEqual(fine('Hello', 5));
  });

  test('the ends that are wrong are those behind which zlib does not inflate the next message', () => {
    const trailer = [0, 0, 0xff, 0xff];
    const next = hex('f2 48 cd c9 c9 07 00');
    const wrong = Array.from({ length: 8 }, (_, nines) => {
      // Codes of nine bits: the block ends at each bit of an octet.
      const content = [...utf8('Hi'), ...Array<number>(nines).fill(200)];
      const writer = new BitWriter().fixed();
      for (const octet of content) writer.symbol(octet);
      const { wire } = writer.end();
      const { badEnd, content: got } = inflate(inflater(), wire);
      const theirs = zlibInflate(concat(wire, trailer, next, trailer));
      const isFine =
        !(theirs instanceof Error) && Buffer.compare(theirs, concat(content, utf8('Hello'))) === 0;
      expect([got, badEnd]).toEqual([Uint8Array.from(content), !isFine]);
      return badEnd;
    });
    expect(wrong).toEqual([false, false, false, false, true, true, true, false]);
  });
});

describe('context takeover', () => {
  const messages = fc.array(
    fc.tuple(contents, encodings, fc.constantFrom('flush', 'unstripped', 'final', 'bare')),
    {
      maxLength: 12,
    },
  );

  test('messages of every form, one after the other', () => {
    fc.assert(
      fc.property(messages, (list) => {
        const [sender, deflater] = [inflater(), new MessageDeflater()];
        for (const [content, encoding, ending] of list) {
          const parts = content.length % 2 ? [content.length >> 2, content.length >> 3] : [];
          const wire = deflater.deflate(content, { ...encoding, ending, parts });
          const { badEnd, unknown, limited, content: given, usesContext } = inflate(sender, wire);
          expect({ badEnd, unknown, limited, usesContext }).toEqual({
            badEnd: ending === 'unstripped' || ending === 'bare',
            unknown: [],
            limited: false,
            usesContext: false,
          });
          expect(Buffer.compare(given, content)).toBe(0);
        }
        expect(sender.certain).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('the window goes round many times', () => {
    const [sender, deflater] = [inflater(), new MessageDeflater()];
    for (let i = 0; i < 300; i++) {
      const content = concat(noise(i * 3, i % 7), noise(i, (i >> 3) + 1), utf8('{"price":12.5}'));
      expect(Buffer.compare(inflate(sender, deflater.deflate(content)).content, content)).toBe(0);
    }
    const large = noise(70_000);
    for (const content of [large, large.subarray(40_000), large.subarray(69_990), large])
      expect(Buffer.compare(inflate(sender, deflater.deflate(content)).content, content)).toBe(0);
  });

  test('a match before the first message', () => {
    const wire = new BitWriter().fixed().text('abc').match(3, 5).end().stored().wire;
    const sender = inflater();
    const { content, failure } = inflate(sender, wire);
    expect(content).toEqual(utf8('abc'));
    expect(failure).toBe('a match 5 octets back where 3 precede it, at wire offset 4');
    expect(sender.certain).toBe(false);
  });

  test('reaches exactly to the first octet ever sent, not before it', () => {
    const sender = inflater();
    inflate(sender, deflateMessage(utf8('0123456789')));
    const ten = (distance: number) => new BitWriter().fixed().match(3, distance).end().stored().wire;
    expect(inflate(sender, ten(10)).content).toEqual(utf8('012'));
    expect(inflate(sender, ten(13)).content).toEqual(utf8('012'));
    expect(inflate(sender, ten(17)).failure).toBe(
      'a match 17 octets back where 16 precede it, at wire offset 2',
    );
  });

  test('the content is a copy', () => {
    const sender = inflater();
    const { content } = inflate(sender, deflateMessage(utf8('first')));
    inflate(sender, deflateMessage(utf8('second')));
    expect(content).toEqual(utf8('first'));
    content.fill(0);
    expect(inflate(sender, new BitWriter().fixed().match(5, 11).end().stored().wire).content).toEqual(
      utf8('first'),
    );
  });

  test('senders do not disturb one another', () => {
    const pairs = [1, 2, 3].map(() => ({ sender: inflater(), deflater: new MessageDeflater() }));
    for (let i = 0; i < 60; i++)
      for (const [seed, { sender, deflater }] of pairs.entries()) {
        const content = concat(noise(40, seed + 1), utf8(`${i}`));
        expect(inflate(sender, deflater.deflate(content)).content).toEqual(content);
      }
  });
});

describe('no context takeover', () => {
  test('messages by themselves', () => {
    const sender = inflater({ contextTakeover: false });
    for (let i = 0; i < 5; i++)
      expect(inflate(sender, hex('f2 48 cd c9 c9 07 00'))).toEqual(fine('Hello', 0));
    expect(sender.certain).toBe(true);
  });

  test('the context of earlier messages used all the same', () => {
    const [sender, deflater] = [inflater({ contextTakeover: false }), new MessageDeflater()];
    for (const [i, word] of ['one message', 'one message', 'another', 'one message'].entries()) {
      const { content, usesContext, failure } = inflate(sender, deflater.deflate(utf8(word)));
      expect({ content, usesContext, failure }).toEqual({
        content: utf8(word),
        usesContext: i === 1 || i === 3,
        failure: undefined,
      });
    }
  });

  test('with nothing to reach into', () => {
    const sender = inflater({ contextTakeover: false });
    const { content, failure, usesContext } = inflate(sender, hex('f2 00 11 00 00'));
    expect(content).toEqual(utf8('H'));
    expect(failure).toBe('a match 5 octets back where 1 precede it, at wire offset 2');
    expect(usesContext).toBe(false);
  });

  test('not decodable with the earlier messages: the match that reaches there is the fault', () => {
    const sender = inflater({ contextTakeover: false });
    inflate(sender, deflateMessage(utf8('earlier content')));
    const wire = new BitWriter().fixed().text('ab').match(4, 8).text('cd').symbol(286).end().stored().wire;
    const { content, failure, usesContext, length } = inflate(sender, wire);
    expect(content).toEqual(utf8('ab'));
    expect(length).toBe(2);
    expect(failure).toBe(
      'a match that begins before the message, without context takeover, at wire offset 3',
    );
    expect(usesContext).toBe(false);
  });

  test('earlier messages lost', () => {
    const sender = inflater({ contextTakeover: false });
    sender.lost();
    expect(sender.certain).toBe(true);
    expect(inflate(sender, deflateMessage(utf8('by itself')))).toEqual(fine('by itself', 0));
    const wire = new BitWriter().fixed().text('ab').match(4, 200).end().stored().wire;
    expect(inflate(sender, wire)).toMatchObject({ usesContext: true, unknown: [{ offset: 2, length: 4 }] });
  });
});

describe('the window', () => {
  test.each([8, 9, 10, 11, 12, 13, 14, 15])('kept to, %i bits', (windowBits) => {
    const [sender, deflater] = [inflater({ windowBits }), new MessageDeflater({ windowBits })];
    const block = noise(1 << windowBits);
    for (let i = 0; i < 4; i++) {
      const content = concat(block.subarray(i * 7), block.subarray(0, 300));
      const { exceedsWindow, farthest, content: given } = inflate(sender, deflater.deflate(content));
      expect(Buffer.compare(given, content)).toBe(0);
      expect(exceedsWindow).toBe(false);
      expect(farthest).toBeLessThanOrEqual(1 << windowBits);
    }
  });

  test.each([8, 9, 10, 11, 12, 13, 14])('exceeded, %i bits: inflated and stated', (windowBits) => {
    for (const over of [0, 1, 100]) {
      const distance = (1 << windowBits) + over;
      const sender = inflater({ windowBits });
      inflate(sender, deflateMessage(noise(distance)));
      const { exceedsWindow, farthest, content } = inflate(
        sender,
        new BitWriter().fixed().match(8, distance).end().stored().wire,
      );
      expect({ exceedsWindow, farthest }).toEqual({ exceedsWindow: over > 0, farthest: distance });
      expect(content).toEqual(noise(8));
    }
  });

  test('is no larger than what was sent', () => {
    const held = (sender: MessageInflater) =>
      (sender as unknown as { window: { octets: Uint8Array } }).window.octets.length;
    const sender = inflater();
    expect(held(sender)).toBe(0);
    inflate(sender, deflateMessage(utf8('Hello')));
    expect(held(sender)).toBeLessThanOrEqual(256);
    inflate(sender, deflateMessage(noise(100_000)));
    expect(held(sender)).toBe(32_768);
    sender.lost();
    expect(held(sender)).toBe(0);
    const marks = () => (sender as unknown as { window: { marks?: Uint8Array } }).window.marks;
    inflate(sender, new BitWriter().fixed().match(3, 9).end().stored().wire);
    expect(marks()).toBeDefined();
    inflate(sender, deflateMessage(noise(32_768)));
    expect(marks()).toBeUndefined();
  });
});

/** The octets that are unknown, one by one. */
function marked({ unknown }: Inflated): Set<number> {
  return new Set(unknown.flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i)));
}

describe('after a loss', () => {
  /** Inflates with two contexts that differ in each octet: what then differs derives from the context. */
  class TwoTruths {
    private sent: [Uint8Array, Uint8Array] = [noise(32_768), noise(32_768).map((octet) => ~octet)];

    inflate(wire: Uint8Array): { derived: Set<number>; content: Uint8Array } {
      const data = concat(wire, [0, 0, 0xff, 0xff]);
      const [a, b] = this.sent.map((sent) => zlibInflate(data, sent) as Uint8Array);
      this.sent = [concat(this.sent[0], a).slice(-32_768), concat(this.sent[1], b).slice(-32_768)];
      const derived = new Set<number>();
      for (const [i, octet] of a.entries()) if (octet !== b[i]) derived.add(i);
      return { derived, content: a };
    }
  }

  const session = fc.array(fc.tuple(contents, encodings), { minLength: 2, maxLength: 10 });

  test('exactly the octets that derive from what was lost are unknown', () => {
    fc.assert(
      fc.property(session, fc.integer({ min: 1, max: 4 }), fc.boolean(), (list, lost, middle) => {
        const [deflater, truth] = [new MessageDeflater(), new TwoTruths()];
        const sender = inflater({ contextKnown: !middle });
        for (const [i, [content, encoding]] of list.entries()) {
          const wire = deflater.deflate(content, encoding);
          if (i < lost) {
            if (!middle) sender.lost();
            continue;
          }
          const inflated = inflate(sender, wire);
          const { derived } = truth.inflate(wire);
          expect(inflated.failure).toBeUndefined();
          expect(inflated.length).toBe(content.length);
          expect(marked(inflated)).toEqual(derived);
          const right = content.map((octet, at) => (derived.has(at) ? 0 : octet));
          expect(Buffer.compare(inflated.content, right)).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('messages that repeat one another: what was unknown once stays so as long as it is copied on', () => {
    const [deflater, truth] = [new MessageDeflater(), new TwoTruths()];
    const sender = inflater({ contextKnown: false });
    const message = (i: number) =>
      utf8(
        `{"type":"quote","id":${i * 7919},"price":${(i * 31) % 97}.25,"symbol":"ABCDEF"}`.repeat(1 + (i % 4)),
      );
    for (let i = 0; i < 20; i++) deflater.deflate(message(i));
    let clean = 0;
    for (let i = 20; i < 200; i++) {
      const wire = deflater.deflate(i % 50 === 49 ? concat(message(i), noise(400, i)) : message(i));
      const inflated = inflate(sender, wire);
      const { derived } = truth.inflate(wire);
      expect(marked(inflated)).toEqual(derived);
      if (derived.size === 0) clean++;
    }
    expect(clean).toBeLessThan(100);
  });

  test('losses anywhere: what is not marked is right, and once certain all of it is', () => {
    fc.assert(
      fc.property(session, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (list, losses) => {
        const [sender, deflater] = [inflater(), new MessageDeflater()];
        for (const [i, [content, encoding]] of list.entries()) {
          const wire = deflater.deflate(content, encoding);
          if (losses[i]) {
            sender.lost();
            expect(sender.certain).toBe(false);
            continue;
          }
          const { certain } = sender;
          const inflated = inflate(sender, wire);
          const unknown = marked(inflated);
          if (certain) expect(unknown.size).toBe(0);
          const right = content.map((octet, at) => (unknown.has(at) ? 0 : octet));
          expect(Buffer.compare(inflated.content, right)).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each([8, 12, 15])('certainty returns with a window of known content, %i bits', (windowBits) => {
    const size = 1 << windowBits;
    const sender = inflater({ windowBits, contextKnown: false });
    expect(sender.certain).toBe(false);
    inflate(sender, deflateMessage(noise(size - 1)));
    expect(sender.certain).toBe(false);
    inflate(sender, deflateMessage(noise(1)));
    expect(sender.certain).toBe(true);
    inflate(sender, deflateMessage(noise(40_000)));
    expect(sender.certain).toBe(true);
    sender.lost();
    expect(sender.certain).toBe(false);
    // An unknown octet in the middle begins the count anew.
    inflate(sender, deflateMessage(noise(size - 1)));
    inflate(sender, new BitWriter().fixed().match(3, size).end().stored().wire);
    expect(sender.certain).toBe(false);
    inflate(sender, deflateMessage(noise(size - 3)));
    expect(sender.certain).toBe(false);
    inflate(sender, deflateMessage(noise(1)));
    expect(sender.certain).toBe(true);
  });

  test('only the beginning of a message was captured', () => {
    fc.assert(
      fc.property(contents, contents, encodings, fc.nat(), (before, content, encoding, cut) => {
        const [sender, deflater] = [inflater(), new MessageDeflater()];
        inflate(sender, deflater.deflate(before));
        const wire = deflater.deflate(content, encoding);
        const known = wire.subarray(0, cut % (wire.length + 1));
        const inflated = inflate(sender, known, false);
        expect(inflated).toMatchObject({ failure: undefined, unknown: [], limited: false });
        expect(inflated.content).toEqual(content.subarray(0, inflated.length));
        expect(inflated.content).toEqual(zlibInflate(known, before.slice(-32_768)));
        expect(sender.certain).toBe(false);
      }),
    );
  });

  test('a failure or the limit leaves the context unknown', () => {
    const wires = [hex('07'), deflateMessage(new Uint8Array(2_000))];
    for (const wire of wires) {
      const sender = inflater({ maxContent: 1_000 });
      inflate(sender, deflateMessage(utf8('abcdef')));
      inflate(sender, wire);
      expect(sender.certain).toBe(false);
      const next = inflate(
        sender,
        new BitWriter().fixed().text('xy').match(3, 5).text('z').end().stored().wire,
      );
      expect(next).toMatchObject({
        content: Uint8Array.of(0x78, 0x79, 0, 0, 0, 0x7a),
        unknown: [{ offset: 2, length: 3 }],
        failure: undefined,
      });
    }
  });

  test('unknown octets that are copied on are unknown again, in every way of copying', () => {
    const sender = inflater({ contextKnown: false });
    const wire = new BitWriter()
      .fixed()
      .text('ab')
      .match(4, 6)
      .text('cd')
      .match(10, 8)
      .match(10, 1)
      .text('e')
      .end()
      .stored().wire;
    // ab ???? cd | ab????cdab | b×10 | e
    const inflated = inflate(sender, wire);
    expect(inflated.unknown).toEqual([
      { offset: 2, length: 4 },
      { offset: 10, length: 4 },
    ]);
    const long = deflateMessage(concat(noise(300), utf8('x')), {
      dictionary: concat(noise(9, 3), noise(300), noise(50, 2)),
    });
    expect(inflate(sender, long).unknown).toEqual([{ offset: 0, length: 300 }]);
    expect(inflate(sender, deflateMessage(noise(500))).unknown).toEqual([]);
  });

  test('ranges are bounded in number; the last one covers the rest', () => {
    const writer = new BitWriter().fixed().text('a');
    // One unknown octet and then known ones, over and over.
    for (let i = 0; i < 6_000; i++) writer.match(3, 30_000).text('b');
    const { unknown, length } = inflate(inflater({ contextKnown: false }), writer.end().stored().wire);
    expect(length).toBe(24_001);
    expect(unknown.length).toBe(4_096);
    expect(unknown.at(-1)).toEqual({ offset: 1 + 4_095 * 4, length: 24_000 - 4_095 * 4 - 1 });
  });
});

describe('hostile data', () => {
  test('any octets in any order never throw, and stay within the limit', () => {
    const steps = fc.array(fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.boolean(), fc.nat({ max: 9 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, fc.boolean(), fc.boolean(), (list, contextTakeover, contextKnown) => {
        const sender = inflater({ contextTakeover, contextKnown, maxContent: 500 });
        for (const [wire, whole, loss] of list) {
          if (loss === 0) sender.lost();
          const { content, length, unknown, failure, badEnd, limited } = inflate(sender, wire, whole);
          expect(content.length).toBe(length);
          expect(length).toBeLessThanOrEqual(500);
          for (const range of unknown) expect(range.offset + range.length).toBeLessThanOrEqual(length);
          for (const at of marked({ unknown } as unknown as Inflated)) expect(content[at]).toBe(0);
          if (limited) expect(failure).toBeUndefined();
          if (failure !== undefined && !badEnd) {
            const offset = Number(/, at wire offset (\d+)$/.exec(failure)?.[1]);
            expect(offset).toBeLessThanOrEqual(wire.length);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('a bomb', () => {
    const bomb = deflateMessage(new Uint8Array(100_000_000), { level: 1 });
    const sender = inflater({ maxContent: 1_000_000 });
    const started = performance.now();
    const { length, limited, failure, endsProperly } = inflate(sender, bomb);
    expect({ length, limited, failure, endsProperly }).toEqual({
      length: 1_000_000,
      limited: true,
      failure: undefined,
      endsProperly: false,
    });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('nothing outside the given part of the buffer is read', () => {
    const wire = hex('f2 48 cd c9');
    for (const around of [0x00, 0xff, 0x55]) {
      const chunk = new Uint8Array(40).fill(around);
      chunk.set(wire, 11);
      expect(inflater().inflate(chunk, 11, 15, false).content).toEqual(utf8('Hel'));
    }
  });
});

describe('the encoder', () => {
  test.each([
    ['Hello', {}, 'f2 48 cd c9 c9 07 00'],
    ['Hello', { ending: 'final' }, 'f3 48 cd c9 c9 07 00 00'],
    ['Hello', { ending: 'bare' }, 'f3 48 cd c9 c9 07 00'],
    ['Hello', { ending: 'unstripped' }, 'f2 48 cd c9 c9 07 00 00 00 ff ff'],
    ['Hello', { parts: [2] }, 'f2 48 05 00 00 00 ff ff ca c9 c9 07 00'],
    ['Hello', { level: 0 }, '00 05 00 fa ff 48 65 6c 6c 6f 00'],
    ['', {}, '00'],
  ] as const)('%j %j', (content, options, wire) => {
    expect(deflateMessage(utf8(content), options)).toEqual(hex(wire));
  });

  test('takes the context over, or does not', () => {
    const messages = (options: object) => {
      const deflater = new MessageDeflater(options);
      return [1, 2].map(() => deflater.deflate(utf8('Hello')));
    };
    expect(messages({})).toEqual([hex('f2 48 cd c9 c9 07 00'), hex('f2 00 11 00 00')]);
    expect(messages({ contextTakeover: false })).toEqual(Array(2).fill(hex('f2 48 cd c9 c9 07 00')));
  });

  test('what zlib inflates', () => {
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const content = noise(3_000);
    expect(Buffer.compare(inflateRawSync(deflateMessage(content), options), content)).toBe(0);
    expect(Buffer.compare(inflateRawSync(deflateRawSync(content)), content)).toBe(0);
  });
});
