/**
 * Sessions without a capture: what the applications logged of recordings, from their streams' bytes alone.
 */
import { describe, expect, it } from 'vitest';
import { dissect } from '../../src/index.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { CONTINUATION, TEXT } from '../../src/websocket/opcode.js';
import { SessionReader } from '../../src/websocket/session-reader.js';
import type { SessionSummary } from '../../src/websocket/session-record.js';
import { fixturesRoot } from '../support/fixtures.js';

const told = ({ sender, opcode, content, compressed, complete }: Message) => ({
  sender,
  opcode,
  content: Buffer.from(content).toString('hex'),
  compressed,
  complete,
});

const of = (sender: Sender) => (message: { readonly sender: Sender }) => message.sender === sender;

describe('a SessionReader', () => {
  it.each(['ws-hello/capture.pcap', 'deflate/capture.pcap'])('tells the messages of %s', async (file) => {
    const expected: Message[] = [];
    for await (const message of dissect(`${fixturesRoot}${file}`).messages()) expected.push(message);
    const [{ session }] = expected;
    const its = expected.filter((message) => message.session === session);
    expect(its.length).toBeGreaterThan(5);

    const messages: Message[] = [];
    const ends: SessionSummary[] = [];
    const reader = new SessionReader(
      { message: (message) => messages.push(message), closed: (summary) => ends.push(summary) },
      { handshake: session.handshake },
    );
    for await (const frame of dissect(`${fixturesRoot}${file}`).frames()) {
      if (frame.session.number !== session.number) continue;
      const { masked, maskingKey, ...fields } = frame;
      const bytes = encodeFrame({ ...fields, maskingKey: masked ? maskingKey : undefined });
      // In pieces of three octets.
      for (let at = 0; at < bytes.length; at += 3)
        reader.push(frame.sender, bytes.subarray(at, at + 3), frame.timestamp);
    }
    reader.end('client');
    reader.end('server');
    expect(messages.some(({ compressed }) => compressed)).toBe(file.startsWith('deflate'));
    for (const sender of ['client', 'server'] as const)
      expect(messages.filter(of(sender)).map(told)).toEqual(its.filter(of(sender)).map(told));
    expect(messages.map(({ number }) => number)).toEqual(its.map((_, index) => index + 1));
    expect(messages.at(-1)?.timestamp).toEqual(its.at(-1)?.timestamp);
    expect(ends.map(({ frames }) => frames.client + frames.server)).toEqual([
      its.reduce((sum, { frames }) => sum + frames.length, 0),
    ]);
  });

  it('marks what is missing, and tells which push brought what', () => {
    const messages: Message[] = [];
    const reader = new SessionReader({ message: (message) => messages.push(message) });
    const payload = Buffer.from('abcdefgh');
    const frame = encodeFrame({ opcode: TEXT, fin: false, payload });
    reader.push('server', frame.subarray(0, 4));
    reader.skip('server', 3);
    reader.push('server', frame.subarray(7));
    reader.push('server', encodeFrame({ opcode: CONTINUATION, payload: Buffer.from('!') }));
    expect(reader.streamOffsets).toEqual({ client: 0, server: 13 });
    expect(messages).toMatchObject([
      { unknownRanges: [{ offset: 2, length: 3 }], complete: false, packets: [1, 3, 4], frames: [1, 2] },
    ]);
    expect(Buffer.from(messages[0].content).toString()).toBe('ab\0\0\0fgh!');
  });

  it('tells of a limit that is hit', () => {
    const defects: string[] = [];
    const reader = new SessionReader(
      { message: ({ content }) => expect(content).toHaveLength(4), defect: (code) => defects.push(code) },
      { limits: { maxMessage: 4 } },
    );
    reader.push('server', encodeFrame({ opcode: TEXT, payload: Buffer.from('abcdefgh') }));
    expect(defects).toEqual(['message-limit']);
  });
});
