/**
 * HTTP without end: heads, chunks, chunk extensions, trailers, bodies. Nothing of them may be kept beyond its bound.
 */
import { describe, expect, it } from 'vitest';
import { SYN } from '../../src/tcp/segment.js';
import { fromClient, request, response } from '../support/dissect.js';
import { Hostile, Template } from '../support/hostile.js';
import { utf8 } from '../support/splits.js';
import { CLIENT, SERVER, Talk } from '../support/tcp.js';

const KB = 60_000;

/** A POST that goes on with 1,000 segments of `repeated`; then `ending`, and what it is behind that. */
function endless(head: string, repeated: string): Hostile {
  const hostile = new Hostile();
  const talk = new Talk();
  hostile.takeAll(talk.handshake());
  hostile.take(talk.send(CLIENT, head));
  const segment = utf8(repeated.repeat(Math.floor(KB / repeated.length)));
  for (let i = 0; i < 300; i++) hostile.take(talk.send(CLIENT, segment));
  return hostile;
}

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('18 MB of', () => {
  it.each([
    ['chunks', POST, '5\r\nhello\r\n'],
    ['a chunk extension', `${POST}5;a=`, 'x'],
    ['trailers', `${POST}0\r\n`, 'A: b\r\n'],
    ['empty lines in front of a head', '', '\r\n'],
    ['a body of 9 PB', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000000000000\r\n\r\n', 'x'],
    ['a chunk of 2^53 - 1', `${POST}1fffffffffffff\r\n`, 'x'],
  ])('%s cost what their connection costs', (_what, head, repeated) => {
    const hostile = endless(head === '' ? '\r\n' : head, repeated);
    expect(hostile.most.undecided).toBeLessThan(16_384);
    expect(hostile.most.holes).toBe(0);
    hostile.end();
    expect([...hostile.counts.keys()]).toEqual([]);
  });

  it.each([
    ['a chunk size', POST, '0'],
    ['a chunk of 2^64', `${POST}ffffffffffffffff\r\n`, 'x'],
  ])('%s are bounded, too, and told of at most once', (_what, head, repeated) => {
    const hostile = endless(head, repeated).end();
    expect(hostile.most.undecided).toBeLessThan(16_384);
    expect([...hostile.counts].filter(([code]) => code !== 'broken-chunk')).toEqual([]);
    expect(hostile.counts.get('broken-chunk') ?? 0).toBeLessThanOrEqual(1);
  });

  it.each([
    ['a head', 'GET / HTTP/1.1\r\n', 'A: b\r\n'],
    ['a request line', 'GET /', 'x'],
    ['a header', 'GET / HTTP/1.1\r\nA: ', 'x'],
  ])('%s are given up at its limit, with one defect', (_what, head, repeated) => {
    const hostile = endless(head, repeated).end();
    expect(hostile.most.undecided).toBeLessThan(65_536 + 3072 + 16_384);
    expect([...hostile.counts]).toEqual([['head-limit', 1]]);
  });
});

it('20,000 heads that never end hold no more than all connections may', () => {
  const maxUndecided = 8 << 20;
  const hostile = new Hostile({ limits: { maxUndecided } });
  const syn = new Template({ flags: SYN, sequence: 0 });
  const begun = new Template({ payload: utf8(`GET / HTTP/1.1\r\nA: ${'x'.repeat(1000)}`) });
  for (let i = 0; i < 20_000; i++) {
    hostile.take(syn.from(i));
    hostile.take(begun.from(i));
  }
  expect(hostile.most.undecided).toBeLessThanOrEqual(maxUndecided + 8192);
  hostile.end();
  expect(hostile.counts.get('undecided-limit')).toBeGreaterThan(17_000);
});

it('a session behind a long head and many responses without requests is found', () => {
  const payloads: string[] = [];
  const hostile = new Hostile({}, { frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()) });
  const talk = new Talk();
  hostile.takeAll(talk.handshake());
  for (let i = 0; i < 5000; i++)
    hostile.take(talk.send(SERVER, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  hostile.take(talk.send(CLIENT, request()));
  hostile.take(talk.send(SERVER, response()));
  hostile.take(talk.send(CLIENT, fromClient('Hello')));
  hostile.end();
  expect(payloads).toEqual(['Hello']);
  expect(hostile.counts.get('pending-requests-limit')).toBe(1);
});
