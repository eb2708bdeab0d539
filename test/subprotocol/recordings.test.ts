/**
 * Real applications (fixtures/messages-*): what is decoded is what they logged, read by the protocols' own parsers as
 * far as there are some, and what their scripts say that they said.
 */
import { Parser } from '@stomp/stompjs';
import { Decoder, type Packet, PacketType } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { type Decoded, SubprotocolDecoding, type Unit } from '../../src/subprotocol/index.js';
import { wsdissect } from '../support/cli.js';
import { messagesOf } from '../support/messages.js';
import { answered, caseOf, factsOf, sessionsOf, unitsOf, wholeUnits } from './recorded.js';

describe.each(['messages-socketio', 'messages-python-socketio'])('%s', (name) => {
  it('has the packets that the applications logged', async () => {
    let compared = 0;
    for (const said of await sessionsOf(name))
      for (const { decoded, logged } of said) {
        expect(decoded).toBeDefined();
        if (!logged?.startsWith('4')) continue;
        const decoder = new Decoder({ maxAttachments: 9 });
        const theirs: Packet[] = [];
        decoder.on('decoded', (packet: Packet) => theirs.push(packet));
        decoder.add(logged.slice(1));
        if (/^4[56]/.test(logged)) continue;
        const { type, nsp: namespace, data, id } = theirs[0];
        const [event, ...args] = Array.isArray(data) ? data : [];
        const expected =
          type === PacketType.EVENT
            ? { namespace, event, args, id }
            : type === PacketType.ACK
              ? { namespace, args: data, id }
              : { namespace, data };
        const { event: of, ...rest } = factsOf(decoded!);
        const told = type === PacketType.EVENT ? { event: of, ...rest } : rest;
        expect(told).toEqual(JSON.parse(JSON.stringify(expected)));
        compared++;
      }
    // The logs of Python have no texts.
    expect(compared > 40 || name === 'messages-python-socketio').toBe(true);
  });

  it('has what the scripts say, with each acknowledgement paired', async () => {
    for (const [index, said] of (await sessionsOf(name)).entries()) {
      // The Python client says a little less than client.mjs.
      const isPython = name === 'messages-python-socketio' && index >= 2;
      const last = isPython ? [] : ['echo'];
      const client = wholeUnits(said, 'client');
      const server = wholeUnits(said, 'server');
      const events = (units: readonly Unit[]) =>
        units.filter(({ type }) => type === 'event').map((unit) => factsOf(unit).event);
      const asked = events(client).filter((event) => event !== 'tick');
      expect(asked).toEqual(['echo', 'echo', 'echo', 'echo', 'ask me', ...last]);
      expect(events(client).length).toBe(asked.length + 4);
      expect(events(server)).toEqual(['news', 'news', 'news', 'question']);
      const acks = [...client, ...server].filter(({ type }) => type === 'ack');
      expect(acks.map((unit) => factsOf(unit).event).sort()).toEqual([...asked, 'question'].sort());
      expect(answered(acks)).toBe(acks.length);
      for (const { answers } of acks) expect(answers!.latency).toBeGreaterThan(0);
      const attachments = [...client, ...server].filter(({ type }) => type === 'attachment');
      const lengths = attachments
        .map((unit) => Number(factsOf(unit).length))
        .sort((one, other) => one - other);
      expect(lengths).toEqual([0, 0, 1, ...(isPython ? [2, 2] : [3, 3]), 8, 200, 2500, 2500]);
      const pongs = [...client, ...server].filter(({ type }) => type === 'pong');
      expect([pongs.length > 0, answered(pongs)]).toEqual([true, pongs.length]);
    }
  });

  it('puts attachments where they belong', async () => {
    const [said] = await sessionsOf(name);
    const news = wholeUnits(said, 'server').find(
      (unit) => factsOf(unit).number === 2 && factsOf(unit).count === 2,
    )!;
    expect(factsOf(news).whole).toMatchObject({
      event: 'news',
      args: [{ attachment: 0, length: 200 }, { more: [{ attachment: 1, length: 8 }, 'text'] }],
    });
  });
});

