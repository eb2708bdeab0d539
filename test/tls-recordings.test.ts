/**
 * WebSockets over TLS between real peers (fixtures/tls-*): exactly the messages that the applications logged, byte for
 * byte, and the connection as their sockets described it; with the segments cut, moved and doubled, with a server's
 * private key in place of the secrets, and with packets lost.
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import { opcodeName } from '../src/websocket/opcode.js';
import { fixturesRoot } from './support/fixtures.js';
import {
  asLogged,
  captureOf,
  duplicated,
  inPieces,
  type LoggedMessage,
  messagesOf,
  outOfOrder,
  type SeenMessages,
  segmentsOf,
  sha256,
  toldBy,
} from './support/messages.js';
import { carriedCases, casesOf } from './support/tls-recordings.js';

function expectWhole({ messages, defects }: SeenMessages): void {
  expect(defects).toEqual([]);
  const wrong = messages.filter(
    ({ complete, failure, opcode, validText }) =>
      !complete || failure !== undefined || (opcode === 1 && !validText),
  );
  expect(wrong).toEqual([]);
}

const cases = carriedCases(/^tls-/);

it('there are recordings', () => {
  expect(cases.length).toBe(12);
});

describe.each(cases)('$folder/$file', ({ capture, keyLogs, recorded, sessions }) => {
  it('has the logged messages, carried as the sockets said', async () => {
    const seen = await messagesOf(capture, { keyLogs });
    expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
    expectWhole(seen);
    expect(
      seen.sessions.map(({ carrier: { tls } }) =>
        tls === undefined
          ? undefined
          : { version: tls.version?.replace('TLS ', ''), suite: tls.cipherSuite, resumed: tls.resumed },
      ),
    ).toEqual(
      recorded.map(({ tls }) =>
        tls ? { version: tls.version, suite: tls.suite, resumed: tls.resumed } : undefined,
      ),
    );
    expect(seen.sessions.map(({ carrier: { tls } }) => tls?.serverName ?? null)).toEqual(
      recorded.map(({ tls }) => tls?.serverName ?? null),
    );
  });
});

describe.each(
  ['tls13.pcap.gz', 'tls12-aead.pcap.gz', 'tls12-cbc.pcap.gz', 'tls10-tls11.pcap.gz'].map(
    (file) => casesOf('tls-suites').find((one) => one.file === file)!,
  ),
)('$file', ({ capture, keyLogs, sessions }) => {
  const segments = segmentsOf(capture);
  it.each([
    ['segments in pieces of 1 to 61 bytes', () => inPieces(segments, 61, 2)],
    ['segments in pieces of 1 to 1460 bytes', () => inPieces(segments, 1460, 3)],
    ['segments out of order', () => outOfOrder(segments, 4, 4)],
    ['pieces doubled and out of order', () => outOfOrder(duplicated(inPieces(segments, 211, 8), 9), 6, 10)],
  ])('%s', async (_what, changed) => {
    const seen = await messagesOf(captureOf(changed()), { keyLogs });
    expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
    expectWhole(seen);
  });
});

it("a server's private key does in place of the secrets", async () => {
  const { capture, sessions } = casesOf('tls-suites').find(({ file }) => file === 'tls12-rsa.pcap.gz')!;
  const rsaKeys = [createPrivateKey(readFileSync(`${fixturesRoot}tls-suites/server-key.pem`))];
  const seen = await messagesOf(capture, { rsaKeys });
  expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
  expectWhole(seen);
});

/** How many of `told` are among `said`, in their order. */
function inOrder(told: readonly LoggedMessage[], said: readonly LoggedMessage[]): number {
  let at = 0;
  return told.filter((message) => {
    const found = said.findIndex(
      (one, index) => index >= at && one.sha256 === message.sha256 && one.opcode === message.opcode,
    );
    if (found < 0) return false;
    at = found + 1;
    return true;
  }).length;
}

describe('tls-lost', () => {
  it.each([
    ['tls12.pcap.gz', 42],
    ['tls13.pcap.gz', 36],
  ])('%s: whole messages are those that were said, in their order', async (file, whole) => {
    const { capture, keyLogs, sessions: said } = casesOf('tls-lost').find((one) => one.file === file)!;
    const { messages, sessions } = await messagesOf(capture, { keyLogs });
    expect(sessions.length).toBe(said.length);
    let count = 0;
    for (const [index, session] of sessions.entries())
      for (const sender of ['client', 'server'] as const) {
        const told = messages
          .filter((one) => one.complete && one.session.number === session.number && one.sender === sender)
          .map(({ opcode, length, content }) => ({
            opcode: opcodeName(opcode),
            length,
            sha256: sha256(content),
          }));
        expect(inOrder(told, said[index][`${sender}Messages`] ?? [])).toBe(told.length);
        count += told.length;
      }
    expect(count).toBe(whole);
  });
});

describe('without the right secrets', () => {
  const { capture, keyLogs } = casesOf('tls-suites').find(({ file }) => file === 'tls13.pcap.gz')!;
  const reasonsWith = async (options: { keyLogs?: readonly string[] }) => {
    const reasons: string[] = [];
    const told: string[] = [];
    await runDissection(
      capture,
      {
        tlsUnread: ({ reason, whole }) => void reasons.push(`${reason} ${whole}`),
        frame: () => void told.push('frame'),
      },
      options,
    );
    expect(told).toEqual([]);
    return reasons;
  };

  it('each connection is told, and none of its bytes', async () => {
    expect(await reasonsWith({})).toEqual(Array(8).fill('no-secrets true'));
    expect(await reasonsWith({ keyLogs: [`${fixturesRoot}tls-python/keys.log`] })).toEqual(
      Array(8).fill('no-secrets true'),
    );
    expect(keyLogs.length).toBe(1);
  });
});
