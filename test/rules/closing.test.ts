/**
 * Rules about Close frames, and about how connections end.
 */
import { describe, expect, it } from 'vitest';
import { findRule } from '../../src/rules/index.js';
import type { Script } from './harness.js';
import { at, client, crossing, payloadOf, server, type TalkCase, told } from './talk.js';

const ENDS = [server.fin, client.fin];
/** A clean end that begins with a Close of the server. */
const answered = [client.close(1000), ...ENDS];

const bodies: TalkCase[] = [
  ['no body', [server.closeWith(''), client.close(), ...ENDS], []],
  ['a code', [server.closeWith('hex:03e8'), ...answered], []],
  [
    'half a code',
    [server.closeWith('hex:03'), client.close(1002), ...ENDS],
    ['close-one-byte server #1: the body of the Close frame is 1 byte long, half a code'],
  ],
  ['a reason to the limit', [client.close(1000, 'x'.repeat(123)), server.close(1000), ...ENDS], []],
  [
    'a reason beyond the limit that would be a bad code too',
    [client.closeWith('x'.repeat(126)), server.close(1002), ...ENDS],
    ['oversized-control client #1: the close frame has 126 bytes of payload'],
  ],
  [
    'a bad code in a fragment',
    [client.closeWith('hex:0000', { fin: false }), server.close(1002), ...ENDS],
    ['fragmented-control client #1: the close frame with 2 bytes of payload has no FIN'],
  ],
  ['a code of which an octet is missing', [['server', Buffer.from('880203', 'hex')], server.gap(1)], []],
  [
    'a reason that was cut within a character',
    [server.closeWith('hex:03e8 627965 e282'), client.close(1007), ...ENDS],
    [
      'close-reason-utf8 server #1: the reason of the Close frame is not UTF-8 at offset 3 (e2 82) of its 5 bytes',
    ],
  ],
  ['a reason in Greek', [server.close(4000, 'ἀντίο'), client.close(4000), ...ENDS], []],
  [
    'a reason without a code',
    [server.closeWith('bye!'), client.close(1002), ...ENDS],
    ['close-code-invalid server #1: the Close frame has the code 25209 (not defined): codes end at 4999'],
  ],
  [
    'a bad code and a bad reason',
    [client.closeWith('hex:03ee ff'), server.close(1002), ...ENDS],
    [
      'close-code-invalid client #1: the Close frame has the code 1006 (Abnormal Closure): it means that there was no Close frame',
      'close-reason-utf8 client #1: the reason of the Close frame is not UTF-8 at offset 0 (ff) of its 1 byte',
    ],
  ],
];

describe('bodies', () => {
  it.each(bodies)('%s', (_name, steps, expected) => {
    expect(told(steps)).toEqual(expected);
  });

  const allowed = [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
  ];
  it.each(allowed)('the code %i may be sent', (code) => {
    expect(told([server.close(code), client.close(code), ...ENDS])).toEqual([]);
  });

  it.each([
    [0, 'not used', 'codes below 1000 are not used'],
    [999, 'not used', 'codes below 1000 are not used'],
    [1004, 'Reserved', 'it is reserved and has no meaning yet'],
    [1005, 'No Status Rcvd', 'it means that there was no code'],
    [1015, 'TLS handshake', 'it means that the TLS handshake failed'],
    [1016, 'Reserved for the protocol', 'it is reserved for the protocol and not registered'],
    [2999, 'Reserved for the protocol', 'it is reserved for the protocol and not registered'],
    [5000, 'not defined', 'codes end at 4999'],
    [65535, 'not defined', 'codes end at 4999'],
  ])('the code %i may not', (code, name, fault) => {
    expect(told([server.close(code), client.close(1002), ...ENDS])).toEqual([
      `close-code-invalid server #1: the Close frame has the code ${code} (${name}): ${fault}`,
    ]);
  });
});

const after = (who: string, what: string, rule = 'frame-after-close', frame = 2) =>
  `${rule} ${who} #${frame}: ${what} its own Close (frame 1)`;
