/**
 * More real applications: Phoenix, Action Cable, WAMP, SignalR, SockJS, SIP and binary formats, against what they logged
 * and what their scripts (fixtures/messages-*) say that they said.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../src/filter/index.js';
import { SUBPROTOCOLS, SubprotocolDecoding, type Unit } from '../../src/subprotocol/index.js';
import { protobufSchema } from '../../src/subprotocol/protobuf-schema.js';
import { fixturesRoot } from '../support/fixtures.js';
import { messagesOf } from '../support/messages.js';
import { answered, caseOf, factsOf, type Said, sessionsOf, wholeUnits } from './recorded.js';

const typesOf = (units: readonly Unit[]) => units.map(({ type }) => type);
function counted(words: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[`${word}`] = (counts[`${word}`] ?? 0) + 1;
  return counts;
}
const both = (said: readonly Said[]) => [wholeUnits(said, 'client'), wholeUnits(said, 'server')] as const;

/** Each message is in this protocol, and those whose text was logged say what the log says. */
async function expectLogged(name: string, protocol: string, check: (logged: unknown, unit: Unit) => void) {
  let compared = 0;
  const sessions = await sessionsOf(name);
  for (const said of sessions)
    for (const { decoded, logged, message } of said) {
      expect(decoded?.protocol, `message ${message.number}`).toBe(protocol);
      if (logged === undefined || decoded?.parts !== undefined) continue;
      check(JSON.parse(logged.replace(/\x1e$/, '')), decoded!);
      compared++;
    }
  expect(compared).toBeGreaterThan(7);
  return sessions;
}

describe('messages-phoenix', () => {
  it('has what the applications logged, with each reply paired', async () => {
    const sessions = await expectLogged('messages-phoenix', 'phoenix', (logged, unit) => {
      const [joinRef, ref, topic, event, payload] = Array.isArray(logged)
        ? logged
        : ['join_ref', 'ref', 'topic', 'event', 'payload'].map(
            (name) => (logged as Record<string, unknown>)[name],
          );
      const told = factsOf(unit);
      expect([told.topic, told.event, told.ref, told.joinRef]).toEqual([
        topic,
        event,
        ref ?? undefined,
        joinRef ?? undefined,
      ]);
      if (event === 'phx_reply') expect({ status: told.status, response: told.response }).toEqual(payload);
      else expect(told.payload).toEqual(payload);
    });
    for (const [index, said] of sessions.entries()) {
      const [client, server] = both(said);
      const { heartbeat, ...asked } = counted(typesOf(client));
      expect(heartbeat).toBeGreaterThanOrEqual(1);
      expect(asked).toEqual({ phx_join: 3, push: index === 0 ? 4 : 3, phx_leave: 1 });
      const replies = server.filter(({ type }) => type === 'phx_reply');
      expect([replies.length, answered(replies)]).toEqual([client.length, client.length]);
      expect(counted(replies.map((unit) => factsOf(unit).of)).phx_join).toBe(3);
      expect(typesOf(server).filter((type) => type === 'broadcast').length).toBe(index === 0 ? 4 : 0);
    }
  });
});

describe('messages-action-cable', () => {
  it('has what the applications logged, with each subscription paired', async () => {
    const sessions = await expectLogged('messages-action-cable', 'action-cable', (logged, unit) => {
      const { command, type, identifier } = logged as Record<string, string>;
      expect(unit.type).toBe(command ?? type ?? 'message');
      if (identifier !== undefined) expect(factsOf(unit).identifier).toEqual(JSON.parse(identifier));
    });
    const [client, server] = both(sessions[0]);
    expect(counted(typesOf(client))).toEqual({ subscribe: 2, message: 11, unsubscribe: 1 });
    expect(counted(typesOf(server))).toEqual({
      welcome: 1,
      confirm_subscription: 1,
      reject_subscription: 1,
      message: 11,
      ping: 1,
    });
    expect(answered(server)).toBe(2);
    expect(both(sessions[1])[1].map(({ summary }) => summary)).toEqual(['disconnect unauthorized']);
  });
});

describe('messages-wamp', () => {
  /** What client.py does, and what a router says to that. */
  const CLIENT = {
    HELLO: 1,
    REGISTER: 2,
    CALL: 3,
    YIELD: 1,
    ERROR: 1,
    SUBSCRIBE: 1,
    PUBLISH: 2,
    UNSUBSCRIBE: 1,
    UNREGISTER: 1,
    GOODBYE: 1,
  };
  const SERVER = {
    WELCOME: 1,
    REGISTERED: 2,
    INVOCATION: 2,
    RESULT: 1,
    ERROR: 2,
    SUBSCRIBED: 1,
    PUBLISHED: 1,
    EVENT: 2,
    UNSUBSCRIBED: 1,
    UNREGISTERED: 1,
    GOODBYE: 1,
  };

  it('says the same in JSON, MessagePack and CBOR', async () => {
    const sessions = await sessionsOf('messages-wamp');
    expect(sessions.length).toBe(3);
    for (const said of sessions) {
      const [client, server] = both(said);
      expect([counted(typesOf(client)), counted(typesOf(server))]).toEqual([CLIENT, SERVER]);
      // All but INVOCATION and EVENT, which ask and tell; of the client YIELD and ERROR.
      expect([answered(client), answered(server)]).toEqual([2, server.length - 4]);
      expect(factsOf(client.find(({ type }) => type === 'PUBLISH')!)).toMatchObject({
        topic: 'com.example.prices',
        args: ['Zażółć 🚀'],
        kwargs: { price: 2411.5 },
      });
      expect(server.filter(({ type }) => type === 'EVENT').map((unit) => factsOf(unit).uri)).toEqual(
        Array(2).fill('com.example.prices'),
      );
      expect(factsOf(server.find(({ type }) => type === 'RESULT')!)).toMatchObject({
        args: [42],
        uri: 'com.example.add',
      });
    }
  });
});

