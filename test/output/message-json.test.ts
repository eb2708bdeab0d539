import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClose, encodeClose } from '../../src/websocket/close.js';
import { utf8 } from '../support/splits.js';
import { hostileTexts, makeMessage, makeSession, messageJson, UNSAFE } from './samples.js';

const parse = (overrides?: Parameters<typeof makeMessage>[0]) =>
  JSON.parse(messageJson(makeMessage(overrides)));

describe('messageJson', () => {
  it('of a text message, to the letter', () => {
    expect(messageJson(makeMessage())).toBe(
      '{"message":1,"session":1,"client":"10.0.0.1:40000","server":"10.0.0.2:80","path":"/chat",' +
        '"subprotocol":null,"sender":"client","opcode":"text","time":1700000001.000203,' +
        '"firstTime":1700000001.000000,"length":5,"content":"Hello","closeCode":null,"closeReason":null,' +
        '"compressed":false,"wireLength":5,"frames":[1],"packets":[6],"complete":true,"unknownRanges":[]}',
    );
  });

  it('of a message with everything odd', () => {
    const message = makeMessage({
      number: 7,
      session: makeSession({ number: 3, request: undefined, response: { subprotocol: 'chat.v1' } }),
      sender: 'server',
      opcode: 2,
      timestamp: { seconds: 1_700_000_000, nanoseconds: 123_456_789 },
      content: Uint8Array.of(0, 255, 0, 0),
      length: 9,
      compressed: true,
      wireLength: 6,
      frames: [3, 5],
      packets: [8, 9, 12],
      failure: 'invalid block type',
      unknownRanges: [{ offset: 2, length: 2 }],
      confidence: 0.9987,
    });
    expect(messageJson(message)).toBe(
      '{"message":7,"session":3,"client":"10.0.0.1:40000","server":"10.0.0.2:80","path":null,' +
        '"subprotocol":"chat.v1","sender":"server","opcode":"binary","time":1700000000.123456789,' +
        '"firstTime":1700000001.000000,"length":9,"contentBase64":"AP8AAA==","closeCode":null,' +
        '"closeReason":null,"compressed":true,"wireLength":6,"frames":[3,5],"packets":[8,9,12],' +
        '"complete":false,"unknownRanges":[{"offset":2,"length":2}],"contentKept":4,"confidence":0.9987}',
    );
  });

  it.each([
    ['all is kept', {}, undefined],
    ['the rest lies beyond a limit', { length: 9, limited: true }, 5],
    ['a limit ended inflation', { limited: true }, 5],
    ['the rest was lost', { length: 9 }, 5],
    ['nothing was kept', { content: '', length: 9, limited: true }, 0],
  ])('contentKept: %s', (_name, overrides, kept) => {
    expect(parse(overrides).contentKept).toBe(kept);
  });

  it.each([
    ['text', {}, { content: 'Hello' }],
    ['empty text', { content: '' }, { content: '' }],
    ['text with a byte order mark', { content: '\ufeffx' }, { content: '\ufeffx' }],
    [
      'text that is no UTF-8',
      { content: Uint8Array.of(0x41, 0xff), validText: false },
      { contentBase64: 'Qf8=' },
    ],
    ['binary', { opcode: 2 }, { contentBase64: 'SGVsbG8=' }],
    ['a ping', { opcode: 9 }, { contentBase64: 'SGVsbG8=' }],
    ['a close without a body', { opcode: 8, content: '' }, { contentBase64: '' }],
  ])('content of %s', (_name, overrides, expected) => {
    const { content, contentBase64 } = parse(overrides);
    expect({ content, contentBase64 }).toEqual({ content: undefined, contentBase64: undefined, ...expected });
  });

  it.each([
    [0, '0'],
    [1, 'text'],
    [2, 'binary'],
    [3, '3'],
    [8, 'close'],
    [9, 'ping'],
    [10, 'pong'],
    [15, '15'],
  ])('opcode %i is %j', (opcode, name) => {
    expect(parse({ opcode }).opcode).toBe(name);
  });

  it.each([
    ['no body', '', { closeCode: null, closeReason: null }],
    ['one octet', 'x', { closeCode: null, closeReason: null }],
    ['a code', encodeClose(1001), { closeCode: 1001, closeReason: '' }],
    ['a reason', encodeClose(4000, '\x1b"\n'), { closeCode: 4000, closeReason: '\x1b"\n' }],
  ])('of a Close with %s', (_name, content, expected) => {
    const close = decodeClose(typeof content === 'string' ? utf8(content) : content);
    expect(parse({ opcode: 8, content, close })).toMatchObject(expected);
  });

  it.each(hostileTexts)('is one safe line that parses back: %s', (_name, text) => {
    const path = text.replace(/[\s\p{C}]/gu, '') || '/';
    const json = messageJson(
      makeMessage({ content: text, session: makeSession({ request: { target: path } }) }),
    );
    expect(json).not.toMatch(UNSAFE);
    expect(JSON.parse(json).content).toBe(Buffer.from(utf8(text)).toString());
    const close = { code: 1000, reason: text };
    expect(messageJson(makeMessage({ opcode: 8, close }))).not.toMatch(UNSAFE);
  });

  it('gives all content back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (octets, isText) => {
        const whole = new Uint8Array(octets.length + 9);
        whole.set(octets, 5);
        const content = whole.subarray(5, 5 + octets.length);
        const validText = isText && Buffer.from(Buffer.from(octets).toString()).equals(Buffer.from(octets));
        const json = parse({ content, opcode: isText ? 1 : 2, validText });
        const back = validText ? utf8(json.content) : Buffer.from(json.contentBase64, 'base64');
        expect([...back]).toEqual([...octets]);
      }),
    );
  });
});

