import { describe, expect, it } from 'vitest';
import { messageColumns, messageRemarks } from '../../src/output/message-columns.js';
import { PREVIEW_BYTES } from '../../src/output/preview.js';
import { encodeClose } from '../../src/websocket/close.js';
import { context, deflateSession, hostileTexts, makeMessage, UNSAFE } from './samples.js';

const columns = (overrides: Parameters<typeof makeMessage>[0] = {}) =>
  messageColumns(makeMessage(overrides), context());
const range = (offset: number, length: number) => ({ offset, length });

describe('messageColumns', () => {
  it('of a text message', () => {
    expect(columns()).toEqual({
      number: '1',
      time: '1.000203',
      session: '1',
      direction: 'client→server',
      opcode: 'text',
      length: '5',
      wire: '',
      frames: '1',
      remark: '',
      content: 'Hello',
    });
  });

  it('of a compressed binary message of the server', () => {
    expect(
      columns({
        session: deflateSession,
        sender: 'server',
        opcode: 2,
        content: Uint8Array.of(1, 0xab),
        compressed: true,
        wireLength: 4,
        frames: [2, 4],
      }),
    ).toMatchObject({
      direction: 'server→client',
      opcode: 'binary',
      length: '2',
      wire: '4',
      frames: '2',
      content: '01 ab',
    });
  });

  it.each([
    ['an empty message', { content: '' }, ''],
    ['an empty Close', { opcode: 8, content: '' }, ''],
    ['half a code', { opcode: 8, content: Uint8Array.of(3) }, '03'],
    [
      'a code',
      { opcode: 8, content: encodeClose(1001), close: { code: 1001, reason: '' } },
      '1001 Going Away',
    ],
    [
      'a reason',
      { opcode: 8, content: encodeClose(4000, 'a\nb'), close: { code: 4000, reason: 'a\nb' } },
      '4000 Private use: a\\nb',
    ],
    ['a ping that can be read', { opcode: 9, content: 'are you there?' }, 'are you there?'],
    ['a ping that cannot', { opcode: 9, content: Uint8Array.of(0, 1, 2) }, '00 01 02'],
    ['a reserved control frame', { opcode: 11, content: 'abc' }, 'abc'],
    ['binary that could be read', { opcode: 2, content: 'abc' }, '61 62 63'],
    ['text that is no UTF-8', { content: Uint8Array.of(0x41, 0xff), validText: false }, '41 ff'],
    ['what begins in the middle', { opcode: 0, content: 'abc', complete: false }, '61 62 63'],
    ['binary of many bytes', { opcode: 2, content: new Uint8Array(65) }, `${'00 '.repeat(64)}…`],
  ])('content of %s', (_name, overrides, expected) => {
    expect(columns(overrides).content).toBe(expected);
  });

  it('shows only the beginning of long text, and no half character', () => {
    expect(columns({ content: 'x'.repeat(9000) }).content).toBe('x'.repeat(PREVIEW_BYTES));
    expect(columns({ content: `${'x'.repeat(PREVIEW_BYTES - 1)}é and more` }).content).toBe(
      'x'.repeat(PREVIEW_BYTES - 1),
    );
  });

  it.each(hostileTexts)('has content that is safe to print: %s', (_name, text) => {
    expect(columns({ content: text }).content).not.toMatch(UNSAFE);
    expect(columns({ opcode: 9, content: text }).content).not.toMatch(UNSAFE);
    const close = { code: 1000, reason: text };
    expect(columns({ opcode: 8, content: encodeClose(1000, 'x'), close }).content).not.toMatch(UNSAFE);
  });
});

describe('messageRemarks', () => {
  it.each([
    ['nothing', {}, []],
    ['unknown bytes', { unknownRanges: [range(0, 1), range(3, 1)] }, ['2 of 5 bytes unknown']],
    ['no inflation', { failure: 'invalid block type' }, ['deflate: invalid block type']],
    [
      'both',
      { failure: 'it ends early', unknownRanges: [range(4, 1)] },
      ['1 of 5 bytes unknown', 'deflate: it ends early'],
    ],
    ['doubt', { confidence: 0.99999 }, ['found again, 99.9 %']],
    ['no end', { complete: false }, ['incomplete']],
    ['no beginning', { opcode: 0, complete: false }, ['beginning missing']],
    [
      'no beginning and unknown bytes',
      { opcode: 0, complete: false, unknownRanges: [range(0, 5)] },
      ['beginning missing', '5 of 5 bytes unknown'],
    ],
    ['bad text', { validText: false }, ['not UTF-8']],
    ['text cut by the limit', { validText: false, length: 9 }, []],
    ['text that is incomplete', { validText: false, complete: false }, ['incomplete']],
    ['binary', { opcode: 2, validText: false }, []],
  ])('%s', (_name, overrides, expected) => {
    expect(messageRemarks(makeMessage(overrides))).toEqual(expected);
    expect(columns(overrides).remark).toBe(expected.map((remark) => `[${remark}]`).join(' '));
  });
});
