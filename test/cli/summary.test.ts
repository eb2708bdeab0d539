import { expect, it } from 'vitest';
import { describeDropped } from '../../src/cli/summary.js';
import { type DissectionSummary, runDissection } from '../../src/dissect.js';
import { request, response } from '../support/dissect.js';
import { CLIENT, pcapOf, SERVER, Talk } from '../support/tcp.js';

const NOTHING = { packets: 0, connections: 0, duplicateBytes: 0, missingBytes: 0, undecodedBytes: 0 };

const summaryOf = (defects: Record<string, number>): DissectionSummary =>
  ({ dropped: NOTHING, defects: new Map(Object.entries(defects)) }) as unknown as DissectionSummary;

it.each<[Record<string, number>, string]>([
  [{}, ''],
  [{ 'recognition-limit': 9, 'frames-lost': 2 }, ''],
  [{ 'damaged-capture': 1 }, '1 capture not read to its end'],
  [{ 'corrupt-compression': 2 }, '2 captures not read to its end'],
  [{ 'implausible-record-length': 2, 'implausible-block-length': 1 }, '3 damaged pieces of a capture'],
  [{ 'segment-behind-end': 2, 'segment-out-of-window': 1 }, '3 segments out of place'],
  [{ 'broken-chunk': 1, 'pending-requests-limit': 1 }, '2 HTTP exchanges unread'],
  [{ 'unanswered-upgrade': 1 }, '1 upgrade without a whole answer'],
  [{ 'held-bytes-limit': 2 }, '2 upgrades with unread bytes behind it'],
  [
    { 'search-limit': 5, 'open-pings-limit': 1 },
    '5 attempts to find frames cut short, 1 list of open Pings cut',
  ],
])('of the defects %j is dropped: %s', (defects, text) => {
  expect(describeDropped(summaryOf(defects))).toBe(text);
});

it('counts the bytes in which frames were lost and never found again', async () => {
  const talk = new Talk();
  const packets = [
    ...talk.handshake(),
    talk.send(CLIENT, request()),
    talk.send(SERVER, response()),
    talk.send(SERVER, Uint8Array.of(0x81, 5, 0x61)),
  ];
  talk.sequences[SERVER] += 10;
  packets.push(talk.send(SERVER, new Uint8Array(1000).fill(1)), talk.send(CLIENT, new Uint8Array(0)));
  const capture = pcapOf(packets);
  const { dropped, defects } = await runDissection(capture, {});
  expect([defects.get('frames-lost'), dropped.missingBytes, dropped.undecodedBytes]).toEqual([1, 10, 1006]);
});