const control = 'control-after-close';
const behind: TalkCase[] = [
  [
    'text',
    [server.close(1000), server.text('one more'), ...answered],
    [after('server', 'a text frame with 8 bytes of payload comes 1 ms after')],
  ],
  [
    'all that comes',
    [client.close(1000), client.binary('a'), at(2), client.close(1001), server.close(1000), ...ENDS],
    [
      after('client', 'a binary frame with 1 byte of payload comes 1 ms after'),
      after('client', 'a second Close frame with 2 bytes of payload comes 2000 ms after', control, 3),
    ],
  ],
  ['the other side may still', [server.close(1000), client.text('on its way'), ...answered], []],
  [
    'the Pong that a Ping asks for',
    [server.close(1000), client.ping('x'), server.pong('x'), ...answered],
    [],
  ],
  [
    'a Pong for nothing',
    [server.close(1000), server.pong(''), ...answered],
    [after('server', 'a pong frame with 0 bytes of payload comes 1 ms after', control)],
  ],
  [
    'a second Pong for one Ping',
    [client.ping('x'), server.pong('x'), server.close(1000), server.pong('x'), ...answered],
    [
      'control-after-close server #4: a pong frame with 1 byte of payload comes 1 ms after its own Close (frame 3)',
    ],
  ],
  [
    'a Ping',
    [client.close(1000), client.ping('still?'), server.pong('still?'), server.close(1000), ...ENDS],
    [after('client', 'a ping frame with 6 bytes of payload comes 1 ms after', control)],
  ],
  [
    'a second Close with a faulty body',
    [server.close(1000), server.closeWith('hex:03'), ...answered],
    [after('server', 'a second Close frame with 1 byte of payload comes 1 ms after', control)],
  ],
  [
    'garbage: one act, one finding for each frame that it looks like',
    [client.close(1000), ['client', Buffer.from('GARBAGE')], server.close(1000), ...ENDS],
    [after('client', 'a frame of reserved opcode 7 and 65 bytes comes 1 ms after', undefined, 3)],
  ],
  [
    'a control frame that is none of the RFC',
    [server.close(1000), server.frame(11, 'x'), ...answered],
    [after('server', 'a frame of reserved opcode 11 and 1 byte comes 1 ms after')],
  ],
  [
    'frames with all faults of frames',
    [
      client.close(1000),
      ['client', { opcode: 0, fin: false, rsv2: true, lengthForm: 64, payload: Buffer.from('x') }],
      ['client', { opcode: 9, fin: false, rsv1: true, payload: Buffer.alloc(126) }],
      client.text('hex:ff'),
      client.more(''),
      server.close(1000),
      ...ENDS,
    ],
    [
      after('client', 'a continuation frame with 1 byte of payload comes 1 ms after'),
      after('client', 'a ping frame with 126 bytes of payload comes 2 ms after', control, 3),
      after('client', 'a text frame with 1 byte of payload comes 3 ms after', undefined, 4),
      after('client', 'a continuation frame with 0 bytes of payload comes 4 ms after', undefined, 5),
    ],
  ],
  [
    'a fault in front of the Close that shows behind it',
    [client.text('hex:c0', { fin: false }), client.close(1000), server.close(1000), ...ENDS],
    [
      'invalid-utf8 client #1: the text message is not UTF-8 at offset 0 (c0); a receiver can know it after 1 byte',
    ],
  ],
  [
    'the Pongs to two Pings',
    [
      server.ping('a'),
      server.ping('b'),
      client.close(),
      client.pong('a'),
      client.pong('b'),
      server.close(),
      ...ENDS,
    ],
    [],
  ],
  [
    'a Pong to the first of two Pings, of which the second is answered',
    [
      server.ping('a'),
      server.ping('b'),
      client.pong('b'),
      client.close(),
      client.pong('a'),
      server.close(),
      ...ENDS,
    ],
    [
      'control-after-close client #5: a pong frame with 1 byte of payload comes 1 ms after its own Close (frame 4)',
    ],
  ],
  [
    'faults in a Pong that is due are told of',
    [
      server.close(1000),
      client.ping('x'),
      ['server', { opcode: 10, maskingKey: 5, payload: Buffer.from('x') }],
      ...answered,
    ],
    ['masked-server-frame server #3: the frame with 1 byte of payload is masked, with the key 00 00 00 05'],
  ],
  [
    'a Close that was only guessed behind a loss',
    [client.gap(8), client.close(1000), ...Array.from({ length: 8 }, (_, i) => client.text(`message ${i}`))],
    [],
  ],
];

