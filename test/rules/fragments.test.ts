/**
 * Rules about fragmented messages: each with what triggers it and what comes close.
 */
import { describe, expect, it } from 'vitest';
import { RuleEngine } from '../../src/rules/engine.js';
import { rules } from '../../src/rules/index.js';
import { Place } from '../../src/stream/place.js';
import type { FrameFacts } from '../../src/websocket/observer.js';
import { makeSession } from '../websocket/recorder.js';
import { brokenBySender, bytes, type Case, found, foundFrom, frame, go, open, text } from './frames.js';
import type { Script, Step } from './harness.js';
import { exampleRequest, exampleResponse, handshakeOf } from './heads.js';

const SEQUENCES: readonly Case[] = [
  ['fragments and control frames', [text('a', open), { opcode: 9 }, go('', open), { opcode: 10 }, go()], []],
  [
    'a continuation first',
    [go('ab')],
    ['continuation-without-start #1: the continuation of 2 bytes continues no message'],
  ],
  [
    'a continuation behind a message',
    [text(), go()],
    ['continuation-without-start #2: the continuation of 2 bytes continues no message'],
  ],
  [
    'a message without a start',
    [go('a', open), { opcode: 9 }, go('b', open), go('c')],
    ['continuation-without-start #1: the continuation of 1 byte continues no message'],
  ],
  [
    'two of them',
    [go('a'), go('b', open), go('c')],
    [
      'continuation-without-start #1: the continuation of 1 byte continues no message',
      'continuation-without-start #2: the continuation of 1 byte continues no message',
    ],
  ],
  [
    'one that never ends',
    [go('a', open), text()],
    ['continuation-without-start #1: the continuation of 1 byte continues no message'],
  ],
  [
    'a message inside another',
    [text('a', open), text('bc'), go()],
    ['interleaved-message #2: a text frame with 2 bytes of payload comes inside a fragmented message'],
  ],
  [
    'the same with fragments',
    [text('a', open), { opcode: 2, ...open }, go(), go(), go()],
    [
      'interleaved-message #2: a binary frame with 0 bytes of payload comes inside a fragmented message',
      'continuation-without-start #5: the continuation of 2 bytes continues no message',
    ],
  ],
  [
    'a reserved opcode inside a message',
    [text('a', open), { opcode: 3 }, go()],
    ['reserved-opcode #2: opcode 3 of the frame with 0 bytes of payload is reserved for data frames'],
  ],
  ['a message behind fragments', [text('a', open), go(), text(), text('b', open), go()], []],
];

describe.each(['client', 'server'] as const)('fragments of the %s', (sender) => {
  for (const [name, frames, lines] of SEQUENCES)
    it(name, () => {
      expect(foundFrom(sender, frames)).toEqual(brokenBySender(sender, lines));
    });

  it('a capture that begins in the middle of a message', () => {
    const midway: Script = { session: { handshake: undefined } };
    expect(foundFrom(sender, [go('a', open), go('b'), text('c', open), go()], midway)).toEqual([]);
    expect(foundFrom(sender, [go('b'), go()], midway)).toEqual(
      brokenBySender(sender, [
        'continuation-without-start #2: the continuation of 2 bytes continues no message',
      ]),
    );
    expect(foundFrom(sender, [go('b', open), text()], midway)).toEqual([]);
    expect(foundFrom(sender, [text('b', open), text()], midway)).toEqual(
      brokenBySender(sender, [
        'interleaved-message #2: a text frame with 2 bytes of payload comes inside a fragmented message',
      ]),
    );
  });

  it('missing payload changes nothing, a capture that ends inside a message neither', () => {
    const cut: Step = frame(sender, { opcode: 1, fin: false, payload: bytes(10), length: 30 });
    expect(found({ steps: [cut, [sender, 'gap', 20], frame(sender, go())] })).toEqual([]);
    expect(found({ steps: [cut] })).toEqual([]);
    expect(found({ steps: [frame(sender, text('a', open))] })).toEqual([]);
  });

  it('the other side has messages of its own', () => {
    const other = sender === 'client' ? 'server' : 'client';
    const steps = [
      frame(sender, text('a', open)),
      frame(other, text()),
      frame(sender, go()),
      frame(other, go()),
    ];
    expect(found({ steps })).toEqual([
      `continuation-without-start ${other} #4: the continuation of 2 bytes continues no message`,
    ]);
  });
});

describe('behind a loss', () => {
  const extension = { 'Sec-WebSocket-Extensions': 'permessage-deflate' };
  const handshake = handshakeOf(exampleRequest(extension), exampleResponse(extension));

  /** Frames as `opcode`, `fin`, `messageUnderWay`; 'lost' for a loss. */
  function broken(
    ...events: readonly (readonly [number, boolean, boolean | undefined] | 'lost')[]
  ): string[] {
    const found: string[] = [];
    const engine = new RuleEngine({
      rules: rules.filter(({ id }) =>
        ['continuation-without-start', 'interleaved-message', 'rsv1-misplaced'].includes(id),
      ),
      place: new Place(),
      finding: ({ rule }) => found.push(rule.id),
    });
    const watch = engine.observe({ ...makeSession(), handshake });
    for (const event of events) {
      if (event === 'lost') watch.lost('client');
      else {
        const [opcode, fin, messageUnderWay] = event;
        const header = { opcode, fin, rsv1: true, length: 1 };
        const facts = { sender: 'client', number: 1, header, messageUnderWay, confidence: 1 };
        watch.frame(facts as unknown as FrameFacts);
      }
    }
    return found;
  }

  it('a continuation is judged by its RSV1 only', () => {
    expect(broken('lost', [0, true, undefined])).toEqual(['rsv1-misplaced']);
    expect(broken([1, false, false], 'lost', [0, true, undefined])).toEqual(['rsv1-misplaced']);
  });

  it('a new message is no intruder', () => {
    expect(broken([1, false, false], 'lost', [1, true, undefined])).toEqual([]);
    expect(broken([1, false, false], 'lost', [1, false, undefined], [2, true, true])).toEqual([
      'interleaved-message',
    ]);
  });

  it('what was lost may have been the start', () => {
    expect(broken([1, true, false], 'lost', [0, false, undefined], [0, true, true])).toEqual([
      'rsv1-misplaced',
      'rsv1-misplaced',
    ]);
    expect(broken('lost', [0, true, undefined], [0, true, false])).toEqual([
      'rsv1-misplaced',
      'continuation-without-start',
    ]);
  });
});
