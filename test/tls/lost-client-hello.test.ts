/**
 * Of a connection whose ClientHello is lost the secrets are found by trying: those that open what the client says.
 */
import { describe, expect, test } from 'vitest';
import { TLS10, TLS12, TLS13 } from '../../src/tls/key-schedule.js';
import { Resumable, type TlsContext } from '../../src/tls/master.js';
import { type SecretLabel, SecretStore } from '../../src/tls/secrets.js';
import { CLIENT, Peer, type PeerOptions, SERVER } from './peer.js';
import { joined, Recorder, type Step, stepsOf, tellSecrets } from './recorder.js';

const KINDS: [string, PeerOptions][] = [
  ['TLS 1.3, AES-128-GCM', { suite: 0x1301, version: TLS13 }],
  ['TLS 1.3, AES-256-GCM', { suite: 0x1302, version: TLS13 }],
  ['TLS 1.3, ChaCha20', { suite: 0x1303, version: TLS13 }],
  ['TLS 1.2, AES-128-GCM', { suite: 0xc02f, version: TLS12 }],
  ['TLS 1.2, CBC, encrypt-then-MAC', { suite: 0xc028, version: TLS12, encryptThenMac: true }],
  ['TLS 1.0, CBC', { suite: 0xc014, version: TLS10 }],
];
const [GCM13, , , GCM12] = KINDS.map(([, options]) => options);

const conversation = (options: PeerOptions) =>
  new Peer(options)
    .handshake()
    .say(CLIENT, 'GET /chat')
    .say(SERVER, '101 Switching')
    .say(CLIENT, 'hello')
    .closeNotify(CLIENT)
    .closeNotify(SERVER);
const WHOLE = ['GET /chathello[fin]', '101 Switching[fin]'];

/** Secrets of `before` other sessions, of `peer`, and of `after` others. */
function contextOf(peer: Peer | undefined, before: number, after: number): TlsContext {
  const secrets = new SecretStore();
  const others = (from: number, count: number) => {
    for (let i = from; i < from + count; i++)
      tellSecrets(secrets, conversation({ ...GCM13, seed: `other ${i}` }));
    for (let i = from; i < from + count; i++)
      tellSecrets(secrets, conversation({ ...GCM12, seed: `older ${i}` }));
  };
  others(0, before);
  if (peer !== undefined) tellSecrets(secrets, peer);
  others(before, after);
  return { secrets, rsaKeys: [], resumable: new Resumable(), guesses: { made: 0 }, waiting: new Set() };
}

/** Of the first record only `length` octets came. */
function cutHello(peer: Peer, length: number): Step[] {
  const { bytes } = peer.sent[0];
  const pieces: Step[] = [
    [CLIENT, bytes.subarray(0, length)],
    [CLIENT, bytes.length - length],
  ];
  return [...pieces.slice(length === 0 ? 1 : 0), ...stepsOf(peer.sent).slice(1)];
}

describe.each(KINDS)('%s', (_, options) => {
  const peer = conversation(options);

  test('whatever of the hello is lost, and in any order of the sides', () => {
    for (const length of [0, 1, 5, 20, peer.sent[0].bytes.length - 1]) {
      const steps = cutHello(peer, length);
      const of = (side: number) => steps.filter((step) => step[0] === side);
      const orders: Step[][] = [steps, joined(steps), [...of(SERVER), ...of(CLIENT)]];
      for (const [i, order] of orders.entries()) {
        const recorder = new Recorder({ context: contextOf(peer, 3, 3) }).play(order);
        expect([length, i, ...recorder.texts]).toEqual([length, i, ...WHOLE]);
        expect(recorder.log).toEqual(['recognised', 'opened']);
        expect(recorder.facts).toMatchObject({ cipherSuite: peer.suite.name, serverName: undefined });
        expect(recorder.held).toBe(0);
      }
    }
  });

  test('only the secrets that open it are taken, and no others count as used', () => {
    const context = contextOf(peer, 3, 3);
    new Recorder({ context }).play(cutHello(peer, 0));
    const random = Buffer.from(peer.clientRandom).toString('hex');
    const lines = context.secrets.usedLines().trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[1])).toEqual(lines.map(() => random));
  });

  test('without its secrets it stays unread, and each of the others is tried for few records', () => {
    const context = contextOf(undefined, 4, 0);
    const recorder = new Recorder({ context }).play(cutHello(peer, 0));
    expect(recorder.log).toEqual(['recognised', 'unread no-hello whole']);
    expect(recorder.texts).toEqual(['', '']);
    expect(context.guesses.made).toBeGreaterThan(0);
    expect(context.guesses.made).toBeLessThanOrEqual(4 * 2 * 3);
    expect(context.secrets.used).toBe(0);
  });
});

test('secrets that a connection has asked for are not tried', () => {
  const [peer, first] = [conversation(GCM13), conversation({ ...GCM13, seed: 'first' })];
  const context = contextOf(undefined, 0, 0);
  tellSecrets(context.secrets, first);
  new Recorder({ context }).play(stepsOf(first.sent));
  tellSecrets(context.secrets, peer);
  const recorder = new Recorder({ context }).play(cutHello(peer, 0));
  expect(recorder.texts).toEqual(WHOLE);
  expect(context.guesses.made).toBe(1);
});

test.each([
  ['of the application only', (label: SecretLabel) => label.includes('TRAFFIC_SECRET_0')],
  ['all, and the first flight of the client is lost, too', () => true],
])('TLS 1.3, secrets %s', (_, wanted) => {
  const peer = conversation(GCM13);
  const context = contextOf(undefined, 2, 0);
  tellSecrets(context.secrets, peer, wanted);
  const said = peer.sent.findIndex(({ text }) => text !== '');
  const steps = stepsOf(peer.sent).map(
    (step, i): Step => (step[0] === CLIENT && i < said ? [CLIENT, peer.sent[i].bytes.length] : step),
  );
  const recorder = new Recorder({ context }).play(steps);
  expect(recorder.texts[0]).toMatch(/^(<\d+>)?GET \/chathello\[fin\]$/);
  expect(recorder.texts[1]).toBe(WHOLE[1]);
});
