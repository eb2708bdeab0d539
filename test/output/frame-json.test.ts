import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetNumbers } from '../../src/output/frame-json.js';
import { encodeClose } from '../../src/websocket/close.js';
import { utf8 } from '../support/splits.js';
import { deflateSession, frameJson, hostileTexts, makeFrame, makeSession, UNSAFE } from './samples.js';

const parse = (overrides?: Parameters<typeof makeFrame>[0]) => JSON.parse(frameJson(makeFrame(overrides)));
const gap = (offset: number, length: number) => ({ offset, length });

describe('frameJson', () => {
  it('of the example of RFC 6455 §5.7, to the letter', () => {
    expect(frameJson(makeFrame())).toBe(
      '{"frame":1,"time":1700000001.000203,"session":1,"client":"10.0.0.1:40000","server":"10.0.0.2:80",' +
        '"path":"/chat","sender":"client","fin":true,"rsv1":false,"rsv2":false,"rsv3":false,"opcode":"text",' +
        '"masked":true,"maskingKey":"37fa213d","lengthForm":7,"length":5,"payload":"Hello","streamOffset":0,' +
        '"packets":[6],"complete":true}',
    );
  });

  it('of a frame with everything odd', () => {
    const frame = makeFrame({
      session: makeSession({ request: undefined }),
      timestamp: { seconds: 1_700_000_000, nanoseconds: 123_456_789 },
      sender: 'server',
      fin: false,
      rsv1: true,
      rsv2: true,
      rsv3: true,
      opcode: 15,
      masked: false,
      lengthForm: 64,
      length: 2 ** 63,
      exactLength: 2n ** 63n + 1n,
      payload: Uint8Array.of(0, 255),
      streamOffset: 77,
      truncated: true,
      missing: [gap(1, 1), gap(2, 2 ** 63)],
    });
    expect(frameJson(frame)).toBe(
      '{"frame":1,"time":1700000000.123456789,"session":1,"client":"10.0.0.1:40000","server":"10.0.0.2:80",' +
        '"path":null,"sender":"server","fin":false,"rsv1":true,"rsv2":true,"rsv3":true,"opcode":"15",' +
        '"masked":false,"maskingKey":null,"lengthForm":64,"length":9223372036854775809,"payloadBase64":"AP8=",' +
        '"streamOffset":77,"packets":[6],"complete":false,"truncated":true,' +
        '"missing":[{"offset":1,"length":1},{"offset":2,"length":9223372036854776000}]}',
    );
  });

  it.each([
    ['text', {}, { payload: 'Hello' }],
    ['empty text', { payload: '' }, { payload: '' }],
    ['a continuation of text', { opcode: 0, messageOpcode: 1 }, { payload: 'Hello' }],
    ['a continuation of binary', { opcode: 0, messageOpcode: 2 }, { payloadBase64: 'SGVsbG8=' }],
    ['binary', { opcode: 2 }, { payloadBase64: 'SGVsbG8=' }],
    ['compressed text', { compressed: true, session: deflateSession }, { payloadBase64: 'SGVsbG8=' }],
    ['text that is no UTF-8', { payload: Uint8Array.of(0x41, 0xff) }, { payloadBase64: 'Qf8=' }],
    ['text cut in a character', { payload: Uint8Array.of(0xf0, 0x9f) }, { payloadBase64: '8J8=' }],
    ['text with a surrogate', { payload: Uint8Array.of(0xed, 0xa0, 0x80) }, { payloadBase64: '7aCA' }],
    ['text with a byte order mark', { payload: '\ufeffx' }, { payload: '\ufeffx' }],
    ['a ping', { opcode: 9 }, { payloadBase64: 'SGVsbG8=' }],
  ])('payload of %s', (_name, overrides, expected) => {
    const { payload, payloadBase64 } = parse(overrides);
    expect({ payload, payloadBase64 }).toEqual({ payload: undefined, payloadBase64: undefined, ...expected });
  });

  it.each([
    ['no body', '', { closeCode: null, closeReason: null }],
    ['one octet', 'x', { closeCode: null, closeReason: null }],
    ['a code', encodeClose(1001), { closeCode: 1001, closeReason: '' }],
    ['a reason', encodeClose(4000, '\x1b"\n'), { closeCode: 4000, closeReason: '\x1b"\n' }],
  ])('of a Close with %s', (_name, payload, expected) => {
    expect(parse({ opcode: 8, payload })).toMatchObject(expected);
    expect(parse({ opcode: 9, payload })).not.toHaveProperty('closeCode');
  });

  it.each([
    ['nothing', {}, undefined],
    ['the limit', { length: 9 }, 5],
    ['a limit of zero', { payload: '', length: 9 }, 0],
    ['a gap', { missing: [gap(1, 3)] }, undefined],
    ['a gap at its end', { length: 9, missing: [gap(5, 4)] }, undefined],
    ['the end of the stream', { length: 9, truncated: true, missing: [gap(5, 4)] }, undefined],
    [
      'the end of the stream, of a length that a double does not hold',
      { payload: 'H', length: 2 ** 53 + 2, truncated: true, missing: [gap(1, 2 ** 53)] },
      undefined,
    ],
    ['the limit before a gap at its end', { length: 19, missing: [gap(15, 4)] }, 5],
    ['the limit before a gap', { length: 19, missing: [gap(15, 3)] }, 5],
    ['the limit before the end of the stream', { length: 19, truncated: true, missing: [gap(9, 10)] }, 5],
  ])('tells what the limit kept of a payload cut by %s', (_name, overrides, expected) => {
    expect(parse(overrides).payloadKept).toBe(expected);
  });

  it.each(hostileTexts)('is one safe line that parses back: %s', (_name, text) => {
    const path = text.replace(/[\s\p{C}]/gu, '') || '/';
    const json = frameJson(makeFrame({ payload: text, session: makeSession({ request: { target: path } }) }));
    expect(json).not.toMatch(UNSAFE);
    expect(JSON.parse(json).payload).toBe(Buffer.from(utf8(text)).toString());
  });

  it('gives every payload back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(15), (octets, opcode) => {
        const payload = new Uint8Array(octets.length + 9).subarray(5, 5 + octets.length);
        payload.set(octets);
        const json = parse({ payload, opcode });
        const back = 'payload' in json ? utf8(json.payload) : Buffer.from(json.payloadBase64, 'base64');
        expect([...back]).toEqual([...octets]);
      }),
    );
  });
});

it.each([
  [[], []],
  [[4], [4]],
  [
    [4, 4, 7, 7],
    [4, 7],
  ],
  [
    [4, 7, 4],
    [4, 7],
  ],
  [
    [9, 3],
    [9, 3],
  ],
])('pieces of packets %j name packets %j', (packets, expected) => {
  const pieces = packets.map((packet, i) => ({
    packet,
    packetOffset: 0,
    sequence: 0,
    streamOffset: i,
    length: 1,
    comment: undefined,
  }));
  expect(packetNumbers(makeFrame({ pieces }))).toEqual(expected);
});
