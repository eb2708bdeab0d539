/**
 * WebSockets over TLS between real peers (fixtures/tls-*): exactly the messages that the applications logged, byte for
 * byte, and the connection as their sockets described it; with the segments cut, moved and doubled, with a server's
 * private key in place of the secrets, and with packets lost.
 */
import { constants, createPrivateKey, privateDecrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCaptures } from '../src/capture/captures.js';
import { concat } from '../src/capture/integers.js';
import { TLS_KEY_LOG } from '../src/capture/pcapng-blocks.js';
import { PcapngEncoder } from '../src/capture/pcapng-encode.js';
import { runDissection } from '../src/dissect.js';
import { KeyLogParser } from '../src/tls/key-log.js';
import { SecretStore } from '../src/tls/secrets.js';
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
  expect(cases.length).toBe(14);
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

it.each([
  ['tls-suites', 'tls12-rsa.pcap.gz'],
  ['tls-rsa', 'capture.pcap.gz'],
])("a server's private key does in place of the secrets: %s", async (folder, name) => {
  const { capture, sessions } = casesOf(folder).find(({ file }) => file === name)!;
  const rsaKeys = [createPrivateKey(readFileSync(`${fixturesRoot}${folder}/server-key.pem`))];
  const seen = await messagesOf(capture, { rsaKeys });
  expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
  expectWhole(seen);
});

/** Lines `RSA <first octets of what was encrypted> <premaster secret>` for each ClientKeyExchange of 2048 bits. */
function rsaLines(capture: string, keyFile: string): string {
  const key = createPrivateKey(readFileSync(keyFile));
  const exchange = Buffer.from([0x10, 0, 1, 2, 1, 0]);
  const lines: string[] = [];
  for (const { payload } of segmentsOf(capture)) {
    const at = Buffer.from(payload).indexOf(exchange);
    if (at < 0) continue;
    const encrypted = payload.subarray(at + exchange.length, at + exchange.length + 256);
    const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    lines.push(`RSA ${hex(encrypted.subarray(0, 8))} ${hex(padded.subarray(-48))}\n`);
  }
  return lines.join('');
}

// Of tls-rsa the handshakes that renegotiate are encrypted.
it('so do RSA lines of a key log', async () => {
  const { capture, sessions } = casesOf('tls-suites').find(({ file }) => file === 'tls12-rsa.pcap.gz')!;
  const lines = rsaLines(capture, `${fixturesRoot}tls-suites/server-key.pem`);
  expect(lines.split('\n').length).toBeGreaterThan(4);
  const secrets = new SecretStore();
  new KeyLogParser(secrets).push(Buffer.from(lines));
  const seen = await messagesOf(capture, { secrets });
  expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
  expectWhole(seen);
});

it('TLS behind a proxy is found where the CONNECT, or the answer to it, is lost', async () => {
  const [{ capture, keyLogs, sessions }] = casesOf('tls-nginx');
  const segments = segmentsOf(capture);
  const isOf = (text: string) =>
    segments.findIndex(({ payload }) => Buffer.from(payload).toString('latin1').startsWith(text));
  const toldIn = async (input: string | Uint8Array) =>
    (await messagesOf(input, { keyLogs })).messages
      .filter(({ session }) => session.path === '/connect')
      .map(({ sender, opcode, content }) => `${sender} ${opcode} ${sha256(content)}`);
  const all = await toldIn(capture);
  expect(all.length).toBeGreaterThan(30);
  expect(sessions.filter(({ path }) => path === '/connect')).toHaveLength(3);
  for (const lost of [isOf('CONNECT '), isOf('HTTP/1.1 200 Connection')]) {
    expect(lost).toBeGreaterThan(0);
    expect(await toldIn(captureOf(segments.filter((_, i) => i !== lost)))).toEqual(all);
  }
});

