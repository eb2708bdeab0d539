import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedSpool } from '../../src/rewrite/sorted-spool.js';

const all = (spool: SortedSpool, upTo: number) => {
  const taken: [number, string][] = [];
  for (let one = spool.next(upTo); one !== undefined; one = spool.next(upTo))
    taken.push([one.key, Buffer.from(one.bytes).toString()]);
  return taken;
};

test('gives back by key, and as they came where it is the same, whatever goes to the file', () => {
  const records = fc.array(fc.tuple(fc.nat(20), fc.string({ maxLength: 9000 })), { maxLength: 80 });
  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 2000 }), fc.nat(20), (list, most, middle) => {
      const spool = new SortedSpool(most);
      for (const [key, text] of list) spool.add(key, Buffer.from(text));
      const sorted = list.toSorted(([a], [b]) => a - b);
      const told = (text: string) => Buffer.from(text).toString();
      const wanted = sorted.map(([key, text]): [number, string] => [key, told(text)]);
      expect(all(spool, middle)).toEqual(wanted.filter(([key]) => key <= middle));
      expect(all(spool, 20)).toEqual(wanted.filter(([key]) => key > middle));
      spool.close();
    }),
    { numRuns: 100 },
  );
});

test('leaves no file behind', () => {
  const files = () => readdirSync(tmpdir()).filter((name) => name.startsWith('wsdissect-'));
  const before = new Set(files());
  const spool = new SortedSpool(10);
  spool.add(1, Buffer.from('more than ten octets'));
  const made = files().find((name) => !before.has(name) && existsSync(`${tmpdir()}/${name}/spool`));
  expect(made).toBeDefined();
  spool.close();
  expect(files()).not.toContain(made);
});
