import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { uncounted } from '../../src/http/holding.js';
import { Place } from '../../src/stream/place.js';
import { plainRecord } from '../../src/tls/handshake-encode.js';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  HANDSHAKE,
  MAX_RECORD_BODY,
  RecordReader,
  type RecordSink,
  recordLength,
} from '../../src/tls/record.js';
import { embedded, splits } from '../support/splits.js';

/** Writes down what it is told; refuses what `refused` says, once each. */
class Log implements RecordSink {
  readonly place = new Place();
  readonly reader = new RecordReader(this.place, this, uncounted);
  readonly log: string[] = [];
  readonly refused = new Set<number>();
  private records = 0;

  record(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.refused.delete(this.records)) return false;
    this.records++;
    const content = Buffer.from(bytes.subarray(start + 5, end)).toString('latin1');
    this.log.push(`${bytes[start]} ${content} at ${this.place.sequence + start}`);
    return true;
  }

  damaged(type: number, bodyLength: number): void {
    this.log.push(`damaged ${type} ${bodyLength}`);
  }

  lost(passed: number, byGap: boolean): void {
    this.log.push(`lost ${passed}${byGap ? ' by gap' : ''}`);
  }

  /** All pieces; what is not taken is given again, as the side does. */
  push(...pieces: Uint8Array[]): this {
    for (const piece of pieces) {
      const [chunk, start, end] = embedded(piece);
      // chunk[start] has the sequence number `sent`.
      this.place.sequence = this.sent - start;
      let at = start;
      while (at < end && !this.reader.isLost) at = this.reader.push(chunk, at, end);
      this.sent += piece.length;
      this.left = end - at;
    }
    return this;
  }

  sent = 0;
  /** Of the last piece, what was not taken. */
  left = 0;
}

const text = (type: number, content: string) => plainRecord(type, Buffer.from(content, 'latin1'));
const STREAM = Buffer.concat([
  text(HANDSHAKE, 'hello'),
  text(CHANGE_CIPHER_SPEC, ''),
  text(APPLICATION_DATA, 'some data'),
  text(ALERT, '!'),
]);
const RECORDS = ['22 hello at 0', '20  at 10', '23 some data at 15', '21 ! at 29'];

describe('records', () => {
  test('whole, octet by octet, cut anywhere, each with its sequence number', () => {
    for (const pieces of splits(STREAM)) expect(new Log().push(...pieces).log).toEqual(RECORDS);
  });

  test('one that is refused is told again, with nothing lost', () => {
    for (const pieces of splits(STREAM))
      for (let refused = 0; refused < 4; refused++) {
        const log = new Log();
        log.refused.add(refused);
        expect(log.push(...pieces).log).toEqual(RECORDS);
      }
  });

  test('one that is refused stops push, and of its last chunk nothing was taken', () => {
    const log = new Log();
    log.refused.add(0);
    expect(log.reader.push(STREAM, 0, 4)).toBe(4);
    expect(log.reader.push(STREAM, 4, 20)).toBe(4);
    expect(log.reader.pending).toBe(4);
    expect(log.log).toEqual([]);
  });

  test('up to the longest there may be', () => {
    for (const pieces of [MAX_RECORD_BODY - 1, MAX_RECORD_BODY]) {
      const record = plainRecord(APPLICATION_DATA, Buffer.alloc(pieces, 0x61));
      for (const size of [1, 1000, record.length]) {
        const log = new Log();
        for (let at = 0; at < record.length; at += size) log.push(record.subarray(at, at + size));
        expect(log.log).toHaveLength(1);
        expect(log.log[0]).toHaveLength(pieces + '23  at 0'.length);
      }
    }
  });

  test('any records in any pieces', () => {
    const record = fc.tuple(
      fc.integer({ min: 20, max: 23 }),
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
    );
    fc.assert(
      fc.property(fc.array(record), fc.array(fc.integer({ min: 1, max: 30 })), (records, sizes) => {
        const bytes = Buffer.concat(records.map(([type, content]) => text(type, content)));
        const log = new Log();
        let at = 0;
        for (const size of [...sizes, bytes.length]) log.push(bytes.subarray(at, (at += size)));
        expect(log.log.map((line) => line.replace(/ at \d+$/, ''))).toEqual(
          records.map(([type, content]) => `${type} ${content}`),
        );
      }),
    );
  });
});

