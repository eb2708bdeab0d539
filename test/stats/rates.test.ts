import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rates } from '../../src/stats/rates.js';

const at = (nanoseconds: number) => ({
  seconds: 1_700_000_000 + Math.floor(nanoseconds / 1e9),
  nanoseconds: nanoseconds % 1e9,
});
const WIDTH = 1e9 / 512;

describe('rates', () => {
  it.each([
    ['one', [0], 1, WIDTH, [1]],
    ['the end of a span', [0, WIDTH - 1, WIDTH], 64, WIDTH, [2, 1]],
    ['the last of 64', [0, 64 * WIDTH - 1], 64, WIDTH, [1, ...Array(62).fill(0), 1]],
    ['one more', [0, WIDTH, 64 * WIDTH], 64, 2 * WIDTH, [2, ...Array(31).fill(0), 1]],
    ['joined', [0, WIDTH, 2 * WIDTH, 3 * WIDTH], 2, 2 * WIDTH, [2, 2]],
    ['not even', [0, WIDTH, 2 * WIDTH], 2, 2 * WIDTH, [2, 1]],
    ['seconds', [0, 63.9e9], 64, 1e9, [1, ...Array(62).fill(0), 1]],
  ])('%s', (_, times, most, width, counts) => {
    const rates = new Rates();
    for (const time of times) rates.add(at(time), 'client', 1, 10);
    const spans = rates.spans(most)!;
    expect([spans.start, spans.width]).toEqual([at(0), width]);
    expect([...spans.client.messages]).toEqual(counts);
    expect([...spans.client.bytes]).toEqual(counts.map((count) => 10 * count));
    expect([...spans.server.messages, ...spans.server.bytes].every((count) => count === 0)).toBe(true);
  });

  it('count each message in the span that it belongs to, however often these were widened', () => {
    const message = fc.record({
      time: fc.oneof(fc.nat(2e9), fc.integer({ min: 0, max: 1e15 })),
      sender: fc.constantFrom('client' as const, 'server' as const),
      bytes: fc.nat(1000),
    });
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 64 }),
        (messages, most) => {
          const rates = new Rates();
          for (const { time, sender, bytes } of [
            { time: 0, sender: 'client' as const, bytes: 0 },
            ...messages,
          ])
            rates.add(at(time), sender, 1, bytes);
          const { width, client, server } = rates.spans(most)!;
          expect(client.messages.length).toBeLessThanOrEqual(most);
          client.messages.forEach((count, i) => {
            const inside = messages.filter(({ time }) => Math.floor(time / width) === i);
            const ofClient = inside.filter(({ sender }) => sender === 'client');
            expect(count).toBe(ofClient.length + (i === 0 ? 1 : 0));
            expect(client.bytes[i]).toBe(ofClient.reduce((sum, { bytes }) => sum + bytes, 0));
            expect(server.messages[i]).toBe(inside.length - ofClient.length);
          });
        },
      ),
    );
  });

  it('of nothing are none, and what comes before the first counts to the first span', () => {
    const rates = new Rates();
    expect(rates.spans()).toBeUndefined();
    rates.add(at(5e9), 'server', 1, 3);
    rates.add(at(1e9), 'server', 1, 4);
    expect([...rates.spans()!.server.bytes]).toEqual([7]);
  });
});
