/**
 * Where tshark 4.0 knows a filter and its rows are others: each packet that differs has one of the causes below, and
 * each cause as many packets as are listed. What is right was logged by those who spoke (fixtures/messages-ws,
 * deflate), or planted (fixtures/conformance, which has the case in its path).
 */
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { packetOf, Recorded, tsharkPackets } from '../support/filtered.js';
import { hasProgram } from '../support/tshark.js';

type Cause = (frame: Frame, message: Message, recorded: Recorded) => boolean;

const isLast = ({ opcode, fin }: Frame): boolean => opcode === 0 && fin;
/** To tshark they come before there is a WebSocket, are the body of the answer, or follow an answer without Upgrade. */
const UNEXPECTED = /request-early|response-body-length-of-first-frame|response-upgrade-(?:missing|other)/;
const hasPath = ({ session }: Frame, pattern: RegExp): boolean => pattern.test(session.path ?? '');

/** The first that holds for a frame of the packet is the cause. */
const CAUSES: Readonly<Record<string, Cause>> = {
  'tshark sees no WebSocket there': (frame) => hasPath(frame, UNEXPECTED),
  'continuations of nothing have an unknown opcode to tshark': ({ messageOpcode }) => messageOpcode === 0,
  'so have those of a message with an empty first frame': ({ opcode, number }, { frames }, recorded) =>
    opcode === 0 && frames[0] !== number && recorded.frames[frames[0] - 1].length === 0,
  'an empty compressed message is the octet 00 to tshark': (frame, { frames, content, compressed }) =>
    frames.length === 1 && frame.fin && compressed && content.length === 0,
  'a message with an empty last frame has no end to tshark': (frame) => isLast(frame) && frame.length === 0,
  'a compressed message of several frames is not inflated by tshark': (frame, { compressed }) =>
    isLast(frame) && compressed,
  'a last frame with RSV1 of a message without is inflated by tshark': (frame) => isLast(frame) && frame.rsv1,
  'a message is joined by tshark to one that had no end to it': isLast,
  'a sender uses context that it gave up, and is understood': (frame) => hasPath(frame, /context-used/),
  'tshark lost the context, or takes it for given up by the wrong side': (frame, { compressed }) =>
    frame.opcode === 1 && frame.fin && compressed,
};

/** By capture and filter: how many packets differ for each cause, and who alone has them. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>> = {
  'conformance/capture.pcap.gz': {
    websocket: { 'ours: tshark sees no WebSocket there': 17 },
    'websocket.payload': { 'ours: tshark sees no WebSocket there': 17 },
    'websocket.payload.text': {
      'ours: tshark sees no WebSocket there': 10,
      'ours: a message with an empty last frame has no end to tshark': 13,
      'ours: a last frame with RSV1 of a message without is inflated by tshark': 5,
      'ours: a sender uses context that it gave up, and is understood': 4,
      'ours: tshark lost the context, or takes it for given up by the wrong side': 8,
      'tshark: an empty compressed message is the octet 00 to tshark': 50,
    },
    'websocket.payload.continue': { 'ours: continuations of nothing have an unknown opcode to tshark': 14 },
    'websocket.payload.unknown': {
      'tshark: continuations of nothing have an unknown opcode to tshark': 14,
      'tshark: so have those of a message with an empty first frame': 20,
    },
    'websocket.payload.ping': { 'ours: tshark sees no WebSocket there': 3 },
    'websocket.payload.pong': {},
    'websocket.payload.close.status_code': { 'ours: tshark sees no WebSocket there': 4 },
    'websocket.payload.close.reason': {},
    'websocket.payload.close': { 'ours: tshark sees no WebSocket there': 4 },
    'websocket.masked_payload': { 'ours: tshark sees no WebSocket there': 9 },
    'websocket.fragments': {
      'ours: so have those of a message with an empty first frame': 9,
      'ours: a message with an empty last frame has no end to tshark': 13,
    },
    'websocket.reassembled.length > 20': {},
    'websocket.pmc': {},
    'websocket.pmc == 1': {},
  },
  'messages-ws/capture.pcap.gz': {
    'websocket.payload.text': {
      'ours: a compressed message of several frames is not inflated by tshark': 4,
      'ours: a message is joined by tshark to one that had no end to it': 1,
      'ours: tshark lost the context, or takes it for given up by the wrong side': 54,
      'tshark: a compressed message of several frames is not inflated by tshark': 8,
      'tshark: an empty compressed message is the octet 00 to tshark': 10,
    },
    'websocket.payload.continue': {},
  },
  'deflate/capture.pcap': {
    'websocket.payload.text': {},
    'websocket.payload.text contains "e"': {
      'ours: a compressed message of several frames is not inflated by tshark': 2,
    },
  },
};

const without = (all: ReadonlySet<number>, some: ReadonlySet<number>): number[] =>
  [...all].filter((packet) => !some.has(packet));

function differences(recorded: Recorded, capture: string, filter: string): Record<string, number> {
  const theirs = new Set(tsharkPackets(capture, filter));
  const chosen = recorded.chosen(filter);
  const ours = new Set(chosen.map(packetOf));
  const causeOf = (packet: number, frames: readonly Frame[]): string => {
    const inPacket = frames.filter((frame) => packetOf(frame) === packet);
    const explains = ([, cause]: [string, Cause]) =>
      inPacket.some((frame) => cause(frame, recorded.messageOf(frame.number)!, recorded));
    return Object.entries(CAUSES).find(explains)?.[0] ?? `unknown, of packet ${packet}`;
  };
  const counts: Record<string, number> = {};
  const count = (side: string, cause: string) => {
    counts[`${side}: ${cause}`] = (counts[`${side}: ${cause}`] ?? 0) + 1;
  };
  for (const packet of without(theirs, ours)) count('tshark', causeOf(packet, recorded.frames));
  for (const packet of without(ours, theirs)) count('ours', causeOf(packet, chosen));
  return counts;
}

describe.runIf(hasProgram('tshark'))('what differs from tshark, and why', () => {
  test.each(Object.entries(DIFFERENCES))('%s', { timeout: 120_000 }, async (capture, filters) => {
    const recorded = await Recorded.of(capture);
    for (const [filter, causes] of Object.entries(filters))
      expect({ [filter]: differences(recorded, capture, filter) }).toEqual({ [filter]: causes });
  });

  test('empty frames are none to websocket.fragment.count there', async () => {
    const capture = 'messages-ws/capture.pcap.gz';
    const recorded = await Recorded.of(capture);
    const packets = (filter: string) => ({
      theirs: tsharkPackets(capture, filter),
      ours: recorded.chosen(filter).map(packetOf),
    });
    // Of four frames, the third of which is empty.
    const four = [96, 243, 316];
    expect(packets('websocket.fragment.count == 3')).toEqual({ theirs: four, ours: [] });
    const { theirs, ours } = packets('websocket.fragment.count == 4');
    expect(ours.filter((packet) => !theirs.includes(packet))).toEqual(expect.arrayContaining(four));
  });
});