describe('what is no record', () => {
  const CASES: [string, number[]][] = [
    ['a type below', [19, 3, 3, 0, 1]],
    ['a type above', [24, 3, 3, 0, 1]],
    ['SSL 2', [22, 2, 0, 0, 1]],
    ['a version above', [22, 3, 5, 0, 1]],
    ['too long', [23, 3, 3, (MAX_RECORD_BODY + 1) >> 8, (MAX_RECORD_BODY + 1) & 255]],
  ];

  test.each(CASES)('%s', (_, header) => {
    const bytes = Buffer.from([...header, ...Array(10).fill(0)]);
    expect(recordLength(bytes, 0, bytes.length)).toBe(-1);
    for (const pieces of splits(bytes)) {
      const log = new Log().push(text(ALERT, 'x'), ...pieces);
      // What was kept of the header is told; the rest was not taken.
      const passed = Number(/^lost (\d)$/.exec(log.log[1])![1]);
      expect(log.log[0]).toBe('21 x at 0');
      expect(log.reader.isLost).toBe(true);
      expect(log.reader.pending).toBe(0);
      if (pieces.length === 1) expect([passed, log.left]).toEqual([0, bytes.length]);
      if (pieces.length === 2) expect(passed + log.left).toBeGreaterThanOrEqual(pieces[1].length);
    }
  });

  test('a cut in garbage takes nothing of what lies behind', () => {
    const log = new Log();
    log.push(Buffer.of(23));
    const [chunk, start, end] = embedded(STREAM);
    expect(log.reader.push(chunk, start, end)).toBe(start);
    expect(log.log).toEqual(['lost 1']);
    log.reader.found();
    log.push(STREAM);
    expect(log.log).toHaveLength(5);
  });

  test('too few octets to tell', () => {
    const header = [22, 3, 3, 0, 1];
    for (let length = 1; length < 5; length++)
      expect(recordLength(Uint8Array.from(header), 0, length)).toBe(0);
    expect(recordLength(Uint8Array.from(header), 0, 5)).toBe(6);
  });
});

describe('gaps', () => {
  /** Each octet from `from` to `to` is missing. */
  const withGap = (from: number, to: number): string[] => {
    const log = new Log().push(...(from === 0 ? [] : [STREAM.subarray(0, from)]));
    log.reader.gap(to - from);
    log.sent += to - from;
    return log.push(STREAM.subarray(to)).log;
  };
  const first = RECORDS.slice(0, 2);

  test.each([
    [20, 21, [...first, 'damaged 23 9', RECORDS[3]]],
    [22, 29, [...first, 'damaged 23 9', RECORDS[3]]],
    [28, 29, [...first, 'damaged 23 9', RECORDS[3]]],
    [20, 30, [...first, 'damaged 23 9', 'lost 1 by gap']],
    [20, 35, [...first, 'damaged 23 9', 'lost 6 by gap']],
    [15, 16, [...first, 'lost 1 by gap']],
    [17, 19, [...first, 'lost 4 by gap']],
    [15, 29, [...first, 'lost 14 by gap']],
    [0, 10, ['lost 10 by gap']],
    [5, 6, ['damaged 22 5', ...RECORDS.slice(1)]],
  ])('from %i to %i', (from, to, expected) => expect(withGap(from, to)).toEqual(expected));

  test('two in one body', () => {
    const log = new Log().push(STREAM.subarray(0, 20));
    log.reader.gap(2);
    log.push(STREAM.subarray(22, 25));
    log.reader.gap(4);
    log.sent = 29;
    expect(log.push(STREAM.subarray(29)).log).toEqual([...first, 'damaged 23 9', RECORDS[3]]);
  });

  test('one behind which more is missing than the body had', () => {
    const log = new Log().push(STREAM.subarray(0, 20));
    log.reader.gap(2);
    log.reader.gap(10);
    expect(log.log).toEqual([...first, 'damaged 23 9', 'lost 3 by gap']);
    // Who searches for records has been told; of further gaps nobody needs to know.
    log.reader.gap(10);
    expect(log.log).toHaveLength(4);
    log.reader.found();
    log.sent = 29;
    expect(log.push(STREAM.subarray(29)).log.at(-1)).toBe(RECORDS[3]);
  });

  test('every octet is a record, kept in a damaged one, or told as lost', () => {
    for (let from = 0; from < STREAM.length; from++)
      for (let to = from + 1; to <= STREAM.length; to++) {
        const log = withGap(from, to);
        const total = log.reduce((sum, line) => {
          const [, passed] = /^lost (\d+)/.exec(line) ?? [];
          const [, damaged] = /^damaged \d+ (\d+)/.exec(line) ?? [];
          if (passed !== undefined) return sum + Number(passed);
          if (damaged !== undefined) return sum + 5 + Number(damaged);
          return sum + 5 + line.replace(/^\d+ | at \d+$/g, '').length;
        }, 0);
        const isLost = log.some((line) => line.startsWith('lost'));
        expect([from, to, total]).toEqual([from, to, isLost ? to : STREAM.length]);
      }
  });
});
