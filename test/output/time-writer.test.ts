/**
 * Times are written as time.ts formats them, whatever came before.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatTime, type TimeFormat } from '../../src/output/time.js';
import { TimeWriter } from '../../src/output/time-writer.js';
import { written } from './samples.js';

const nanoseconds = fc.oneof(
  fc.nat(999_999).map((micros) => micros * 1000),
  fc.nat(999_999_999),
);
const seconds = fc.oneof(fc.nat(5), fc.integer({ min: 1_700_000_000, max: 1_700_000_003 }), fc.nat(2 ** 32));
const odd = fc.oneof(seconds, fc.integer({ min: -5, max: -1 }), fc.constant(1e13));
const time = fc.record({ seconds: odd, nanoseconds });

it.each<TimeFormat>(['relative', 'epoch', 'utc'])('%s', (timeFormat) => {
  fc.assert(
    fc.property(fc.array(time), fc.record({ seconds, nanoseconds }), fc.nat(35), (times, start, width) => {
      const text = written((writer) => {
        const writes = new TimeWriter(writer, { timeFormat, start: () => start });
        for (const each of times) {
          writes.write(each, width);
          writer.write('\n');
        }
      });
      const lines = times.map((each) => `${formatTime(each, timeFormat, start).padStart(width)}\n`);
      expect(text).toBe(lines.join(''));
    }),
  );
});

it('without more said, seconds since the epoch', () => {
  const moment = { seconds: 1_700_000_001, nanoseconds: 203_000 };
  expect(written((writer) => new TimeWriter(writer).write(moment))).toBe('1700000001.000203');
});
