/**
 * h2Frames: round trips, any splits, gaps; and the search for them behind a loss.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, u32 } from '../../src/bytes/concat.js';
import { H2FrameDecoder, type H2FrameVisitor } from '../../src/http/h2-frame.js';
import {
  encodeH2Data,
  encodeH2Frame,
  encodeH2Headers,
  encodeH2Reset,
  encodeH2Settings,
} from '../../src/http/h2-frame-encode.js';
import { H2Search } from '../../src/http/h2-search.js';
import { Place } from '../../src/stream/place.js';
import { embedded, splits, utf8 } from '../support/splits.js';

/** What a decoder says, with parts of payloads that follow each other as one. */
class Recorder implements H2FrameVisitor {
  readonly log: string[] = [];
  private parts = '';
  readonly decoder = new H2FrameDecoder(new Place(), this);

  begin({ type, flags, stream, length }: H2FrameDecoder['header']): void {
    this.log.push(`${type} ${flags} ${stream} ${length}`);
    this.parts = '';
  }

  payload(_: unknown, chunk: Uint8Array, start: number, end: number, offset: number): void {
    expect(offset * 2).toBe(this.parts.length);
    this.parts += Buffer.from(chunk.subarray(start, end)).toString('hex');
  }

  missing(_: unknown, offset: number, length: number): void {
    expect(offset * 2).toBe(this.parts.length);
    this.parts += '??'.repeat(length);
  }

  finish(): void {
    this.log.push(this.parts);
  }

  push(...pieces: Uint8Array[]): this {
    for (const piece of pieces) {
      const [chunk, start, end] = embedded(piece);
      expect(this.decoder.push(chunk, start, end)).toBe(end);
    }
    return this;
  }
}

const FRAMES = concat(
  encodeH2Settings({ 8: 1 }),
  encodeH2Headers(1, utf8('block of headers'), { pieces: 6, padding: 2, priority: true }),
  encodeH2Data(0x7fff_ffff, utf8('data'), { padding: 0, endStream: true }),
  encodeH2Frame({ type: 0xff, flags: 0xff, stream: 0x8000_0003 }),
  encodeH2Reset(1, 8),
);
const LOG = new Recorder().push(FRAMES).log;

describe('H2FrameDecoder', () => {
  it('decodes what the encoder writes, without the reserved bit', () => {
    expect(LOG.filter((_, i) => i % 2 === 0)).toEqual([
      '4 0 0 6',
      '1 40 1 14',
      '9 0 1 6',
      '9 4 1 4',
      '0 9 2147483647 5',
      '255 255 3 0',
      '3 0 1 4',
    ]);
  });

  it('does not depend on how it is cut', () => {
    for (const pieces of splits(FRAMES)) expect(new Recorder().push(...pieces).log).toEqual(LOG);
  });

  it('takes any h2Frames there and back', () => {
    const frame = fc.record({
      type: fc.nat(255),
      flags: fc.nat(255),
      stream: fc.nat(0x7fff_ffff),
      payload: fc.uint8Array({ maxLength: 50 }),
    });
    fc.assert(
      fc.property(fc.array(frame), fc.nat(20), (frames, size) => {
        const bytes = concat(...frames.map(({ payload, ...header }) => encodeH2Frame(header, payload)));
        const pieces = Array.from({ length: Math.ceil(bytes.length / (size + 1)) }, (_, i) =>
          bytes.subarray(i * (size + 1), (i + 1) * (size + 1)),
        );
        expect(new Recorder().push(...pieces).log).toEqual(
          frames.flatMap(({ type, flags, stream, payload }) => [
            `${type} ${flags} ${stream} ${payload.length}`,
            Buffer.from(payload).toString('hex'),
          ]),
        );
      }),
    );
  });

  it('skips a gap inside a payload, and says how much lies behind it', () => {
    const recorder = new Recorder().push(encodeH2Data(1, utf8('0123456789')).subarray(0, 12));
    expect(recorder.decoder.skip(4)).toBe(0);
    recorder.push(utf8('789'), encodeH2Reset(1, 8));
    expect(recorder.log).toEqual(['0 0 1 10', '303132????????373839', '3 0 1 4', '00000008']);
    recorder.push(encodeH2Data(1, utf8('0123456789')).subarray(0, 12));
    expect(recorder.decoder.skip(10)).toBe(3);
    expect(recorder.decoder.skip(1)).toBe(1);
  });

  it('believes no length: of 16 MiB nothing is kept', () => {
    const recorder = new Recorder().push(
      encodeH2Frame({ type: 0, stream: 1, length: 0xff_ffff }, utf8('ab')),
    );
    expect(recorder.log).toEqual(['0 0 1 16777215']);
  });
});

