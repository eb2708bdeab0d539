/**
 * The messages of a conversation that a filter chooses, wherever in the capture it begins.
 */
import { expect, it } from 'vitest';
import { FindingIndex } from '../../src/page/app/finding-index.js';
import { MessageFeed } from '../../src/page/app/message-feed.js';
import { fixturesRoot } from '../support/fixtures.js';
import { all, collect } from './collected.js';

it('knows how long ago the message before was, also where that is not shown', async () => {
  const { source } = await collect([`${fixturesRoot}many-sessions/capture.pcap`]);
  const messages = await all(source.messages);
  const latest = new Map<number, number>();
  const late = messages.flatMap(({ session, timestamp: { seconds, nanoseconds } }, row) => {
    const time = seconds * 1e9 + nanoseconds;
    const before = latest.get(session.number);
    latest.set(session.number, time);
    return before !== undefined && time - before > 20_000_000 ? [row] : [];
  });
  const signal = new AbortController().signal;
  for (const from of [0, 1, messages.length >> 1, late.at(-1)!]) {
    const feed = new MessageFeed(
      source.messages,
      new FindingIndex(source.findings),
      { session: undefined, filter: 'ws.gap > 0.02', control: true },
      { seconds: 0, nanoseconds: 0 },
      from,
    );
    while (!feed.isOver) await feed.more(3, signal);
    expect(feed.said.map(({ row }) => row)).toEqual(late.filter((row) => row >= from));
  }
  expect(late.length).toBeGreaterThan(3);
});

it('has each message once, also where it is asked for more before it has looked', async () => {
  const { source } = await collect([`${fixturesRoot}many-sessions/capture.pcap`]);
  const messages = await all(source.messages);
  const feed = new MessageFeed(
    source.messages,
    new FindingIndex(source.findings),
    { session: undefined, filter: '', control: true },
    { seconds: 0, nanoseconds: 0 },
  );
  const { signal } = new AbortController();
  await Promise.all([feed.more(1, signal), feed.more(1, signal), feed.more(messages.length, signal)]);
  expect(feed.said.map(({ row }) => row)).toEqual(messages.map((_, row) => row));
});

it('has all messages of a session, wherever they are', async () => {
  const { source } = await collect([`${fixturesRoot}many-sessions/capture.pcap`]);
  const messages = await all(source.messages);
  const { signal } = new AbortController();
  for (const session of new Set(messages.map((message) => message.session.number))) {
    const wanted = { session, filter: '', control: true };
    const start = { seconds: 0, nanoseconds: 0 };
    const feed = new MessageFeed(source.messages, new FindingIndex(source.findings), wanted, start);
    const told: number[] = [];
    while (!feed.isOver) await feed.more(2, signal, () => told.push(feed.said.length));
    expect(told[0]).toBeGreaterThan(0);
    expect(told.at(-1)).toBe(feed.said.length);
    expect(feed.said.map(({ row }) => row)).toEqual(
      messages.flatMap((message, row) => (message.session.number === session ? [row] : [])),
    );
  }
});