describe('frames behind a Close', () => {
  it.each(behind)('%s', (_name, steps, expected) => {
    expect(told(steps)).toEqual(expected);
  });
});

const unanswered = (breaker: string, proof: string, close = 'server (frame 1, code 1000)') =>
  `close-unanswered ${breaker} #1: the Close of the ${close} got no Close in answer: ${proof}`;
const talk = [client.text('Hello'), server.text('Hello')];
const byData = (data: string, frame = 4, close = 3, code = 'code 1000') =>
  `close-answered-by-data server #${frame}: the Close of the client (frame ${close}, ${code}) got a ${data} frame and no Close in answer`;
const ignored = (frame: number) =>
  `close-unanswered server #${frame}: the Close of the client (frame ${frame}, code 1000) got no Close in answer: the server ended TCP instead`;

const answers: TalkCase[] = [
  ['an answer', [server.close(1000), client.close(1000), ...ENDS], []],
  [
    'an answer behind the rest of a message',
    [client.text('a', { fin: false }), server.close(1000), client.more('b'), ...answered],
    [],
  ],
  [
    'FIN',
    [server.close(1000), client.fin, server.fin],
    [unanswered('client', 'the client ended TCP instead')],
  ],
  [
    'RST',
    [server.close(), client.reset, server.reset],
    [unanswered('client', 'the client ended TCP instead', 'server (frame 1, no code)')],
  ],
  [
    'a Ping and FIN',
    [server.close(1000), client.ping('x'), client.fin, server.fin],
    [unanswered('client', 'the client ended TCP instead')],
  ],
  [
    'nothing until the other side gives up',
    [server.close(1000), at(2), server.fin, client.fin],
    [unanswered('client', 'the client did nothing for 2.0 s, until TCP was ended')],
  ],
  ['nothing, but there was no time for it', [server.close(1000), server.fin, client.fin], []],
  [
    'nothing, and then the other side resets: it may never have got it',
    [server.close(1000), at(30), server.reset, client.reset],
    [],
  ],
  ['nothing up to the end of the capture', [server.close(1000), at(30)], []],
  [
    'other frames for seconds',
    [server.close(1000), at(2), client.ping('x'), client.text('y')],
    [unanswered('client', 'the client still sent other frames 2.0 s later')],
  ],
  ['frames that were on their way', [server.close(1000), client.text('x'), client.text('y')], []],
  ['an answer that may have been lost', [server.close(1000), client.gap(8), client.fin, server.fin], []],
  [
    'FIN, to a peer that broke the protocol',
    [['client', { opcode: 1 }], client.close(1000), server.fin, client.fin],
    ['unmasked-client-frame client #1: the frame with 0 bytes of payload is not masked'],
  ],
  [
    'FIN, to a faulty Close',
    [client.close(1006), server.fin, client.fin],
    [
      'close-code-invalid client #1: the Close frame has the code 1006 (Abnormal Closure): it means that there was no Close frame',
    ],
  ],
  ['a text', [...talk, client.close(1000), server.text('bye'), ...ENDS], [byData('text')]],
  [
    'a text, of who answers a Ping by a text too',
    [
      client.text('Hello'),
      server.text('Hello'),
      client.ping('x'),
      server.text('?'),
      client.close(1000),
      server.text('?'),
      ...ENDS,
    ],
    [
      'ping-answered-by-data server #4: the Ping in frame 3 got a data frame, and no Pong; the server, which only replies, had nothing else to reply to',
      ignored(5),
    ],
  ],
  [
    'a text, of who sent one between a Ping and its Pong',
    [
      ...talk,
      client.ping('x'),
      server.text('tick'),
      server.pong('x'),
      client.close(1000),
      server.text('tick'),
      ...ENDS,
    ],
    [ignored(6)],
  ],
  [
    'its body, in a message',
    [client.close(1000), server.binary('hex:03 e8'), ...ENDS],
    [byData('binary', 2, 1)],
  ],
  [
    'a message with its body in it',
    [...talk, client.close(1000), server.binary('hex:65 63 68 6f 20 03 e8'), ...ENDS],
    [byData('binary')],
  ],
  [
    'a message with its body in it, of who streams',
    [
      ...[1, 2, 3].map((n) => server.text(`tick ${n}`)),
      client.close(4000, 'done'),
      server.binary('hex:00 0f a0 64 6f 6e 65'),
      ...ENDS,
    ],
    [
      'close-answered-by-data server #5: the Close of the client (frame 4, code 4000) got a binary frame and no Close in answer',
    ],
  ],
  [
    'a text with its reason',
    [client.close(1000, 'logout'), server.text('logout ok'), ...ENDS],
    [byData('text', 2, 1)],
  ],
  [
    'nothing in a text, to no body',
    [client.close(), server.text(''), ...ENDS],
    [byData('text', 2, 1, 'no code')],
  ],
  [
    'anything, of who sends one message for each',
    [
      ...['a', 'b', 'c'].flatMap((text) => [client.text(text), server.text(`${text}?`)]),
      client.close(1000),
      server.text('what?'),
      ...ENDS,
    ],
    [
      'close-answered-by-data server #8: the Close of the client (frame 7, code 1000) got a text frame and no Close in answer',
    ],
  ],
  [
    'the second half of an answer',
    [client.text('q'), server.text('a1'), client.close(1000), server.text('a2'), ...ENDS],
    [ignored(3)],
  ],
  [
    'a text that says goodbye, but was on its way',
    [...talk, client.close(1000), crossing(server.text('bye')), ...ENDS],
    [ignored(3)],
  ],
  [
    'a frame that was on its way for long',
    [...talk, client.close(1000), at(3), crossing(server.text('x')), at(9)],
    [],
  ],
  [
    'a message with such a word in it',
    [client.close(1000), server.text('the shop will be closed tomorrow'), ...ENDS],
    [ignored(1)],
  ],
  [
    'a few words that say it',
    [client.close(1000), server.text('{"type":"close"}'), ...ENDS],
    [byData('text', 2, 1)],
  ],
  [
    'FIN in the middle of a frame',
    [['server', Uint8Array.of(0x81, 0x05, 0x61)], client.close(1000), server.fin, client.fin],
    [],
  ],
  [
    'FIN in the middle of a message',
    [server.text('a', { fin: false }), client.close(1000), server.fin, client.fin],
    [ignored(2)],
  ],
  ['a FIN that was on its way', [client.close(1000), crossing(server.fin), client.fin], []],
  ['an RST that was on its way', [client.close(1000), crossing(server.reset), client.reset], []],
  [
    'binary frames',
    [...talk, client.close(1000), server.binary('a'), server.binary('b'), ...ENDS],
    [ignored(3)],
  ],
  [
    'the text that was due',
    [...talk, client.text('2'), client.close(1000), server.text('2'), ...ENDS],
    [ignored(4)],
  ],
  [
    'a text of a server that sends all the time',
    [...[1, 2, 3].map((n) => server.text(`tick ${n}`)), client.close(1000), server.text('tick 4'), ...ENDS],
    [ignored(4)],
  ],
  [
    'a text, then the Close',
    [...talk, client.close(1000), server.text('bye'), server.close(1000), ...ENDS],
    [],
  ],
  [
    'a text, behind messages that may have been lost',
    [
      ...talk,
      client.gap(8),
      ...Array.from({ length: 8 }, (_, i) => client.ping(`beat ${i}`)),
      client.text('a'),
      server.text('a'),
      client.close(1000),
      server.text('x'),
      ...ENDS,
    ],
    [],
  ],
];

