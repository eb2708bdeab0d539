import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import type { Piece } from '../../src/websocket/frame-record.js';
import { Provenance } from '../../src/websocket/provenance.js';

function placeOf(packet: number, origin = 0, comment?: string): Place {
  const place = new Place();
  place.packet = packet;
  place.seconds = 100 + packet;
  place.nanoseconds = packet;
  place.origin = origin;
  place.sequence = 1000 * packet;
  place.comment = comment;
  return place;
}

/** Stream bytes 0–9 in packet 1 from its byte 54 on, 10–14 in packet 2, 20–29 (behind a gap) in packet 3. */
function sample(): Provenance {
  const provenance = new Provenance();
  provenance.add(0, 10, 60, placeOf(1, 6));
  provenance.add(10, 5, 0, placeOf(2, -66, 'a comment'));
  provenance.add(20, 10, 7, placeOf(3, Number.NaN));
  return provenance;
}

const first = {
  packet: 1,
  packetOffset: 54,
  sequence: 1060,
  streamOffset: 0,
  length: 10,
  comment: undefined,
};
const second = {
  packet: 2,
  packetOffset: 66,
  sequence: 2000,
  streamOffset: 10,
  length: 5,
  comment: 'a comment',
};
const third = {
  packet: 3,
  packetOffset: undefined,
  sequence: 3007,
  streamOffset: 20,
  length: 10,
  comment: undefined,
};

describe('pieces', () => {
  it.each<[number, number, Piece[]]>([
    [0, 30, [first, second, third]],
    [0, 10, [first]],
    [
      9,
      11,
      [
        { ...first, packetOffset: 63, sequence: 1069, streamOffset: 9, length: 1 },
        { ...second, length: 1 },
      ],
    ],
    [
      12,
      25,
      [
        { ...second, packetOffset: 68, sequence: 2002, streamOffset: 12, length: 3 },
        { ...third, length: 5 },
      ],
    ],
    [15, 20, []],
    [22, 24, [{ ...third, sequence: 3009, streamOffset: 22, length: 2 }]],
    [5, 5, []],
    [30, 40, []],
  ])('of bytes %i to %i', (start, end, pieces) => {
    expect(sample().pieces(start, end)).toEqual(pieces);
  });

  it('are forgotten once dropped, but not what is cut in two', () => {
    const provenance = sample();
    provenance.drop(12);
    expect(provenance.pieces(0, 30)).toEqual([second, third]);
    provenance.drop(15);
    expect(provenance.pieces(0, 30)).toEqual([third]);
    provenance.drop(30);
    expect(provenance.pieces(0, 30)).toEqual([]);
  });
});

it.each([
  [0, 1],
  [9, 1],
  [10, 2],
  [14, 2],
  [15, undefined],
  [19, undefined],
  [20, 3],
  [29, 3],
  [30, undefined],
])('byte %i was captured with packet %s', (offset, packet) => {
  expect(sample().timeAt(offset)).toEqual(packet && { seconds: 100 + packet, nanoseconds: packet });
});

it('remembers 65,536 segments of a frame, and goes on with the next frame', () => {
  const provenance = new Provenance();
  for (let i = 0; i < 65_540; i++) provenance.add(i, 1, 0, placeOf(i + 1));
  const pieces = provenance.pieces(0, 65_540);
  expect([pieces.length, pieces[65_535].packet]).toEqual([65_536, 65_536]);
  expect(provenance.timeAt(65_536)).toBeUndefined();
  provenance.drop(65_540);
  provenance.add(65_540, 4, 0, placeOf(7));
  expect(provenance.pieces(65_540, 65_544)).toEqual([
    { packet: 7, packetOffset: 0, sequence: 7000, streamOffset: 65_540, length: 4, comment: undefined },
  ]);
});

it('equals a plain list, whatever is added, dropped and asked for', () => {
  const step = fc.record({
    gap: fc.nat(3),
    length: fc.integer({ min: 1, max: 20 }),
    from: fc.nat(50),
    drop: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(300) }),
    ask: fc.nat(30),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 400, size: 'max' }), (steps) => {
      const provenance = new Provenance();
      let list: (Piece & { end: number })[] = [];
      let at = 0;
      let dropped = 0;
      for (const [i, { gap, length, from, drop, ask }] of steps.entries()) {
        at += gap;
        provenance.add(at, length, from, placeOf(i));
        list.push({
          packet: i,
          packetOffset: from,
          sequence: 1000 * i + from,
          streamOffset: at,
          length,
          comment: undefined,
          end: at + length,
        });
        at += length;
        if (drop > 0) {
          dropped = Math.max(dropped, at - drop);
          provenance.drop(dropped);
          list = list.filter(({ end }) => end > dropped);
        }
        const [begin, end] = [at - ask - length, at - (ask >> 1)];
        expect(provenance.pieces(begin, end)).toEqual(cut(list, begin, end));
        const holder = list.find((piece) => piece.streamOffset <= begin && begin < piece.end);
        expect(provenance.timeAt(begin)).toEqual(
          holder && { seconds: 100 + holder.packet, nanoseconds: holder.packet },
        );
      }
    }),
    { numRuns: 60 },
  );
});

function cut(list: readonly (Piece & { end: number })[], start: number, end: number): Piece[] {
  return list
    .filter((piece) => piece.end > start && piece.streamOffset < end && start < end)
    .map((piece) => {
      const streamOffset = Math.max(start, piece.streamOffset);
      const packetOffset = piece.packetOffset! + streamOffset - piece.streamOffset;
      const sequence = piece.sequence + streamOffset - piece.streamOffset;
      const length = Math.min(end, piece.end) - streamOffset;
      return { packet: piece.packet, packetOffset, sequence, streamOffset, length, comment: undefined };
    });
}
