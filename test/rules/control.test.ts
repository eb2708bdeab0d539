/**
 * Rules about Pings and Pongs.
 */
import { describe, expect, it } from 'vitest';
import { findRule } from '../../src/rules/index.js';
import { runScript } from './harness.js';
import { at, client, crossing, payloadOf, server, type TalkCase, told } from './talk.js';

const unanswered = (why: string, frame = 1, bytes = '4 bytes') =>
  `ping-unanswered client #${frame}: the Ping of ${bytes} got no Pong, though ${why}`;
const mismatch = (frame: number, bytes: string) =>
  `pong-mismatch client #${frame}: the payload of the Pong (${bytes}) is not that of any open Ping`;

const unansweredCases: TalkCase[] = [
  ['a Ping and its Pong', [server.ping('beat'), client.pong('beat'), at(5), client.text('x')], []],
  [
    'a Pong that takes its time',
    [server.ping('beat'), at(5), client.text('x'), at(6), client.pong('beat')],
    [],
  ],
  [
    'other frames a second later',
    [server.ping('beat'), at(1.1), client.text('x'), client.close(), server.close(), server.fin, client.fin],
    [unanswered('the client still sent other frames 1.1 s later')],
  ],
  [
    'other frames sooner',
    [server.ping('beat'), at(0.9), client.text('x'), client.close(), server.close(), server.fin, client.fin],
    [],
  ],
  [
    'silence, then a clean end',
    [server.ping('beat'), at(2.5), server.close(1000), client.close(1000), server.fin, client.fin],
    [unanswered('the connection lived on for 2.5 s and was then closed properly')],
  ],
  [
    'silence, then a quick end',
    [server.ping('beat'), at(1.9), server.close(), client.close(), server.fin, client.fin],
    [],
  ],
  [
    'silence, then no answer to the Close either',
    [server.ping('beat'), at(3), server.close(), server.fin, client.fin],
    [],
  ],
  [
    'answered by the Pong to a later one',
    [server.ping('1'), server.ping('2'), client.pong('2'), at(3), client.text('x')],
    [],
  ],
  [
    'only an earlier one answered',
    [server.ping('1'), server.ping('2'), client.pong('1'), at(3), client.text('x'), client.text('y')],
    [unanswered('the client still sent other frames 3.0 s later', 2, '1 byte')],
  ],
  [
    'two of them',
    [server.ping('a'), at(2), server.ping('bc'), at(4), client.text('x'), client.text('y')],
    [
      unanswered('the client still sent other frames 4.0 s later', 1, '1 byte'),
      unanswered('the client still sent other frames 2.0 s later', 2, '2 bytes'),
    ],
  ],
  [
    'behind the Close of its sender',
    [server.close(), server.ping('beat'), at(3), client.text('x'), client.close()],
    [
      'control-after-close server #2: a ping frame with 4 bytes of payload comes 1 ms after its own Close (frame 1)',
    ],
  ],
  [
    'behind the Close of the other side',
    [client.close(), server.ping('beat'), at(3), server.close(), server.fin, client.fin],
    [],
  ],
  ['one frame behind it, where the capture ends', [server.ping('beat'), at(3), client.text('x')], []],
  [
    'frames behind it, where the capture ends',
    [server.ping('beat'), at(3), client.text('x'), client.text('y')],
    [unanswered('the client still sent other frames 3.0 s later')],
  ],
  [
    'a Pong that may have been lost',
    [server.ping('beat'), client.gap(6), at(3), client.text('x'), client.text('y')],
    [],
  ],
  [
    'a Pong of which octets are missing',
    [
      server.ping('beat'),
      ['client', Buffer.from('8a840102030463', 'hex')],
      client.gap(3),
      at(3),
      client.text('x'),
    ],
    [],
  ],
  [
    'a Ping that was only guessed behind a loss',
    [
      server.gap(7),
      server.ping('beat'),
      ...[1, 2, 3].map((n) => server.text(`message ${n}`)),
      at(3),
      client.text('x'),
      client.text('y'),
    ],
    [],
  ],
  [
    'a Ping that is too long',
    [server.ping('x'.repeat(126)), at(3), client.text('x'), client.text('y')],
    ['oversized-control server #1: the ping frame has 126 bytes of payload'],
  ],
  [
    'a Ping to a peer that is gone',
    [server.ping('beat'), at(30), server.reset, client.reset],
    [
      'no-close server #undefined: the server reset TCP (RST) after 0 frames of the client and 1 of the server, without a Close frame from either side',
    ],
  ],
];

