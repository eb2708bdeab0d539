import { describe, expect, it } from 'vitest';
import { explainFrame } from '../../src/explain/explanation.js';
import { explanationJson } from '../../src/explain/json.js';
import { explanationMarkdown } from '../../src/explain/markdown.js';
import { framesOfBytes } from '../../src/explain/of-bytes.js';
import { explanationSvg } from '../../src/explain/svg.js';
import { explanationText } from '../../src/explain/text.js';
import { makeColors } from '../../src/output/colors.js';
import { rules } from '../../src/rules/index.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import { makeFrame } from '../output/samples.js';
import { bytesOf, explained } from './help.js';

/** RFC 6455 §5.7. */
const HELLO = '81 85 37 fa 21 3d 7f 9f 4d 51 58';

describe('the parts of a frame', () => {
  it('of the masked "Hello" of RFC 6455 §5.7', () => {
    const [{ parts, bytes }] = explained(HELLO);
    expect(parts.map(({ name, startBit, endBit, value }) => [name, startBit, endBit, value])).toEqual([
      ['fin', 0, 1, '1'],
      ['rsv1', 1, 2, '0'],
      ['rsv2', 2, 3, '0'],
      ['rsv3', 3, 4, '0'],
      ['opcode', 4, 8, '1 (text)'],
      ['mask', 8, 9, '1'],
      ['length', 9, 16, '5'],
      ['key', 16, 48, '37fa213d'],
      ['payload', 48, 88, 'Hello'],
    ]);
    expect(Buffer.from(bytes)).toEqual(bytesOf(HELLO));
  });

  it.each([
    ['82 7e 01 00', 256, 'extended-length', 16, 32, '126', 'hold 126 to 65,535'],
    ['82 7f 00 00 00 00 00 01 00 00', 65_536, 'extended-length', 16, 80, '127', '65,536 bytes and more'],
  ])('of the binary message %s of RFC 6455 §5.7', (header, length, name, start, end, marker, why) => {
    const bytes = Buffer.concat([bytesOf(header), Buffer.alloc(length, 7)]);
    const [{ parts, bytes: shown }] = explained(bytes.toString('hex'));
    expect(parts.find((part) => part.name === 'length')).toMatchObject({ value: marker });
    expect(parts.find((part) => part.name === 'length')!.why).toContain(why);
    expect(parts.find((part) => part.name === name)).toMatchObject({
      startBit: start,
      endBit: end,
      value: String(length),
    });
    expect(parts.at(-1)).toMatchObject({ name: 'payload', startBit: end, endBit: end + 8 * length });
    expect(Buffer.from(shown)).toEqual(bytes.subarray(0, end / 8 + 64));
  });

  it.each([
    [HELLO, 'mask', 'must be masked (§5.1), so that'],
    ['81 05 48 65 6c 6c 6f', 'mask', 'Servers never mask'],
    ['01 03 48 65 6c', 'fin', 'did not want to wait'],
    ['89 00', 'fin', 'A control frame is always whole'],
    ['83 00', 'fin', 'No fragment follows: this one frame is the whole message'],
    [HELLO, 'key', 'has to draw anew for each frame'],
    ['8b 02 41 42', 'payload', 'What it means nothing defines'],
    ['89 00', 'length', 'There is no payload.'],
    ['09 00', 'fin', 'must not be fragmented'],
    ['8a 00', 'opcode', 'It answers a Ping'],
    ['83 00', 'opcode', 'Nothing defines this number'],
    ['a1 00', 'rsv2', 'ends the connection'],
    ['c1 07 f2 48 cd c9 c9 07 00', 'rsv1', 'permessage-deflate (RFC 7692)'],
    ['c1 07 f2 48 cd c9 c9 07 00 c9 00', 'payload', '00 00 ff ff'],
    ['88 02 03 e8', 'payload', 'The first two bytes are the code'],
    ['88 01 03', 'payload', 'one byte is an error'],
    ['82 7e 00 05 01 02 03 04 05', 'extended-length', '7 bits would have done'],
    ['82 ff 80 00 00 00 00 00 00 05 01 01 01 01 aa', 'extended-length', 'this is no length'],
    ['82 ff 80 00 00 00 00 00 00 05 01 01 01 01 aa', 'payload', 'it would be 5 bytes.'],
    ['89 7e 00 80 01', 'extended-length', 'A control frame has at most 125 bytes (§5.5)'],
    ['c1 05 f2 00 11 00 00', 'payload', 'It refers back to what this side said in earlier messages'],
    ['41 03 f2 48 cd', 'payload', 'It may refer back to what this side said in earlier messages'],
  ])('%s: why %s is so', (hex, name, why) => {
    expect(explained(hex)[0].parts.find((part) => part.name === name)!.why).toContain(why);
  });
});

