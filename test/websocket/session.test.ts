import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import type { StreamEnd } from '../../src/stream/stream-sink.js';
import { encodeClose } from '../../src/websocket/close.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import { refusedSession } from '../../src/websocket/session-record.js';
import { concat, splits, utf8 } from '../support/splits.js';
import { makeSession, type RecorderOptions, SessionRecorder } from './recorder.js';

const text = (payload: string, maskingKey?: number) =>
  encodeFrame({ opcode: 1, maskingKey, payload: utf8(payload) });
const close = (code: number, reason = '') =>
  encodeFrame({ opcode: 8, maskingKey: 9, payload: encodeClose(code, reason) });

/** A client that closes and a server that answers. */
function converse(options: RecorderOptions = {}): SessionRecorder {
  const recorder = new SessionRecorder(options);
  recorder.at(2).send('client', text('Hello', 7));
  recorder.at(3).send('server', concat(text('World!'), text('')));
  recorder.at(4).send('client', close(1000, 'bye'));
  recorder.at(5).send('server', close(1000));
  recorder.at(6).send('server', close(1001));
  recorder.at(7).decoder.client.end('fin');
  expect(recorder.summaries).toEqual([]);
  recorder.at(8).decoder.server.end('reset');
  return recorder;
}

const at = (packet: number) => ({ seconds: 1_700_000_000 + packet, nanoseconds: packet * 1000 });

describe('the summary', () => {
  it('tells what the session came to, once both directions are over', () => {
    const { summaries, decoder, defects } = converse();
    expect(defects).toEqual([]);
    expect(summaries).toEqual([
      {
        session: decoder.session,
        frames: { client: 2, server: 4 },
        payloadBytes: { client: 10, server: 10 },
        missingBytes: { client: 0, server: 0 },
        lostAt: { client: undefined, server: undefined },
        undecodedBytes: { client: 0, server: 0 },
        close: {
          client: {
            body: { code: 1000, reason: 'bye' },
            packet: 4,
            timestamp: at(4),
            acknowledges: undefined,
            sequenceEnd: 1022,
          },
          server: {
            body: { code: 1000, reason: '' },
            packet: 5,
            timestamp: at(5),
            acknowledges: undefined,
            sequenceEnd: 2018,
          },
        },
        closedBy: 'client',
        closesCrossed: false,
        cutHeader: { client: undefined, server: undefined },
        endAcknowledges: { client: undefined, server: undefined },
        delivered: { client: undefined, server: undefined },
        endedInTurn: undefined,
        end: { client: 'fin', server: 'reset' },
        unansweredPings: { client: 0, server: 0 },
        endedFirst: 'client',
        endedFirstAt: at(7),
        ended: at(8),
      },
    ]);
  });

  it('goes by the order of capture where an end is told of late', () => {
    const recorder = new SessionRecorder({});
    recorder.at(9).decoder.client.end('fin');
    recorder.at(8).decoder.server.end('fin');
    expect(recorder.summaries).toMatchObject([{ endedFirst: 'server', endedFirstAt: at(8), ended: at(9) }]);
    const reset = new SessionRecorder({}).at(8);
    reset.decoder.server.end('reset');
    reset.decoder.client.end('reset');
    expect(reset.summaries).toMatchObject([{ endedFirst: 'server', endedFirstAt: at(8), ended: at(8) }]);
  });

  it('is the same where nobody wants the frames, and where little of them is kept', () => {
    const [expected] = converse().summaries;
    const others: RecorderOptions[] = [
      { frames: false },
      { payloadLimit: 0 },
      { payloadLimit: 1, maxPayload: 1 },
    ];
    for (const options of others) {
      const { frames, summaries } = converse(options);
      expect(frames.length).toBe(options.frames === false ? 0 : 6);
      expect(summaries).toEqual([{ ...expected, session: summaries[0].session }]);
    }
  });

  it('is the same however the bytes are split', () => {
    const bytes = concat(text('Hello', 7), text('World'), close(1002, 'no'), text('after'));
    const run = (pieces: readonly Uint8Array[], frames: boolean) => {
      const recorder = new SessionRecorder({ frames });
      for (const piece of pieces) recorder.send('server', piece);
      return recorder.end().summaries.map(({ session, ...rest }) => rest);
    };
    const expected = run([bytes], true);
    expect(expected).toMatchObject([{ frames: { server: 4 }, closedBy: 'server' }]);
    for (const pieces of splits(bytes))
      for (const frames of [true, false]) expect(run(pieces, frames)).toEqual(expected);
  });

  it('tells of lost bytes by sender', () => {
    const recorder = new SessionRecorder();
    recorder.send('client', text('Hello', 7).subarray(0, 8)).gap('client', 2);
    recorder.gap('server', 100).send('server', Uint8Array.of(0xff, 0xff)).gap('server', 1).end();
    expect(recorder.summaries[0]).toMatchObject({
      frames: { client: 1, server: 0 },
      payloadBytes: { client: 2, server: 0 },
      missingBytes: { client: 2, server: 101 },
      lostAt: { client: undefined, server: 0 },
      closedBy: undefined,
      close: { client: undefined, server: undefined },
    });
    expect(recorder.defects).toEqual([
      [
        'frames-lost',
        "session 1: a gap swallowed a frame header at byte 0 of the server's stream; the frames behind it cannot be told apart",
      ],
    ]);
  });

  const ends: StreamEnd[] = ['fin', 'reset', 'capture-end'];
  it.each(ends.flatMap((client) => ends.map((server) => [client, server] as const)))(
    'tells that the client ended by %s and the server by %s, in either order',
    (client, server) => {
      for (const first of ['client', 'server'] as const) {
        const { decoder, summaries } = new SessionRecorder();
        const second = first === 'client' ? 'server' : 'client';
        decoder[first].end(first === 'client' ? client : server);
        expect(summaries).toEqual([]);
        decoder[second].end(second === 'client' ? client : server);
        expect(summaries.map(({ end }) => end)).toEqual([{ client, server }]);
      }
    },
  );
});