describe('messages-mosquitto', () => {
  /** What record.mjs publishes, those of the burst in any order; with the number of octets. */
  const PUBLISHED = [
    'blobs 3000',
    ...Array.from({ length: 8 }, () => 'prices/burst 6'),
    'prices/BTC 16',
    'prices/ETH 0',
    'prices/ETH 13',
    'prices/long',
  ].sort();
  const published = (units: readonly Unit[]) =>
    units
      .filter(({ type }) => type === 'PUBLISH')
      .map(({ value }) => value as { topic: string; length: number })
      .map(({ topic, length }) => (length >= 70_000 ? topic : `${topic} ${length}`))
      .sort();

  it('has what the clients published, and what the broker handed on', async () => {
    const [four, five] = await sessionsOf('messages-mosquitto');
    const texts = (units: readonly Unit[]) =>
      units.filter(({ type }) => type === 'PUBLISH').map((unit) => factsOf(unit).payload);
    expect(published(wholeUnits(four, 'client'))).toEqual(PUBLISHED);
    expect(published(wholeUnits(five, 'server'))).toEqual(PUBLISHED);
    for (const units of [wholeUnits(four, 'client'), wholeUnits(five, 'server')])
      expect(texts(units)).toEqual(
        expect.arrayContaining([
          'größer 📈',
          '{"price":2411.5}',
          ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `tick ${i}`),
        ]),
      );
  });

  it('has each packet, and pairs each answer', async () => {
    const answers = /^(CONNACK|SUBACK|UNSUBACK|PINGRESP|PUBACK|PUBREC|PUBCOMP)$/;
    for (const [index, said] of (await sessionsOf('messages-mosquitto')).entries()) {
      const [client, server] = [wholeUnits(said, 'client'), wholeUnits(said, 'server')];
      const all = [...client, ...server];
      expect(all.filter(({ type }) => type === 'malformed')).toEqual([]);
      expect(client[0]).toMatchObject({
        type: 'CONNECT',
        value: [
          { version: '3.1.1', clientId: 'v4', will: { topic: 'will', payload: 'gone 👻', qos: 1 } },
          { version: '5', clientId: 'v5', properties: { receiveMaximum: 20 } },
          { version: '3.1.1', clientId: 'paho' },
        ][index],
      });
      expect(client.at(-1)!.type).toBe('DISCONNECT');
      const responses = all.filter(({ type }) => answers.test(type));
      expect(responses.length).toBeGreaterThan(5);
      expect(answered(responses)).toBe(responses.length);
      for (const { message, decoded } of said)
        expect(decoded !== undefined, `message ${message.number}`).toBe(message.content.length > 0);
    }
  });

  it('has what client.py publishes to itself', async () => {
    const [, , paho] = await sessionsOf('messages-mosquitto');
    for (const sender of ['client', 'server'] as const)
      expect(published(wholeUnits(paho, sender))).toEqual([
        'paho/echo',
        'paho/echo 0',
        'paho/echo 15',
        'paho/echo 300',
      ]);
  });
});

describe('messages-stomp', () => {
  it('has the frames that the applications logged', async () => {
    let compared = 0;
    for (const said of await sessionsOf('messages-stomp'))
      for (const one of said) {
        expect(one.decoded).toBeDefined();
        if (one.logged === undefined || one.decoded?.type === 'part') continue;
        const theirs: { command: string; headers: [string, string][]; binaryBody: Uint8Array }[] = [];
        const parser = new Parser(
          (frame) => theirs.push(frame as unknown as (typeof theirs)[number]),
          () => {},
        );
        parser.parseChunk(one.logged);
        if (theirs.length === 0) continue;
        const units = unitsOf(one);
        expect(units.map(({ type }) => type)).toEqual(theirs.map(({ command }) => command));
        for (const [i, { headers, binaryBody }] of theirs.entries()) {
          const plain = Object.fromEntries(headers.map(([name, value]) => [name, withoutEscapes(value)]));
          expect(factsOf(units[i]).headers).toEqual(plain);
          expect(factsOf(units[i]).length ?? 0).toBe(binaryBody.length);
        }
        compared++;
      }
    expect(compared).toBeGreaterThan(30);
  });

  it('pairs each receipt, and joins frames over several messages', async () => {
    const sessions = await sessionsOf('messages-stomp');
    for (const said of sessions) {
      const server = wholeUnits(said, 'server');
      const receipts = server.filter(({ type }) => type === 'RECEIPT' || type === 'CONNECTED');
      expect([receipts.length, answered(receipts)]).toEqual([4, 4]);
      expect(wholeUnits(said, 'client').filter(({ type }) => type === 'malformed')).toEqual([]);
      const sent = wholeUnits(said, 'client').filter(({ type }) => type === 'SEND');
      expect(sent.some((unit) => factsOf(unit).payload === 'Zażółć 🚀')).toBe(true);
    }
    expect(sessions[2].some(({ decoded }) => decoded?.type === 'part')).toBe(true);
  });
});

const withoutEscapes = (text: string) =>
  text.replace(/\\[nrc\\]/g, (escaped) => ({ '\\n': '\n', '\\r': '\r', '\\c': ':' })[escaped] ?? '\\');

