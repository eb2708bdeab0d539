/**
 * Frames and messages that lie or never end: lengths to 2^63 - 1, millions of empty fragments, deflate bombs, text
 * that is cut within every character.
 */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DissectionConsumer, DissectorOptions } from '../../src/dissector.js';
import { rules } from '../../src/rules/index.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Message } from '../../src/websocket/message-record.js';
import { request, response, upgraded } from '../support/dissect.js';
import { Hostile } from '../support/hostile.js';
import { concat, utf8 } from '../support/splits.js';
import { CLIENT, SERVER, Talk } from '../support/tcp.js';

const deflate = response({ extensions: [{ name: 'permessage-deflate', parameters: [] }] });

function session(options: DissectorOptions, consumer: DissectionConsumer, answer?: Uint8Array) {
  const talk = new Talk();
  const hostile = new Hostile(options, consumer);
  if (answer === undefined) hostile.takeAll(upgraded(talk));
  else hostile.takeAll([...talk.handshake(), talk.send(CLIENT, request()), talk.send(SERVER, answer)]);
  return { talk, hostile };
}

describe('a frame of 2^63 - 1 bytes', () => {
  const header = Uint8Array.of(0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

  it.each(['frame', 'message'] as const)('holds what was captured of it, up to the limit: %s', (kind) => {
    const told: { length: number; kept: number }[] = [];
    const note = ({ length }: { length: number }, kept: Uint8Array) =>
      told.push({ length, kept: kept.length });
    const { talk, hostile } = session(
      { limits: { maxPayload: 1 << 20, maxMessage: 1 << 20 } },
      kind === 'frame'
        ? { frame: (frame) => note(frame, frame.payload) }
        : { message: (message) => note(message, message.content) },
    );
    hostile.take(talk.send(SERVER, header));
    const segment = new Uint8Array(60_000);
    for (let i = 0; i < 10; i++) hostile.take(talk.send(SERVER, segment));
    expect(hostile.most.payload).toBeLessThanOrEqual(2 * 600_000);
    for (let i = 0; i < 90; i++) hostile.take(talk.send(SERVER, segment));
    expect(hostile.most.payload).toBeLessThanOrEqual(2 << 20);
    hostile.end();
    expect(told).toMatchObject([{ kept: 1 << 20 }]);
    expect(hostile.dissector.payloadBudget.held).toBe(0);
    expect(hostile.counts.get(kind === 'frame' ? 'payload-limit' : 'message-limit')).toBe(1);
  });
});

describe('empty fragments', () => {
  const MILLIONS = 10;
  /** 25,000 a segment. */
  const segment = concat(...Array<Uint8Array>(25_000).fill(encodeFrame({ opcode: 0, fin: false })));

  it.each([
    ['counted', {}, MILLIONS],
    ['judged', { finding() {} }, 2],
    ['joined', { message() {} }, 2],
  ] as [string, DissectionConsumer, number][])('are %s, in bounded memory', (_name, consumer, millions) => {
    const ended: number[] = [];
    const messages: Message[] = [];
    const { talk, hostile } = session(
      { rules },
      {
        ...consumer,
        ...('message' in consumer ? { message: (message) => void messages.push(message) } : {}),
        sessionClosed: ({ frames }) => ended.push(frames.server),
      },
    );
    hostile.take(talk.send(SERVER, encodeFrame({ opcode: 1, fin: false })));
    for (let i = 0; i < millions * 40; i++) hostile.take(talk.send(SERVER, segment));
    hostile.take(talk.send(SERVER, encodeFrame({ opcode: 0, payload: utf8('end') })));
    hostile.end();
    expect(ended).toEqual([millions * 1e6 + 2]);
    expect(hostile.most.payload).toBeLessThan(1024);
    if (!('message' in consumer)) return;
    const [{ frames, content, length }] = messages;
    expect([frames.length, Buffer.from(content).toString(), length]).toEqual([65_536, 'end', 3]);
    expect([...hostile.counts]).toEqual([['fragments-limit', 1]]);
  });
});

describe('a deflate bomb', () => {
  const bomb = deflateRawSync(new Uint8Array(64 << 20), { finishFlush: 2 }).subarray(0, -4);
  const frame = encodeFrame({ opcode: 2, rsv1: true, payload: bomb });

  it('is inflated no further than the limit, and what comes behind it goes on', () => {
    expect((64 << 20) / bomb.length).toBeGreaterThan(1000);
    const messages: Message[] = [];
    const maxMessage = 1 << 20;
    const { talk, hostile } = session(
      { limits: { maxMessage } },
      { message: (message) => void messages.push(message) },
      deflate,
    );
    for (let at = 0; at < frame.length; at += 50_000)
      hostile.take(talk.send(SERVER, frame.subarray(at, at + 50_000)));
    hostile.take(talk.send(SERVER, encodeFrame({ opcode: 1, payload: utf8('after') })));
    hostile.end();
    expect(messages.map(({ content }) => content.length)).toEqual([maxMessage, 5]);
    expect(hostile.counts.get('message-limit')).toBe(1);
    expect(hostile.first.get('message-limit')!.message).toContain(
      'at least 1048576 bytes of content, 16 times as much; 1048576 are kept (limit message=1048576)',
    );
  });

  it('in messages that each copy the window of the one before them is bounded message by message', () => {
    const lengths: number[] = [];
    const maxMessage = 1 << 20;
    const { talk, hostile } = session(
      { limits: { maxMessage } },
      { message: ({ content }) => void lengths.push(content.length) },
      deflate,
    );
    const first = deflateRawSync(new Uint8Array(32_768), { finishFlush: 2 }).subarray(0, -4);
    hostile.take(talk.send(SERVER, encodeFrame({ opcode: 2, rsv1: true, payload: first })));
    // 258 octets at a time, from 32 KiB back: the window of each is what the one before it left.
    const nested = deflateRawSync(new Uint8Array(900_000), {
      dictionary: new Uint8Array(32_768),
      finishFlush: 2,
    }).subarray(0, -4);
    for (let i = 0; i < 100; i++)
      hostile.take(talk.send(SERVER, encodeFrame({ opcode: 2, rsv1: true, payload: nested })));
    hostile.end();
    expect(lengths).toEqual([32_768, ...Array(100).fill(900_000)]);
    expect(hostile.most.payload).toBeLessThan(4 << 20);
    expect([...hostile.counts]).toEqual([]);
  });
});

describe('UTF-8 cut at every byte', () => {
  const text = 'a£€😀ä漢\u{10ffff}z';
  const octets = utf8(text);

  const findingsOf = (payload: Uint8Array) => {
    const findings: string[] = [];
    const contents: string[] = [];
    const { talk, hostile } = session(
      { rules },
      {
        finding: ({ rule }) => findings.push(rule.id),
        message: ({ content, opcode }) => {
          if (opcode === 1) contents.push(Buffer.from(content).toString('latin1'));
        },
      },
    );
    for (const [i, octet] of payload.entries()) {
      const frame = encodeFrame({
        opcode: i === 0 ? 1 : 0,
        fin: i === payload.length - 1,
        payload: Uint8Array.of(octet),
      });
      // Not even a frame comes whole.
      for (const one of frame) hostile.take(talk.send(SERVER, Uint8Array.of(one)));
    }
    hostile.end();
    expect(contents).toEqual([Buffer.from(payload).toString('latin1')]);
    return findings.filter((id) => id === 'invalid-utf8');
  };

  it('is text', () => expect(findingsOf(octets)).toEqual([]));

  it('is none where one octet is missing within a character', () => {
    for (const [i, octet] of octets.entries()) {
      const without = octets.filter((_, at) => at !== i);
      const sound = octet < 0x80;
      expect(findingsOf(without), `${i}`).toEqual(sound ? [] : ['invalid-utf8']);
    }
  });
});