describe('answers to a Close', () => {
  it.each(answers)('%s', (_name, steps, expected) => {
    expect(told(steps)).toEqual(expected);
  });
});

const without = (who: string, how: string, frames: string) =>
  `no-close ${who} #undefined: the ${who} ${how} after ${frames}, without a Close frame from either side`;
const messages = (count: number) => Array.from({ length: count }, (_, i) => client.text(`message ${i}`));
const badAccept: Script = { response: { accept: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } };

const ends: TalkCase[] = [
  [
    'FIN of the client',
    [...talk, client.fin, server.fin],
    [without('client', 'ended TCP (FIN)', '1 frame of the client and 1 of the server')],
  ],
  [
    'RST of the server',
    [...talk, client.text('a'), server.text('b'), server.reset, client.reset],
    [without('server', 'reset TCP (RST)', '2 frames of the client and 2 of the server')],
  ],
  [
    'at once',
    [client.fin, server.fin],
    [without('client', 'ended TCP (FIN)', '0 frames of the client and 0 of the server')],
  ],
  [
    'within a message',
    [client.text('a', { fin: false }), client.fin, server.fin],
    [without('client', 'ended TCP (FIN)', '1 frame of the client and 0 of the server')],
  ],
  ['the end of the capture', talk, []],
  ['a Close that may have been lost', [...talk, client.gap(8), client.fin, server.fin], []],
  [
    'frames that were only guessed behind a loss',
    [...talk, client.gap(8), ...messages(3), client.fin, server.fin],
    [],
  ],
  [
    'many frames behind a loss, which stay a guess',
    [...talk, client.gap(8), ...messages(8), client.fin, server.fin],
    [],
  ],
  ['a client that refuses the handshake', [client.fin, server.fin], ['accept server #undefined'], badAccept],
  [
    'a client that gets no subprotocol',
    [client.fin, server.fin],
    [],
    { request: { target: '/chat', subprotocols: ['chat'] } },
  ],
  [
    'a client that gets no subprotocol and goes on',
    [client.text('x'), client.fin, server.fin],
    [without('client', 'ended TCP (FIN)', '1 frame of the client and 0 of the server')],
    { request: { target: '/chat', subprotocols: ['chat'] } },
  ],
  [
    'a server that gives up on a peer that broke the protocol',
    [client.text('hex:ff'), server.fin, client.fin],
    [
      'invalid-utf8 client #1: the text message is not UTF-8 at offset 0 (ff); that shows with its last byte, not before',
    ],
  ],
  [
    'a peer that had ended TCP before the Close came',
    [client.text('x'), server.text('y'), server.fin, at(1), client.close(1000), client.fin],
    [
      'no-close server #undefined: the server ended TCP (FIN) without a Close frame; ' +
        'the Close of the client (frame 3, code 1000) came only then',
    ],
  ],
  [
    'a session from its middle, with a silent peer',
    [client.text('x'), client.fin, server.fin],
    [],
    { session: { handshake: undefined } },
  ],
  [
    'a session from its middle',
    [...talk, client.fin, server.fin],
    [without('client', 'ended TCP (FIN)', '1 frame of the client and 1 of the server')],
    { session: { handshake: undefined } },
  ],
];

