/**
 * WebSockets in streams of HTTP/2 between real peers (fixtures/h2-*, fixtures/h2c-*): exactly the messages that the
 * applications logged, in the streams that they were told; with the segments cut, moved and doubled.
 */
import { describe, expect, it } from 'vitest';
import {
  asLogged,
  captureOf,
  duplicated,
  inPieces,
  messagesOf,
  outOfOrder,
  type SeenMessages,
  segmentsOf,
  sha256,
  toldBy,
} from './support/messages.js';
import { carriedCases } from './support/tls-recordings.js';

const byPath = <T extends { readonly path: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.path < b.path ? -1 : 1));

/** Of one message the client sent the first fragment, and then reset its stream: no application had it. */
const CUT = '/reset';

function expectWhole({ messages, defects }: SeenMessages): void {
  expect(defects).toEqual([]);
  const cut = messages.filter(({ complete, failure }) => !complete || failure !== undefined);
  expect(cut.map(({ session, sender }) => `${sender} ${session.path}`)).toEqual(
    messages.some(({ session }) => session.path === CUT) ? [`client ${CUT}`] : [],
  );
}

/** Without what was cut. */
const whole = (seen: SeenMessages): SeenMessages => ({
  ...seen,
  messages: seen.messages.filter(({ complete, session }) => complete || session.path !== CUT),
});

const cases = carriedCases(/^h2/);
const parallel = cases.find(({ folder, file }) => folder === 'h2c-parallel' && file === 'capture.pcap.gz')!;

it('there are recordings', () => {
  expect(cases.map(({ folder, file }) => `${folder}/${file}`)).toEqual([
    'h2-chromium/capture.pcap.gz',
    'h2-connect/capture.pcap.gz',
    'h2-connect/tls.pcap.gz',
    'h2c-faults/capture.pcap.gz',
    'h2c-faults/unanswered.pcap.gz',
    'h2c-parallel/capture.pcap.gz',
    'h2c-parallel/upgrade.pcap.gz',
  ]);
});

describe.each(cases)('$folder/$file', ({ capture, keyLogs, recorded, sessions }) => {
  it('has the logged messages, in the streams that the applications saw', async () => {
    const seen = await messagesOf(capture, { keyLogs });
    expect(byPath(asLogged(toldBy(whole(seen)), sessions))).toEqual(byPath(sessions));
    expectWhole(seen);
    const told = seen.sessions.map(({ path = '', handshake, carrier: { http, stream } }) => ({
      path,
      http,
      stream,
      status: handshake?.status ?? null,
      resetWith: handshake?.resetWith,
    }));
    expect(byPath(told)).toEqual(
      byPath(
        recorded.map(({ path, http }) => ({
          path,
          http: http === undefined ? 'http/1.1' : 'h2',
          stream: http?.stream,
          status: http === undefined ? 101 : http.status,
          resetWith: http?.status === null ? 'PROTOCOL_ERROR' : undefined,
        })),
      ),
    );
  });

  const segments = segmentsOf(capture);
  it.each([
    ['segments in pieces of 1 to 3 bytes, where messages begin', () => inPieces(segments, 3, 1, 300)],
    ['segments in pieces of 1 to 61 bytes', () => inPieces(segments, 61, 2)],
    ['segments in pieces of 1 to 1460 bytes', () => inPieces(segments, 1460, 3)],
    ['segments out of order', () => outOfOrder(segments, 4, 4)],
    ['pieces doubled and out of order', () => outOfOrder(duplicated(inPieces(segments, 211, 8), 9), 6, 10)],
  ])('%s', async (_what, changed) => {
    const seen = await messagesOf(captureOf(changed()), { keyLogs });
    expect(byPath(asLogged(toldBy(whole(seen)), sessions))).toEqual(byPath(sessions));
    expectWhole(seen);
  });
});

describe('what h2c-faults breaks on purpose', () => {
  it.each(cases.filter(({ folder }) => folder === 'h2c-faults'))(
    'is found in $file, and nothing else',
    async ({ capture, recorded }) => {
      const found = new Map<string, string[]>();
      await messagesOf(
        capture,
        {},
        {
          sessionOpened: ({ path = '' }) => void found.set(path, []),
          finding: ({ rule, breaker, session: { path = '' } }) =>
            void found.set(path, [...(found.get(path) ?? []), `${rule.id} ${breaker}`]),
        },
      );
      const planted = recorded.map(
        ({ path, breaks }) => [path, breaks!.map(({ rule, breaker }) => `${rule} ${breaker}`)] as const,
      );
      expect([...found].map(([path, list]) => ({ path, found: list.sort() }))).toEqual(
        planted.map(([path, list]) => ({ path, found: list.sort() })),
      );
    },
  );
});

