/**
 * The writer against a descriptor that takes what it wants: parts, nothing for now, or nothing any more.
 */
import { writeSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ClosedPipe, FileWriter, OutputError } from '../../src/output/writer.js';
import { concat } from '../support/splits.js';

vi.mock('node:fs', async (original) => ({ ...(await original<object>()), writeSync: vi.fn() }));

const FD = 77;
let taken: Uint8Array[] = [];
const text = () => Buffer.from(concat(...taken)).toString();

/** Takes at most `most(call)` bytes of each call; an error is thrown. */
function descriptor(most: (call: number) => number | Error): void {
  let call = 0;
  vi.mocked(writeSync).mockImplementation(((fd: number, bytes: Uint8Array, at: number, length: number) => {
    expect([fd, at + length <= bytes.length, length > 0]).toEqual([FD, true, true]);
    const size = most(call++);
    if (size instanceof Error) throw size;
    taken.push(bytes.slice(at, at + Math.min(size, length)));
    return Math.min(size, length);
  }) as typeof writeSync);
}

const failure = (code: string) => Object.assign(new Error(code), { code });

beforeEach(() => {
  taken = [];
  vi.mocked(writeSync).mockReset();
  descriptor(() => 1e9);
});

describe('FileWriter', () => {
  it('gathers lines until flush', () => {
    const writer = new FileWriter(FD);
    writer.write('one\n');
    writer.write('zwölf 😀\n');
    expect(taken).toEqual([]);
    writer.flush();
    writer.flush();
    expect([text(), taken.length]).toEqual(['one\nzwölf 😀\n', 1]);
  });

  it('writes nothing where there is nothing', () => {
    const writer = new FileWriter(FD);
    writer.write('');
    writer.flush();
    expect(writeSync).not.toHaveBeenCalled();
  });

  it.each([
    ['ASCII', 'x', 21_846],
    ['two octets a character', 'é', 21_846],
    ['three octets a character', '漢', 21_846],
    ['four octets a character', '😀', 10_923],
  ])('holds 64 KiB, and what is larger goes in order: %s', (_name, character, most) => {
    for (const count of [most - 2, most - 1, most, most + 1, 100_000]) {
      taken = [];
      const writer = new FileWriter(FD);
      writer.write('before ');
      writer.write(character.repeat(count));
      writer.write(' behind');
      writer.flush();
      expect(text()).toBe(`before ${character.repeat(count)} behind`);
    }
  });

  it('keeps memory flat and calls few', () => {
    const writer = new FileWriter(FD);
    for (let i = 0; i < 100_000; i++) writer.write('a line of some thirty columns\n');
    writer.flush();
    expect(taken.reduce((sum, { length }) => sum + length, 0)).toBe(3_000_000);
    expect(taken.length).toBeLessThan(100);
  });

  it('tries again what was taken in part or refused for now', () => {
    descriptor((call) => (call % 3 === 1 ? failure('EAGAIN') : 2));
    const writer = new FileWriter(FD);
    writer.write('zwölf 😀');
    writer.flush();
    expect(text()).toBe('zwölf 😀');
    const large = '漢'.repeat(30_000);
    taken = [];
    descriptor((call) => (call === 2 ? failure('EAGAIN') : 1009));
    writer.write(large);
    writer.flush();
    expect(text() === large).toBe(true);
  });

  it('says by ClosedPipe that the reader has gone, and by OutputError what else is wrong', () => {
    const writer = new FileWriter(FD);
    descriptor(() => failure('EPIPE'));
    writer.write('x');
    expect(() => writer.flush()).toThrow(ClosedPipe);
    expect(() => writer.flush()).not.toThrow();
    descriptor(() => failure('ENOSPC'));
    writer.write('y');
    expect(() => writer.flush()).toThrow(new OutputError('cannot write to standard output (ENOSPC)'));
    expect(() => writer.flush()).not.toThrow();
    const errors = new FileWriter(2);
    vi.mocked(writeSync).mockImplementation(() => {
      throw failure('EIO');
    });
    errors.write('z');
    expect(() => errors.flush()).toThrow(new OutputError('cannot write to standard error (EIO)'));
  });

  it('writes what it was given, however it was cut', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.nat(30_000).map((size) => 'é'.repeat(size)),
    );
    fc.assert(
      fc.property(fc.array(part), fc.integer({ min: 1000, max: 100_000 }), (parts, most) => {
        taken = [];
        descriptor(() => most);
        const writer = new FileWriter(FD);
        for (const each of parts) writer.write(each);
        writer.flush();
        expect(text() === parts.join('')).toBe(true);
      }),
    );
  });
});