function search(known: readonly number[] = [], limit = 10_000) {
  const place = new Place();
  const overflows: number[] = [];
  let held = 0;
  const account = {
    add() {},
    wait(bytes: number) {
      held += bytes;
    },
  };
  const one = new H2Search({
    place,
    limit,
    account,
    maxLength: () => 16_384,
    isKnown: (stream) => known.includes(stream),
    overflow: () => overflows.push(1),
  });
  let found = '';
  const packets: number[] = [];
  const push = (...pieces: Uint8Array[]): boolean => {
    for (const piece of pieces) {
      place.packet++;
      const [chunk, start, end] = embedded(piece);
      place.sequence = 1000 * place.packet - start;
      if (!one.push(chunk, start, end)) continue;
      one.replay(
        () => {},
        (bytes, from, to) => {
          found += Buffer.from(bytes.subarray(from, to)).toString('latin1');
          expect(place.sequence + from).toBeGreaterThanOrEqual(1000 * place.packet);
          packets.push(place.packet);
        },
      );
      return true;
    }
    return false;
  };
  return { push, one, overflows, packets, found: () => found, held: () => held };
}

describe('H2Search', () => {
  const text = utf8('in the middle of some DATA, ');
  const frames = concat(encodeH2Data(5, utf8('payload')), encodeH2Frame({ type: 8, stream: 5 }, u32(9)));

  it('finds h2Frames behind other bytes, in any pieces, each under its own place', () => {
    for (const pieces of splits(concat(text, frames))) {
      const { push, one, found, held } = search([5]);
      expect(push(...pieces)).toBe(true);
      expect(one.passed).toBe(text.length);
      expect(Buffer.from(frames).toString('latin1').startsWith(found())).toBe(true);
      expect(held()).toBe(0);
    }
  });

  it('believes one that ends with a segment, if its stream is known', () => {
    const data = encodeH2Data(5, utf8('payload'));
    expect(search([5]).push(text, data)).toBe(true);
    expect(search([]).push(text, data)).toBe(false);
    expect(search([]).push(text, data, data, data, data)).toBe(true);
  });

  it.each([
    ['zeros', new Uint8Array(5000)],
    ['text', utf8('The quick brown fox. '.repeat(300))],
    ['small integers', concat(...Array.from({ length: 1000 }, (_, i) => u32(i)))],
    ['small integers, little-endian', new Uint8Array(Uint32Array.from({ length: 1000 }, (_, i) => i).buffer)],
    ['ones', new Uint8Array(5000).fill(255)],
  ])('finds none in %s', (_, bytes) => {
    expect(search([1, 3], 1e6).push(bytes)).toBe(false);
  });

  it('holds no more than its limit', () => {
    const { push, overflows, held } = search([], 1000);
    for (let i = 0; i < 100; i++) push(new Uint8Array(100).fill(0x73));
    expect(overflows.length).toBeGreaterThan(10);
    expect(held()).toBeLessThanOrEqual(1000);
    push(new Uint8Array(5000));
    expect(held()).toBe(0);
  });
});