describe('ends without a Close', () => {
  it.each(ends)('%s', (_name, steps, expected, script) => {
    const found = told(steps, script);
    expect(found.map((line, i) => (expected[i]?.endsWith('undefined') ? line.split(':')[0] : line))).toEqual(
      expected,
    );
  });
});

const tcpFirst =
  'client-closed-tcp-first client #undefined: both sides have sent their Close, and the client ended TCP before the server did';
const changed = (what: string, breaker = 'client') => `close-code-changed ${breaker} #2: its Close ${what}`;

const notes: TalkCase[] = [
  [
    'both close, and neither has got the other one',
    [server.close(1001), crossing(client.close(1000)), server.fin, client.fin],
    [],
  ],
  ['the client ends TCP', [server.close(1000), client.close(1000), client.fin, server.fin], [tcpFirst]],
  ['the client resets TCP', [client.close(), server.close(), client.reset, server.reset], [tcpFirst]],
  ['the server ends TCP', [server.close(1000), client.close(1000), server.fin, client.fin], []],
  ['the client, after a while', [client.close(1000), server.close(1000), at(1), client.fin, server.fin], []],
  [
    'the client as it fails the connection',
    [client.close(1002), server.close(1002), client.fin, server.fin],
    [],
  ],
  [
    'the client whose Close answers a faulty one',
    [server.close(999), client.close(1002), client.fin, server.fin],
    [
      'close-code-invalid server #1: the Close frame has the code 999 (not used): codes below 1000 are not used',
      tcpFirst,
    ],
  ],
  [
    'another code',
    [server.close(1000), client.close(1001), ...ENDS],
    [changed('has 1001, that of the server before it (frame 1) 1000')],
  ],
  [
    'no code',
    [client.close(4000), server.close(), ...ENDS],
    [changed('has no code, that of the client before it (frame 1) 4000', 'server')],
  ],
  ['a code in answer to none', [client.close(), server.close(1000), ...ENDS], []],
  ['the same code with another reason', [client.close(1000, 'a'), server.close(1000, 'b'), ...ENDS], []],
  ['a verdict', [client.close(1000), server.close(1007), ...ENDS], []],
  [
    'another code for a faulty one',
    [server.closeWith('hex:01'), client.close(1000), ...ENDS],
    ['close-one-byte server #1: the body of the Close frame is 1 byte long, half a code'],
  ],
  [
    'another code for a reserved one',
    [server.close(999), client.close(1000), ...ENDS],
    [
      'close-code-invalid server #1: the Close frame has the code 999 (not used): codes below 1000 are not used',
    ],
  ],
  ['a code behind a loss', [client.close(1000), server.gap(4), server.close(1001), ...ENDS], []],
];