describe('captured from the middle', () => {
  const { capture, recorded } = parallel;
  const segments = segmentsOf(capture);
  it.each([
    [60, [5, 9, 7, 17, 19, 21], 85],
    [120, [5, 9, 7, 17, 19, 21], 68],
    [200, [5, 9, 7, 17, 19, 21], 58],
  ])('from segment %i on', async (from, streams, count) => {
    const { messages, sessions } = await messagesOf(captureOf(segments.slice(from)));
    expect(sessions.map(({ carrier: { stream } }) => stream).sort()).toEqual([...streams].sort());
    expect(sessions.every(({ confidence, handshake }) => confidence < 1 && handshake === undefined)).toBe(
      true,
    );
    const told = messages.filter(({ complete }) => complete);
    for (const session of sessions)
      for (const sender of ['client', 'server'] as const) {
        const said =
          recorded.find(({ http }) => http?.stream === session.carrier.stream)![`${sender}Messages`] ?? [];
        const of = told.filter((one) => one.session.number === session.number && one.sender === sender);
        // In the order in which they were said.
        let at = 0;
        for (const { content } of of) {
          const hash = sha256(content);
          const found = said.findIndex((one, index) => index >= at && one.sha256 === hash);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + 1;
        }
      }
    expect(told.length).toBe(count);
  });
});

describe('captured in one direction', () => {
  const { capture, recorded } = parallel;
  it.each(['client', 'server'] as const)('of the %s', async (sender) => {
    const segments = segmentsOf(capture).filter(
      ({ sourcePort }) => (sourcePort === 9450) === (sender === 'server'),
    );
    const { messages } = await messagesOf(captureOf(segments));
    const told = messages.filter(({ complete }) => complete);
    for (const { http, ...logged } of recorded.filter((one) => one.http?.status === 200))
      expect(
        told
          .filter(({ session }) => session.carrier.stream === http?.stream)
          .map(({ content, sender: from }) => [from, sha256(content)]),
      ).toEqual(logged[`${sender}Messages`]!.map((one) => [sender, one.sha256]));
  });
});

/** Paths of which messages are lost without a word: no defect, no unread TLS, and no loss told of the session. */
async function silentlyLost(
  input: Uint8Array,
  { keyLogs, sessions }: (typeof cases)[number],
): Promise<string[]> {
  const told: string[] = [];
  const lossy = new Set<string>();
  const doubted = new Set<string | undefined>();
  let unnamed = 0;
  let isTold = false;
  await messagesOf(
    input,
    { keyLogs },
    {
      message: ({ sender, content, complete, failure, unknownRanges, session: { path } }) => {
        if (complete && failure === undefined && unknownRanges.length === 0)
          told.push(`${path} ${sender} ${sha256(content)}`);
        else if (path !== undefined) lossy.add(path);
      },
      sessionClosed: ({ session: { path, number }, missingBytes, lostAt, undecodedBytes }) => {
        const lost = [missingBytes, lostAt, undecodedBytes].flatMap(({ client, server }) => [client, server]);
        if (path === undefined) unnamed++;
        else if (doubted.has(`${number}`) || lost.some((count) => count !== undefined && count > 0))
          lossy.add(path);
      },
      defect: ({ layer, message }) => {
        // One of a session tells nothing of others.
        if (layer === 'websocket') doubted.add(/^session (\d+):/.exec(message)?.[1]);
        else isTold = true;
      },
      tlsUnread: () => void (isTold = true),
    },
  );
  const isThere = (path: string, entry: string) =>
    [path, undefined].some((of) => {
      const at = told.indexOf(`${of} ${entry}`);
      if (at >= 0) told.splice(at, 1);
      return at >= 0;
    });
  const incomplete = sessions.filter(({ path, clientMessages, serverMessages = [] }) => {
    const all = [
      ...clientMessages.map((one) => `client ${one.sha256}`),
      ...serverMessages.map((one) => `server ${one.sha256}`),
    ];
    return all.filter((entry) => !isThere(path, entry)).length > 0;
  });
  const silent = incomplete.map(({ path }) => path).filter((path) => !lossy.has(path));
  return isTold || silent.length <= unnamed ? [] : silent;
}

describe('any one segment lost', () => {
  it.each(cases.filter(({ folder }) => folder === 'h2-connect'))(
    '$folder/$file loses no session silently',
    async (one) => {
      const segments = segmentsOf(one.capture);
      const silent: string[] = [];
      for (const lost of segments.keys())
        for (const path of await silentlyLost(captureOf(segments.filter((_, i) => i !== lost)), one))
          silent.push(`${lost + 1} ${path}`);
      expect(silent).toEqual([]);
    },
    60_000,
  );
});

describe('tunnels of h2-connect', () => {
  it.each(cases.filter(({ folder }) => folder === 'h2-connect'))(
    '$file without any one segment: what is found is never certain',
    async ({ capture, keyLogs }) => {
      const segments = segmentsOf(capture);
      const found: string[] = [];
      for (const lost of segments.keys())
        await messagesOf(
          captureOf(segments.filter((_, i) => i !== lost)),
          { keyLogs },
          {
            finding: ({ rule, severity, session }) => {
              if (severity !== 'note') found.push(`${lost} ${rule.id} ${session.path}`);
            },
          },
        );
      expect(found).toEqual([]);
    },
    60_000,
  );
});
