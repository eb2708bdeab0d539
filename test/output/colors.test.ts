import { describe, expect, it } from 'vitest';
import { makeColors, wantsColor } from '../../src/output/colors.js';

const red = '\x1b[31m';
const green = '\x1b[32m';
const yellow = '\x1b[33m';
const magenta = '\x1b[35m';
const cyan = '\x1b[36m';
const dim = '\x1b[2m';
const bold = '\x1b[1m';

describe('makeColors', () => {
  it.each([
    [0, dim],
    [1, green],
    [2, cyan],
    [3, red],
    [7, red],
    [8, yellow],
    [9, magenta],
    [10, magenta],
    [11, red],
    [15, red],
  ])('paints opcode %i', (opcode, color) => {
    const text = makeColors(true).opcode(opcode, 'x');
    expect(text.startsWith(`${color}x\x1b[`)).toBe(true);
    expect(makeColors(false).opcode(opcode, 'x')).toBe('x');
  });

  it.each([
    ['remark', red, '\x1b[39m'],
    ['label', bold, '\x1b[22m'],
    ['dim', dim, '\x1b[22m'],
  ] as const)('paints a %s', (name, open, end) => {
    expect(makeColors(true)[name]('x')).toBe(`${open}x${end}`);
    expect(makeColors(false)[name]('x')).toBe('x');
  });
});

describe('wantsColor', () => {
  it.each<[boolean, NodeJS.ProcessEnv, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '0' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: 'true' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '' }, false],
    [true, { FORCE_COLOR: '0' }, true],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
    [true, { TERM: 'xterm-256color' }, true],
    [false, { TERM: 'dumb', FORCE_COLOR: '1' }, true],
  ])('terminal: %s, %j: %s', (isTerminal, env, expected) => {
    expect(wantsColor(isTerminal, env)).toBe(expected);
  });
});
