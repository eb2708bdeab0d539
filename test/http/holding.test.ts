import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpConnection } from '../../src/http/connection.js';
import { Holding, HoldingPool } from '../../src/http/holding.js';
import { Place } from '../../src/stream/place.js';
import { answer, get, latin1, SWITCH, upgrade } from './recorder.js';

/** Holdings by name, and which were given up. */
function make(limit: number, names: string) {
  const pool = new HoldingPool(limit);
  const givenUp: string[] = [];
  const of: Record<string, Holding> = {};
  for (const name of names) {
    of[name] = new Holding(pool, () => {
      givenUp.push(name);
      of[name].close();
    });
  }
  return { pool, of, givenUp };
}

describe('beyond the bound', () => {
  it('the oldest is given up, one after the other', () => {
    const { pool, of, givenUp } = make(10, 'abcd');
    of.a.add(4);
    of.b.add(4);
    of.c.add(2);
    expect(givenUp).toEqual([]);
    of.d.add(5);
    expect(givenUp).toEqual(['a', 'b']);
    expect(pool.bytes).toBe(7);
  });

  it('one that was renewed is young again', () => {
    const { of, givenUp } = make(10, 'abc');
    of.a.add(5);
    of.b.add(5);
    of.a.renew();
    of.c.add(1);
    expect(givenUp).toEqual(['b']);
  });

  it('one that holds nothing is not given up, and old again where it begins to hold', () => {
    const { of, givenUp } = make(10, 'abc');
    of.a.add(5);
    of.b.add(5);
    of.a.add(-5);
    of.a.renew();
    of.a.add(5);
    of.c.add(1);
    expect(givenUp).toEqual(['b']);
  });

  it('the one that is adding is not given up, not even alone', () => {
    const { pool, of, givenUp } = make(10, 'ab');
    of.a.add(5);
    of.b.add(2);
    of.a.add(8);
    expect(givenUp).toEqual(['b']);
    of.a.add(8);
    expect([givenUp, pool.bytes]).toEqual([['b'], 21]);
  });

  it('one that cannot let go is passed over', () => {
    const pool = new HoldingPool(10);
    const stubborn = new Holding(pool, () => {});
    const adding = new Holding(pool, () => {});
    stubborn.add(8);
    adding.add(8);
    expect(pool.bytes).toBe(16);
  });

  it('what is closed counts no more', () => {
    const { pool, of } = make(10, 'a');
    of.a.add(5);
    of.a.close();
    of.a.add(7);
    of.a.add(-9);
    expect(pool.bytes).toBe(0);
  });
});

describe('what an HTTP connection holds', () => {
  const client = latin1(`${get('/a')}${upgrade('/b')}frames`);
  const server = latin1(`${answer(204)}${SWITCH}frames`);
  const piece = fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.integer({ min: 1, max: 90 }));

  /** Feeds pieces of both streams, the one numbered `hole` as a gap; then all that is left. */
  function counts(pieces: readonly (readonly [0 | 1, number])[], hole: number): number[] {
    const pool = new HoldingPool();
    const sink = { bytes() {}, gap() {}, end() {} };
    const carrier = { client: sink, server: sink };
    const owner = {
      answered() {},
      lost() {},
      defect() {},
      tunnelled: () => undefined,
      switched: () => carrier,
      unanswered: () => carrier,
    };
    const http = new HttpConnection({ place: new Place(), account: new Holding(pool, () => {}), owner });
    const at = [0, 0];
    const all = [...pieces, [0, client.length] as const, [1, server.length] as const];
    const seen = all.map(([side, length], index) => {
      const bytes = side === 0 ? client : server;
      const end = Math.min(bytes.length, at[side] + length);
      if (index === hole) http.sides[side].gap(end - at[side]);
      else http.sides[side].bytes(bytes, at[side], end);
      at[side] = end;
      return pool.bytes;
    });
    http.settle();
    return [...seen, pool.bytes];
  }

  it.each([
    ['a head that is not whole', [[0, 30]]],
    ['a request without its answer', [[0, get('/a').length]]],
    ['what follows an upgrade request', [[0, client.length]]],
  ] as const)('is counted: %s', (_name, pieces) => {
    expect(counts(pieces, -1)[0]).toBeGreaterThan(pieces[0][1]);
  });

  it('is let go with the answers', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        // The client first: an answer before its request is answered by none.
        const inOrder = [...pieces].sort(([a], [b]) => a - b);
        expect(counts([...inOrder.filter(([side]) => side === 0), [0, client.length]], -1).at(-1)).toBe(0);
        expect(Math.min(...counts(inOrder, -1))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is never less than nothing, whatever is missing', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(12), (pieces, hole) => {
        expect(Math.min(...counts(pieces, hole))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
