/**
 * The order of messages over all sessions: that in which their last bytes were captured.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { dissect as dissectCaptures } from '../src/dissect.js';
import type { Message } from '../src/websocket/message-record.js';
import { dissect, fromClient, fromServer, upgraded } from './support/dissect.js';
import { fixturesRoot } from './support/fixtures.js';
import { CLIENT, pcapOf, SERVER, Talk } from './support/tcp.js';

const said = ({ content }: Message) => Buffer.from(content).toString();

function messagesOf(packets: readonly Uint8Array[], maxHeldMessages?: number) {
  const messages: Message[] = [];
  const events: string[] = [];
  const { defects } = dissect(packets, maxHeldMessages === undefined ? {} : { limits: { maxHeldMessages } }, {
    message: (message) => {
      messages.push(message);
      events.push(said(message));
    },
    sessionClosed: ({ session }) => events.push(`end of ${session.number}`),
  });
  expect(messages.map(({ number }) => number)).toEqual(messages.map((_, i) => i + 1));
  return { said: messages.map(said), events, defects: defects.map(({ code }) => code) };
}

/** Two sessions; of the first a segment is lost, and `count` messages of the second come before that shows. */
function withHole(count: number): Uint8Array[] {
  const [first, second] = [new Talk([40_000, 80]), new Talk([40_001, 80])];
  const packets = [...upgraded(first), ...upgraded(second)];
  first.send(SERVER, fromServer('lost'));
  packets.push(first.send(SERVER, fromServer('behind the hole')));
  for (let i = 1; i <= count; i++) packets.push(second.send(CLIENT, fromClient(`other ${i}`)));
  packets.push(second.fin(CLIENT), second.fin(SERVER));
  for (let i = 1; i <= 17; i++) packets.push(first.send(CLIENT, fromClient(`ack ${i}`)));
  return packets;
}

const acks = Array.from({ length: 17 }, (_, i) => `ack ${i + 1}`);

describe('messages', () => {
  it('of another session and of the other direction wait for those behind a hole', () => {
    const { said, events, defects } = messagesOf(withHole(2));
    expect(said).toEqual(['behind the hole', 'other 1', 'other 2', ...acks]);
    expect(events.indexOf('end of 2')).toBe(3);
    expect(defects).toEqual(['frames-lost']);
  });

  it('that wait for too long go before them, and a defect tells of it', () => {
    const { said, defects } = messagesOf(withHole(20), 10 * 600);
    expect(said).toHaveLength(1 + 20 + acks.length);
    expect(said.indexOf('behind the hole')).toBeGreaterThan(5);
    expect(defects).toContain('late-message');
  });

  it('of a sender keep the order of its stream where segments are captured in another', () => {
    const [talk, other] = [new Talk([40_000, 80]), new Talk([40_001, 80])];
    const packets = [...upgraded(talk), ...upgraded(other)];
    const [one, two, three] = ['one', 'two', 'three'].map((text) => talk.send(CLIENT, fromClient(text)));
    packets.push(three, other.send(SERVER, fromServer('meanwhile')), two, one);
    expect(messagesOf(packets).said).toEqual(['meanwhile', 'one', 'two', 'three']);
  });

  it.each(['loss-header', 'loss-snap-length-96-handshake', 'loss-cut'])(
    'of %s come in the order of the packets with their last bytes',
    async (name) => {
      const ends: number[] = [];
      for await (const { packets } of dissectCaptures(`${fixturesRoot}derived/${name}.pcap`).messages())
        ends.push(packets.at(-1)!);
      expect(ends.length).toBeGreaterThan(3);
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    },
  );

  it('of a pipe are not held back for long', async () => {
    const seen: string[] = [];
    const packets = withHole(2).slice(0, 13);
    let ended = false;
    async function* pipe() {
      yield pcapOf(packets);
      for (let i = 0; i < 100 && seen.length < 2; i++) await pause(50);
      ended = true;
    }
    for await (const message of dissectCaptures(pipe()).messages()) {
      seen.push(`${said(message)}${ended ? ', at the end' : ''}`);
    }
    expect(seen).toEqual(['other 1', 'other 2', 'behind the hole, at the end']);
  });
});
