import { describe, expect, test, vi } from 'vitest';
import { cipherSuite } from '../../src/tls/cipher-suites.js';
import { encodeClientHello, handshakeRecord, plainRecord } from '../../src/tls/handshake-encode.js';
import { TLS10, TLS11, TLS12, TLS13 } from '../../src/tls/key-schedule.js';
import { Keys } from '../../src/tls/keys.js';
import { APPLICATION_DATA } from '../../src/tls/record.js';
import { type SecretLabel, SecretStore } from '../../src/tls/secrets.js';
import { CLIENT, Peer, type PeerOptions, SERVER, type Sent, textOf } from './peer.js';
import { cuts, ENDS, joined, Recorder, type Step, stepsOf, storeOf, tellSecrets } from './recorder.js';
import { compatible, resumed, retried, simple, type Trace } from './rfc8448.js';

const KINDS: Record<string, PeerOptions> = {
  'TLS 1.3, AES-128-GCM': { suite: 0x1301, version: TLS13 },
  'TLS 1.3, AES-256-GCM': { suite: 0x1302, version: TLS13 },
  'TLS 1.3, ChaCha20': { suite: 0x1303, version: TLS13 },
  'TLS 1.3, CCM-8': { suite: 0x1305, version: TLS13 },
  'TLS 1.2, AES-128-GCM': { suite: 0xc02f, version: TLS12 },
  'TLS 1.2, ChaCha20': { suite: 0xcca8, version: TLS12 },
  'TLS 1.2, CCM': { suite: 0xc0ac, version: TLS12 },
  'TLS 1.2, NULL': { suite: 0x003b, version: TLS12 },
  'TLS 1.2, CBC': { suite: 0xc027, version: TLS12 },
  'TLS 1.2, CBC, encrypt-then-MAC': { suite: 0xc028, version: TLS12, encryptThenMac: true },
  'TLS 1.2, 3DES': { suite: 0x000a, version: TLS12 },
  'TLS 1.1, CBC': { suite: 0xc013, version: TLS11 },
  'TLS 1.0, CBC': { suite: 0xc014, version: TLS10 },
  'TLS 1.0, CBC, encrypt-then-MAC': { suite: 0x002f, version: TLS10, encryptThenMac: true },
};
const ALL = Object.entries(KINDS);
const CBC = ALL.filter(([, { suite }]) => cipherSuite(suite)!.mode === 'cbc');
/** The length of a content follows from that of its record. */
const EXACT = ALL.filter(([, { suite }]) => cipherSuite(suite)!.mode !== 'cbc');
const GCM13 = KINDS['TLS 1.3, AES-128-GCM'];
const GCM12 = KINDS['TLS 1.2, AES-128-GCM'];

function conversation(options: PeerOptions): Peer {
  const peer = new Peer(options).handshake().say(CLIENT, 'GET /chat').say(SERVER, '101 Switching');
  if (options.version === TLS13) {
    peer.keyUpdate(CLIENT).sayPadded(CLIENT, 'padded', 20).keyUpdate(SERVER).keyUpdate(SERVER);
  }
  peer.say(CLIENT, '').say(CLIENT, 'hello').say(SERVER, 'x'.repeat(100));
  return peer.closeNotify(CLIENT).closeNotify(SERVER);
}

const whole = ({ sent }: Peer): [string, string] => [
  `${textOf(sent, CLIENT)}[fin]`,
  `${textOf(sent, SERVER)}[fin]`,
];

describe('what both sides say is handed on', () => {
  test.each(ALL)('%s: whole, octet by octet, cut anywhere', (_, options) => {
    const peer = conversation(options);
    const secrets = storeOf(peer);
    for (const steps of cuts(stepsOf(peer.sent))) {
      const recorder = new Recorder({ secrets }).play(steps);
      expect(recorder.texts).toEqual(whole(peer));
      expect(recorder.log).toEqual(['recognised', 'opened']);
      expect(recorder.held).toBe(0);
    }
  });

  test.each(ALL)('%s: several records in a chunk, and one side captured before the other', (_, options) => {
    const peer = conversation(options);
    const secrets = storeOf(peer);
    const steps = stepsOf(peer.sent);
    const orders: Record<string, Step[]> = {
      joined: joined(steps),
      'client first': [...joined(of(steps, CLIENT)), ...joined(of(steps, SERVER))],
      'server first': [...joined(of(steps, SERVER)), ...joined(of(steps, CLIENT))],
      'client first, by record': [...of(steps, CLIENT), ...of(steps, SERVER)],
      'ends last': [...of(steps, CLIENT).slice(0, -1), ...of(steps, SERVER).slice(0, -1), ...ENDS],
    };
    for (const [order, ordered] of Object.entries(orders)) {
      const recorder = new Recorder({ secrets }).play(ordered);
      expect([order, ...recorder.texts]).toEqual([order, ...whole(peer)]);
      expect(recorder.log).toEqual(['recognised', 'opened']);
      expect(recorder.held).toBe(0);
    }
  });

  test('the client is who sends its hello, whichever side that is', () => {
    const peer = conversation(GCM13);
    const steps = stepsOf(peer.sent).map(([side, what]): Step => [side === 0 ? 1 : 0, what]);
    const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
    expect(recorder.texts).toEqual(whole(peer).reverse());
    expect(recorder.connection.sides.map(({ sender }) => sender)).toEqual(['server', 'client']);
  });

  const TRACES: [string, Trace, boolean, client: string, server: string][] = [
    ['§3', simple, true, octets(50), octets(50)],
    ['§4, with early data', resumed, true, `ABCDEF${octets(50)}`, octets(50)],
    ['§5, with a HelloRetryRequest', retried, false, '', ''],
    ['§7, with ChangeCipherSpec', compatible, false, '', ''],
  ];
  test.each(TRACES)('RFC 8448 %s', (_, trace, hasData, client, server) => {
    const secrets = new SecretStore();
    for (const [label, secret] of Object.entries(trace.secrets))
      secrets.add(label as SecretLabel, Buffer.from(trace.random, 'hex'), Buffer.from(secret, 'hex'));
    const steps = [
      ...trace.records.map(([side, record]): Step => [side, Buffer.from(record, 'hex')]),
      ...ENDS,
    ];
    for (const cut of cuts(steps, 7)) {
      const recorder = new Recorder({ secrets }).play(cut);
      expect(recorder.log).toEqual(hasData ? ['recognised', 'opened'] : ['recognised']);
      expect(recorder.connection.hasOpened).toBe(true);
      if (hasData) expect(recorder.texts).toEqual([`${client}[fin]`, `${server}[fin]`]);
      expect(recorder.connection.facts).toMatchObject({
        version: 'TLS 1.3',
        cipherSuite: 'TLS_AES_128_GCM_SHA256',
        serverName: 'server',
        resumed: trace === resumed,
      });
    }
  });
});

