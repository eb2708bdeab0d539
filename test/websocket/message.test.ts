/** Messages: fragments joined, inflated, text judged; whole, in pieces, and with gaps at every offset. */
import { describe, expect, it } from 'vitest';
import { encodeClose } from '../../src/websocket/close.js';
import { deflateMessage, MessageDeflater } from '../../src/websocket/deflate-encode.js';
import { encodeFrame, type FrameFields } from '../../src/websocket/frame-encode.js';
import type { Message } from '../../src/websocket/message-record.js';
import { concat, splits, utf8 } from '../support/splits.js';
import { type RecorderOptions, SessionRecorder } from './recorder.js';

const KEY = 0x37fa213d;

/** Frames as the client sends them. */
const frames = (...list: FrameFields[]): Uint8Array =>
  concat(...list.map((fields) => encodeFrame({ maskingKey: KEY, ...fields })));

function messagesOf(bytes: Iterable<Uint8Array>, options: RecorderOptions = {}): SessionRecorder {
  const recorder = new SessionRecorder({ messages: true, ...options });
  let packet = 1;
  for (const piece of bytes) recorder.at(++packet).send('client', piece);
  return recorder.end();
}

const told = ({ opcode, content, complete, frames, validText }: Message) => [
  opcode,
  Buffer.from(content).toString('latin1'),
  complete,
  frames,
  validText,
];

describe('messages', () => {
  it.each<[string, FrameFields[], unknown[]]>([
    ['one frame', [{ opcode: 1, payload: utf8('Hello') }], [[1, 'Hello', true, [1], true]]],
    [
      'three fragments with a ping in between',
      [
        { opcode: 2, fin: false, payload: utf8('a') },
        { opcode: 9, payload: utf8('?') },
        { opcode: 0, fin: false },
        { opcode: 0, payload: utf8('bc') },
      ],
      [
        [9, '?', true, [2], false],
        [2, 'abc', true, [1, 3, 4], false],
      ],
    ],
    [
      'an empty final fragment',
      [{ opcode: 1, fin: false, payload: utf8('x') }, { opcode: 0 }],
      [[1, 'x', true, [1, 2], true]],
    ],
    ['an empty message', [{ opcode: 1 }], [[1, '', true, [1], true]]],
    [
      'a new message inside another',
      [
        { opcode: 1, fin: false, payload: utf8('lost') },
        { opcode: 2, payload: utf8('new') },
      ],
      [
        [1, 'lost', false, [1], true],
        [2, 'new', true, [2], false],
      ],
    ],
    ['a continuation of nothing', [{ opcode: 0, payload: utf8('?') }], [[0, '?', false, [1], false]]],
    ['without an end', [{ opcode: 1, fin: false, payload: utf8('a') }], [[1, 'a', false, [1], true]]],
    [
      'a character over two fragments',
      [
        { opcode: 1, fin: false, payload: Uint8Array.of(0xc3) },
        { opcode: 0, payload: Uint8Array.of(0xa4) },
      ],
      [[1, '\xc3\xa4', true, [1, 2], true]],
    ],
    [
      'text that is none',
      [{ opcode: 1, payload: Uint8Array.of(0x61, 0xff) }],
      [[1, 'a\xff', true, [1], false]],
    ],
  ])('%s', (_name, list, expected) => {
    const bytes = frames(...list);
    for (const pieces of splits(bytes)) expect(messagesOf(pieces).messages.map(told)).toEqual(expected);
  });

  it('a Close has code and reason, or neither', () => {
    const { messages } = messagesOf([
      frames(
        { opcode: 8, payload: encodeClose(1001, 'bye') },
        { opcode: 8 },
        { opcode: 8, payload: Uint8Array.of(3) },
      ),
    ]);
    expect(messages.map(({ close }) => close)).toEqual([{ code: 1001, reason: 'bye' }, undefined, undefined]);
  });

  it('both senders may be in the middle of a message', () => {
    const recorder = new SessionRecorder({ messages: true });
    recorder.send('client', frames({ opcode: 1, fin: false, payload: utf8('a') }));
    recorder.send('server', encodeFrame({ opcode: 2, fin: false, payload: utf8('1') }));
    recorder.send('client', frames({ opcode: 0, payload: utf8('b') }));
    recorder.send('server', encodeFrame({ opcode: 0, payload: utf8('2') }));
    expect(
      recorder.messages.map(({ sender, opcode, content }) => [
        sender,
        opcode,
        Buffer.from(content).toString(),
      ]),
    ).toEqual([
      ['client', 1, 'ab'],
      ['server', 2, '12'],
    ]);
  });

  it('tells the packets, once each, and the times of first and last byte', () => {
    const bytes = frames(
      { opcode: 1, fin: false, payload: utf8('abc') },
      { opcode: 9 },
      { opcode: 0, payload: utf8('d') },
    );
    const { messages } = messagesOf([bytes.subarray(0, 4), bytes.subarray(4, 12), bytes.subarray(12)]);
    expect(
      messages.map(({ packets, firstTimestamp, timestamp }) => [
        packets,
        firstTimestamp.seconds,
        timestamp.seconds,
      ]),
    ).toEqual([
      [[3, 4], 1_700_000_003, 1_700_000_004],
      [[2, 3, 4], 1_700_000_002, 1_700_000_004],
    ]);
  });

  it('keeps maxMessage octets and says so', () => {
    const { messages, defects } = messagesOf([frames({ opcode: 1, payload: utf8('abcdef') })], {
      maxMessage: 4,
    });
    expect(messages).toMatchObject([{ length: 6, content: utf8('abcd'), complete: false, limited: true }]);
    expect(defects).toEqual([
      [
        'message-limit',
        'session 1: a message of the client (6 bytes on the wire) has 6 bytes of content; 4 are kept (limit message=4)',
      ],
    ]);
  });
});

