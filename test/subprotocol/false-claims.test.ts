/**
 * What is claimed of messages that are in none of these formats: random octets, and what the recordings hold of other
 * applications. The numbers were measured (the octets follow from a seed).
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SUBPROTOCOLS, type Subprotocol, SubprotocolDecoding } from '../../src/subprotocol/index.js';
import { isControl } from '../../src/websocket/opcode.js';
import { makeMessage, makeSession } from '../output/samples.js';
import { fixturesRoot } from '../support/fixtures.js';
import { messagesOf, randomNumbers } from '../support/messages.js';
import { Conversation } from './harness.js';

const NO_TOOLS = {
  requests: { ask() {}, find: () => undefined, settle: () => undefined },
  held: { take: () => true, give() {} },
  maxUnpacked: 1 << 20,
  unpackedLimitHit() {},
  inner: () => undefined,
} as unknown as Parameters<Subprotocol['open']>[1];

/** How often each takes one of so many messages of up to 64 random octets, were it the only one asked. */
function claims(count: number, opcode: number, octetsOf: (random: (limit: number) => number) => number[]) {
  const session = makeSession({ request: { target: '/x' } });
  const random = randomNumbers(11);
  const claimed: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const content = Uint8Array.from(octetsOf(random));
    const message = makeMessage({ session, opcode, content, sender: i % 2 === 0 ? 'client' : 'server' });
    for (const one of SUBPROTOCOLS)
      if (one.bid(message) > 0 && one.open(session, NO_TOOLS).decode(message) !== undefined)
        claimed[one.name] = (claimed[one.name] ?? 0) + 1;
  }
  return claimed;
}

describe('random messages', () => {
  it('binary: few of 200,000', () => {
    const octets = (random: (limit: number) => number) =>
      Array.from({ length: 1 + random(64) }, () => random(256));
    expect(claims(200_000, 2, octets)).toEqual(BINARY_CLAIMS);
  });

  it('binary that is ASCII: none of 100,000', () => {
    const octets = (random: (limit: number) => number) =>
      Array.from({ length: 1 + random(64) }, () => 32 + random(95));
    expect(claims(100_000, 2, octets)).toEqual({});
  });

  it('text: none of 100,000', () => {
    const octets = (random: (limit: number) => number) =>
      Array.from({ length: 1 + random(64) }, () => 32 + random(95));
    expect(claims(100_000, 1, octets)).toEqual({});
  });
});

/** Measured; of 1,000,000 messages of another seed CBOR took 19, MessagePack 5, all others none. */
const BINARY_CLAIMS = { cbor: 7 };

/** Folders whose applications speak something that is decoded. */
const SPEAK =
  /^messages-(?:action-cable|binary|graphql-ws|json-binary|mosquitto|phoenix|python-socketio|signalr|sip|sockjs|socketio|stomp|subscriptions|wamp)$/;

it('nothing is claimed of the recordings of other applications', async () => {
  let count = 0;
  for (const folder of readdirSync(fixturesRoot)) {
    if (SPEAK.test(folder) || !folder.match(/^(?!README|derived|conformance|fuzz|record-lib)/)) continue;
    const files = readdirSync(`${fixturesRoot}${folder}`).filter((file) =>
      /\.pcap(?:ng)?(?:\.gz)?$/.test(file),
    );
    for (const file of files) {
      const decoding = new SubprotocolDecoding({ plainJson: false });
      const { messages } = await messagesOf(`${fixturesRoot}${folder}/${file}`);
      for (const message of messages) {
        if (isControl(message.opcode)) continue;
        expect(decoding.decode(message), `${folder}/${file} ${message.number}`).toBeUndefined();
        count++;
      }
    }
  }
  expect(count).toBeGreaterThan(2500);
});

it('a session of plain text pays for few of its messages', () => {
  let asked = 0;
  const counted = SUBPROTOCOLS.map((one) => ({
    ...one,
    bid(message: Parameters<Subprotocol['bid']>[0]) {
      asked++;
      return one.bid(message);
    },
  }));
  const talk = new Conversation({ subprotocols: counted });
  for (let i = 0; i < 1000; i++) talk.client('{"type":"tick","price":2411.5,"symbol":"ETH-EUR"}');
  expect(asked).toBe(64 * SUBPROTOCOLS.length);
});