function octets(count: number): string {
  return String.fromCharCode(...Array(count).keys());
}

const of = (steps: readonly Step[], side: 0 | 1): Step[] => steps.filter((step) => step[0] === side);

describe('secrets', () => {
  test.each(ALL)('%s: they come when all bytes are there', (_, options) => {
    const peer = conversation(options);
    const secrets = new SecretStore();
    secrets.mayGrow = true;
    const recorder = new Recorder({ secrets }).play(stepsOf(peer.sent, []));
    expect(recorder.log).toEqual(['recognised']);
    expect(recorder.held).toBeGreaterThan(0);
    tellSecrets(secrets, peer);
    expect(recorder.texts).toEqual([textOf(peer.sent, CLIENT), textOf(peer.sent, SERVER)]);
    expect(recorder.held).toBe(0);
    recorder.play(ENDS);
    expect(recorder.texts).toEqual(whole(peer));
    expect(recorder.log).toEqual(['recognised', 'opened']);
  });

  test.each(ALL)('%s: each comes between two others records, in the order of key logs', (_, options) => {
    const peer = conversation(options);
    const steps = stepsOf(peer.sent);
    for (let delay = 0; delay < steps.length - 2; delay++) {
      const secrets = new SecretStore();
      secrets.mayGrow = true;
      const recorder = new Recorder({ secrets });
      const late = [...peer.told];
      steps.forEach((step, index) => {
        const one = index >= delay || index === steps.length - 2 ? late.shift() : undefined;
        if (one !== undefined) secrets.add(...one);
        // Before the ends all has been told.
        if (index === steps.length - 3) for (const rest of late.splice(0)) secrets.add(...rest);
        recorder.play([step]);
      });
      expect([delay, ...recorder.texts]).toEqual([delay, ...whole(peer)]);
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });

  test.each(ALL)('%s: none', (_, options) => {
    const peer = conversation(options);
    const recorder = new Recorder().play(stepsOf(peer.sent));
    expect(recorder.log).toEqual(['recognised', 'unread no-secrets whole']);
    expect(recorder.texts).toEqual(['', '']);
    expect(recorder.held).toBe(0);
  });

  test.each(ALL)('%s: none, though some may come', (_, options) => {
    const peer = conversation(options);
    const secrets = storeOf(new Peer({ ...options, seed: 'another' }));
    secrets.mayGrow = true;
    const recorder = new Recorder({ secrets }).play(stepsOf(peer.sent));
    // Even behind its end: an application may write them late.
    expect(recorder.log).toEqual(['recognised']);
    recorder.connection.settle();
    expect(recorder.log).toEqual(['recognised', 'unread no-secrets whole']);
    expect(recorder.texts).toEqual(['', '']);
    expect(recorder.held).toBe(0);
  });

  const isWrong = (recorder: Recorder) => {
    expect(recorder.log).toEqual(['recognised', 'unread secrets-do-not-fit whole']);
    expect(recorder.texts).toEqual(['', '']);
  };

  test.each(ALL)('%s: wrong ones', (_, options) => {
    const peer = conversation(options);
    const secrets = new SecretStore();
    for (const [label, random, secret] of peer.told)
      secrets.add(
        label,
        random,
        secret.map((octet) => octet ^ 1),
      );
    isWrong(new Recorder({ secrets }).play(stepsOf(peer.sent)));
  });

  test('labels that are swapped', () => {
    const peer = conversation(GCM13);
    const secrets = new SecretStore();
    for (const [label, random, secret] of peer.told) {
      const swapped = label.startsWith('CLIENT')
        ? label.replace('CLIENT', 'SERVER')
        : label.replace('SERVER', 'CLIENT');
      if (label !== 'CLIENT_EARLY_TRAFFIC_SECRET') secrets.add(swapped as SecretLabel, random, secret);
    }
    isWrong(new Recorder({ secrets }).play(stepsOf(peer.sent)));
  });

  test('those of the handshake are missing: the data is read all the same, with no gap before it', () => {
    const peer = conversation(GCM13);
    const secrets = storeOf(peer, (label) => label.endsWith('_0'));
    for (const steps of cuts(stepsOf(peer.sent), 5)) {
      const recorder = new Recorder({ secrets }).play(steps);
      expect(recorder.texts).toEqual(whole(peer));
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });

  test.each([
    ['CLIENT', CLIENT],
    ['SERVER', SERVER],
  ] as const)('only those of the %s: the other side is told as missing', (name, side) => {
    const peer = conversation(GCM13);
    const secrets = storeOf(peer, (label) => label.startsWith(name));
    const recorder = new Recorder({ secrets }).play(stepsOf(peer.sent));
    expect(recorder.texts[side]).toBe(whole(peer)[side]);
    expect(recorder.texts[1 - side]).toMatch(/^(<\d+>)+\[fin\]$/);
    expect(recorder.log.toSorted()).toEqual(['opened', 'recognised', 'unread secrets-incomplete']);
  });

  test('only those of the handshake: nothing can be read', () => {
    const peer = conversation(GCM13);
    const secrets = storeOf(peer, (label) => label.includes('HANDSHAKE'));
    const recorder = new Recorder({ secrets }).play(stepsOf(peer.sent));
    expect(recorder.log).toEqual(['recognised', 'unread secrets-incomplete whole']);
    expect(recorder.texts).toEqual(['', '']);
  });
});

describe('hellos', () => {
  test('without the ServerHello, TLS 1.2', () => {
    const peer = conversation(GCM12);
    const steps = stepsOf(peer.sent);
    const lost = 1;
    const [side, bytes] = steps[lost] as [0 | 1, Uint8Array];
    for (const cut of [
      steps.with(lost, [side, bytes.length]),
      [
        ...steps.slice(0, lost),
        [side, bytes.subarray(0, 20)] as Step,
        [side, bytes.length - 20] as Step,
        ...steps.slice(lost + 1),
      ],
    ]) {
      const recorder = new Recorder({ secrets: storeOf(peer) }).play(cut);
      expect(recorder.log).toEqual(['recognised', 'unread no-server-hello whole']);
      expect(recorder.texts).toEqual(['', '']);
      expect(recorder.held).toBe(0);
    }
  });

  const KINDS13 = ALL.filter(([, { version }]) => version === TLS13);

  /** As `steps`, with a client that offers all suites, so that the one in use has to be found. */
  function offeringAll(peer: Peer, steps: readonly Step[]): Step[] {
    const hello = encodeClientHello({
      random: peer.clientRandom,
      suites: [0xc02f, 0x1303, 0x1305, 0x1301, 0x1304, 0x1302],
    });
    return [[CLIENT, handshakeRecord(hello)], ...steps.slice(1)];
  }

  test.each(KINDS13)(
    '%s: without the ServerHello the suite is the one that opens the records',
    (_, options) => {
      const peer = conversation(options);
      const steps = offeringAll(peer, stepsOf(peer.sent));
      const length = peer.sent[1].bytes.length;
      for (let at = 0; at < length; at++) {
        const pieces: Step[] = [
          [SERVER, peer.sent[1].bytes.subarray(0, at)],
          [SERVER, length - at],
        ];
        const recorder = new Recorder({ secrets: storeOf(peer) }).play([
          steps[0],
          ...pieces,
          ...steps.slice(2),
        ]);
        expect([at, recorder.texts]).toEqual([at, whole(peer)]);
        expect(recorder.log).toEqual(['recognised', 'opened']);
        expect(recorder.facts).toMatchObject({ version: 'TLS 1.3', cipherSuite: peer.suite.name });
        expect(recorder.held).toBe(0);
      }
    },
  );

  test.each(KINDS13)(
    '%s: without all of the server up to its Finished, and with late secrets',
    (_, options) => {
      const peer = conversation(options);
      const lost = peer.sent.slice(1).findIndex(({ side }) => side === CLIENT);
      const steps = offeringAll(peer, stepsOf(peer.sent)).toSpliced(1, lost, [SERVER, 400]);
      const read = (secrets: SecretStore) => new Recorder({ secrets }).play(steps);
      expect(read(storeOf(peer)).texts).toEqual(whole(peer));
      for (let late = 1; late < steps.length - 2; late++) {
        const secrets = new SecretStore();
        secrets.mayGrow = true;
        const recorder = new Recorder({ secrets }).play(steps.slice(0, late));
        tellSecrets(secrets, peer);
        recorder.play(steps.slice(late));
        expect([late, recorder.texts, recorder.log]).toEqual([late, whole(peer), ['recognised', 'opened']]);
      }
    },
  );

  test.each(KINDS13)('%s: only what the client says was captured', (_, options) => {
    const peer = conversation(options);
    const all = offeringAll(peer, stepsOf(peer.sent));
    const steps = all.filter(([side, what]) => side === CLIENT && what !== 'fin');
    const recorder = new Recorder({ secrets: storeOf(peer) });
    recorder.play([...steps, [CLIENT, 'capture-end'], [SERVER, 'capture-end']]);
    expect(recorder.texts[CLIENT]).toBe(whole(peer)[CLIENT].replace('fin', 'capture-end'));
    expect(recorder.held).toBe(0);
  });

  test('without the ServerHello behind a HelloRetryRequest', () => {
    const early = [[42, new Uint8Array(0)]] as const;
    for (const extensions of [[], early]) {
      const first = new Peer({ ...GCM13, extensions }).clientHello();
      if (extensions.length > 0) first.early('early');
      first.retry();
      const plain = new Peer(GCM13)
        .clientHello()
        .serverHello()
        .finish13()
        .say(CLIENT, 'hello')
        .say(SERVER, 'ok');
      const { length } = plain.sent[1].bytes;
      const rest = stepsOf(plain.sent).slice(2);
      const steps: Step[] = [
        ...stepsOf(first.sent, []),
        ...stepsOf([plain.sent[0]], []),
        [SERVER, length],
        ...rest,
      ];
      const recorder = new Recorder({ secrets: storeOf(plain) }).play(steps);
      expect(recorder.texts).toEqual(['hello[fin]', 'ok[fin]']);
      expect(recorder.log).toEqual(['recognised', 'opened']);
      const unread = new Recorder().play(steps);
      expect(unread.log).toEqual(['recognised', 'unread no-secrets whole']);
    }
  });

  test('a suite is looked for in few records, and each suite tried once', () => {
    const epoch = vi.spyOn(Keys.prototype, 'epoch');
    const peer = conversation(GCM13);
    const suites = Array.from({ length: 5000 }, (_, i) => 0x1301 + (i % 5));
    const hello = handshakeRecord(encodeClientHello({ random: peer.clientRandom, suites }));
    const record = plainRecord(APPLICATION_DATA, Buffer.alloc(30));
    const steps: Step[] = [
      [CLIENT, hello],
      [SERVER, 90],
    ];
    for (let i = 0; i < 100; i++) steps.push([SERVER, record], [CLIENT, hello]);
    new Recorder({ secrets: storeOf(peer) }).play([...steps, ...ENDS]);
    expect(epoch.mock.calls.length).toBeLessThan(8 * 5 * 2 + 20);
    epoch.mockRestore();
  });

  test('without the ServerHello, and with secrets that do not fit', () => {
    const peer = conversation(GCM13);
    const other = new Peer({ ...GCM13, seed: 'other' });
    const secrets = new SecretStore();
    for (const [label, , secret] of other.told) secrets.add(label, peer.clientRandom, secret);
    const recorder = new Recorder({ secrets }).play(stepsOf(peer.sent).toSpliced(1, 1, [SERVER, 90]));
    expect(recorder.log).toEqual(['recognised', 'unread no-server-hello whole']);
    expect(recorder.texts).toEqual(['', '']);
    expect(recorder.held).toBe(0);
  });

  test.each([
    ['TLS 1.3', GCM13],
    ['TLS 1.2', GCM12],
  ])('a capture that begins behind them: %s', (_, options) => {
    const peer = conversation(options);
    const steps = stepsOf(peer.sent).slice(-8);
    const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
    expect(recorder.log).toEqual(['unread no-hello whole']);
    expect(recorder.held).toBe(0);
  });

  test.each([
    ['an unknown suite', 0x1399, TLS13],
    ['SSL 3.0', 0x002f, 0x0300],
    ['a suite of TLS 1.3 in TLS 1.2', 0x1301, TLS12],
    ['a suite of TLS 1.2 in TLS 1.3', 0xc02f, TLS13],
  ])('%s is not supported', (_, suite, version) => {
    const real = conversation(version === TLS13 ? GCM13 : GCM12);
    const hello = new Peer({ suite: 0x1301, version: TLS13 }).clientHello().sent[0];
    const fake = new Peer({ suite: 0x1301, version });
    Object.assign(fake.options, { suite });
    const sent = [hello, fake.serverHello().sent[0], ...real.sent.slice(2)];
    const recorder = new Recorder({ secrets: storeOf(real) }).play(stepsOf(sent));
    expect(recorder.log).toEqual(['recognised', 'unread unsupported whole']);
    expect(recorder.texts).toEqual(['', '']);
  });

  test('what is told of the connection', () => {
    const facts = (options: PeerOptions) => {
      const peer = conversation(options);
      return new Recorder({ secrets: storeOf(peer) }).play(stepsOf(peer.sent)).facts;
    };
    const extensions = [alpnOf('h2', 'http/1.1')];
    expect(facts({ ...GCM13, extensions, serverExtensions: [alpnOf('h2')] })).toEqual({
      version: 'TLS 1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      serverName: undefined,
      alpn: 'h2',
      offeredAlpn: ['h2', 'http/1.1'],
      resumed: false,
    });
    expect(facts({ ...GCM12, serverExtensions: [alpnOf('http/1.1')] })).toEqual({
      version: 'TLS 1.2',
      cipherSuite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      serverName: 'a.test',
      alpn: 'http/1.1',
      offeredAlpn: ['http/1.1'],
      resumed: false,
    });
  });
});

function alpnOf(...names: string[]): readonly [number, Uint8Array] {
  const list = Buffer.concat(names.map((name) => Buffer.from([name.length, ...Buffer.from(name)])));
  return [16, Buffer.concat([Buffer.of(0, list.length), list])];
}

/** The server says `count` things of different lengths behind the handshake. */
function talk(
  options: PeerOptions,
  count: number,
  length = 30,
): { peer: Peer; said: Sent[]; before: Sent[] } {
  const peer = new Peer(options).handshake().say(CLIENT, 'question');
  const before = [...peer.sent];
  for (let i = 0; i < count; i++) peer.say(SERVER, `${i}:`.padEnd(length + 3 * i, '.'));
  return { peer, said: peer.sent.slice(before.length), before };
}

function play(peer: Peer, before: readonly Sent[], steps: readonly Step[]): Recorder {
  return new Recorder({ secrets: storeOf(peer) }).play([...stepsOf(before, []), ...steps, ...ENDS]);
}

const bytesOf = (sent: readonly Sent[]): Step[] => sent.map(({ side, bytes }): Step => [side, bytes]);
const sizeOf = (sent: readonly Sent[]): number => sent.reduce((sum, { bytes }) => sum + bytes.length, 0);

describe('gaps', () => {
  test.each(EXACT)('%s: 1 to 20 whole records are lost', (_, options) => {
    for (let lost = 1; lost <= 20; lost++) {
      const { peer, said, before } = talk(options, 24);
      const missing = said.slice(2, 2 + lost);
      const steps: Step[] = [
        ...bytesOf(said.slice(0, 2)),
        [SERVER, sizeOf(missing)],
        ...bytesOf(said.slice(2 + lost)),
      ];
      const expected =
        textOf(said.slice(0, 2), SERVER) +
        `<${textOf(missing, SERVER).length}>` +
        textOf(said.slice(2 + lost), SERVER);
      const recorder = play(peer, before, steps);
      expect([lost, recorder.texts[SERVER]]).toEqual([lost, `${expected}[fin]`]);
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });

  test.each(EXACT)('%s: any octets of a record are lost', (_, options) => {
    const { peer, said, before } = talk(options, 5, 12);
    const record = said[2].bytes;
    const expected = `${said[0].text}${said[1].text}<${said[2].text.length}>${said[3].text}${said[4].text}[fin]`;
    for (let from = 0; from < record.length; from++)
      for (const length of [1, 4, 9, 25]) {
        if (from + length > record.length) continue;
        const steps: Step[] = [
          ...bytesOf(said.slice(0, 2)),
          [SERVER, record.subarray(0, from)],
          [SERVER, length],
          [SERVER, record.subarray(from + length)],
          ...bytesOf(said.slice(3)),
        ];
        const recorder = play(peer, before, steps);
        expect([from, length, recorder.texts[SERVER]]).toEqual([from, length, expected]);
        expect(recorder.log).toEqual(['recognised', 'opened']);
      }
  });

  test.each(EXACT)('%s: a gap from within one record to within another', (_, options) => {
    const { peer, said, before } = talk(options, 6, 20);
    const stream = Buffer.concat(said.map(({ bytes }) => bytes));
    const starts = said.map((_one, index) => sizeOf(said.slice(0, index)));
    for (let from = 3; from < starts[2]; from += 11)
      for (let to = starts[2] + 1; to < starts[4]; to += 7) {
        const steps: Step[] = [
          [SERVER, stream.subarray(0, from)],
          [SERVER, to - from],
          [SERVER, stream.subarray(to)],
        ];
        const isLost = ({ bytes }: Sent, index: number) =>
          starts[index] < to && starts[index] + bytes.length > from;
        const first = said.findIndex(isLost);
        const lost = said.filter(isLost);
        const expected =
          textOf(said.slice(0, first), SERVER) +
          `<${textOf(lost, SERVER).length}>` +
          textOf(said.slice(first + lost.length), SERVER);
        expect([from, to, play(peer, before, steps).texts[SERVER]]).toEqual([from, to, `${expected}[fin]`]);
      }
  });

  test.each(CBC)('%s: the length is told to a block for each record that is lost', (_, options) => {
    const { peer, said, before } = talk(options, 9, 40);
    const isChained = options.version === TLS10;
    for (let lost = 1; lost <= 4; lost++) {
      const steps: Step[] = [
        ...bytesOf(said.slice(0, 2)),
        [SERVER, sizeOf(said.slice(2, 2 + lost))],
        ...bytesOf(said.slice(2 + lost)),
      ];
      // Where the IV is chained, the record behind the gap is lost, too.
      const next = 2 + lost + (isChained ? 1 : 0);
      const [, text, gap, rest] = /^(.*)<(\d+)>(.*)\[fin\]$/.exec(play(peer, before, steps).texts[SERVER])!;
      expect([text, rest]).toEqual([textOf(said.slice(0, 2), SERVER), textOf(said.slice(next), SERVER)]);
      const missing = textOf(said.slice(2, next), SERVER).length;
      expect(Math.abs(Number(gap) - missing)).toBeLessThanOrEqual((next - 2) * 8);
    }
  });

  test.each(EXACT)('%s: the last record is lost', (_, options) => {
    const { peer, said, before } = talk(options, 3);
    const kept = textOf(said.slice(0, 2), SERVER);
    const { bytes, text } = said[2];
    const partly: Step[][] = [
      [[SERVER, bytes.length]],
      [
        [SERVER, bytes.subarray(0, 3)],
        [SERVER, bytes.length - 3],
      ],
      [
        [SERVER, bytes.subarray(0, 9)],
        [SERVER, bytes.length - 9],
      ],
    ];
    for (const end of partly) {
      const recorder = play(peer, before, [...bytesOf(said.slice(0, 2)), ...end]);
      expect(recorder.texts[SERVER]).toBe(`${kept}<${text.length}>[fin]`);
    }
  });

  test('a stream that ends within a record', () => {
    const { peer, said, before } = talk(GCM13, 3);
    const recorder = play(peer, before, [
      ...bytesOf(said.slice(0, 2)),
      [SERVER, said[2].bytes.subarray(0, 20)],
    ]);
    expect(recorder.texts[SERVER]).toBe(`${textOf(said.slice(0, 2), SERVER)}[fin]`);
  });

  test('across a key update: what lies behind is read', () => {
    const { peer, said, before } = talk(GCM13, 2);
    peer.keyUpdate(SERVER);
    for (let i = 0; i < 4; i++) peer.say(SERVER, `new ${i} ${'-'.repeat(i)}`);
    const sent = peer.sent.slice(before.length);
    for (let first = 1; first <= 2; first++)
      for (let behind = 3; behind < sent.length; behind++) {
        const lost = sent.slice(first, behind);
        const steps: Step[] = [
          ...bytesOf(sent.slice(0, first)),
          [SERVER, sizeOf(lost)],
          ...bytesOf(sent.slice(behind)),
        ];
        const [, text, gap, rest] =
          /^(.*?)(?:<(\d+)>)?((?:new[^<]*)*)\[fin\]$/.exec(play(peer, before, steps).texts[SERVER]) ?? [];
        expect([first, behind, text, rest]).toEqual([
          first,
          behind,
          textOf(sent.slice(0, first), SERVER),
          textOf(sent.slice(behind), SERVER),
        ]);
        // How many records these were is not known, so it may be told as more.
        const missing = textOf(lost, SERVER).length;
        expect(Number(gap ?? 0)).toBeGreaterThanOrEqual(missing);
        expect(Number(gap ?? 0)).toBeLessThanOrEqual(sizeOf(lost));
      }
    expect(said).toHaveLength(2);
  });

  test('the Finished of TLS 1.3 is lost: of the application nothing is missing', () => {
    const peer = new Peer(GCM13).handshake().say(SERVER, 'hello').say(CLIENT, 'answer');
    for (const index of [3, 5]) {
      const { side, bytes } = peer.sent[index];
      const steps = stepsOf(peer.sent);
      const lost: Step[][] = [
        steps.with(index, [side, bytes.length]),
        steps.toSpliced(index, 1, [side, bytes.subarray(0, 8)], [side, bytes.length - 8]),
        steps.with(index, [side, flipped(bytes, 30)]),
      ];
      for (const one of lost)
        expect(new Recorder({ secrets: storeOf(peer) }).play(one).texts).toEqual(whole(peer));
    }
  });

  test('several KeyUpdates are lost', () => {
    for (const updates of [1, 2, 5, 8]) {
      const peer = new Peer(GCM13).handshake().say(SERVER, 'before ');
      const first = peer.sent.length;
      for (let i = 0; i < updates; i++) peer.say(SERVER, 'lost').keyUpdate(SERVER);
      const behind = peer.sent.length;
      peer.say(SERVER, 'after ').keyUpdate(SERVER).say(SERVER, 'them');
      const steps = stepsOf(peer.sent);
      const lost = steps
        .slice(first, behind)
        .map(([side, what]): Step => [side, (what as Uint8Array).length]);
      const recorder = new Recorder({ secrets: storeOf(peer) }).play(
        steps.toSpliced(first, lost.length, ...lost),
      );
      expect(recorder.texts[SERVER]).toMatch(/^before (<\d+>)+after them\[fin\]$/);
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });

  test('the Finished of TLS 1.3 and data behind it are lost: that is told', () => {
    const peer = new Peer(GCM13).handshake().say(SERVER, 'first').say(SERVER, 'second').say(CLIENT, 'answer');
    const finished = peer.sent[3];
    const steps = stepsOf(peer.sent);
    steps.splice(6, 1);
    steps[3] = [SERVER, finished.bytes.length + peer.sent[6].bytes.length];
    const [text] = [new Recorder({ secrets: storeOf(peer) }).play(steps).texts[SERVER]];
    expect(text).toMatch(/^<\d+>second\[fin\]$/);
    expect(Number(/\d+/.exec(text)![0])).toBeGreaterThanOrEqual('first'.length);
  });

  test('two gaps, each told where it is', () => {
    const { peer, said, before } = talk(GCM12, 6);
    const steps = bytesOf(said)
      .with(1, [SERVER, said[1].bytes.length])
      .with(4, [SERVER, said[4].bytes.length]);
    const texts = said.map(({ text }) => text);
    expect(play(peer, before, steps).texts[SERVER]).toBe(
      `${texts[0]}<${texts[1].length}>${texts[2]}${texts[3]}<${texts[4].length}>${texts[5]}[fin]`,
    );
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] ^= 1;
  return copy;
}

describe('records that do not authenticate', () => {
  test.each(EXACT)('%s: one defect, and a gap of its length', (_, options) => {
    const { peer, said, before } = talk(options, 4);
    const expected = `${said[0].text}<${said[1].text.length}>${said[2].text}${said[3].text}[fin]`;
    for (let at = 5; at < said[1].bytes.length; at++) {
      const recorder = play(peer, before, bytesOf(said).with(1, [SERVER, flipped(said[1].bytes, at)]));
      expect([at, recorder.texts[SERVER]]).toEqual([at, expected]);
      expect(recorder.log).toEqual(['recognised', 'opened', 'defect tls-authentication']);
    }
  });

  test.each(CBC)('%s: one defect, and a gap', (_, options) => {
    const { peer, said, before } = talk(options, 5);
    const recorder = play(peer, before, bytesOf(said).with(1, [SERVER, flipped(said[1].bytes, 9)]));
    const [, text, gap, rest] = /^(.*)<(\d+)>(.*)\[fin\]$/.exec(recorder.texts[SERVER])!;
    expect([text, rest]).toEqual([said[0].text, textOf(said.slice(2), SERVER)]);
    expect(Math.abs(Number(gap) - said[1].text.length)).toBeLessThanOrEqual(8);
    expect(recorder.log).toEqual(['recognised', 'opened', 'defect tls-authentication']);
  });

  test('bytes between two records that are none', () => {
    const { peer, said, before } = talk(GCM13, 3);
    const steps: Step[] = [
      [SERVER, said[0].bytes],
      [SERVER, Buffer.from('garbage, no record')],
      ...bytesOf(said.slice(1)),
    ];
    const recorder = play(peer, before, steps);
    expect(recorder.texts[SERVER]).toBe(`${said[0].text}<18>${said[1].text}${said[2].text}[fin]`);
    expect(recorder.log).toEqual(['recognised', 'opened', 'defect tls-record']);
  });

  test('what begins like a record, but is none, ahead of true ones: they are found all the same', () => {
    const { peer, said, before } = talk(GCM13, 4);
    const fake = Buffer.concat([Buffer.from('zzz'), Buffer.of(23, 3, 3, 0x20, 0), Buffer.from('zzz')]);
    const steps: Step[] = [[SERVER, said[0].bytes], [SERVER, fake], ...bytesOf(said.slice(1))];
    const recorder = play(peer, before, steps);
    expect(recorder.texts[SERVER]).toBe(`${said[0].text}<11>${textOf(said.slice(1), SERVER)}[fin]`);
  });

  test('no TLS at all', () => {
    const recorder = new Recorder().play([
      [0, Buffer.of(22, 3, 1, 0, 2, 1, 0)],
      [0, Buffer.from('HTTP')],
      ...ENDS,
    ]);
    expect(recorder.log).toEqual(['foreign']);
  });

  test('a side is given up after many in a row', () => {
    const { peer, said, before } = talk(GCM13, 60, 10);
    const steps = said.map(({ bytes }, i): Step => [SERVER, i < 10 ? bytes : flipped(bytes, 8)]);
    const recorder = play(peer, before, steps);
    expect(recorder.log).toEqual([
      'recognised',
      'opened',
      'defect tls-authentication',
      'unread secrets-do-not-fit',
    ]);
    const gaps = [...recorder.texts[SERVER].matchAll(/<(\d+)>/g)].map(([, length]) => Number(length));
    expect(gaps.reduce((sum, length) => sum + length)).toBe(textOf(said.slice(10), SERVER).length);
    expect(recorder.texts[CLIENT]).toBe('question[fin]');
  });
});

describe('early data (RFC 8446 §4.2.10)', () => {
  const extensions = [[42, new Uint8Array(0)]] as const;
  const orders = (peer: Peer): Step[][] => {
    const steps = stepsOf(peer.sent);
    return [...cuts(steps, 3), [...of(steps, CLIENT), ...of(steps, SERVER)]];
  };

  test('accepted', () => {
    const peer = new Peer({ ...GCM13, extensions, serverExtensions: extensions }).clientHello();
    peer.early('early ').early('bird ').serverHello().finish13(true).say(CLIENT, 'worm').say(SERVER, 'ok');
    for (const steps of orders(peer)) {
      const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
      expect(recorder.texts).toEqual(['early bird worm[fin]', 'ok[fin]']);
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });

  test('rejected: the client says it again', () => {
    const peer = new Peer({ ...GCM13, extensions }).clientHello();
    peer.early('early').early('bird').serverHello().finish13().say(CLIENT, 'early bird').say(SERVER, 'ok');
    for (const steps of orders(peer)) {
      const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
      expect(recorder.texts).toEqual(['early bird[fin]', 'ok[fin]']);
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });

  test('its secret is not known', () => {
    for (const accepted of [true, false]) {
      const peer = new Peer({
        ...GCM13,
        extensions,
        serverExtensions: accepted ? extensions : [],
      }).clientHello();
      peer.early('early').serverHello().finish13(accepted).say(CLIENT, 'more').say(SERVER, 'ok');
      const secrets = storeOf(peer, (label) => !label.includes('EARLY'));
      const recorder = new Recorder({ secrets }).play(stepsOf(peer.sent));
      expect(recorder.texts[SERVER]).toBe('ok[fin]');
      expect(recorder.texts[CLIENT]).toMatch(accepted ? /^<\d+>more\[fin\]$/ : /^more\[fin\]$/);
    }
  });

  const KNOWN: [string, lost: (peer: Peer) => number, SecretLabel | undefined][] = [
    ['all is known', () => -1, undefined],
    [
      'the ServerHello and the EncryptedExtensions are lost',
      ({ sent }) => sent.findIndex(isOfServer),
      undefined,
    ],
    ['the EncryptedExtensions cannot be read', () => -1, 'SERVER_HANDSHAKE_TRAFFIC_SECRET'],
  ];
  const isOfServer = ({ side }: Sent) => side === SERVER;

  test.each(KNOWN)('%s: what is accepted is told once, what is rejected is not', (_, lostOf, unknown) => {
    for (const accepted of [true, false]) {
      const serverExtensions = accepted ? extensions : [];
      const peer = new Peer({ ...GCM13, extensions, serverExtensions }).clientHello();
      peer.early('early ').early('bird ').serverHello().finish13(accepted);
      peer.say(CLIENT, accepted ? 'worm' : 'early bird worm').say(SERVER, 'ok');
      const lost = lostOf(peer);
      const steps = stepsOf(peer.sent);
      // The ServerHello, ChangeCipherSpec, and the rest of the handshake.
      const cut: Step[] = [0, 1, 2].map((i) => [SERVER, peer.sent[lost + i]?.bytes.length ?? 0]);
      if (lost >= 0) steps.splice(lost, 3, ...cut);
      const recorder = new Recorder({ secrets: storeOf(peer, (label) => label !== unknown) }).play(steps);
      expect([accepted, recorder.texts]).toEqual([accepted, ['early bird worm[fin]', 'ok[fin]']]);
      expect(recorder.log).toEqual(['recognised', 'opened']);
      expect(recorder.held).toBe(0);
    }
  });

  test('its secrets come late: it waits for them as all else does', () => {
    for (const accepted of [true, false]) {
      const serverExtensions = accepted ? extensions : [];
      const peer = new Peer({ ...GCM13, extensions, serverExtensions }).clientHello();
      peer.early('early ').early('bird ').serverHello().finish13(accepted);
      peer.say(CLIENT, accepted ? 'worm' : 'early bird worm').say(SERVER, 'ok');
      const steps = stepsOf(peer.sent);
      for (let late = 1; late <= steps.length; late++) {
        const secrets = new SecretStore();
        secrets.mayGrow = true;
        const recorder = new Recorder({ secrets }).play(steps.slice(0, late));
        tellSecrets(secrets, peer);
        recorder.play(steps.slice(late));
        expect([accepted, late, recorder.texts]).toEqual([
          accepted,
          late,
          ['early bird worm[fin]', 'ok[fin]'],
        ]);
        expect(recorder.log).toEqual(['recognised', 'opened']);
        expect(recorder.held).toBe(0);
      }
    }
  });

  test('its end and the Finished are lost: what follows is read', () => {
    for (const accepted of [true, false]) {
      const serverExtensions = accepted ? extensions : [];
      const peer = new Peer({ ...GCM13, extensions, serverExtensions }).clientHello();
      peer
        .early('early ')
        .serverHello()
        .finish13(accepted)
        .say(CLIENT, 'worm')
        .say(CLIENT, 's')
        .say(SERVER, 'ok');
      const first = peer.sent.findIndex(({ text }) => text === 'worm');
      const steps = stepsOf(peer.sent).map((step, i): Step => {
        const [side, what] = step;
        return side === CLIENT && i > 1 && i < first ? [side, (what as Uint8Array).length] : step;
      });
      const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
      expect(recorder.texts[CLIENT]).toMatch(
        accepted ? /^early (<\d+>)?worms\[fin\]$/ : /^(<\d+>)?worms\[fin\]$/,
      );
      expect(recorder.texts[SERVER]).toBe('ok[fin]');
    }
  });

  test('with the labels of the others swapped it is said that they do not fit', () => {
    const peer = new Peer({ ...GCM13, extensions, serverExtensions: extensions }).clientHello();
    peer.early('early').serverHello().finish13(true).say(CLIENT, 'more').say(SERVER, 'ok');
    const secrets = new SecretStore();
    for (const [label, random, secret] of peer.told) {
      const swapped = label.startsWith('SERVER')
        ? label.replace('SERVER', 'CLIENT')
        : label.replace('CLIENT', 'SERVER');
      secrets.add((label.includes('EARLY') ? label : swapped) as SecretLabel, random, secret);
    }
    const recorder = new Recorder({ secrets }).play(stepsOf(peer.sent));
    expect(recorder.log.filter((line) => line.startsWith('unread'))).toEqual(['unread secrets-do-not-fit']);
    expect(recorder.texts[SERVER]).not.toContain('ok');
  });

  test('before a HelloRetryRequest it is passed over', () => {
    const peer = new Peer({ ...GCM13, extensions }).clientHello().early('early').retry();
    const plain = new Peer(GCM13)
      .clientHello()
      .serverHello()
      .finish13()
      .say(CLIENT, 'hello')
      .say(SERVER, 'ok');
    const sent = [...peer.sent, ...plain.sent];
    for (const steps of cuts(stepsOf(sent), 3)) {
      const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
      expect(recorder.texts).toEqual(['hello[fin]', 'ok[fin]']);
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });
});

describe('renegotiation (RFC 5246 §7.4.1.1)', () => {
  test.each(ALL.filter(([, { version }]) => version !== TLS13))('%s', (_, options) => {
    const peer = new Peer(options).handshake().say(CLIENT, 'one ').say(SERVER, 'uno ').renegotiate();
    peer.say(CLIENT, 'two ').say(SERVER, 'due ').renegotiate().say(CLIENT, 'three').say(SERVER, 'tre');
    for (const steps of cuts(stepsOf(peer.sent), 5)) {
      const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
      expect(recorder.texts).toEqual(['one two three[fin]', 'uno due tre[fin]']);
      expect(recorder.log).toEqual(['recognised', 'opened']);
    }
  });

  test('each time the secrets come behind what they open', () => {
    const secrets = new SecretStore();
    secrets.mayGrow = true;
    const recorder = new Recorder({ secrets });
    const peer = new Peer(GCM12).handshake();
    let [played, told] = [0, 0];
    const heard = ['one ', 'two ', 'three ', 'four'].map((text, i) => {
      if (i > 0) peer.renegotiate();
      peer.say(CLIENT, text);
      recorder.play(stepsOf(peer.sent.slice(played), []));
      played = peer.sent.length;
      for (const [label, random, secret] of peer.told.slice(told)) secrets.add(label, random, secret);
      told = peer.told.length;
      return recorder.texts[0];
    });
    expect(heard).toEqual(['one ', 'one two ', 'one two three ', 'one two three four']);
  });
});

describe('what is held', () => {
  test('more than maxHeld', () => {
    const peer = new Peer(GCM13).handshake();
    for (let i = 0; i < 40; i++) peer.say(SERVER, 'x'.repeat(1000));
    const secrets = storeOf(new Peer({ ...GCM13, seed: 'another' }));
    secrets.mayGrow = true;
    const recorder = new Recorder({ secrets, maxHeld: 10_000 }).play(stepsOf(peer.sent));
    expect(recorder.log).toEqual(['recognised', 'defect tls-held-limit', 'unread no-secrets whole']);
    expect(recorder.mostHeld).toBeLessThan(12_000);
    expect(recorder.held).toBe(0);
  });

  test('where there are no secrets at all, nobody is told that too much waits', () => {
    const peer = new Peer(GCM13).handshake();
    for (let i = 0; i < 40; i++) peer.say(SERVER, 'x'.repeat(1000));
    const secrets = new SecretStore();
    secrets.mayGrow = true;
    const recorder = new Recorder({ secrets, maxHeld: 10_000 }).play(stepsOf(peer.sent));
    expect(recorder.log).toEqual(['recognised', 'unread no-secrets whole']);
    expect(recorder.held).toBe(0);
  });

  test('if secrets come when some were given up for want of them, that is told once', () => {
    const secrets = new SecretStore();
    secrets.mayGrow = true;
    const recorders = ['one', 'two'].map((seed) => {
      const peer = new Peer({ ...GCM13, seed }).handshake();
      for (let i = 0; i < 40; i++) peer.say(SERVER, 'x'.repeat(1000));
      return new Recorder({ secrets, maxHeld: 10_000 }).play(stepsOf(peer.sent));
    });
    expect(recorders.map(({ log }) => log)).toEqual(Array(2).fill(['recognised', 'unread no-secrets whole']));
    tellSecrets(secrets, new Peer({ ...GCM13, seed: 'another' }));
    const defects = recorders.flatMap(({ log }) => log.filter((line) => line.startsWith('defect')));
    expect(defects).toEqual(['defect tls-held-limit']);
  });

  test('a gap and an end wait with the bytes', () => {
    const { peer, said, before } = talk(GCM12, 4);
    const secrets = new SecretStore();
    secrets.mayGrow = true;
    const steps = [
      ...stepsOf(before, []),
      ...bytesOf(said).with(1, [SERVER, said[1].bytes.length]),
      [SERVER, 'reset'] as Step,
    ];
    const recorder = new Recorder({ secrets }).play(steps);
    tellSecrets(secrets, peer);
    recorder.play([[CLIENT, 'fin']]);
    expect(recorder.texts).toEqual([
      'question[fin]',
      `${said[0].text}<${said[1].text.length}>${said[2].text}${said[3].text}[reset]`,
    ]);
  });

  test('at the end of the capture nobody waits any more', () => {
    const peer = conversation(GCM13);
    const secrets = new SecretStore();
    secrets.mayGrow = true;
    const recorder = new Recorder({ secrets }).play([
      ...stepsOf(peer.sent, []),
      [0, 'capture-end'],
      [1, 'capture-end'],
    ]);
    expect(recorder.log).toEqual(['recognised', 'unread no-secrets whole']);
    expect(recorder.held).toBe(0);
  });
});

test('the bytes of a record have the packet of its last octet, and their sequence numbers', () => {
  const peer = new Peer(GCM12).handshake().say(CLIENT, 'abc').say(CLIENT, 'def');
  const recorder = new Recorder({ secrets: storeOf(peer) }).play(stepsOf(peer.sent, []));
  const packets = recorder.sinks[CLIENT].places.map((place) => place.split(':')[0]);
  const first = peer.sent.length - 1;
  expect(packets).toEqual([first, first, first, first + 1, first + 1, first + 1].map(String));
});

test('secrets of a side that has ended come before those of the other', () => {
  const peer = conversation(GCM13);
  const secrets = new SecretStore();
  secrets.mayGrow = true;
  const recorder = new Recorder({ secrets }).play([...stepsOf(peer.sent, []), [CLIENT, 'fin']]);
  tellSecrets(secrets, peer, (label) => label.startsWith('CLIENT'));
  // What was said is told in its order, so both wait.
  expect(recorder.texts).toEqual(['', '']);
  tellSecrets(secrets, peer, (label) => label.startsWith('SERVER'));
  recorder.play([[SERVER, 'fin']]);
  expect(recorder.texts).toEqual(whole(peer));
  expect(recorder.log).toEqual(['recognised', 'opened']);
});

test('a handshake message of which a part is lost takes nothing of the next one', () => {
  const peer = new Peer(GCM13).handshake().say(SERVER, 'old');
  const first = peer.sent.length;
  const ticket = Buffer.concat([Buffer.of(4, 0, 0, 40), Buffer.alloc(40, 1)]);
  peer.handshakeMessages(SERVER, ticket.subarray(0, 20)).handshakeMessages(SERVER, ticket.subarray(20));
  peer.keyUpdate(SERVER).say(SERVER, 'new');
  const { bytes } = peer.sent[first + 1];
  const steps = stepsOf(peer.sent).toSpliced(
    first + 1,
    1,
    [SERVER, bytes.subarray(0, 9)],
    [SERVER, bytes.length - 9],
  );
  const recorder = new Recorder({ secrets: storeOf(peer) }).play(steps);
  expect(recorder.texts[SERVER]).toBe('old<24>new[fin]');
});
