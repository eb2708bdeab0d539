import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageInflater } from '../../src/websocket/deflate.js';
import { deflateMessage, MessageDeflater } from '../../src/websocket/deflate-encode.js';
import { NativeInflater } from '../../src/websocket/native-inflate.js';
import { embedded, utf8 } from '../support/splits.js';
import { BitWriter, contents, encodings } from './deflate-oracle.js';

const LIMIT = 1 << 20;
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function open(dictionary?: Uint8Array): NativeInflater {
  const inflater = NativeInflater.open(dictionary);
  if (inflater === undefined) throw new Error("zlib's handle is not what it was");
  return inflater;
}

/** The content, or -1. */
const inflate = (inflater: NativeInflater, wire: Uint8Array, limit = LIMIT) => {
  const length = inflater.inflate(...embedded(wire), limit);
  return length < 0 ? length : NativeInflater.output.slice(0, length);
};

/** What our inflater says of the message behind `earlier`. */
const ours = (earlier: Uint8Array, wire: Uint8Array) => {
  const inflater = new MessageInflater({
    contextTakeover: true,
    windowBits: 15,
    maxContent: LIMIT,
    contextKnown: true,
  });
  inflater.inflate(deflateMessage(earlier), 0, deflateMessage(earlier).length, true);
  return inflater.inflate(...embedded(wire), true);
};

describe("zlib's own inflater", () => {
  it('gives the messages of one sender, with context', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(contents, encodings), { maxLength: 6 }), (messages) => {
        const deflater = new MessageDeflater({ contextTakeover: true });
        const inflater = open();
        for (const [content, encoding] of messages)
          expect(inflate(inflater, deflater.deflate(content, encoding))).toEqual(content);
        inflater.close();
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['of no content', '00'],
    ['of two blocks', 'f2 48 05 00 00 00 ff ff ca c9 c9 07 00'],
    ['of a stored block', '00 05 00 fa ff 48 65 6c 6c 6f 00'],
  ])('gives a message %s, and what follows', (_, wire) => {
    const inflater = open();
    inflate(inflater, hex(wire));
    expect(inflate(inflater, hex('f2 48 cd c9 c9 07 00'))).toEqual(utf8('Hello'));
    inflater.close();
  });

  it.each([
    ['without data', ''],
    ['with BFINAL set (§7.2.3.4)', 'f3 48 cd c9 c9 07 00 00'],
    ['with BFINAL set in the last empty block', 'f2 48 cd c9 c9 07 01'],
    ['whose trailer was left on', 'f2 48 cd c9 c9 07 00 00 00 ff ff'],
    ['whose trailer and more was left on', 'f2 48 cd c9 c9 07 00 00 00 ff ff 00 00 00 ff ff'],
    ['without the empty block', 'f2 48 cd c9 c9 07'],
    ['that ends in a stored block', '00 05 00 fa ff 48 65 6c 6c 6f'],
    ['that is cut', 'f2 48 cd c9'],
    ['that reaches behind its context', 'f2 00 11 00 00'],
    ['of a reserved block type', '07'],
  ])('leaves a message %s alone', (_, wire) => {
    const inflater = open();
    expect(inflate(inflater, hex(wire))).toBe(-1);
    inflater.close();
  });

  it('leaves it alone where the block ends too late in its octet for the next one to begin in it', () => {
    const given = Array.from({ length: 8 }, (_, nines) => {
      const writer = new BitWriter().fixed().text('Hi');
      for (let i = 0; i < nines; i++) writer.symbol(200);
      const { wire } = writer.end();
      const inflater = open();
      const content = inflate(inflater, wire);
      inflater.close();
      return [content !== -1, !ours(new Uint8Array(0), wire).badEnd];
    });
    for (const [usual, good] of given) expect(usual).toBe(good);
    expect(given.map(([usual]) => usual)).toContain(true);
    expect(given.map(([usual]) => usual)).toContain(false);
  });

  it('has nothing to say that ours would not, whatever the octets', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    let usual = 0;
    fc.assert(
      fc.property(
        contents,
        contents,
        encodings,
        damage,
        fc.nat(3),
        (earlier, content, encoding, hits, cut) => {
          const wire = deflateMessage(content, { ...encoding, dictionary: earlier }).slice();
          for (const [at, octet] of hits) wire[at % wire.length] = octet;
          const end = wire.subarray(0, wire.length - (hits.length === 0 ? cut : 0));
          const inflater = open(earlier);
          const given = inflate(inflater, end);
          inflater.close();
          if (given === -1) return;
          usual++;
          const said = ours(earlier, end);
          expect(said).toEqual({ ...said, content: given, unknown: [], failure: undefined, badEnd: false });
          expect([said.endsProperly, said.hasFinal, said.limited]).toEqual([true, false, false]);
        },
      ),
      { numRuns: 2000 },
    );
    expect(usual).toBeGreaterThan(100);
  });

  it('has nothing to say of short octets that ours would not', () => {
    const short = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      fc.array(fc.constantFrom(0, 1, 2, 4, 6, 8, 0x10, 0x80, 0xff), { minLength: 1, maxLength: 12 }),
    );
    fc.assert(
      fc.property(short, (octets) => {
        const wire = Uint8Array.from(octets);
        const inflater = open();
        const given = inflate(inflater, wire);
        inflater.close();
        const said = ours(new Uint8Array(0), wire);
        const isUsual = said.failure === undefined && !said.hasFinal && said.endsProperly;
        if (given !== -1) expect([said.content, isUsual]).toEqual([given, true]);
      }),
      { numRuns: 5000 },
    );
  });

  it('gives no more than the limit, and nothing of a message with more', () => {
    const content = new Uint8Array(300_000).fill(0x61);
    const wire = deflateMessage(content);
    const inflater = open();
    expect(inflate(inflater, wire, content.length)).toHaveLength(content.length);
    inflater.reset();
    expect(inflate(inflater, wire, content.length - 1)).toBe(-1);
    inflater.reset();
    expect(inflate(inflater, wire, content.length)).toHaveLength(content.length);
    inflater.close();
  });

  it('takes no more handles than it may, and takes those given back again', () => {
    const taken = Array.from({ length: 300 }, () => NativeInflater.open());
    expect(taken.filter((inflater) => inflater !== undefined)).toHaveLength(256);
    for (const inflater of taken) inflater?.close();
    const again = open();
    again.close();
  });
});

