import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBlock, encodeBlock, unpack } from '../../src/page/block.js';
import {
  bigint,
  boolean,
  bytes,
  type Codec,
  list,
  maybe,
  number,
  type Outgoing,
  optional,
  plain,
  record,
  rule,
  session,
  text,
} from '../../src/page/codec.js';
import { TableWriter } from '../../src/page/table-writer.js';
import { rules } from '../../src/rules/index.js';
import type { Rule } from '../../src/rules/rule.js';
import type { Session } from '../../src/websocket/session-record.js';

/** All rows through one block; `asked`: the sessions that were looked for. */
async function through<T>(codec: Codec<T>, rows: readonly T[]) {
  const octets: number[] = [];
  const sessions = new Set<number>();
  const known: Rule[] = [];
  const outgoing: Outgoing = {
    bytes: (bytes) => void octets.push(...bytes),
    session: (number) => void sessions.add(number),
    rule: (rule) => known.push(rule) - 1,
  };
  const json = rows.map((row) => JSON.stringify(codec.encode(row, outgoing)));
  const asked: number[] = [];
  const decoded = await decodeBlock(encodeBlock(json, sessions, Uint8Array.from(octets)), codec, {
    rule: (number) => known[number],
    async sessions(numbers) {
      asked.push(...numbers);
      return new Map(numbers.map((number) => [number, { number } as Session]));
    },
  });
  return { decoded, asked };
}

interface Sample {
  readonly name: string;
  readonly flag: boolean;
  readonly size: bigint;
  readonly known: number | undefined;
  readonly extra?: string;
  readonly octets: Uint8Array;
  readonly ranges: readonly { readonly offset: number }[];
  readonly value: unknown;
  readonly more: Uint8Array;
}
const sample = record<Sample>({
  name: text,
  flag: boolean,
  size: bigint,
  known: maybe(number),
  extra: optional(text) as Codec<string>,
  octets: bytes(16),
  ranges: list(record({ offset: number })),
  value: plain(),
  more: bytes(1000),
});

describe('codecs', () => {
  it('give back what they were given', async () => {
    const arbitrary = fc.record(
      {
        // Any code units: lone surrogates, U+2028, NUL.
        name: fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
        flag: fc.boolean(),
        size: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        known: fc.option(
          fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
          {
            nil: undefined,
          },
        ),
        extra: fc.string(),
        octets: fc.uint8Array({ maxLength: 16 }),
        ranges: fc.array(fc.record({ offset: fc.nat() }, { noNullPrototype: true })),
        value: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
        more: fc.uint8Array({ maxLength: 300 }),
      },
      {
        requiredKeys: ['name', 'flag', 'size', 'known', 'octets', 'ranges', 'value', 'more'],
        noNullPrototype: true,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(arbitrary as fc.Arbitrary<Sample>), async (rows) => {
        expect((await through(sample, rows)).decoded).toStrictEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('keep so many octets', async () => {
    const { decoded } = await through(list(bytes(3)), [
      [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(), Uint8Array.of(5)],
      [Uint8Array.of(6, 7, 8)],
    ]);
    expect(decoded).toEqual([
      [Uint8Array.of(1, 2, 3), Uint8Array.of(), Uint8Array.of(5)],
      [Uint8Array.of(6, 7, 8)],
    ]);
  });

  it('name sessions and rules, each once', async () => {
    const codec = record<{ readonly session: Session; readonly rule: Rule }>({ session, rule });
    const rows = [7, 3, 7].map((number) => ({ session: { number } as Session, rule: rules[number] }));
    const { decoded, asked } = await through(codec, rows);
    expect(decoded).toStrictEqual(rows);
    expect(asked).toEqual([7, 3]);
    expect(decoded[0].session).toBe(decoded[2].session);
  });
});

describe('a table is written in blocks', () => {
  function write(texts: readonly string[]) {
    const taken: Uint8Array[] = [];
    const writer = new TableWriter(
      'frames',
      text,
      (_, packed) => taken.push(packed),
      () => 0,
    );
    for (const text of texts) writer.add(text);
    writer.flush();
    writer.flush();
    return { taken, blocks: writer.blocks, count: writer.count };
  }

  it.each([
    ['nothing', [], []],
    ['a thousand', Array.from({ length: 1000 }, () => 'x'), [1000]],
    ['one more', Array.from({ length: 1001 }, () => 'x'), [1000, 1]],
    ['long ones', ['x'.repeat(600_000), 'y'.repeat(600_000), 'z'], [2, 1]],
  ])('of %s', async (_, texts, sizes) => {
    const { taken, blocks, count } = write(texts);
    expect([blocks, count, taken.length]).toEqual([sizes, texts.length, sizes.length]);
    const elsewhere = { rule: () => rules[0], sessions: async () => new Map() };
    const decoded = await Promise.all(
      taken.map(async (packed) => decodeBlock(await unpack(packed), text, elsewhere)),
    );
    expect(decoded.flat()).toEqual(texts);
  });

  it('that is not whole is told', async () => {
    const { taken } = write(['x'.repeat(100)]);
    await expect(unpack(taken[0].subarray(0, -9))).rejects.toThrow();
  });
});