describe('Close frames', () => {
  it.each([
    ['no body', [], undefined],
    ['one octet', [3], undefined],
    ['a code', [3, 0xe9], { code: 1001, reason: '' }],
  ])('with %s', (_name, body, expected) => {
    const recorder = new SessionRecorder();
    recorder.send('server', encodeFrame({ opcode: 8, payload: Uint8Array.from(body) })).end();
    expect(recorder.summaries[0]).toMatchObject({
      closedBy: 'server',
      close: { server: { body: expected } },
    });
  });

  it('of 125 octets are read in full whatever is kept of payloads', () => {
    const reason = 'r'.repeat(123);
    const recorder = new SessionRecorder({ payloadLimit: 2 });
    recorder.send('client', close(1000, reason)).end();
    expect(recorder.summaries[0].close.client?.body).toEqual({ code: 1000, reason });
    expect(recorder.frames[0].payload).toEqual(encodeClose(1000));
  });

  it('cut off at the end of the stream are told of too', () => {
    const recorder = new SessionRecorder();
    recorder.send('client', close(1000, 'bye').subarray(0, 9)).end();
    expect(recorder.summaries[0]).toMatchObject({
      closedBy: 'client',
      close: { client: { body: { code: 1000, reason: 'b' } } },
    });
  });
});

describe('limits', () => {
  it.each([
    [
      4,
      [
        'payload-limit',
        'session 1: a frame of the client has 5 bytes of payload; 4 are kept (limit payload=4)',
      ],
    ],
    [5, undefined],
  ])('a payload of 5 bytes where %i may be kept', (maxPayload, defect) => {
    const recorder = new SessionRecorder({ maxPayload, payloadLimit: maxPayload });
    recorder.send('client', text('Hello', 7));
    expect(recorder.defects).toEqual(defect === undefined ? [] : [defect]);
    expect(recorder.frames[0]).toMatchObject({
      payload: utf8('Hello').subarray(0, maxPayload),
      complete: true,
    });
  });

  it('are no defect where nobody wants the frame, or only its beginning', () => {
    for (const options of [{ frames: false, maxPayload: 4 }, { payloadLimit: 2 }]) {
      const recorder = new SessionRecorder(options);
      recorder.send('client', text('Hello', 7));
      expect(recorder.defects).toEqual([]);
    }
  });
});

it('makes frames of the session as it is known when they end', () => {
  const recorder = new SessionRecorder();
  recorder.send('client', text('one'));
  const before = recorder.decoder.session;
  const after = makeSession({ request: { target: '/late' } });
  recorder.decoder.session = after;
  recorder.send('client', text('two')).end();
  expect(recorder.frames.map(({ session }) => session === before)).toEqual([true, false]);
  expect(recorder.frames[1].session).toBe(after);
  expect(recorder.summaries[0].session).toBe(after);
});

it('has an empty summary for a refused upgrade', () => {
  const session = makeSession({ response: { status: 403, reason: 'Forbidden' } });
  const place = new Place();
  place.seconds = 5;
  place.nanoseconds = 6;
  expect(refusedSession(session, place)).toEqual({
    session,
    frames: { client: 0, server: 0 },
    payloadBytes: { client: 0, server: 0 },
    missingBytes: { client: 0, server: 0 },
    lostAt: { client: undefined, server: undefined },
    undecodedBytes: { client: 0, server: 0 },
    unansweredPings: { client: 0, server: 0 },
    closesCrossed: false,
    cutHeader: { client: undefined, server: undefined },
    endAcknowledges: { client: undefined, server: undefined },
    delivered: { client: undefined, server: undefined },
    endedInTurn: undefined,
    endedFirst: undefined,
    endedFirstAt: undefined,
    close: { client: undefined, server: undefined },
    closedBy: undefined,
    end: undefined,
    ended: { seconds: 5, nanoseconds: 6 },
  });
});
