/**
 * Rules about the masking keys of a client: what triggers them, and that chance does not.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeySigns, KeyWatch } from '../../src/rules/key-watch.js';
import { maskingKeyPredictable } from '../../src/rules/masking-key-predictable.js';
import { maskingKeyRepeated } from '../../src/rules/masking-key-repeated.js';
import { maskingKeyZero } from '../../src/rules/masking-key-zero.js';
import { findingsOf, type Step } from './harness.js';

const rules = [maskingKeyRepeated, maskingKeyZero, maskingKeyPredictable];

/** Of keys that look random, no octet of which is the same in eight in a row. */
const R = [
  0x1d2c3b4a,
  0xd8f1470b | 0,
  0x4e93a6f2,
  0x07b85c91,
  0xa3605de4 | 0,
  0x5c17e938,
  0xf94a0276 | 0,
  0x3275bb1f,
];

/** On its own, and nobody has sent a Close. */
function keyWatch(signs: Partial<KeySigns>): KeyWatch {
  const watch = new KeyWatch({ share: () => ({ isLate: false }) } as never);
  watch.on(signs);
  return watch;
}

const masked = (maskingKey: number, payload = 'x'): Step => [
  'client',
  { opcode: 1, maskingKey, payload: Buffer.from(payload) },
];
const found = (steps: readonly Step[]): string[] =>
  findingsOf({ steps, rules }).map(
    ({ rule, breaker, severity, frame, message }) => `${rule} ${breaker} ${severity} #${frame}: ${message}`,
  );
const foundInKeys = (...keys: number[]): string[] => found(keys.map((key) => masked(key)));

describe('masking-key-repeated', () => {
  it('two frames in a row, told of once', () => {
    expect(foundInKeys(0x37fa213d, 0x37fa213d, 0x37fa213d, R[0], R[0])).toEqual([
      'masking-key-repeated client warning #2: the masking key 37 fa 21 3d is that of frame 1, too',
    ]);
  });

  it('every other frame', () => {
    expect(foundInKeys(R[0], R[1], R[0], R[2], R[0])).toEqual([
      'masking-key-repeated client warning #5: the masking key 1d 2c 3b 4a is that of frame 3, too',
    ]);
  });

  it('once more a few frames later can be chance', () => {
    expect(foundInKeys(R[0], R[1], R[0], R[2], R[3])).toEqual([]);
  });

  it('is about keys that mask something', () => {
    expect(found([masked(R[0], ''), masked(R[0], ''), masked(R[0]), masked(R[1]), masked(R[0], '')])).toEqual(
      [],
    );
  });

  it('is about the client, and about its masked frames', () => {
    const server: Step = ['server', { opcode: 1, maskingKey: R[0], payload: Buffer.from('x') }];
    const unmasked: Step = ['client', { opcode: 1, payload: Buffer.from('x') }];
    expect(found([server, server, unmasked, unmasked])).toEqual([]);
  });

  it('does not reach over a loss', () => {
    const watch = keyWatch({ repeated: () => expect.unreachable() });
    const facts = {
      sender: 'client',
      number: 1,
      header: { masked: true, length: 1, maskingKey: 5 },
    } as never;
    watch.frame(facts);
    watch.lost('client');
    watch.frame(facts);
  });
});

describe('masking-key-zero', () => {
  it('is told of once', () => {
    expect(found([masked(0), masked(0, 'abc'), masked(R[0])])).toEqual([
      'masking-key-zero client warning #1: the frame with 1 byte of payload is masked with zeros',
    ]);
  });

  it('zero octets are no zero key, and a frame without payload has nothing to mask', () => {
    expect(found([masked(0x00010002), masked(0x01000000), masked(0, '')])).toEqual([]);
  });
});

it('keys that go round are found, however long that takes', () => {
  for (const period of [7, 8, 9, 20, 100]) {
    const keys = Array.from(
      { length: period },
      (_, i) => Math.imul(i + 1, 0x9e3779b1) ^ (i << 13) ^ 0x5bd1e995,
    );
    const lines = foundInKeys(...Array(8).fill(keys).flat()).filter((line) =>
      line.startsWith('masking-key-repeated'),
    );
    expect([period, lines.length]).toEqual([period, 1]);
    expect(foundInKeys(...keys).filter((line) => line.startsWith('masking-key-repeated'))).toEqual([]);
  }
});

