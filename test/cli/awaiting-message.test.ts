/**
 * Frames that wait for their message, as a dissection tells of both, and as a hostile one might.
 */
import { describe, expect, it } from 'vitest';
import { AwaitingMessage, type AwaitingOptions } from '../../src/cli/awaiting-message.js';
import { runDissection } from '../../src/dissect.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { fixturesRoot } from '../support/fixtures.js';

type Told = [frame: number, message: number | undefined];

/** What is handed on of a capture. */
async function handedOn(capture: string, options: AwaitingOptions): Promise<Told[]> {
  const told: Told[] = [];
  const awaiting = new AwaitingMessage(
    (frame, message) => told.push([frame.number, message?.frames.at(-1)]),
    options,
  );
  await runDissection(`${fixturesRoot}${capture}`, {
    frame: (frame) => awaiting.frame(frame),
    message: (message) => awaiting.message(message),
    sessionClosed: ({ session }) => awaiting.closed(session.number, () => {}),
  });
  return told;
}

const session = (number: number) => ({ number }) as Frame['session'];
/** Of a text of one frame, of the client of session 1, unless told otherwise. */
const frameOf = (number: number, other: Partial<Frame> = {}): Frame =>
  ({
    number,
    session: session(1),
    sender: 'client',
    opcode: 1,
    fin: true,
    compressed: false,
    payload: new Uint8Array(4),
    ...other,
  }) as Frame;
const messageOf = (frames: number[], other: Partial<Message> = {}): Message =>
  ({
    frames,
    session: session(1),
    sender: 'client',
    opcode: 1,
    content: new Uint8Array(4),
    ...other,
  }) as Message;

function awaitingFrames(options: AwaitingOptions = {}) {
  const told: Told[] = [];
  const awaiting = new AwaitingMessage(
    (frame, message) => told.push([frame.number, message?.frames.at(-1)]),
    options,
  );
  return { told, awaiting };
}

describe('frames of a capture', () => {
  it.each(['deflate/capture.pcap', 'conformance/capture.pcap.gz', 'lossy-network/server.pcap.gz'])(
    'of %s come in their order, each with its own message',
    async (capture) => {
      const numbers: number[] = [];
      const ends = new Map<number, boolean>();
      await runDissection(`${fixturesRoot}${capture}`, {
        frame: ({ number, opcode, fin }) => {
          numbers.push(number);
          ends.set(number, fin && opcode < 8);
        },
      });
      const told = await handedOn(capture, {});
      expect(told.map(([frame]) => frame)).toEqual(numbers);
      for (const [frame, message] of told) expect([frame, message ?? frame]).toEqual([frame, frame]);
      const withMessage = told.filter(([, message]) => message !== undefined).map(([frame]) => frame);
      expect(withMessage).toEqual(numbers.filter((number) => ends.get(number)));
    },
  );
});

describe('a frame waits', () => {
  it('for its message, and all behind it do', () => {
    const { told, awaiting } = awaitingFrames();
    awaiting.frame(frameOf(1));
    awaiting.frame(frameOf(2, { opcode: 9 }));
    expect(told).toEqual([]);
    awaiting.message(messageOf([1]));
    expect(told).toEqual([
      [1, 1],
      [2, undefined],
    ]);
  });

  it('for none of the other side, nor of another session', () => {
    const { told, awaiting } = awaitingFrames();
    awaiting.frame(frameOf(1));
    awaiting.message(messageOf([1], { sender: 'server' }));
    awaiting.message(messageOf([1], { session: session(2) }));
    expect(told).toEqual([]);
  });

  it('no longer than until a later message of its side, or the end of its session', () => {
    const { told, awaiting } = awaitingFrames();
    awaiting.frame(frameOf(1));
    awaiting.frame(frameOf(2));
    awaiting.message(messageOf([2]));
    awaiting.frame(frameOf(3));
    const order: string[] = [];
    awaiting.closed(1, () => order.push(`closed behind ${told.length}`));
    expect(told).toEqual([
      [1, undefined],
      [2, 2],
      [3, undefined],
    ]);
    expect(order).toEqual(['closed behind 3']);
  });

  it('not where it is a message of its own and only joined ones are asked for', () => {
    const { told, awaiting } = awaitingFrames({ joinedOnly: ({ number }) => number === 1 });
    awaiting.frame(frameOf(1));
    awaiting.frame(frameOf(2, { session: session(2) }));
    awaiting.frame(frameOf(3, { compressed: true }));
    expect(told).toEqual([[1, undefined]]);
    awaiting.message(messageOf([2], { session: session(2) }));
    awaiting.message(messageOf([3]));
    expect(told.slice(1)).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it.each([
    [true, []],
    [false, [[1, undefined]]],
  ])('as a fragment, if fragments wait: %j', (fragments, expected) => {
    const { told, awaiting } = awaitingFrames({ fragments });
    awaiting.frame(frameOf(1, { fin: false }));
    awaiting.frame(frameOf(2, { opcode: 0 }));
    expect(told).toEqual(expected);
    awaiting.message(messageOf([1, 2]));
    expect(told).toEqual([
      [1, undefined],
      [2, 2],
    ]);
  });

  it.each([
    ['4,096 frames', 4096, 0],
    ['16 MiB', 64, 256 * 1024],
  ])('for a message that never comes: no more than %s', (_, most, length) => {
    const { told, awaiting } = awaitingFrames();
    const payload = new Uint8Array(length);
    for (let number = 1; number <= 3 * most; number++) awaiting.frame(frameOf(number, { payload }));
    expect(told.length).toBe(2 * most);
    awaiting.message(messageOf([3 * most]));
    expect(told.length).toBe(3 * most);
    expect(told.at(-1)).toEqual([3 * most, 3 * most]);
  });

  it('with a copy of its payload, if that is lent', () => {
    const payloads: Uint8Array[] = [];
    const awaiting = new AwaitingMessage(({ payload }) => payloads.push(payload), { lent: true });
    const payload = Uint8Array.of(1, 2, 3);
    awaiting.frame(frameOf(1, { payload }));
    payload.fill(9);
    awaiting.message(messageOf([1]));
    expect(payloads).toEqual([Uint8Array.of(1, 2, 3)]);
  });
});