describe('plain JSON', () => {
  const decodedOf = (content: string | Uint8Array, overrides?: Parameters<typeof makeMessage>[0]) => {
    const octets = typeof content === 'string' ? utf8(content) : content;
    return messageJson(makeMessage({ content: octets, length: octets.length, ...overrides }), true).split(
      ',"unknownRanges":[]',
    )[1];
  };

  it.each([
    ['{"a":1}', '"type":"object","summary":"object of \\"a\\"","value":{"a":1}'],
    ['[1,{"b":2}]', '"type":"array","summary":"array of 2","value":[1,{"b":2}]'],
    ['{}', '"type":"object","summary":"object of nothing","value":{}'],
    // Digit by digit.
    [
      '{"n":9007199254740993,"m":1e999,"k":1.10}',
      '"type":"object","summary":"object of \\"n\\", \\"m\\", \\"k\\"","value":{"n":9007199254740993,"m":1e999,"k":1.10}',
    ],
    // In one line, and nothing for terminals.
    ['{\r\n\t"a": [\n1 ]\n}\n', '"type":"object","summary":"object of \\"a\\"","value":{   "a": [ 1 ] } '],
    [
      '{"a":"ü\u009b\u202e"}',
      '"type":"object","summary":"object of \\"a\\"","value":{"a":"ü\\u009b\\u202e"}',
    ],
  ])('%j says what it is', (content, expected) => {
    expect(decodedOf(content)).toBe(`,"decoded":{"protocol":"json",${expected},"answers":null}}`);
    expect(decodedOf(content, { opcode: 2, validText: false })).toBe(
      `,"decoded":{"protocol":"json",${expected},"answers":null}}`,
    );
  });

  it.each<[what: string, content: string | Uint8Array, overrides?: Parameters<typeof makeMessage>[0]]>([
    ['a text', 'Hello'],
    ['a number', '12'],
    ['a string', '"text"'],
    ['what only looks like it', '{a:1}'],
    ['one that is cut', '{"a":1'],
    ['text that is no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), { validText: false }],
    ['a message that is not complete', '{"a":1}', { complete: false }],
    ['one that is longer than 1 MiB', `[${'1,'.repeat(524_287)}1]`],
  ])('not of %s', (_what, content, overrides) => {
    expect(decodedOf(content, overrides)).toBe('}');
  });

  it('is there beside what else is told at the end', () => {
    const message = makeMessage({ content: utf8('[]'), length: 2, confidence: 0.5 });
    expect(messageJson(message, true)).toMatch(
      /,"unknownRanges":\[\],"confidence":0\.5,"decoded":\{"protocol":"json","type":"array","summary":"array of 0","value":\[\],"answers":null\}\}$/,
    );
  });

  it('has the value that its content has, whatever that is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.object(), fc.array(fc.jsonValue())),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          const line = messageJson(makeMessage({ content: utf8(text), length: utf8(text).length }), true);
          expect(line).not.toMatch(UNSAFE);
          expect(JSON.parse(line).decoded.value).toEqual(JSON.parse(text));
        },
      ),
    );
  });
});