describe('a control frame that is too long', () => {
  it('is a message with all that it says, up to maxMessage', () => {
    const ping = frames({ opcode: 9, payload: utf8('p'.repeat(200)) });
    const { messages, defects } = messagesOf([ping]);
    expect(messages).toMatchObject([
      { length: 200, content: utf8('p'.repeat(200)), complete: true, limited: false },
    ]);
    expect(defects).toEqual([]);
    const cut = messagesOf([ping], { maxMessage: 150 });
    expect(cut.messages).toMatchObject([
      { length: 200, content: utf8('p'.repeat(150)), complete: false, limited: true },
    ]);
    expect(cut.defects).toEqual([
      [
        'message-limit',
        'session 1: a control frame of the client has 200 bytes of payload; 150 are kept (limit message=150)',
      ],
    ]);
  });
});

describe('compressed messages', () => {
  const contents = [
    '{"type":"ticker","price":2411.5}',
    '{"type":"ticker","price":2411.75}',
    'plain',
    '{"type":"ticker","price":2412}',
  ];

  /** Each content compressed with context takeover, but 'plain'; the second in three fragments. */
  const conversation = (): Uint8Array[] => {
    const deflater = new MessageDeflater({});
    return contents.map((content, i) => {
      if (content === 'plain') return frames({ opcode: 1, payload: utf8(content) });
      const wire = deflater.deflate(utf8(content));
      if (i !== 1) return frames({ opcode: 1, rsv1: true, payload: wire });
      return frames(
        { opcode: 1, rsv1: true, fin: false, payload: wire.subarray(0, 2) },
        { opcode: 0, fin: false },
        { opcode: 0, payload: wire.subarray(2) },
      );
    });
  };

  it('are inflated, in pieces too', () => {
    for (const pieces of splits(concat(...conversation()), 60)) {
      const { messages } = messagesOf(pieces, { deflate: true });
      expect(messages.map(({ content }) => Buffer.from(content).toString())).toEqual(contents);
      expect(messages.map(({ compressed, complete }) => [compressed, complete])).toEqual([
        [true, true],
        [true, true],
        [false, true],
        [true, true],
      ]);
    }
  });

  it('that was never captured, but for its first octets, hits no limit, however long it says it is', () => {
    const header = Uint8Array.of(0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255);
    const { messages, defects } = messagesOf([header, utf8('abc')], { maxMessage: 90 });
    expect(messages).toMatchObject([{ content: utf8('abc'), limited: false, complete: false }]);
    expect(defects).toEqual([]);
  });

  it('is inflated up to maxMessage octets of content, however long it is on the wire', () => {
    const content = Uint8Array.from(
      { length: 100 },
      (_, i) => (i * i * 151 + (i >> 3) * 37 + (i >> 1) * 11) & 255,
    );
    const wire = new MessageDeflater({}).deflate(content);
    expect(wire.length).toBeGreaterThan(90);
    const { messages, defects } = messagesOf([frames({ opcode: 2, rsv1: true, payload: wire })], {
      deflate: true,
      maxMessage: 90,
    });
    expect(messages).toMatchObject([
      { content: content.subarray(0, 90), length: 90, complete: false, limited: true, confidence: 1 },
    ]);
    expect(defects.map(([code]) => code)).toContain('message-limit');
  });

  it('behind a lost one: every octet that is not marked unknown is right', () => {
    const [, second, third, fourth] = conversation();
    const [first] = conversation();
    const recorder = new SessionRecorder({ messages: true, deflate: true });
    // The payload of the first is lost, its header is not.
    recorder.send('client', first.subarray(0, 6)).gap('client', first.length - 6);
    recorder.send('client', concat(second, third, fourth)).end();
    expect(recorder.messages.map(({ complete }) => complete)).toEqual([false, false, true, false]);
    for (const [i, { content, unknownRanges }] of recorder.messages.entries()) {
      const truth = utf8(contents[i]);
      for (let at = 0; at < content.length; at++)
        if (!unknownRanges.some(({ offset, length }) => at >= offset && at < offset + length))
          expect(content[at]).toBe(truth[at]);
    }
    expect(recorder.messages[3].content.length).toBe(contents[3].length);
    expect(recorder.defects.map(([code]) => code)).toEqual(['deflate-uncertain']);
  });

  it('that begin in a loss are unknown: nothing tells whether they are compressed', () => {
    const rest = (deflate: boolean) => {
      const recorder = new SessionRecorder({ messages: true, deflate });
      recorder.send('client', frames({ opcode: 0, payload: utf8('the rest') })).end();
      return recorder.messages;
    };
    expect(rest(true)).toMatchObject([
      { opcode: 0, content: utf8(''), length: 8, unknownRanges: [{ offset: 0, length: 8 }], complete: false },
    ]);
    expect(rest(false)).toMatchObject([
      { opcode: 0, content: utf8('the rest'), length: 8, unknownRanges: [], complete: false },
    ]);
  });

  it('say once where certainty returns', () => {
    const deflater = new MessageDeflater({});
    const random = (seed: number) =>
      Uint8Array.from({ length: 20_000 }, (_, i) => (i * i * seed + i * 7) >> 3);
    const wires = [1, 3, 5, 7].map((seed) => deflater.deflate(random(seed)));
    const recorder = new SessionRecorder({ messages: true, deflate: true });
    recorder.send('client', frames({ opcode: 2, rsv1: true, payload: wires[0] }).subarray(0, 8));
    recorder.gap('client', wires[0].length);
    for (const wire of wires.slice(1))
      recorder.send('client', frames({ opcode: 2, rsv1: true, payload: wire }));
    expect(recorder.defects.filter(([code]) => code.startsWith('deflate')).map(([code]) => code)).toEqual([
      'deflate-uncertain',
      'deflate-certain',
    ]);
  });

  it('that cannot be inflated say why', () => {
    const { messages } = messagesOf(
      [frames({ opcode: 1, rsv1: true, payload: Uint8Array.of(0xff, 0xff, 0xff) })],
      { deflate: true },
    );
    expect(messages).toMatchObject([
      { complete: false, failure: expect.stringMatching(/at wire offset \d/) },
    ]);
  });

  it('that end wrongly say so, and the next ones do not depend on it', () => {
    const payloads = ['', 'f248cdc9c907000000ffff', 'f200110000'].map((digits) => Buffer.from(digits, 'hex'));
    const { messages, defects } = messagesOf(
      payloads.map((payload) => frames({ opcode: 1, rsv1: true, payload })),
      { deflate: true },
    );
    expect(
      messages.map(({ content, complete, failure }) => [`${Buffer.from(content)}`, complete, failure]),
    ).toEqual([
      ['', false, 'there is no data, not even the octet 00 of an empty message'],
      ['Hello', false, 'the last four octets, 00 00 ff ff, were not removed'],
      ['Hello', true, undefined],
    ]);
    expect(defects).toEqual([]);
  });

  it('that end at a gap are not limited', () => {
    const bytes = frames({ opcode: 1, rsv1: true, payload: deflateMessage(utf8('Hello, Hello, Hello')) });
    const recorder = new SessionRecorder({ messages: true, deflate: true });
    recorder.send('client', bytes.subarray(0, -4)).gap('client', 4).end();
    expect(recorder.messages).toMatchObject([{ complete: false, limited: false }]);
  });

  it('are inflated no further than maxMessage', () => {
    const bomb = deflateMessage(new Uint8Array(1_000_000));
    const { messages, defects } = messagesOf([frames({ opcode: 2, rsv1: true, payload: bomb })], {
      deflate: true,
      maxMessage: 5_000,
    });
    expect(messages[0].content.length).toBe(5_000);
    expect([messages[0].length, messages[0].complete, messages[0].limited]).toEqual([5_000, false, true]);
    expect(defects.map(([code]) => code)).toEqual(['deflate-uncertain', 'message-limit']);
    expect(defects[1][1]).toMatch(
      /at least 5000 bytes of content, \d+ times as much; 5000 are kept \(limit message=5000\)$/,
    );
  });

  it('without the extension RSV1 means nothing', () => {
    const { messages } = messagesOf([frames({ opcode: 1, rsv1: true, payload: utf8('as it is') })]);
    expect(messages).toMatchObject([{ content: utf8('as it is'), compressed: false }]);
  });
});

describe('a gap', () => {
  const bytes = frames(
    { opcode: 1, fin: false, payload: utf8('Hello') },
    { opcode: 0, payload: utf8(', world') },
  );

  it('in a payload leaves unknown octets, and all others right', () => {
    for (let at = 6; at < 11; at++)
      for (let length = 1; at + length <= 11; length++) {
        const recorder = new SessionRecorder({ messages: true });
        recorder.send('client', bytes.subarray(0, at)).gap('client', length);
        recorder.send('client', bytes.subarray(at + length)).end();
        const [{ content, unknownRanges, complete }] = recorder.messages;
        const expected = utf8('Hello, world').fill(0, at - 6, at - 6 + length);
        expect([content, unknownRanges, complete]).toEqual([expected, [{ offset: at - 6, length }], false]);
      }
  });
});
