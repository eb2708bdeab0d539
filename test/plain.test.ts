/**
 * Plain messages take a way of their own where nothing is listed: what is found out must be the same as where each
 * frame is decoded and each message made.
 */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import type { DissectionConsumer } from '../src/dissector.js';
import type { Finding } from '../src/rules/finding.js';
import { MessageDeflater } from '../src/websocket/deflate-encode.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import type { SessionSummary } from '../src/websocket/session-record.js';
import { dissect, request, response } from './support/dissect.js';
import { fixtures, fixturesRoot } from './support/fixtures.js';
import { concat, utf8 } from './support/splits.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';

const derived = readdirSync(`${fixturesRoot}derived`).filter((name) => /\.pcap(ng)?$/.test(name));
const captures: readonly (readonly string[])[] = [
  ...fixtures.map(({ recordings }) => recordings[0]),
  ...derived.map((name) => [`${fixturesRoot}derived/${name}`]),
  [`${fixturesRoot}conformance/capture.pcap.gz`],
  [`${fixturesRoot}lossy-network/client.pcap.gz`],
];

async function found(capture: readonly string[], listed: boolean) {
  const findings: Finding[] = [];
  const closed: SessionSummary[] = [];
  const defects: string[] = [];
  const { frames } = await runDissection(capture, {
    finding: (finding) => findings.push(finding),
    sessionClosed: (summary) => closed.push(summary),
    defect: ({ code, message, packet }) => defects.push(`${packet} ${code} ${message}`),
    ...(listed ? { message() {} } : {}),
  });
  const told = findings.map(
    ({ rule, severity, breaker, session, frame, packet, timestamp, streamOffset, message }) =>
      [rule.id, severity, breaker, session.number, frame, packet, timestamp, streamOffset, message].join(),
  );
  const ends = closed.map(({ session: { number }, ...summary }) => ({ number, ...summary }));
  return { frames, told, ends: ends.sort((a, b) => a.number - b.number), defects };
}

describe('the same is found whether messages are listed or not', () => {
  it.each(captures.map((capture) => ({ capture, name: capture[0].slice(fixturesRoot.length) })))(
    '$name',
    async ({ capture }) => {
      expect(await found(capture, false)).toEqual(await found(capture, true));
    },
  );
});

describe('the same is found of compressed messages', () => {
  const USUAL = 'usual';
  const kinds = [
    'uncompressed',
    'of no content',
    'fragmented',
    'not UTF-8',
    'with BFINAL set',
    'with the trailer left on',
    'with what was to be forgotten',
    'with an octet changed',
    'not captured',
    'cut by a snap length',
  ] as const;
  type Kind = (typeof kinds)[number] | typeof USUAL;
  const step = fc.record({
    side: fc.constantFrom<0 | 1>(CLIENT, SERVER),
    kind: fc.oneof({ weight: 12, arbitrary: fc.constant<Kind>(USUAL) }, fc.constantFrom<Kind>(...kinds)),
    words: fc.array(fc.constantFrom('{"id":', '"price":', '12.5', ',', 'é', 'ABC', 'xyz '), {
      maxLength: 40,
    }),
  });

  /** A talk of many messages, odd ones among them. */
  function packetsOf(steps: readonly { side: 0 | 1; kind: Kind; words: string[] }[], takeover: boolean) {
    const talk = new Talk();
    const names = takeover ? [] : ['client_no_context_takeover', 'server_no_context_takeover'];
    const offer = {
      extensions: [
        {
          name: 'permessage-deflate',
          parameters: names.map((name) => ({ name, value: undefined, quoted: false })),
        },
      ],
    };
    const packets = [
      ...talk.handshake(),
      talk.send(CLIENT, request('/', offer)),
      talk.send(SERVER, response(offer)),
    ];
    const own = { contextTakeover: takeover };
    const deflaters = [new MessageDeflater(own), new MessageDeflater(own)];
    steps.forEach(({ side, kind, words }, i) => {
      const deflater = deflaters[side];
      const maskingKey = side === CLIENT ? Math.imul(i + 1, 0x9e3779b1) | 1 : undefined;
      const content =
        kind === 'not UTF-8'
          ? Uint8Array.of(0x61, 0xff, i)
          : utf8(kind === 'of no content' ? '' : words.join(''));
      const options = {
        ...(kind === 'with BFINAL set' && { ending: 'final' as const }),
        ...(kind === 'with the trailer left on' && { ending: 'unstripped' as const }),
        ...(kind === 'with what was to be forgotten' && { dictionary: utf8(words.join('')) }),
      };
      const payload = kind === 'uncompressed' ? content : deflater.deflate(content, options).slice();
      if (kind === 'with an octet changed') payload[i % payload.length] ^= 1 << (i % 8);
      const first = {
        opcode: 1,
        maskingKey,
        rsv1: kind !== 'uncompressed',
        fin: kind !== 'fragmented',
        payload,
      };
      const sent = [talk.send(side, encodeFrame(first))];
      if (kind === 'fragmented') sent.push(talk.send(side, encodeFrame({ opcode: 0, maskingKey })));
      if (kind === 'cut by a snap length') packets.push(sent[0].subarray(0, -1));
      else if (kind !== 'not captured') packets.push(...sent);
    });
    return [...packets, talk.fin(CLIENT), talk.fin(SERVER)];
  }

  function foundIn(packets: readonly Uint8Array[], listed: boolean) {
    const findings: Finding[] = [];
    const { closed, defects } = dissect(
      packets,
      {},
      {
        frame: undefined as never,
        finding: (finding) => findings.push(finding),
        ...(listed ? { message() {} } : {}),
      },
    );
    return {
      told: findings.map(({ rule, breaker, frame, packet, message }) => [
        rule.id,
        breaker,
        frame,
        packet,
        message,
      ]),
      frames: closed.map(({ frames, payloadBytes }) => ({ frames, payloadBytes })),
      defects,
    };
  }

  it.each([true, false])('whatever is among them (context takeover: %s)', (takeover) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const packets = packetsOf(steps, takeover);
        expect(foundIn(packets, false)).toEqual(foundIn(packets, true));
      }),
      { numRuns: 60 },
    );
  });
});

it('a Close frame that is too long and lost octets where it may end says the same', () => {
  const talk = new Talk();
  const frame = encodeFrame({ opcode: 8, payload: concat(Uint8Array.of(3, 232), utf8('x'.repeat(300))) });
  const packets = [
    ...talk.handshake(),
    talk.send(CLIENT, request()),
    talk.send(SERVER, response()),
    ...[0, 100, 200].map((at) => talk.send(SERVER, frame.subarray(at, at + 100))),
  ];
  packets.splice(-2, 1);
  const reasonOf = (more: DissectionConsumer) =>
    dissect(packets, {}, more).closed[0].close.server?.body?.reason;
  expect(reasonOf({ frame: undefined as never })).toBe('x'.repeat(94));
  expect(reasonOf({ message() {} })).toBe('x'.repeat(94));
});