const mismatchCases: TalkCase[] = [
  ['the right payload', [server.ping('beat'), client.pong('beat'), server.ping(''), client.pong('')], []],
  ['no payload', [server.ping('beat'), client.pong('')], [mismatch(2, '0 bytes')]],
  ['one octet less', [server.ping('beat'), client.pong('bea'), client.text('x')], [mismatch(2, '3 bytes')]],
  [
    'one that nobody asked for, then the right one, and again',
    [server.ping('1'), client.pong('alive'), client.pong('1'), server.ping('2'), client.pong('alive')],
    [],
  ],
  [
    'wrong, and not reported as unanswered too',
    [server.ping('beat'), client.pong('x'), at(3), client.text('y'), client.text('z')],
    [mismatch(2, '1 byte')],
  ],
  [
    'a heartbeat of its own',
    [client.pong('alive'), server.ping('beat'), client.pong('alive'), client.pong('beat')],
    [],
  ],
  [
    'in another order',
    [
      server.ping('1'),
      server.ping('2'),
      client.pong('2'),
      client.pong('1'),
      server.ping('3'),
      client.pong('3'),
    ],
    [],
  ],
  [
    'twice the same Ping',
    [server.ping(), server.ping(), client.pong(), client.pong(), server.ping('x'), client.pong('x')],
    [],
  ],
  [
    'a late one to an earlier Ping',
    [
      server.ping('1'),
      server.ping('2'),
      client.pong('2'),
      server.ping('3'),
      client.pong('1'),
      client.pong('3'),
    ],
    [],
  ],
  [
    'an earlier one twice',
    [
      server.ping('1'),
      server.ping('2'),
      client.pong('2'),
      server.ping('3'),
      client.pong('1'),
      client.pong('1'),
    ],
    [mismatch(6, '1 byte')],
  ],
  [
    'to a Ping that may have been lost',
    [server.ping('1'), server.gap(9), server.ping('2'), client.gap(3), client.pong('x')],
    [],
  ],
  ['Pings of both sides', [server.ping('s'), client.ping('c'), server.pong('c'), client.pong('s')], []],
];

const byData = (ping: number, data: number) =>
  `ping-answered-by-data client #${data}: the Ping in frame ${ping} got its payload (4 bytes) back in a data frame, and no Pong`;
const bye = [server.close(), client.close(), server.fin, client.fin];
/** The client has replied once, and owes nothing. */
const talked = [server.text('question'), client.text('answer')];
const otherData = (ping: number, data: number, what: string) =>
  `ping-answered-by-data client #${data}: the Ping in frame ${ping} got a data frame ${what}`;
const byReplier = (ping: number, data: number) =>
  `ping-answered-by-data client #${data}: the Ping in frame ${ping} got a data frame, and no Pong; the client, which only replies, had nothing else to reply to`;

const dataCases: TalkCase[] = [
  ['the payload as text', [server.ping('beat'), client.text('beat'), ...bye], [byData(1, 2)]],
  ['the payload as binary', [server.ping('beat'), client.binary('beat'), ...bye], [byData(1, 2)]],
  [
    'not reported as unanswered too',
    [server.ping('beat'), client.text('beat'), at(3), client.text('x'), ...bye],
    [byData(1, 2)],
  ],
  ['other text', [server.ping('beat'), client.text('best'), ...bye], []],
  ['behind other text', [server.ping('beat'), client.text('x'), client.text('beat'), ...bye], []],
  [
    'an echo of text, then the Pong',
    [server.text('beat'), server.ping('beat'), client.text('beat'), client.pong('beat'), ...bye],
    [],
  ],
  ['an empty payload', [server.ping(''), client.text(''), ...bye], []],
  ['where the capture ends', [server.ping('beat'), client.text('beat')], []],
  [
    'the payload in a text',
    [server.ping('hello?'), client.text('you said: hello?'), ...bye],
    [otherData(1, 2, 'with its payload (6 bytes) in it, and no Pong')],
  ],
  [
    'a pong by name',
    [server.ping(''), client.binary('{"op":"PONG","n":7}'), ...bye],
    [otherData(1, 2, 'that says "pong", and no Pong')],
  ],
  [
    'what was on its way, of who only replies',
    [...talked, server.ping('x'), crossing(client.text('well')), ...bye],
    [],
  ],
  [
    'anything, of who only replies',
    [...talked, server.ping('x'), client.text('well', { fin: false }), client.more(' well'), ...bye],
    [byReplier(3, 4)],
  ],
  ['nothing, of who only replies', [...talked, server.ping(''), client.text(''), ...bye], [byReplier(3, 4)]],
  [
    'the same to each Ping',
    [
      ...talked,
      server.ping('x'),
      client.text('?'),
      server.ping('y'),
      client.text('?'),
      server.text('question'),
      client.text('answer'),
      server.ping('z'),
      client.text('?'),
      ...bye,
    ],
    [byReplier(3, 4), byReplier(5, 6), byReplier(9, 10)],
  ],
  [
    'to the latest of two',
    [...talked, server.ping('x'), server.ping('y'), client.text('?'), ...bye],
    [byReplier(4, 5)],
  ],
  ['who has not replied yet', [server.ping('x'), client.text('?'), ...bye], []],
  ['who owes a reply', [server.text('question'), server.ping('beat'), client.text('beat it'), ...bye], []],
  [
    'who still owes one of two',
    [server.text('1'), server.text('2'), client.text('1'), server.ping(''), client.text('pong'), ...bye],
    [],
  ],
  [
    'a question behind the Ping',
    [...talked, server.ping('beat'), server.text('ping'), client.text('pong'), ...bye],
    [],
  ],
  [
    'who sends on its own',
    [client.text('tick 1'), client.text('tick 2'), server.ping('tick'), client.text('tick 3'), ...bye],
    [],
  ],
  [
    'who goes on to send on its own',
    [...talked, server.ping('tick'), client.text('tick 1'), client.text('tick 2'), ...bye],
    [],
  ],
  [
    'who answers another Ping properly',
    [...talked, server.ping('a'), client.pong('a'), server.ping('b'), client.text('pong'), ...bye],
    [],
  ],
  [
    'a message on its way, then the Pong',
    [...talked, server.ping('x'), client.text('news'), client.pong('x'), ...bye],
    [],
  ],
  [
    'more than a second later',
    [...talked, server.ping('beat'), at(1.2), client.text('the beat goes on'), ...bye],
    [unanswered('the client still sent other frames 1.2 s later', 3)],
  ],
  ['a payload that any text may hold', [server.ping('on'), client.text('once upon'), ...bye], []],
  ['a word like pong', [server.ping(''), client.text('ponged'), ...bye], []],
  [
    'a Pong that may have been lost',
    [...talked, server.ping('x'), client.gap(7), client.text('pong'), ...bye],
    [],
  ],
  [
    'who replies, in a session from its middle',
    [...talked, server.ping('x'), client.text('?'), ...bye],
    [],
    { session: { handshake: undefined } },
  ],
];

