/**
 * Messages of real applications (fixtures/messages-*): exactly those that the applications logged, byte for
 * byte, in order, whole; through both readers, the command line, and with the segments cut, moved and doubled.
 */
import { describe, expect, it } from 'vitest';
import { wsdissect } from './support/cli.js';
import {
  asLogged,
  captureOf,
  duplicated,
  inPieces,
  type LoggedSession,
  messageCases,
  messagesOf,
  outOfOrder,
  type RecordedSession,
  type SeenMessages,
  segmentsOf,
  sha256,
  type ToldSession,
  toldBy,
} from './support/messages.js';
import { hasProgram, tsharkFrames } from './support/tshark.js';

/** Nothing is missing, nothing failed, nothing is told twice. */
function expectWhole({ messages, defects }: SeenMessages): void {
  expect(defects).toEqual([]);
  const wrong = messages.filter(
    ({ complete, failure, unknownRanges, opcode, validText }) =>
      !complete || failure !== undefined || unknownRanges.length > 0 || (opcode === 1 && !validText),
  );
  expect(wrong).toEqual([]);
  expect(messages.map(({ number }) => number)).toEqual(messages.map((_, index) => index + 1));
}

describe.each(messageCases)('$name', ({ capture, recorded, sessions }) => {
  it.each(['own', 'pcap-parser'] as const)('has the logged messages, reader %s', async (reader) => {
    const seen = await messagesOf(capture, { reader });
    expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
    expectWhole(seen);
    for (const [index, { server, extensions }] of recorded.entries()) {
      const session = seen.sessions[index];
      if (server !== undefined) expect(session.server).toBe(`127.0.0.1:${server}`);
      const own = seen.messages.filter((message) => message.session.number === session.number);
      expect(own.some(({ compressed }) => compressed)).toBe(extensions !== null);
    }
  });

  it('and no others when frames and findings are wanted too', async () => {
    const seen = await messagesOf(capture, {}, { frame() {}, finding() {} });
    expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
    expectWhole(seen);
  });

  const segments = segmentsOf(capture);
  it.each([
    ['segments in pieces of 1 to 3 bytes, where messages begin', () => inPieces(segments, 3, 1, 300)],
    ['segments in pieces of 1 to 61 bytes', () => inPieces(segments, 61, 2)],
    ['segments in pieces of 1 to 1460 bytes', () => inPieces(segments, 1460, 3)],
    ['segments out of order', () => outOfOrder(segments, 4, 4)],
    ['pieces out of order', () => outOfOrder(inPieces(segments, 97, 5), 9, 6)],
    ['segments doubled', () => duplicated(segments, 7)],
    ['pieces doubled and out of order', () => outOfOrder(duplicated(inPieces(segments, 211, 8), 9), 6, 10)],
  ])('%s', async (_what, changed) => {
    const seen = await messagesOf(captureOf(changed()));
    expect(asLogged(toldBy(seen), sessions)).toEqual(sessions);
    expectWhole(seen);
  });

  it('wsdissect messages -T ndjson', () => {
    const { status, stdout, stderr } = wsdissect(['messages', '-T', 'ndjson', capture]);
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): Line => JSON.parse(line));
    expect(lines.map(({ message }) => message)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.filter(({ complete, unknownRanges }) => !complete || unknownRanges.length > 0)).toEqual([]);
    // Sessions are numbered in the order of their responses: behind a proxy not that of the connections.
    const sorted = (list: readonly LoggedSession[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(asLogged(toldByLines(lines), sessions))).toEqual(sorted(sessions));
  });
});

/** A line of ndjson, as far as it is looked at here. */
interface Line {
  readonly message: number;
  readonly session: number;
  readonly path: string;
  readonly subprotocol: string | null;
  readonly sender: string;
  readonly opcode: string;
  readonly length: number;
  readonly content?: string;
  readonly contentBase64?: string;
  readonly complete: boolean;
  readonly unknownRanges: readonly unknown[];
}

function toldByLines(lines: readonly Line[]): ToldSession[] {
  const numbers = [...new Set(lines.map(({ session }) => session))];
  return numbers.map((number) => {
    const own = lines.filter(({ session }) => session === number);
    const messages = own.map(({ content, contentBase64, ...line }) => ({
      ...line,
      content: content === undefined ? Buffer.from(contentBase64!, 'base64') : Buffer.from(content),
    }));
    return { path: own[0].path, subprotocol: own[0].subprotocol, messages };
  });
}

describe('the logs', () => {
  it('have digests that fit the texts told beside them', () => {
    const texts = messageCases
      .flatMap(({ recorded }) => recorded)
      .flatMap(({ clientMessages, serverMessages = [] }) => [...clientMessages, ...serverMessages])
      .filter(({ text }) => text !== undefined);
    expect(texts.length).toBeGreaterThan(500);
    expect(texts.filter(({ text, sha256: digest }) => sha256(text!) !== digest)).toEqual([]);
  });

  it('are of every application', () => {
    expect(messageCases.map(({ name }) => name)).toEqual([
      'messages-action-cable',
      'messages-binary',
      'messages-chromium',
      'messages-graphql-ws',
      'messages-json-binary',
      'messages-mosquitto',
      'messages-nginx',
      'messages-phoenix',
      'messages-python',
      'messages-python-socketio',
      'messages-signalr',
      'messages-sip',
      'messages-socketio',
      'messages-sockjs',
      'messages-stomp',
      'messages-subscriptions',
      'messages-wamp',
      'messages-windows',
      'messages-ws',
    ]);
  });
});

const WITHOUT_TEXTS = ['messages-mosquitto', 'messages-binary', 'messages-json-binary', 'messages-sip'];

/**
 * tshark 4.0 shows an empty compressed message as the octet 00, inflates no fragmented one, and has lost the
 * context behind it. Where only one side gives up its context, it starts anew for the wrong side.
 */
describe.skipIf(!hasProgram('tshark'))('tshark agrees on', () => {
  it.each(messageCases)('the unfragmented texts of $name', async ({ capture, recorded, name }) => {
    const { messages, sessions } = await messagesOf(capture);
    const ports = new Set(sessions.map(({ server }) => Number(server.split(':').pop())));
    const theirs = await tsharkFrames(capture, [...ports]);
    const lost = new Set(
      sessions.flatMap((session, index) => {
        const keeper = onlyKeeper(recorded[index]);
        return keeper === undefined ? [] : [`${session.number} ${keeper}`];
      }),
    );
    let compared = 0;
    for (const { session, sender, opcode, length, compressed, frames, content, number } of messages) {
      const way = `${session.number} ${sender}`;
      if (compressed && frames.length > 1) lost.add(way);
      if (opcode !== 1 || length === 0 || frames.length > 1 || lost.has(way)) continue;
      // It hands these to its dissector of SIP.
      if (session.handshake?.subprotocol === 'sip') continue;
      expect(theirs[frames[0] - 1].text, `message ${number}`).toBe(Buffer.from(content).toString('hex'));
      compared++;
    }
    expect(compared > 20 || WITHOUT_TEXTS.includes(name)).toBe(true);
  });
});

/** The side that keeps its context where the other one does not. */
function onlyKeeper({ extensions }: RecordedSession): string | undefined {
  const server = extensions?.includes('server_no_context_takeover');
  const client = extensions?.includes('client_no_context_takeover');
  return server === client ? undefined : server ? 'client' : 'server';
}
