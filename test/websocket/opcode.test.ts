import { describe, expect, it } from 'vitest';
import { isControl, isReserved, opcodeName, opcodeTitle, parseOpcode } from '../../src/websocket/opcode.js';

describe('opcodes', () => {
  it.each([
    [0, 'continuation', false, false],
    [1, 'text', false, false],
    [2, 'binary', false, false],
    [3, '3', false, true],
    [4, '4', false, true],
    [5, '5', false, true],
    [6, '6', false, true],
    [7, '7', false, true],
    [8, 'close', true, false],
    [9, 'ping', true, false],
    [10, 'pong', true, false],
    [11, '11', true, true],
    [12, '12', true, true],
    [13, '13', true, true],
    [14, '14', true, true],
    [15, '15', true, true],
  ])('%i is %s; control: %s, reserved: %s', (opcode, name, control, reserved) => {
    expect(opcodeName(opcode)).toBe(name);
    expect(opcodeTitle(opcode)).toBe(reserved ? `reserved (${name})` : name);
    expect(parseOpcode(name)).toBe(opcode);
    expect(isControl(opcode)).toBe(control);
    expect(isReserved(opcode)).toBe(reserved);
  });

  it.each([
    '',
    'TEXT',
    'Close',
    ' text',
    '0',
    '1',
    '2',
    '8',
    '9',
    '10',
    '16',
    '03',
    '-1',
    '3.0',
    '0x3',
    'undefined',
  ])('%j is no name', (name) => {
    expect(parseOpcode(name)).toBeUndefined();
  });
});