describe('messages-graphql-ws', () => {
  it('has the operations and results that the applications logged', async () => {
    let compared = 0;
    for (const said of await sessionsOf('messages-graphql-ws')) {
      for (const { decoded, logged } of said) {
        expect(decoded?.protocol).toBe('graphql-transport-ws');
        if (logged === undefined) continue;
        const { id, type, payload } = JSON.parse(logged);
        expect(decoded!.type).toBe(type);
        const told = factsOf(decoded!);
        expect(told.id).toBe(id);
        if (type === 'subscribe')
          expect([told.query, told.variables]).toEqual([payload.query, payload.variables]);
        else expect(told.payload).toEqual(payload);
        compared++;
      }
      const [client, server] = [wholeUnits(said, 'client'), wholeUnits(said, 'server')];
      const operations = client.filter(({ type }) => type === 'subscribe');
      expect(operations.map((unit) => [factsOf(unit).operation, factsOf(unit).field])).toEqual([
        ['query', 'hello'],
        ['query', 'prices'],
        ['query', 'broken'],
        ['query', 'article'],
        ['mutation', 'order'],
        ['query', 'nothing'],
        ['subscription', 'ticks'],
        ['subscription', 'ticks'],
        ['subscription', 'ticks'],
      ]);
      const results = server.filter(({ type }) => type === 'next');
      expect(answered(results)).toBeGreaterThanOrEqual(28);
      const firsts = results.filter((unit) => factsOf(unit).nth === 1);
      expect([firsts.length, answered(firsts)]).toEqual([8, 8]);
      expect(
        server.filter(({ type }) => type === 'error').map(({ answers }) => answers !== undefined),
      ).toEqual([true]);
      const pongs = server.filter(({ type }) => type === 'pong');
      expect(answered(pongs)).toBe(pongs.length);
    }
    expect(compared).toBeGreaterThan(50);
  });
});

describe('messages-subscriptions', () => {
  it('has the operations and results that the applications logged', async () => {
    for (const said of await sessionsOf('messages-subscriptions')) {
      for (const { decoded, logged } of said) {
        expect(decoded?.protocol).toBe('graphql-ws');
        if (logged === undefined) continue;
        const { id, type, payload } = JSON.parse(logged);
        expect([decoded!.type, factsOf(decoded!).id]).toEqual([type, id]);
        if (type !== 'start') expect(factsOf(decoded!).payload).toEqual(payload);
      }
      const [client, server] = [wholeUnits(said, 'client'), wholeUnits(said, 'server')];
      const operations = client.filter(({ type }) => type === 'start').map(factsOf);
      expect(operations.map(({ operation, name, field }) => [operation, name, field])).toEqual([
        ['query', undefined, 'hello'],
        ['mutation', 'Order', 'order'],
        ['query', undefined, 'nothing'],
        ...Array(3).fill(['subscription', 'Ticks', 'ticks']),
      ]);
      const results = server.filter(({ type }) => type === 'data');
      const counts = operations.map(({ id }) => results.filter((unit) => factsOf(unit).id === id).length);
      expect(counts.slice(0, 5)).toEqual([1, 1, 1, 9, 6]);
      expect(counts[5]).toBeGreaterThanOrEqual(3);
      expect(answered(results)).toBe(results.length);
      const ends = server.filter(({ type }) => type === 'complete');
      expect([ends.length, answered(ends)]).toEqual([6, 6]);
    }
  });
});

describe('wsdissect messages', () => {
  const names = [
    ...['messages-socketio', 'messages-mosquitto', 'messages-stomp', 'messages-subscriptions'],
    ...['messages-phoenix', 'messages-action-cable', 'messages-wamp', 'messages-signalr'],
    ...['messages-sockjs', 'messages-sip', 'messages-binary'],
  ];
  it.each(names)('-T ndjson of %s has what the library tells', async (name) => {
    const { capture } = caseOf(name);
    const { stdout, stderr } = wsdissect(['messages', '-T', 'ndjson', capture]);
    expect(stderr).toBe('');
    const { messages } = await messagesOf(capture);
    const decoding = new SubprotocolDecoding();
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ decoded }) => decoded)).toEqual(
      messages
        .map((message) => {
          const decoded = decoding.decode(message);
          return (
            decoded &&
            JSON.parse(JSON.stringify(decoded, (key, value) => (key === 'answers' ? (value ?? null) : value)))
          );
        })
        .map((decoded) => decoded && withAnswers(decoded)),
    );
  });
});

/** JSON has null where there is no answer. */
function withAnswers(decoded: Decoded): unknown {
  const { answers = null, parts, ...rest } = decoded;
  return { ...rest, answers, ...(parts && { parts: parts.map((part) => withAnswers(part)) }) };
}