describe('of a compressed message', () => {
  const parts = (hex: string, at: number, name: string) =>
    explained(hex)[at].parts.find((part) => part.name === name)!;

  it('RSV1 stands in the first frame only, and counts for the others', () => {
    const hex = '41 03 f2 48 cd 80 04 c9 c9 07 00';
    expect(parts(hex, 1, 'rsv1').why).toBe(
      'RSV1 stands in the first frame of a message only, and counts for all of them (RFC 7692 §6): this one is compressed, too.',
    );
    expect(parts('01 01 41 80 01 42', 1, 'rsv1').why).toContain('Kept for extensions');
  });

  it('that refers to nothing before it, nothing is said of that', () => {
    const hex = 'c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00';
    expect(parts(hex, 0, 'payload').why).not.toContain('refer');
    expect(parts(hex, 1, 'payload').why).toMatch(/§7\.2\.3\.2\): without them it cannot be inflated\.$/);
  });
});

describe('the figure', () => {
  const rowsOf = (hex: string) =>
    explained(hex)[0].diagram.rows.map((row) => row.map(({ part, bits }) => [part, bits]));

  it('has the bits, 32 in a row', () => {
    expect(rowsOf(HELLO)).toEqual([
      [
        ['fin', '1'],
        ['rsv1', '0'],
        ['rsv2', '0'],
        ['rsv3', '0'],
        ['opcode', '0001'],
        ['mask', '1'],
        ['length', '0000101'],
        ['key', '0011011111111010'],
      ],
      [
        ['key', '0010000100111101'],
        ['payload', '0111111110011111'],
      ],
      [['payload', '010011010101000101011000']],
    ]);
  });

  it.each([
    ['81 05 48 65 6c 6c 6f', 0],
    ['81 06 48 65 6c 6c 6f 6f', 0],
    ['81 07 48 65 6c 6c 6f 6f 6f', 1],
    [`81 7d ${'61'.repeat(125)}`, 119],
    [`81 7e 00 7e ${'61'.repeat(126)}`, 118],
  ])('of %s leaves out what is too much of the payload', (hex, omitted) => {
    expect(explained(hex)[0].diagram.omitted).toBe(omitted);
  });

  it('has all bits of the frame, in any form', () => {
    for (const lengthForm of [7, 16, 64] as const)
      for (const maskingKey of [undefined, 0x1234_5678]) {
        const bytes = Buffer.from(
          encodeFrame({ opcode: 2, payload: bytesOf('0102'), lengthForm, maskingKey }),
        );
        const [{ diagram }] = explained(bytes.toString('hex'));
        const bits = diagram.rows.flat().map((cell) => cell.bits);
        expect(bits.join('')).toBe([...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join(''));
      }
  });
});

describe('the unmasking', () => {
  it('is worked byte by byte', () => {
    expect(explained(HELLO)[0].unmasking).toEqual([
      { index: 0, wire: 0x7f, key: 0x37, result: 0x48 },
      { index: 1, wire: 0x9f, key: 0xfa, result: 0x65 },
      { index: 2, wire: 0x4d, key: 0x21, result: 0x6c },
      { index: 3, wire: 0x51, key: 0x3d, result: 0x6c },
      { index: 4, wire: 0x58, key: 0x37, result: 0x6f },
    ]);
  });

  it('is none without a mask, and not of what is not there', () => {
    expect(explained('81 05 48 65 6c 6c 6f')[0].unmasking).toEqual([]);
    expect(explained('81 85 37 fa 21 3d 7f 9f')[0].unmasking.length).toBe(2);
    expect(explained(`82 fd 00 00 00 00 ${'61'.repeat(125)}`)[0]).toMatchObject({
      unmasking: { length: 16 },
      unmaskingRest: 109,
    });
    expect(explained(`82 90 00 00 00 00 ${'61'.repeat(16)}`)[0].unmaskingRest).toBe(0);
  });
});

describe('the steps of a decoder', () => {
  it.each([
    [
      HELLO,
      ['header 2', 'key 4', 'payload 5', 'end 0'],
      'the message is whole, checked to be UTF-8, and handed on',
    ],
    [
      '82 7e 00 05 01 02 03 04 05',
      ['header 2', 'length 2', 'payload 5', 'end 0'],
      'the message is whole, and handed on; a strict receiver fails the connection instead, since the length is not in the shortest form (RFC 6455 §5.2), which many do not check',
    ],
    ['82 02 01 02', ['header 2', 'payload 2', 'end 0'], 'the message is whole, and handed on'],
    [
      '01 03 48 65 6c',
      ['header 2', 'payload 3', 'end 0'],
      'kept: the next data frame must be a continuation of this message',
    ],
    [
      '89 00',
      ['header 2', 'end 0'],
      'a Pong with the same payload is due; a message under way stays as it is',
    ],
    [
      '88 00',
      ['header 2', 'end 0'],
      'no data frame may follow in this direction; the other side has to answer with a Close, unless this is the answer to its own: then the server ends TCP',
    ],
    [
      '81 02 c3 28',
      ['header 2', 'payload 2', 'end 0'],
      'it must not go on: A text message is not UTF-8 (RFC 6455 §5.6); the connection fails',
    ],
    [
      '80 01 41',
      ['header 2', 'payload 1', 'end 0'],
      'if a message is under way, this is its last fragment: it is joined, inflated if its first frame has RSV1, checked to be UTF-8 if that is text, and handed on; if none is, the connection fails (RFC 6455 §5.4)',
    ],
    [
      '00 01 41',
      ['header 2', 'payload 1', 'end 0'],
      'if a message is under way, this is kept: the next data frame must be a continuation, too; if none is, the connection fails (RFC 6455 §5.4)',
    ],
    [
      '89 7e 00 80 01 02',
      ['header 2', 'end 0'],
      'it must not go on: A control frame has more than 125 bytes (RFC 6455 §5.5); the connection fails',
    ],
    [
      '83 05 48',
      ['header 2', 'end 0'],
      'it must not go on: The opcode is reserved (RFC 6455 §5.2); the connection fails',
    ],
    [
      'c1 05 f2 00 11 00 00',
      ['header 2', 'payload 5', 'end 0'],
      'the message is whole, inflated with what earlier messages said, checked to be UTF-8, and handed on',
    ],
    [
      '82 ff 80 00 00 00 00 00 00 01 01 02 03 04 05',
      ['header 2', 'length 8', 'end 0'],
      'it must not go on: The most significant bit of a 64-bit length is set (RFC 6455 §5.2); the connection fails',
    ],
    ['8a 00', ['header 2', 'end 0'], 'it is handled at once; a message under way stays as it is'],
    ['81 05 48', ['header 2', 'payload 1', 'end 0'], 'the stream ended before the frame did'],
    [
      'c1 07 f2 48 cd c9 c9 07 00',
      ['header 2', 'payload 7', 'end 0'],
      'the message is whole, inflated, checked to be UTF-8, and handed on',
    ],
  ])('%s', (hex, steps, end) => {
    const [{ steps: told }] = explained(hex);
    expect(told.map(({ state, takes }) => `${state} ${takes}`)).toEqual(steps);
    expect(told.at(-1)!.tells).toBe(end);
  });

  it('count what is there', () => {
    const [{ steps }] = explained('81 05 48');
    expect(steps[1].tells).toBe('of 5 bytes: the bytes are taken as they are');
    expect(explained('89 01 48')[0].steps[0].tells).toBe(
      'ping, 1 byte of payload, not masked: that is the whole header',
    );
  });

  it('end with a conditional where the message began before, which is assumed', () => {
    const told = (hex: string) => {
      const { findings, assumed } = framesOfBytes(bytesOf(hex), rules, { sender: 'server' });
      return [findings.map(({ frame, rule }) => `${frame} ${rule.id}`), assumed];
    };
    const assumed = (frame: number) => [
      `The message that frame ${frame} continues began before these bytes (RFC 6455 §5.4): its first frame would tell whether it is text, and whether it is compressed. If none began, the connection fails.`,
    ];
    expect(told('80 02 6c 6f')).toEqual([[], assumed(1)]);
    expect(told('c0 01 41')[1]).toEqual([
      'No extension was agreed on that gives the reserved bits of frame 1 a meaning (RFC 6455 §5.2); --deflate says that permessage-deflate was.',
      'The message that frame 1 continues began before these bytes (RFC 6455 §5.4): its first frame would tell whether it is text. If none began, the connection fails.',
    ]);
    expect(told('a1 00')[1]).toEqual([
      'No extension was agreed on that gives the reserved bits of frame 1 a meaning (RFC 6455 §5.2).',
    ]);
    expect(told('89 00 00 01 6c 80 01 6f')).toEqual([[], assumed(2)]);
    expect(told('80 02 6c 6f 80 01 41')).toEqual([['2 continuation-without-start'], assumed(1)]);
    expect(told('81 00 80 02 6c 6f')).toEqual([['2 continuation-without-start'], []]);
  });

  it('ask for no Pong behind a Close, and know what ends below HTTP/2', () => {
    expect(explained('88 02 03 e8 89 01 41')[1].steps.at(-1)!.tells).toBe(
      'no Pong is due: a Close came before it (RFC 6455 §5.5.2)',
    );
    const [close] = framesOfBytes(bytesOf('88 00'), rules).frames;
    const session = { ...close.session, carrier: { ...close.session.carrier, stream: 1 } };
    expect(explainFrame({ ...close, session }, [], true).steps.at(-1)!.tells).toMatch(
      /: then the HTTP\/2 stream ends$/,
    );
  });

  it('of an empty masked frame have no payload', () => {
    expect(explained('81 80 01 02 03 04')[0].steps[1].tells).toBe(
      'the masking key is known: there is no payload',
    );
  });

  it.each([
    [
      'deflate-context-used',
      'a receiver that forgets each message, as was agreed on (RFC 7692 §7.1.1), cannot',
    ],
    [
      'deflate-window-exceeded',
      'a receiver whose window is no larger than was agreed on (RFC 7692 §7.1.2) cannot',
    ],
  ])('of %s tell of receivers that cannot go on', (id, told) => {
    const { frames } = framesOfBytes(bytesOf('c1 07 f2 48 cd c9 c9 07 00'), rules);
    const rule = rules.find((one) => one.id === id)!;
    const [like] = framesOfBytes(bytesOf('83 00'), rules).findings;
    const finding = { ...like, rule, severity: rule.severity };
    expect(explainFrame(frames[0], [finding], true).steps.at(-1)!.tells).toContain(`and handed on; ${told}`);
  });

  it('say that what earlier messages said is not here', () => {
    const { frames, messages } = framesOfBytes(bytesOf('c105f200110000'), rules, { sender: 'server' });
    expect(explainFrame(frames[0], [], false, messages[0]).steps.at(-1)!.tells).toBe(
      'the message is whole, inflated with what earlier messages said (which is not here), checked to be UTF-8, and handed on',
    );
  });

  it('of fragments end with the joined message', () => {
    const [first, last] = explained('01 03 48 65 6c 80 02 6c 6f');
    expect(first.steps.at(-1)!.tells).toMatch(/^kept/);
    expect(last.steps.at(-1)!.tells).toBe(
      'the last fragment: the message is joined, checked to be UTF-8, and handed on',
    );
  });
});

describe('frames of bytes', () => {
  it.each([
    [HELLO, undefined, 1, 'client', []],
    ['81 05 48 65 6c 6c 6f', undefined, 1, 'server', []],
    ['81 05 48 65 6c 6c 6f', 'client', 1, 'client', ['unmasked-client-frame']],
    [HELLO, 'server', 1, 'server', ['masked-server-frame']],
    ['83 00 82 7e 00 01 05', undefined, 2, 'server', ['reserved-opcode', 'non-minimal-length']],
  ] as const)('%s, said by %s', (hex, sender, count, by, broken) => {
    const { frames, findings, rest } = framesOfBytes(bytesOf(hex), rules, { sender });
    expect([frames.length, frames[0].sender, rest]).toEqual([count, by, 0]);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule.id)).toEqual(
      broken,
    );
  });

  // The octets of the rules' examples, and what nothing can be said of: BFINAL, and what lies before the bytes.
  it.each([
    ['c1 07 f2 48 cd c9 c9 07 00', undefined, []],
    ['c1 05 48 65 6c 6c 6f', undefined, ['1 deflate-undecodable']],
    ['c1 0d 78 9c f3 48 cd c9 c9 07 00 05 8c 01 f5', undefined, ['1 deflate-undecodable']],
    ['41 03 f2 48 cd c0 04 c9 c9 07 00', undefined, ['2 rsv1-misplaced']],
    ['81 00 c1 07 f2 48 cd c9 c9 07 00 c9 00', undefined, ['3 rsv1-misplaced']],
    ['c1 05 f2 00 11 00 00', undefined, []],
    ['c1 08 f3 48 cd c9 c9 07 00 00', undefined, []],
    ['c9 00', undefined, ['1 rsv-without-extension']],
    ['c9 00', true, ['1 rsv1-misplaced']],
    ['c1 07 f2 48 cd c9 c9 07 00', false, ['1 rsv-without-extension']],
    ['c1 05 48 65 6c 6c 6f', false, ['1 rsv-without-extension']],
    ['e1 00', true, ['1 deflate-undecodable', '1 rsv-without-extension']],
  ])('%s, permessage-deflate: %s', (hex, deflate, broken) => {
    const { findings, assumed } = framesOfBytes(bytesOf(hex), rules, { sender: 'server', deflate });
    expect(findings.map(({ frame, rule }) => `${frame} ${rule.id}`).sort()).toEqual(broken);
    const expected = hex === 'c9 00' ? 'No extension was' : 'permessage-deflate was agreed';
    expect(assumed.map((one) => one.split(' ').slice(0, 3).join(' '))).toEqual(
      deflate === undefined ? [expected] : [],
    );
  });

  it.each([
    ['81 05 48 65 6c 6c 6f', 'The server says these bytes, since frame 1 is not masked', undefined],
    [HELLO, 'The client says these bytes, since frame 1 is masked', undefined],
    [
      `${HELLO} ${HELLO} 81 00 81 00`,
      'The client says these bytes, since frame 1 is masked',
      'Frame 3 is not masked: either the client breaks that rule, or the other side says it,',
    ],
    [
      `81 00 ${HELLO}`,
      'The server says these bytes, since frame 1 is not masked',
      'Frame 2 is masked: either the server breaks that rule, or the other side says it,',
    ],
  ])('%s: who says them is assumed, and told', (hex, first, other) => {
    const { assumed } = framesOfBytes(bytesOf(hex), rules);
    expect(assumed).toHaveLength(1);
    expect(assumed[0]).toContain(first);
    if (other === undefined) expect(assumed[0]).not.toContain('either');
    else expect(assumed[0]).toContain(other);
    expect(framesOfBytes(bytesOf(hex), rules, { sender: 'client' }).assumed).toEqual([]);
  });

  it.each([
    ['', 0, 0],
    ['81', 0, 1],
    ['81 85 37', 0, 3],
    ['81 05 48', 1, 0],
    ['81 01 48 82', 1, 1],
    ['82 7f ff ff ff ff ff ff ff ff 01', 1, 0],
  ])('%s: %i frames, and %i bytes more', (hex, count, rest) => {
    const told = framesOfBytes(bytesOf(hex), rules);
    expect([told.frames.length, told.rest]).toEqual([count, rest]);
  });
});