describe('notes', () => {
  it.each(notes)('%s', (_name, steps, expected) => {
    expect(told(steps)).toEqual(expected);
  });
});

describe('the example of', () => {
  const octets = (id: string) => payloadOf(`hex:${findRule(id)!.example.bytes}`);
  const idsOf = (...steps: Parameters<typeof told>[0]) => told(steps).map((line) => line.split(' ')[0]);

  it.each([
    'close-one-byte',
    'close-code-invalid',
    'close-reason-utf8',
    'frame-after-close',
    'control-after-close',
  ])('%s', (id) => {
    expect(idsOf(['server', octets(id)])).toEqual([id]);
  });

  it('close-unanswered', () => {
    expect(idsOf(['client', octets('close-unanswered')], ...ENDS)).toEqual(['close-unanswered']);
  });

  it('close-answered-by-data', () => {
    const bytes = octets('close-answered-by-data');
    const steps = [
      ['client', bytes.subarray(0, 8)],
      ['server', bytes.subarray(8)],
    ] as const;
    expect(idsOf(...steps, ...ENDS)).toEqual(['close-answered-by-data']);
  });

  it('no-close', () => {
    expect(idsOf(['server', octets('no-close')], ...ENDS)).toEqual(['no-close']);
  });

  it('client-closed-tcp-first', () => {
    const bytes = octets('client-closed-tcp-first');
    const steps = [
      ['server', bytes.subarray(0, 4)],
      ['client', bytes.subarray(4)],
    ] as const;
    expect(idsOf(...steps, client.fin, server.fin)).toEqual(['client-closed-tcp-first']);
  });

  it('close-code-changed', () => {
    const bytes = octets('close-code-changed');
    const steps = [
      ['client', bytes.subarray(0, 8)],
      ['server', bytes.subarray(8)],
    ] as const;
    expect(idsOf(...steps, ...ENDS)).toEqual(['close-code-changed']);
  });
});