describe('messages-signalr', () => {
  it('has what the applications logged', async () => {
    const [json] = await expectLogged('messages-signalr', 'signalr', (logged, unit) => {
      const {
        invocationId: id,
        target,
        arguments: args,
        item,
        result,
        error,
      } = logged as Record<string, unknown>;
      const told = factsOf(unit);
      expect([told.id, told.target, told.arguments, told.item, told.result, told.error]).toEqual([
        id,
        target,
        args,
        item,
        result,
        error,
      ]);
    });
    expect(json.length).toBeGreaterThan(20);
  });

  it('says the same in JSON and MessagePack, with each completion paired', async () => {
    const [json, binary] = (await sessionsOf('messages-signalr')).map((said) =>
      both(said).map((units) => units.filter(({ type }) => type !== 'ping')),
    );
    const texts = (units: readonly Unit[]) =>
      units.map(({ summary }) => summary.replace('"messagepack"', '"json"'));
    expect(texts(binary[0])).toEqual(texts(json[0]));
    expect(texts(binary[1]).sort()).toEqual(texts(json[1]).sort());
    expect(counted(typesOf(json[1]))).toEqual({ handshake: 1, completion: 4, invocation: 4, item: 4 });
    expect(answered(json[1])).toBe(9);
    expect(answered(json[0])).toBe(1);
    const args = (units: readonly Unit[]) => units.map((unit) => factsOf(unit).arguments);
    expect(args(binary[0])).toEqual(args(json[0]));
  });
});

describe('messages-sockjs', () => {
  it('has the frames that the applications logged, and STOMP in them', async () => {
    const [chat, stomp] = await sessionsOf('messages-sockjs');
    let compared = 0;
    for (const { decoded, logged } of chat) {
      expect(decoded?.protocol).toBe('sockjs');
      if (logged === undefined || decoded?.type !== 'message') continue;
      const [text] = JSON.parse(logged.replace(/^a/, ''));
      const { payload } = factsOf(decoded);
      expect(typeof payload === 'string' ? payload : JSON.stringify(payload)).toBe(text);
      compared++;
    }
    expect(compared).toBe(13);
    expect(both(chat)[1].at(-1)).toMatchObject({ type: 'close', value: { code: 4000, reason: 'Größe' } });
    const [client, server] = both(stomp);
    expect(typesOf(client)).toEqual(['CONNECT', 'SUBSCRIBE', 'SEND', 'SEND', 'DISCONNECT']);
    expect(typesOf(server)).toEqual(['open', 'CONNECTED', 'RECEIPT', 'MESSAGE', 'MESSAGE', 'RECEIPT']);
    expect(answered(server)).toBe(3);
    expect(server.map((unit) => factsOf(unit).payload).filter(Boolean)).toEqual(['2411.5', 'Zażółć 🚀']);
  });
});

describe('messages-sip', () => {
  it('has what the user agents did, with each response paired', async () => {
    const [alice, bob] = (await sessionsOf('messages-sip')).map(both);
    const words = (units: readonly Unit[]) =>
      counted(
        units.map((unit) =>
          unit.type === 'response' ? `${factsOf(unit).status} ${factsOf(unit).method}` : unit.type,
        ),
      );
    expect(words(alice[0])).toEqual({ REGISTER: 2, MESSAGE: 2, OPTIONS: 1, INVITE: 2, ACK: 2, BYE: 1 });
    expect(words(alice[1])).toEqual({
      '200 REGISTER': 2,
      '200 MESSAGE': 2,
      '200 OPTIONS': 1,
      '100 INVITE': 2,
      '180 INVITE': 2,
      '200 INVITE': 1,
      '486 INVITE': 1,
      '200 BYE': 1,
    });
    expect(words(bob[1])).toEqual({
      '200 REGISTER': 2,
      '404 MESSAGE': 1,
      MESSAGE: 2,
      INVITE: 2,
      ACK: 2,
      BYE: 1,
    });
    for (const units of [...alice, ...bob]) {
      const responses = units.filter(({ type }) => type === 'response');
      expect(answered(units)).toBe(responses.length);
      for (const { answers } of responses) expect(answers!.latency).toBeGreaterThan(0);
    }
    const bodies = bob[1].filter(({ type }) => type === 'MESSAGE').map((unit) => factsOf(unit).payload);
    expect(bodies).toEqual(['hello Bob', 'Zażółć 🚀']);
  });
});

