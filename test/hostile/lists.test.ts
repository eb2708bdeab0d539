/**
 * Lists that a peer can make long, and that are looked through again and again: what is counted is how many entries
 * are gone through, never the time.
 */
import { expect, it } from 'vitest';
import { PacketOrigins } from '../../src/capture/origins.js';
import { Packet } from '../../src/capture/packet.js';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { type DissectionSummary, runDissection } from '../../src/dissect.js';
import { LinkType } from '../../src/link/link-types.js';
import { encodeIpv4, fragmentIpv4 } from '../../src/network/ipv4.js';
import { repeated } from '../../src/rules/repeated.js';
import { scanned } from '../support/counted.js';
import { request, response } from '../support/dissect.js';
import { Hostile } from '../support/hostile.js';
import { CLIENT, SERVER, Talk } from '../support/tcp.js';

const COUNT = 10_000;

/** A handshake with these fields, dissected and judged. */
async function handshake(name: string, asked: string, answered: string): Promise<DissectionSummary> {
  const talk = new Talk();
  const heads = [
    [CLIENT, request('/', { headers: [{ name, value: asked }] })],
    [SERVER, response({ headers: [{ name, value: answered }] })],
  ] as const;
  const packets = talk.handshake();
  for (const [side, head] of heads)
    for (let at = 0; at < head.length; at += 1000)
      packets.push(talk.send(side, head.subarray(at, at + 1000)));
  const timed = packets.map((data) => ({ seconds: 1_700_000_000, data }));
  return runDissection(encodePcap(timed, { linkType: LinkType.raw }), { finding() {} });
}

const names = (first: number) => Array.from({ length: COUNT }, (_, i) => (first + i).toString(36)).join(',');

it.each([
  ['subprotocols', 'Sec-WebSocket-Protocol', names(0), 'none'],
  ['extensions', 'Sec-WebSocket-Extensions', names(0), names(0)],
  ['protocols', 'Upgrade', names(0), names(20_000)],
])('thousands of %s in a head are gone through a few times', async (_name, field, asked, answered) => {
  let summary: DissectionSummary | undefined;
  const entries = await scanned(async () => {
    summary = await handshake(field, asked, answered);
  });
  expect(summary!.sessions).toBe(1);
  expect(entries).toBeLessThan(50 * COUNT);
});

it('names that stand twice are told once, in order', () => {
  expect(repeated(['a', 'b', 'a', 'c', 'b', 'b', 'a'])).toEqual(['a', 'b']);
  expect(repeated(['a', 'A'])).toEqual([]);
});

it('copies of a datagram of thousands of fragments are told without a look at the others', async () => {
  const fields = { source: '192.0.2.1', destination: '192.0.2.2', protocol: 6, identification: 7 };
  const fragments = fragmentIpv4(encodeIpv4(fields, new Uint8Array(64_000)), 28);
  expect(fragments).toHaveLength(8000);
  const hostile = new Hostile();
  const entries = await scanned(() => hostile.takeAll(fragments).takeAll(fragments).takeAll(fragments));
  expect(entries).toBeLessThan(fragments.length);
  expect([...hostile.counts]).toEqual([['bad-tcp-header', 1]]);
});

it('the capture of a packet of long ago is found without a look at all turns', async () => {
  const origins = new PacketOrigins();
  const packet = new Packet();
  for (let i = 0; i < COUNT; i++) {
    packet.number = i + 1;
    packet.capture = i % 2;
    packet.numberInCapture = (i >> 1) + 1;
    origins.note(packet);
  }
  const found: unknown[] = [];
  const entries = await scanned(() => {
    for (let i = 1; i <= COUNT; i++) found.push(origins.find(i)?.packetInCapture);
  });
  expect(found).toEqual(Array.from({ length: COUNT }, (_, i) => (i >> 1) + 1));
  expect(entries).toBeLessThan(COUNT);
});

it('what waits behind an upgrade is not gone through for each response', async () => {
  const talk = new Talk();
  const hostile = new Hostile({ limits: { maxPendingRequests: 2000 } });
  hostile.takeAll(talk.handshake());
  const get = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
  for (let at = 0; at < get.length; at += 1000) hostile.take(talk.send(CLIENT, get.subarray(at, at + 1000)));
  hostile.take(talk.send(CLIENT, request()));
  for (let i = 0; i < 1000; i++) hostile.take(talk.send(CLIENT, '\x81'));
  const entries = await scanned(() => {
    const answer = Buffer.from('HTTP/1.1 204 No Content\r\n\r\n');
    for (let i = 0; i < 1000; i++) hostile.take(talk.send(SERVER, answer));
    hostile.take(talk.send(SERVER, response()));
  });
  expect(hostile.dissector.sessionCount).toBe(1);
  expect(entries).toBeLessThan(50_000);
});
