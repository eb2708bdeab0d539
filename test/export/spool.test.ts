import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Spool } from '../../src/export/spool.js';

const taken = (spool: Spool, owner: number) => {
  const parts: Buffer[] = [];
  spool.take(owner, (bytes) => parts.push(Buffer.from(bytes)));
  return Buffer.concat(parts).toString();
};

test('gives back what each gathered, in order, whatever goes to the file', () => {
  const additions = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.string({ unit: 'grapheme', maxLength: 30 })),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      additions,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 100 }),
      (list, piece, most) => {
        const spool = new Spool(piece, most);
        const expected = new Map<number, string>();
        for (const [owner, text] of list) {
          spool.add(owner, text);
          expected.set(owner, (expected.get(owner) ?? '') + text);
        }
        for (const [owner, text] of expected) expect(taken(spool, owner)).toBe(text);
        for (const owner of expected.keys()) expect(taken(spool, owner)).toBe('');
        spool.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('leaves nothing behind, and makes no file for little', () => {
  const files = () => readdirSync(tmpdir()).filter((name) => existsSync(`${tmpdir()}/${name}/spool`)).length;
  const before = files();
  const small = new Spool();
  small.add(1, 'little');
  expect(files()).toBe(before);
  small.close();
  const spool = new Spool(10, 100);
  spool.add(1, 'x'.repeat(50));
  expect(files()).toBe(before + 1);
  spool.close();
  expect(files()).toBe(before);
});