describe('masking-key-predictable', () => {
  it.each([
    ['counts up', [1, 2, 3, 4, 5], 'differ by 1 each; the last one is 00 00 00 04'],
    [
      'counts down from large',
      [0x80000001, 0x80000000, 0x7fffffff, 0x7ffffffe],
      'differ by -1 each; the last one is 7f ff ff fe',
    ],
    [
      'counts up in little-endian',
      [0x07000000, 0x08000000, 0x09000000, 0x0a000000],
      'differ by 1 each; the last one is 0a 00 00 00',
    ],
    [
      'counts over a carry in little-endian',
      [0xff010000, 0x00020000, 0x01020000, 0x02020000],
      'differ by 1 each; the last one is 02 02 00 00',
    ],
    [
      'steps far',
      [5, 0x3c6ef377, 0x78dde6e9, 0xb54cda5b],
      'differ by 1013904242 each; the last one is b5 4c da 5b',
    ],
  ])('%s', (_name, keys, what) => {
    expect(foundInKeys(...keys.map((key) => key | 0))).toEqual([
      `masking-key-predictable client warning #4: 4 masking keys in a row ${what}`,
    ]);
  });

  it('tells of octets that never change', () => {
    const keys = R.map((key) => key & 0x7fff);
    expect(foundInKeys(...keys, ...keys)).toEqual([
      `masking-key-predictable client warning #8: in 8 masking keys in a row octets 1 and 2 are always the same; the last one is 00 00 3b 1f`,
    ]);
    expect(foundInKeys(...R.map((key) => (key & ~0xff00) | 0x4200))).toEqual([
      `masking-key-predictable client warning #8: in 8 masking keys in a row octet 3 is always the same; the last one is 32 75 42 1f`,
    ]);
  });

  it('tells of one octet four times', () => {
    expect(foundInKeys(R[0], 0x5a5a5a5a, 0x07070707, 0xc3c3c3c3 | 0, R[1])).toEqual([
      'masking-key-predictable client warning #4: 3 masking keys in a row are one octet four times; the last one is c3 c3 c3 c3',
    ]);
    expect(foundInKeys(0x5a5a5a5a, 0x07070707, R[0], 0xc3c3c3c3 | 0, 0x11111111)).toEqual([]);
    expect(foundInKeys(0x5a5a5a5a, 0x07070707, 0xc3c3c3c2 | 0)).toEqual([]);
  });

  /** ` ` and `~` are the first and the last. */
  const letters = ['Kq 7', 'x~Zm', 'aB3!', 'p0Lw', 'Rt5e', 'g/Uc', 'H8vd', 'n=Sj'].map((key) =>
    Buffer.from(key).readInt32BE(),
  );

  it('tells of keys that are text', () => {
    expect(foundInKeys(R[0], ...letters, R[1])).toEqual([
      'masking-key-predictable client warning #9: 8 masking keys in a row are printable ASCII characters; the last one is 6e 3d 53 6a',
    ]);
    expect(foundInKeys(...letters.slice(1), R[0], ...letters.slice(1))).toEqual([]);
    expect(foundInKeys(...letters.slice(1), 0x41427f43)).toEqual([]);
    expect(foundInKeys(...letters.slice(1), 0x4142431f)).toEqual([]);
  });

  /** 64 keys of a congruential generator as in many C libraries, and as rand() gives its numbers. */
  const congruential = (shift: number, low = 0) => {
    let state = 12_345n;
    return Array.from({ length: 64 }, () => {
      state = (state * 1_103_515_245n + 12_345n) & 0xffff_ffffn;
      return Number(state >> BigInt(shift)) | low | 0;
    });
  };

  it('tells of bits that are regular', () => {
    const [, last] = [0, 63].map((i) => congruential(0)[i]);
    expect(foundInKeys(...congruential(0))).toEqual([
      `masking-key-predictable client warning #64: in 64 masking keys in a row a bit changes each time; the last one is ${Buffer.from(
        Uint32Array.of(last).buffer,
      )
        .reverse()
        .toString('hex')
        .replace(/..(?!$)/g, '$& ')}`,
    ]);
    expect(foundInKeys(...congruential(1)).map((line) => line.split(';')[0])).toEqual([
      'masking-key-predictable client warning #64: in 64 masking keys in a row a bit is always the same',
    ]);
    expect(foundInKeys(...congruential(0).slice(1))).toEqual([]);
    expect(foundInKeys(...congruential(1).slice(1))).toEqual([]);
  });

  it('leaves two keys by turns to masking-key-repeated', () => {
    expect(
      foundInKeys(...Array.from({ length: 130 }, (_, i) => R[i % 2])).map((line) => line.split(' ')[0]),
    ).toEqual(['masking-key-repeated']);
  });

  it('says nothing of three keys, or of seven with an octet in common', () => {
    expect(foundInKeys(1, 2, 3)).toEqual([]);
    expect(foundInKeys(1, 2, 3, R[4], 4, 5, 6)).toEqual([]);
    expect(foundInKeys(...R.slice(0, 7).map((key) => key & 0xffff), R[7])).toEqual([]);
  });

  it('leaves constant keys to masking-key-repeated', () => {
    expect(foundInKeys(...Array(20).fill(R[0])).map((line) => line.split(' ')[0])).toEqual([
      'masking-key-repeated',
    ]);
    expect(foundInKeys(...Array(20).fill(0)).map((line) => line.split(' ')[0])).toEqual(['masking-key-zero']);
    expect(foundInKeys(...Array(20).fill(0x41414141)).map((line) => line.split(' ')[0])).toEqual([
      'masking-key-repeated',
    ]);
  });

  it('does not reach over a loss', () => {
    const watch = keyWatch({ predictable: () => expect.unreachable() });
    for (let key = 1; key < 7; key++) {
      if (key === 4) watch.lost('client');
      watch.frame({
        sender: 'client',
        number: key,
        header: { masked: true, length: 1, maskingKey: key },
      } as never);
    }
  });
});

it('random keys are no finding', () => {
  // A fixed seed: about one run in 2^20 would find two equal keys in a row.
  const keys = fc.array(fc.integer({ min: -0x80000000, max: 0x7fffffff }), { minLength: 50, maxLength: 100 });
  const uniform = keys.map((list) =>
    list.map((key, i) => Math.imul(key ^ (i * 0x9e3779b9), 0x85ebca6b) || 1),
  );
  fc.assert(
    fc.property(uniform, (list) => new Set(list).size < list.length || foundInKeys(...list).length === 0),
    { seed: 1, numRuns: 100 },
  );
});
