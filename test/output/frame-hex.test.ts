import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { writeFrameHex } from '../../src/output/frame-hex.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import { concat, utf8 } from '../support/splits.js';
import { SessionRecorder } from '../websocket/recorder.js';
import { hostileTexts, MemoryWriter, makeFrame } from './samples.js';

const plain = makeColors(false);

function hexOf(frame: Frame, colors = plain): string {
  const writer = new MemoryWriter();
  writeFrameHex(writer, frame, colors);
  return writer.text;
}

describe('writeFrameHex', () => {
  it('shows a masked frame as on the wire and unmasked', () => {
    expect(hexOf(makeFrame())).toBe(
      '    Frame as on the wire (11 bytes)\n' +
        '    0000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 ..7.!=..MQX\n' +
        '    Payload unmasked (5 bytes)\n' +
        '    0000  48 65 6c 6c 6f                                    Hello\n',
    );
  });

  it.each([
    [
      'an unmasked frame',
      { masked: false },
      '0000  81 05 48 65 6c 6c 6f                              ..Hello',
    ],
    [
      'an empty masked frame',
      { payload: '' },
      '0000  81 80 37 fa 21 3d                                 ..7.!=',
    ],
  ])('shows %s once', (_name, overrides, row) => {
    const [title, line, ...rest] = hexOf(makeFrame(overrides)).split('\n');
    expect(title).toMatch(/^ {4}Frame as on the wire \(\d bytes\)$/);
    expect(line).toBe(`    ${row}`);
    expect(rest).toEqual(['']);
  });

  it.each(hostileTexts)('is safe to print: %s', (_name, text) => {
    expect(hexOf(makeFrame({ payload: utf8(text) }))).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('dims the titles', () => {
    expect(hexOf(makeFrame(), makeColors(true))).toContain('\x1b[2mPayload unmasked (5 bytes)\x1b[22m\n');
  });
});

/** The bytes of each dump, as its rows show them: what is not shown is a hole. */
function dumpsOf(text: string): (number | undefined)[][] {
  const dumps: (number | undefined)[][] = [];
  for (const line of text.split('\n')) {
    if (line.includes(' bytes)')) dumps.push([]);
    const [, offset, hex] = /^ {4}([0-9a-f]{4,}) {2}(.{48})/.exec(line) ?? [];
    if (offset === undefined) continue;
    for (const [i, digits] of hex.trim().split(/ +/).entries())
      dumps[dumps.length - 1][Number.parseInt(offset, 16) + i] = Number.parseInt(digits, 16);
  }
  return dumps;
}

describe('the bytes on the wire', () => {
  const varied = (size: number) => Uint8Array.from({ length: size }, (_, i) => i ^ (i >> 4));
  const frames = [
    encodeFrame({ opcode: 1, maskingKey: -1, payload: utf8('Hello') }),
    encodeFrame({ opcode: 2, fin: false, rsv1: true, rsv3: true, payload: varied(126) }),
    encodeFrame({ opcode: 9, lengthForm: 16, maskingKey: 0, payload: utf8('x') }),
    encodeFrame({ opcode: 15, lengthForm: 64, rsv2: true }),
    encodeFrame({ opcode: 0, maskingKey: 77, payload: varied(70_000) }),
  ];

  it('are those that were captured', () => {
    const recorder = new SessionRecorder();
    recorder.send('client', concat(...frames));
    for (const [i, frame] of recorder.frames.entries()) {
      const [wire, payload] = dumpsOf(hexOf(frame));
      expect(Buffer.from(wire as number[]).equals(frames[i])).toBe(true);
      if (payload !== undefined) expect(Buffer.from(payload as number[]).equals(frame.payload)).toBe(true);
    }
  });

  it('that are missing are one line, masked or not', () => {
    for (const maskingKey of [0x37fa213d, undefined]) {
      const wire = encodeFrame({ opcode: 2, maskingKey, payload: utf8('0123456789') });
      const body = wire.length - 10;
      const recorder = new SessionRecorder();
      recorder.send('client', wire.subarray(0, body + 2)).gap('client', 3);
      recorder.send('client', wire.subarray(body + 5, body + 8)).end();
      const text = hexOf(recorder.frames[0]);
      const seen = [...wire.subarray(0, body + 8)].map((byte, i) =>
        i < body + 2 || i >= body + 5 ? byte : -1,
      );
      expect(Array.from(dumpsOf(text)[0], (byte) => byte ?? -1)).toEqual(seen);
      expect(text.match(/\[\d.*\]/g)?.slice(0, 2)).toEqual([
        '[3 bytes are not in the capture]',
        '[2 bytes are not in the capture]',
      ]);
    }
  });

  it('show a gap where it is', () => {
    const frame = makeFrame({
      masked: false,
      payload: utf8('01\0\0\x0056789'),
      complete: false,
      missing: [{ offset: 2, length: 3 }],
    });
    expect(hexOf(frame)).toBe(
      '    Frame as on the wire (12 bytes)\n' +
        '    0000  81 0a 30 31                                       ..01\n' +
        '    [3 bytes are not in the capture]\n' +
        '    0007  35 36 37 38 39                                    56789\n',
    );
  });

  it.each([
    ['what was cut', { length: 9 }, ['[4 bytes are not kept]']],
    [
      'what was cut before a gap',
      { length: 20, missing: [{ offset: 10, length: 1 }] },
      ['[1 byte is not in the capture]', '[14 bytes are not kept]'],
    ],
    [
      'a gap at which the kept payload ends',
      { length: 1005, missing: [{ offset: 5, length: 990 }] },
      ['[990 bytes are not in the capture]', '[10 bytes are not kept]'],
    ],
    [
      'ranges that were taken together',
      { length: 9, missing: [{ offset: 3, length: 6 }] },
      ['[2 bytes are not in the capture]', '[4 bytes are not in the capture]'],
    ],
  ])('tell of %s', (_name, overrides, expected) => {
    const frame = makeFrame({ masked: false, payload: 'Hello', ...overrides });
    expect(hexOf(frame).match(/\[.*\]/g)).toEqual(expected);
  });

  it('hold a length that is not true, and no more payload than was kept', () => {
    const frame: Frame = makeFrame({
      payload: 'Hel',
      lengthForm: 64,
      length: 2 ** 64,
      exactLength: 2n ** 64n - 1n,
      masked: false,
    });
    expect(dumpsOf(hexOf(frame))[0]).toEqual([
      0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255, 0x48, 0x65, 0x6c,
    ]);
  });
});

describe('rows that are equal', () => {
  /** Of a header of four bytes and so many zeros that they fill the rows. */
  const zeros = (rows: number, ...rest: number[]) =>
    hexOf(
      makeFrame({
        masked: false,
        lengthForm: 16,
        payload: concat(new Uint8Array(rows * 16 - 4), Uint8Array.from(rest)),
      }),
    )
      .split('\n')
      .slice(2, -1)
      .map((line) => line.trim().slice(0, 9));

  it.each([
    [4, ['0010  00 ', '0020  00 ', '0030  00 ']],
    [5, ['0010  00 ', '*', '0040  00 ']],
    [4095, ['0010  00 ', '*', 'ffe0  00 ']],
  ])('are one line where they are four or more: %i', (rows, expected) => {
    expect(zeros(rows)).toEqual(expected);
    expect(zeros(rows, 7)).toEqual([...expected, `${(rows * 16).toString(16).padStart(4, '0')}  07 `]);
  });

  it('are so on the wire too where they are masked', () => {
    const text = hexOf(makeFrame({ payload: new Uint8Array(1000) }));
    expect(text.split('\n').filter((line) => line === '    *')).toHaveLength(2);
    expect(text.split('\n').length).toBeLessThan(14);
  });
});

it('goes to the writer in pieces, however large the payload', () => {
  const sizes: number[] = [];
  const writer = { write: (text: string) => void sizes.push(text.length), flush() {} };
  const payload = Uint8Array.from({ length: 1 << 18 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
  writeFrameHex(writer, makeFrame({ payload }), plain);
  expect(sizes.length).toBeGreaterThan(2 << 14);
  expect(Math.max(...sizes)).toBeLessThan(100);
});