describe('messages-json-binary', () => {
  it('is what it would be in texts, and filters reach into it', async () => {
    const said = JSON.parse(readFileSync(`${fixturesRoot}messages-json-binary/said.json`, 'utf8'));
    const [rpc, json] = await sessionsOf('messages-json-binary');
    expect(rpc.slice(0, 3).map(({ decoded }) => decoded?.summary)).toEqual([
      'request "quote" id 1',
      'result of "quote" id 1',
      'notification "seen"',
    ]);
    expect(rpc[1].decoded?.answers?.message).toBe(rpc[0].message.number);
    expect(json.slice(0, 3).map(({ message }) => message.opcode)).toEqual([2, 2, 2]);
    const hits = (filter: string) => {
      const { matches } = compileFilter(filter, 'message');
      return [...rpc, ...json].flatMap(({ message, decoded }, i) =>
        matches(message, {
          start: () => ({ seconds: 0, nanoseconds: 0 }),
          findings: () => [],
          decoded: () => decoded,
        })
          ? [i]
          : [],
      );
    };
    expect(hits('ws.json.result.price == 2411.5')).toEqual([1]);
    expect(hits('ws.json.params.user == "größer"')).toEqual([2]);
    const first = rpc.length;
    expect(hits(`ws.json.price == ${said.json[0].price}`)).toEqual([first]);
    expect(hits('ws.json.a == 2')).toEqual([first + 1]);
    expect(hits('ws.json.type == tock')).toEqual([first + 2]);
  });
});

describe('messages-binary', () => {
  const said = JSON.parse(readFileSync(`${fixturesRoot}messages-binary/said.json`, 'utf8')) as {
    values: unknown[];
    asks: Record<string, unknown>[];
    quotes: Record<string, unknown>[];
    calls: unknown[];
  };

  it('has the values that were encoded', async () => {
    const [msgpack, cbor, , gzip, zlib] = await sessionsOf('messages-binary');
    for (const [session, protocol] of [
      [msgpack, 'msgpack'],
      [cbor, 'cbor'],
    ] as const) {
      expect(session.map(({ decoded }) => decoded?.protocol)).toEqual(Array(4).fill(protocol));
      expect(session.map(({ decoded }) => decoded?.value)).toEqual(said.values);
    }
    for (const [session, name] of [
      [gzip, 'gzip'],
      [zlib, 'zlib'],
    ] as const) {
      expect(session.map(({ decoded }) => decoded?.protocol).slice(0, 3)).toEqual([
        'json-rpc',
        'json-rpc',
        'json',
      ]);
      expect(session[2].decoded?.summary).toMatch(new RegExp(`in ${name}\\)$`));
      expect(session[1].decoded?.answers?.message).toBe(session[0].message.number);
      expect(session[2].decoded?.value).toEqual(said.values[1]);
    }
    expect(gzip[3].decoded).toMatchObject({ protocol: 'msgpack', value: said.values[0] });
  });

  it('has protobuf by field number, and with the schema all that was encoded', async () => {
    const [, , wire] = await sessionsOf('messages-binary');
    expect(wire.map(({ decoded }) => decoded?.protocol)).toEqual([
      'protobuf',
      'protobuf',
      undefined,
      'protobuf',
    ]);
    expect(factsOf(wire[1].decoded!)).toMatchObject({
      1: 'ETH-EUR',
      2: { double: 2411.5 },
      3: 1,
      4: { 1: 'Größe', 2: 5 },
      6: [
        { 1: 'open', 2: 7 },
        { 1: 'closed', 2: 9 },
      ],
    });
    const schema = protobufSchema(`${fixturesRoot}messages-binary/prices.proto`, [
      'prices.Ask',
      'prices.Quote',
    ]);
    const decoding = new SubprotocolDecoding({ subprotocols: [schema, ...SUBPROTOCOLS] });
    const { messages } = await messagesOf(caseOf('messages-binary').capture);
    const told = messages
      .map((message) => ({ message, decoded: decoding.decode(message) }))
      .filter(({ message, decoded }) => message.session.path === '/protobuf' && decoded !== undefined)
      .map(({ decoded }) => decoded!);
    expect(typesOf(told)).toEqual(['prices.Ask', 'prices.Quote', 'prices.Ask', 'prices.Quote']);
    expect([told[0].value, told[2].value]).toEqual(said.asks);
    const quotes = said.quotes.map(({ side, signature, ...rest }) => ({
      ...rest,
      ...(side === undefined ? {} : { side: 'OFFER' }),
      ...(signature === undefined ? {} : { signature: { length: 3, payloadBase64: signature } }),
    }));
    expect([told[1].value, told[3].value]).toEqual(quotes);
  });
});
