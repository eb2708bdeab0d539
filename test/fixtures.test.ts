/**
 * Each recorded capture gives exactly what its applications logged, frames or messages: as it was recorded, in
 * every capture format that can hold it, through both readers, and over every link layer.
 */
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Input } from '../src/capture/open.js';
import { runDissection } from '../src/dissect.js';
import type { Defect } from '../src/stream/defect.js';
import type { Frame } from '../src/websocket/frame-record.js';
import type { Message } from '../src/websocket/message-record.js';
import type { SessionSummary } from '../src/websocket/session-record.js';
import { asMessageSessions, asSessions, type Fixture, fixtures, normalise } from './support/fixtures.js';
import { asLogged, messageCases, messagesOf, toldBy } from './support/messages.js';
import { type Format, formats, overEachLink, packetsOf } from './support/recoded.js';
import { hasProgram } from './support/tshark.js';

type Reader = 'own' | 'pcap-parser';

async function dissectAll(inputs: readonly Input[], reader: Reader) {
  const frames: Frame[] = [];
  const messages: Message[] = [];
  const summaries: SessionSummary[] = [];
  const defects: Defect[] = [];
  await runDissection(
    inputs,
    {
      frame: (frame) => void frames.push(frame),
      message: (message) => void messages.push(message),
      sessionClosed: (summary) => void summaries.push(summary),
      defect: (defect) => void defects.push(defect),
    },
    { reader },
  );
  return { frames, messages, summaries, defects };
}

const logsMessages = ({ sessions }: Fixture) => sessions.some(({ clientMessages }) => clientMessages);

/** Compares with what the applications logged. */
async function expectLogged(fixture: Fixture, inputs: readonly Input[], reader: Reader, label: string) {
  const { frames, messages, summaries, defects } = await dissectAll(inputs, reader);
  expect(defects, label).toEqual([]);
  expect(frames.every((frame) => frame.complete && frame.pieces.length > 0)).toBe(true);
  expect(frames.every((frame) => frame.masked === (frame.sender === 'client'))).toBe(true);
  const seen = logsMessages(fixture) ? asMessageSessions(summaries, messages) : asSessions(summaries, frames);
  expect(seen, label).toEqual(fixture.sessions.map(normalise));
}

const missing = new Set(
  formats.flatMap(({ program }) => program ?? []).filter((program) => !hasProgram(program)),
);
const isMade = ({ program }: Format) => program === undefined || !missing.has(program);
const readersOf = ({ classic }: Format): readonly Reader[] => (classic ? ['own', 'pcap-parser'] : ['own']);

describe.each(fixtures)('$name', (fixture) => {
  const recordings = fixture.recordings.map(
    (files) => [files.map((file) => file.split('/').pop()).join(' '), files] as const,
  );

  it.each(recordings)('%s', async (label, files) => {
    const readers = files[0].endsWith('.pcap') ? (['own', 'pcap-parser'] as const) : (['own'] as const);
    for (const reader of readers) await expectLogged(fixture, files, reader, `${label}, ${reader}`);
  });

  it.each(recordings)('%s in every format, through every reader', async (_label, files) => {
    const captures = await packetsOf(files);
    for (const format of formats.filter(isMade)) {
      const inputs = captures.map((packets) => format.encode(packets));
      for (const reader of readersOf(format))
        await expectLogged(fixture, inputs, reader, `${format.name}, ${reader}`);
    }
  });

  it.each(recordings)('%s over every link layer', async (_label, files) => {
    const links = overEachLink((await packetsOf(files)).flat());
    expect(links.size).toBeGreaterThan(25);
    for (const [link, capture] of links) await expectLogged(fixture, [capture], 'own', link);
  });
});

describe.each(messageCases)('$name', ({ capture, sessions }) => {
  const expectMessages = async (input: Input, reader: Reader, label: string) => {
    const seen = await messagesOf(input, { reader });
    expect(seen.defects, label).toEqual([]);
    expect(asLogged(toldBy(seen), sessions), label).toEqual(sessions);
  };

  it('in every format, through every reader', async () => {
    const [packets] = await packetsOf([capture]);
    for (const format of formats.filter(isMade))
      for (const reader of readersOf(format))
        await expectMessages(format.encode(packets), reader, `${format.name}, ${reader}`);
  });

  it('over every link layer', async () => {
    const [packets] = await packetsOf([capture]);
    for (const [link, bytes] of overEachLink(packets)) await expectMessages(bytes, 'own', link);
  });
});

describe('what deflate has on the wire', () => {
  const fixture = fixtures.find(({ name }) => name === 'deflate')!;

  it('has RSV1 on the first frame of each message, and nowhere else', async () => {
    const { frames, messages } = await dissectAll(fixture.recordings[0], 'own');
    const first = messages.filter(({ compressed }) => compressed).map((message) => message.frames[0]);
    expect(first).toHaveLength(24);
    expect(frames.filter(({ rsv1 }) => rsv1).map(({ number }) => number)).toEqual(first);
    expect(frames.some(({ rsv2, rsv3 }) => rsv2 || rsv3)).toBe(false);
    expect(frames).toHaveLength(32);
    expect(messages.flatMap((message) => message.frames).sort((a, b) => a - b)).toEqual(
      frames.map(({ number }) => number),
    );
  });

  // RFC 7692 §7.2.1: the sender left out 00 00 ff ff behind each message; with them it is one stream.
  it.each([
    ['takeover', 0],
    ['no takeover', 1],
  ])('%s: zlib inflates the payloads of the frames to what was logged', async (_name, index) => {
    const { frames } = await dissectAll(fixture.recordings[0], 'own');
    const expected = normalise(fixture.sessions[index]);
    for (const [sender, logged] of [
      ['client', expected.clientMessages!],
      ['server', expected.serverMessages!],
    ] as const) {
      const data = frames.filter(
        (frame) => frame.session.number === index + 1 && frame.sender === sender && frame.opcode < 8,
      );
      const stream = data.flatMap(({ payload, fin }) =>
        fin ? [payload, Uint8Array.of(0, 0, 0xff, 0xff)] : [payload],
      );
      const content = inflateRawSync(Buffer.concat(stream), { finishFlush: 2 });
      expect(content.length).toBe(logged.reduce((sum, { length }) => sum + length, 0));
      const texts = logged.filter(({ payload }) => payload !== undefined);
      for (const { payload } of texts) expect(content.includes(payload!)).toBe(true);
    }
  });
});