it('records that are padded: without any one of them nothing is invented, and nothing judged for certain', async () => {
  const [{ capture, keyLogs, sessions }] = casesOf('tls-padded');
  const segments = segmentsOf(capture);
  const said = new Set(
    sessions.flatMap(({ clientMessages, serverMessages = [] }) =>
      [...clientMessages, ...serverMessages].map((one) => one.sha256),
    ),
  );
  const found: string[] = [];
  let told = 0;
  for (const lost of segments.keys())
    await messagesOf(
      captureOf(segments.filter((_, i) => i !== lost)),
      { keyLogs },
      {
        finding: ({ rule, severity, session }) => {
          if (severity !== 'note') found.push(`${lost} ${rule.id} ${session.path}`);
        },
        message: ({ opcode, complete, failure, content, session, unknownRanges }) => {
          if (opcode > 2 || !complete || failure !== undefined || unknownRanges.length > 0) return;
          if (said.has(sha256(content))) told++;
          else found.push(`${lost} invented in ${session.path}`);
        },
      },
    );
  expect(found).toEqual([]);
  expect(told / segments.length / said.size).toBeGreaterThan(0.8);
}, 60_000);

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

/** Without one of its data segments at a time: the messages that are told, and those that were said. */
it('a renegotiation of which a segment is lost', async () => {
  const { capture, keyLogs, sessions } = casesOf('tls-resumed').find(
    ({ file }) => file === 'handshakes.pcap.gz',
  )!;
  const said = sessions.find(({ path }) => path === '/renegotiation')!;
  const all = segmentsOf(capture);
  const { sessions: whole } = await messagesOf(capture, { keyLogs });
  const port = Number(
    whole
      .find(({ path }) => path === '/renegotiation')!
      .client.split(':')
      .pop(),
  );
  const segments = all.filter(({ sourcePort, destinationPort }) =>
    [sourcePort, destinationPort].includes(port),
  );
  const total = said.clientMessages.length + said.serverMessages!.length;
  const least = [...segments.keys()].filter((index) => index > 12 && segments[index].payload.length > 0);
  const poor: string[] = [];
  for (const lost of least) {
    const seen = await messagesOf(captureOf(segments.toSpliced(lost, 1)), { keyLogs });
    const told = seen.messages.filter(({ complete }) => complete);
    if (told.length < total - 3)
      poor.push(`${lost}: ${told.length} of ${total}, ${segments[lost].payload.length}`);
    for (const sender of ['client', 'server'] as const) {
      const of = told
        .filter((one) => one.sender === sender)
        .map(({ opcode, length, content }) => ({
          opcode: opcodeName(opcode),
          length,
          sha256: sha256(content),
        }));
      expect(inOrder(of, said[`${sender}Messages`]!)).toBe(of.length);
    }
  }
  // Of a lost hello nobody can tell the keys; nor then of a hello that is encrypted with these.
  expect(poor).toEqual([
    '24: 12 of 30, 283',
    '25: 12 of 30, 1352',
    '43: 26 of 30, 283',
    '44: 26 of 30, 1352',
  ]);
});

it('secrets that a capture has behind its packets', async () => {
  const { capture, keyLogs } = casesOf('tls-suites').find(({ file }) => file === 'tls13.pcap.gz')!;
  const encoder = new PcapngEncoder();
  const packets: Uint8Array[] = [];
  await readCaptures(
    [capture],
    { report: () => {} },
    {
      packet: ({ bytes, start, end, seconds, nanoseconds }) => {
        const timestamp = BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanoseconds / 1000));
        packets.push(encoder.enhancedPacket({ timestamp, data: bytes.slice(start, end) }));
      },
    },
  );
  const secrets = encoder.decryptionSecrets(TLS_KEY_LOG, readFileSync(keyLogs[0]));
  const behind = concat([encoder.sectionHeader(), encoder.interfaceDescription(), ...packets, secrets]);
  const [late, usual] = [await messagesOf(behind), await messagesOf(capture, { keyLogs })];
  const facts = ({ messages }: SeenMessages) =>
    messages.map(({ session, sender, content }) => [session.connection, sender, sha256(content)]);
  expect(facts(late)).toEqual(facts(usual));
});

it('a connection whose hellos were not captured, but its SYN', async () => {
  const { capture } = casesOf('tls-suites').find(({ file }) => file === 'tls13.pcap.gz')!;
  const segments = segmentsOf(capture).filter(({ sourcePort, destinationPort }) =>
    [sourcePort, destinationPort].includes(53_010),
  );
  const unread: string[] = [];
  await runDissection(captureOf([...segments.slice(0, 3), ...segments.slice(12)]), {
    tlsUnread: ({ reason, client, whole }) => void unread.push(`${client} ${reason} ${whole}`),
  });
  expect(unread).toEqual(['127.0.0.1:53010 no-hello true']);
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
