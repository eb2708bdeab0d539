import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { frameHex, wireBytes } from '../../src/output/frame-hex.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import { concat, utf8 } from '../support/splits.js';
import { SessionRecorder } from '../websocket/recorder.js';
import { hostileTexts, makeFrame } from './samples.js';

const plain = makeColors(false);

describe('frameHex', () => {
  it('shows a masked frame as on the wire and unmasked', () => {
    expect(frameHex(makeFrame(), plain)).toBe(
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
    const [title, line, ...rest] = frameHex(makeFrame(overrides), plain).split('\n');
    expect(title).toMatch(/^ {4}Frame as on the wire \(\d bytes\)$/);
    expect(line).toBe(`    ${row}`);
    expect(rest).toEqual(['']);
  });

  it.each(hostileTexts)('is safe to print: %s', (_name, text) => {
    expect(frameHex(makeFrame({ payload: utf8(text) }), plain)).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('dims the titles', () => {
    expect(frameHex(makeFrame(), makeColors(true))).toContain('\x1b[2mPayload unmasked (5 bytes)\x1b[22m\n');
  });
});

describe('wireBytes', () => {
  const frames = [
    encodeFrame({ opcode: 1, maskingKey: -1, payload: utf8('Hello') }),
    encodeFrame({ opcode: 2, fin: false, rsv1: true, rsv3: true, payload: new Uint8Array(126).fill(3) }),
    encodeFrame({ opcode: 9, lengthForm: 16, maskingKey: 0, payload: utf8('x') }),
    encodeFrame({ opcode: 15, lengthForm: 64, rsv2: true }),
    encodeFrame({ opcode: 0, maskingKey: 77, payload: new Uint8Array(70_000) }),
  ];

  it('are those that were captured', () => {
    const recorder = new SessionRecorder();
    recorder.send('client', concat(...frames));
    expect(recorder.frames.map(wireBytes)).toEqual(frames);
  });

  it('are 00 where octets are missing, masked or not', () => {
    for (const maskingKey of [0x37fa213d, undefined]) {
      const wire = encodeFrame({ opcode: 2, maskingKey, payload: utf8('0123456789') });
      const body = wire.length - 10;
      const recorder = new SessionRecorder();
      recorder.send('client', wire.subarray(0, body + 2)).gap('client', 3);
      recorder.send('client', wire.subarray(body + 5, body + 8)).end();
      const expected = wire.slice(0, body + 8).fill(0, body + 2, body + 5);
      expect(wireBytes(recorder.frames[0])).toEqual(expected);
    }
  });

  it('hold a length that is not true, and no more payload than was kept', () => {
    const frame: Frame = makeFrame({
      payload: 'Hel',
      lengthForm: 64,
      length: 2 ** 64,
      exactLength: 2n ** 64n - 1n,
      masked: false,
    });
    expect([...wireBytes(frame)]).toEqual([
      0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255, 0x48, 0x65, 0x6c,
    ]);
  });
});