describe('a sender of many compressed messages', () => {
  const options = { windowBits: 15, maxContent: LIMIT, contextKnown: true };
  const content = (i: number) => utf8(`message ${i} of many that are much alike, ${'x'.repeat(i)}`);

  it.each([true, false])('is told of as one of few (context takeover: %s)', (contextTakeover) => {
    const deflater = new MessageDeflater({ contextTakeover });
    const inflater = new MessageInflater({ ...options, contextTakeover });
    for (let i = 0; i < 40; i++) {
      const wire = deflater.deflate(content(i));
      expect(inflater.inflate(wire, 0, wire.length, true)).toMatchObject({
        content: content(i),
        usesContext: false,
      });
    }
  });

  it.each([8, 20])('has its odd messages told of as such, and those behind them (after %i)', (before) => {
    const deflater = new MessageDeflater({ contextTakeover: true });
    const inflater = new MessageInflater({ ...options, contextTakeover: true });
    const give = (wire: Uint8Array) => inflater.inflate(wire, 0, wire.length, true);
    for (let i = 0; i < before; i++) give(deflater.deflate(content(i)));
    const final = deflater.deflate(content(99), { ending: 'final' });
    expect(give(final)).toMatchObject({ content: content(99), hasFinal: true, failure: undefined });
    for (let i = 0; i < 10; i++)
      expect(give(deflater.deflate(content(i)))).toMatchObject({ content: content(i), hasFinal: false });
  });

  it('has context told of that it may not use', () => {
    const deflater = new MessageDeflater({ contextTakeover: true });
    const inflater = new MessageInflater({ ...options, contextTakeover: false });
    const used = Array.from({ length: 12 }, (_, i) => {
      const wire = deflater.deflate(content(i));
      return inflater.inflate(wire, 0, wire.length, true).usesContext;
    });
    expect(used).toEqual([false, ...Array<boolean>(11).fill(true)]);
  });

  it('goes on without a message that was not captured whole', () => {
    for (const contextTakeover of [true, false]) {
      const deflater = new MessageDeflater({ contextTakeover });
      const inflater = new MessageInflater({ ...options, contextTakeover });
      const give = (wire: Uint8Array, whole = true) => inflater.inflate(wire, 0, wire.length, whole);
      for (let i = 0; i < 20; i++) give(deflater.deflate(content(i)));
      const cut = deflater.deflate(utf8('something else'));
      give(cut.subarray(0, 8), false);
      const { unknown, content: got } = give(deflater.deflate(utf8('something else again')));
      if (contextTakeover) expect(unknown).toEqual([{ offset: 0, length: 14 }]);
      else expect([unknown, got]).toEqual([[], utf8('something else again')]);
    }
  });

  it('is known again behind a loss once enough has come, whatever inflates it', () => {
    const deflater = new MessageDeflater({ contextTakeover: true });
    const inflater = new MessageInflater({ ...options, contextTakeover: true });
    const give = (octets: Uint8Array) => {
      const wire = deflater.deflate(octets);
      return inflater.inflate(wire, 0, wire.length, true);
    };
    for (let i = 0; i < 20; i++) give(content(i));
    inflater.lost();
    expect(give(content(3)).unknown).not.toEqual([]);
    const random = fc.sample(fc.uint8Array({ minLength: 40_000, maxLength: 40_000 }), {
      seed: 1,
      numRuns: 2,
    });
    for (const octets of random) give(octets);
    expect(inflater.certain).toBe(true);
    for (let i = 0; i < 20; i++) expect(give(content(i))).toMatchObject({ content: content(i), unknown: [] });
  });
});
