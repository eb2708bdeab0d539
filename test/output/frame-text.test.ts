import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import type { TimeFormat } from '../../src/output/time.js';
import { utf8 } from '../support/splits.js';
import { context, frameLine, hostileTexts, makeFrame, makeSession, UNSAFE } from './samples.js';

const plain = makeColors(false);
const line = (overrides: Parameters<typeof makeFrame>[0], time?: TimeFormat) =>
  frameLine(makeFrame(overrides), context(time), plain);

describe('frameLine', () => {
  it.each<[string, Parameters<typeof makeFrame>[0], TimeFormat, string]>([
    [
      'masked text',
      {},
      'relative',
      '    1    1.000203   1 client→server  FIN ---  text         mask 37fa213d      5 7-bit   Hello',
    ],
    [
      'a long unmasked fragment',
      {
        number: 1234,
        sender: 'server',
        fin: false,
        rsv1: true,
        opcode: 2,
        masked: false,
        payload: new Uint8Array(126),
      },
      'relative',
      ` 1234    1.000203   1 server→client  --- 1--  binary       unmasked         126 16-bit  ${'00 '.repeat(64)}…`,
    ],
    [
      'a continuation without payload ends with its facts',
      { opcode: 0, payload: '', session: makeSession({ number: 42 }) },
      'epoch',
      '    1 1700000001.000203  42 client→server  FIN ---  continuation mask 37fa213d      0 7-bit',
    ],
    [
      'a remark stands before the payload',
      { opcode: 8, payload: 'x' },
      'utc',
      '    1 2023-11-14 22:13:21.000203Z   1 client→server  FIN ---  close        mask 37fa213d      1 7-bit   [malformed] 78',
    ],
  ])('%s', (_name, overrides, time, expected) => {
    expect(line(overrides, time)).toBe(expected);
  });

  it('puts the columns of masked and unmasked frames below each other', () => {
    const [masked, unmasked] = [line({}), line({ masked: false })];
    expect(unmasked.indexOf('Hello')).toBe(masked.indexOf('Hello'));
  });

  it('colours the opcode and the remarks', () => {
    const colored = frameLine(makeFrame({ opcode: 3 }), context(), makeColors(true));
    expect(colored).toContain('\x1b[31m3           \x1b[39m');
    expect(colored).toContain('\x1b[31m[reserved opcode]\x1b[39m 48 65');
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(line({ opcode: 3 }));
  });

  it.each(hostileTexts)('is one safe line: %s', (_name, text) => {
    for (const opcode of [1, 2, 8, 9]) expect(line({ opcode, payload: utf8(text) })).not.toMatch(UNSAFE);
  });
});
