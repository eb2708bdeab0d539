import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PREVIEW_BYTES, preview } from '../../src/output/preview.js';
import { encodeClose } from '../../src/websocket/close.js';
import { concat, utf8 } from '../support/splits.js';
import { hostileTexts, makeFrame, UNSAFE } from './samples.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
const of = (opcode: number, payload: Uint8Array | string, more = {}) =>
  preview(makeFrame({ opcode, payload, ...more }));

describe('preview', () => {
  it.each([
    ['an empty frame', of(1, ''), ''],
    ['text', of(1, 'grüß 😀'), 'grüß 😀'],
    ['a continuation of text', of(0, 'more', { messageOpcode: 1 }), 'more'],
    ['a continuation of binary', of(0, 'more', { messageOpcode: 2 }), '6d 6f 72 65'],
    ['a continuation without a message', of(0, 'more', { messageOpcode: 0 }), '6d 6f 72 65'],
    ['text that is no UTF-8', of(1, bytes(0x41, 0xff, 0xc0, 0xaf)), 'A\ufffd\ufffd\ufffd'],
    ['a surrogate in UTF-8', of(1, bytes(0xed, 0xa0, 0x80)), '\ufffd\ufffd\ufffd'],
    ['C1 octets in text', of(1, bytes(0x9b, 0x33, 0x31, 0x6d)), '\ufffd31m'],
    ['C1 characters in text', of(1, '\x9b31m'), '\\x9b31m'],
    ['a byte order mark', of(1, '\ufeffx'), '\\u{feff}x'],
    ['compressed text', of(1, bytes(0xf2, 0x48), { compressed: true }), '<deflate> f2 48'],
    ['binary', of(2, bytes(0, 1, 0xfe, 0xff)), '00 01 fe ff'],
    ['binary of text', of(2, 'Hi'), '48 69'],
    ['a reserved opcode', of(3, 'Hi'), '48 69'],
    ['a reserved control opcode', of(11, 'Hi'), '48 69'],
    ['a ping of text', of(9, 'hi ü'), 'hi ü'],
    ['a pong of binary', of(10, bytes(0, 1)), '00 01'],
    ['a ping with a line end', of(9, 'a\nb'), '61 0a 62'],
    ['a ping with DEL', of(9, 'a\x7fb'), '61 7f 62'],
    ['a ping that is no UTF-8', of(9, bytes(0x41, 0xff)), '41 ff'],
    ['a ping with an override', of(9, 'a\u202eb'), 'a\\u{202e}b'],
    ['a Close', of(8, encodeClose(1000)), '1000 Normal Closure'],
    ['a Close with a reason', of(8, encodeClose(4001, 'bye\n')), '4001 Private use: bye\\n'],
    ['a Close of one octet', of(8, bytes(3)), '03'],
    ['64 bytes of binary', of(2, new Uint8Array(64)), '00 '.repeat(64).trimEnd()],
    ['65 bytes of binary', of(2, new Uint8Array(65)), `${'00 '.repeat(64)}…`],
  ])('of %s', (_name, text, expected) => {
    expect(text).toBe(expected);
  });

  it.each(hostileTexts)('is safe to print: %s', (_name, text) => {
    const payload = utf8(text);
    const frames = [
      of(1, payload),
      of(2, payload),
      of(9, payload),
      of(0, payload, { messageOpcode: 1 }),
      of(8, concat([3, 0xe8], payload)),
      of(1, payload, { compressed: true }),
    ];
    for (const line of frames) expect(line).not.toMatch(UNSAFE);
  });

  it('is one safe line whatever the payload', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.string({ unit: 'binary', maxLength: 300 }).map(utf8),
    );
    fc.assert(
      fc.property(
        payload,
        fc.nat(15),
        fc.nat(15),
        fc.boolean(),
        (octets, opcode, messageOpcode, compressed) => {
          expect(of(opcode, octets, { messageOpcode, compressed })).not.toMatch(UNSAFE);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the limit', () => {
  it.each(['é', '€', '😀'])('leaves out a %s that it cuts, wherever it is cut', (character) => {
    const size = utf8(character).length;
    for (let before = PREVIEW_BYTES - size; before <= PREVIEW_BYTES; before++) {
      const text = `${'x'.repeat(before)}${character}yyy`;
      const expected = 'x'.repeat(before) + (before + size <= PREVIEW_BYTES ? character : '');
      expect(of(1, text)).toBe(expected);
      // As the dissector hands it over that was asked to keep no more.
      const kept = utf8(text).subarray(0, PREVIEW_BYTES);
      expect(of(1, kept, { length: utf8(text).length })).toBe(expected);
    }
  });

  it('does not hide a character that the frame itself cuts', () => {
    expect(of(1, concat(utf8('x'.repeat(PREVIEW_BYTES - 1)), [0xf0]))).toBe(
      `${'x'.repeat(PREVIEW_BYTES - 1)}\ufffd`,
    );
    expect(of(1, bytes(0x41, 0xf0, 0x9f), { length: 4000 })).toBe('A\ufffd');
  });

  it.each([
    ['text', 1],
    ['a continuation', 0],
    ['a Close', 8],
    ['a ping', 9],
    ['a pong', 10],
    ['binary', 2],
  ])('holds for %s', (_name, opcode) => {
    const text = of(opcode, 'x'.repeat(100_000), { messageOpcode: opcode === 0 ? 1 : opcode });
    expect(text.length).toBeLessThan(PREVIEW_BYTES + 30);
    expect(text.length).toBeGreaterThan(190);
  });
});
