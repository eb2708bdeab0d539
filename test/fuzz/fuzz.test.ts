/**
 * A share of the fuzzing (main.ts) with a fixed seed, and what it ever found: fixtures/fuzz/ has the inputs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixturesRoot } from '../support/fixtures.js';
import { decodersHold } from './decoders.js';
import { mustHold } from './holds.js';
import { makeInput } from './inputs.js';
import { programHolds } from './program.js';
import { Random } from './random.js';
import { loadSeeds } from './seeds.js';

const SEED = 20_261_121;
const found = `${fixturesRoot}fuzz/`;

describe('what was found holds', () => {
  it.each(readdirSync(found).filter((name) => name.includes('.pcap')))('%s', async (name) => {
    const input = new Uint8Array(readFileSync(found + name));
    for (let seed = 1; seed <= 4; seed++) await mustHold(input, seed);
  });
});

describe('it holds', async () => {
  const seeds = await loadSeeds();
  const BATCH = 50;

  it('of inputs that are the same each time', () => {
    expect(makeInput(seeds, SEED, 7)).toEqual(makeInput(seeds, SEED, 7));
    expect(makeInput(seeds, SEED, 7)).not.toEqual(makeInput(seeds, SEED + 1, 7));
  });

  it.each(Array.from({ length: 10 }, (_, index) => index * BATCH))('of inputs %i and on', async (from) => {
    for (let number = from; number < from + BATCH; number++) {
      const input = makeInput(seeds, SEED, number);
      await mustHold(input, number).catch((error: Error) => {
        error.message = `input ${number} of seed ${SEED}: ${error.message}`;
        throw error;
      });
    }
  });

  it('of each decoder', () => {
    for (let number = 0; number < 1000; number++) {
      const random = new Random(SEED + number);
      decodersHold(random, random.pick(seeds).file ?? random.bytes(100));
    }
  });

  it('of whole runs of the program', () => {
    for (let number = 0; number < 30; number++)
      programHolds(new Random(SEED + number), makeInput(seeds, SEED, number));
    // Some processes each: on a machine that is busy they take minutes.
  }, 600_000);
});