describe('octets that were not captured', () => {
  const frame = makeFrame({
    payload: Uint8Array.of(0x48, 0, 0, 0x6c, 0x6f),
    length: 5,
    headerLength: 6,
    masked: true,
    maskingKey: 0x37fa213d,
    complete: false,
    missing: [{ offset: 1, length: 2 }],
  });
  const explanation = explainFrame(frame, [], true);

  it('have no value anywhere', () => {
    const text = explanationText(explanation, makeColors(false));
    expect(text).toContain('\n  0000  81 85 37 fa 21 3d 7f ??  ?? 51 58\n');
    expect(text).toMatch(/\|0 0 1 0 0 0 0 1 0 0 1 1 1 1 0 1\|0 1 1 1 1 1 1 1 \? \? \? \? \? \? \? \?\|/);
    expect(JSON.parse(explanationJson(explanation)).bytes).toBe('81 85 37 fa 21 3d 7f ?? ?? 51 58');
    expect(explanationMarkdown(explanation)).toContain('Bytes: `81 85 37 fa 21 3d 7f ?? ?? 51 58`');
    expect(explanationSvg(explanation).match(/>\?\?</g)).toHaveLength(2);
    expect(explanation.unmasking).toEqual([{ index: 0, wire: 0x7f, key: 0x37, result: 0x48 }]);
  });

  it('leave it uncertain where frames begin that are found again', () => {
    expect(explainFrame({ ...frame, confidence: 0.9995 }, [], true).assumed).toEqual([
      'That a frame begins here is inferred from the bytes (found again, 99.9 %).',
    ]);
    expect(explanation.assumed).toEqual([]);
  });

  it('are told of, and not said to be taken', () => {
    expect(explanation.parts.at(-1)!.meaning).toContain('not captured: 2 bytes from byte 1 on');
    expect(explanation.steps.map(({ state, takes }) => `${state} ${takes}`)).toEqual([
      'header 2',
      'key 4',
      'payload 3',
      'end 0',
    ]);
    expect(explanation.steps.at(-1)!.tells).toBe(
      '2 bytes were not captured: only who received the frame knows what it says',
    );
  });
});