describe.each([
  ['unanswered', unansweredCases],
  ['mismatch', mismatchCases],
  ['answered by data', dataCases],
])('%s', (_title, cases) => {
  it.each(cases)('%s', (_name, steps, expected, script) => {
    expect(told(steps, script)).toEqual(expected);
  });

  it('is told of the server too', () => {
    const steps = [client.ping('beat'), server.pong('x'), client.ping('y'), server.text('y'), ...bye];
    expect(told(steps).map((line) => line.split(' #')[0])).toEqual([
      'pong-mismatch server',
      'ping-answered-by-data server',
    ]);
  });
});

it('forgets the oldest of very many Pings', () => {
  const pings = Array.from({ length: 1_100 }, (_, i) => server.ping(String(i)));
  const found = told([...pings, at(9), client.text('x'), client.text('y')]);
  expect(found).toHaveLength(1_024);
  expect(found[0]).toMatch(/^ping-unanswered client #77:/);
});

describe('the example of', () => {
  const octets = (id: string) => payloadOf(`hex:${findRule(id)!.example.bytes}`);
  it('pong-mismatch', () => {
    const bytes = octets('pong-mismatch');
    expect(
      told([
        ['server', bytes.subarray(0, 4)],
        ['client', bytes.subarray(4)],
      ]),
    ).toEqual([mismatch(2, '0 bytes')]);
  });

  it('ping-answered-by-data', () => {
    const bytes = octets('ping-answered-by-data');
    expect(told([['client', bytes.subarray(0, 8)], ['server', bytes.subarray(8)], ...bye])).toEqual([
      'ping-answered-by-data server #2: the Ping in frame 1 got its payload (2 bytes) back in a data frame, and no Pong',
    ]);
  });

  it('ping-unanswered', () => {
    const bytes = octets('ping-unanswered');
    expect(told([['server', bytes.subarray(0, 4)], at(4), ['client', bytes.subarray(4)], ...bye])).toEqual([
      unanswered('the client still sent other frames 4.0 s later', 1, '2 bytes'),
    ]);
  });
});

describe('a finding at the end of a session', () => {
  it('is where the frame is that it is about', () => {
    const steps = [server.ping('beat'), at(1.1), client.text('x'), client.close(), server.close()];
    const found = runScript({ steps: [client.text('a'), ...steps, server.fin, client.fin] });
    expect(found.map(({ rule, frame, packet, timestamp }) => [rule.id, frame, packet, timestamp])).toEqual([
      ['ping-unanswered', 2, 2, { seconds: 1_700_000_000, nanoseconds: 2_000_000 }],
    ]);
  });
});
