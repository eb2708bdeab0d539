import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { splits } from '../support/splits.js';
import { Conversation, octets, told } from './harness.js';

const joined = (parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const talk = (subprotocol = 'mqtt') => new Conversation({ subprotocol });
const encode = (packet: Packet, protocolVersion: 4 | 5 = 4): Uint8Array =>
  Uint8Array.from(generate(packet, { protocolVersion }));
const connect = (protocolVersion: 4 | 5 = 4) =>
  encode({ cmd: 'connect', clientId: 'me', protocolVersion, clean: true, keepalive: 30 }, protocolVersion);
const publish = (fields: object = {}, version: 4 | 5 = 4) =>
  encode(
    { cmd: 'publish', topic: 'a/b', qos: 0, dup: false, retain: false, payload: 'hi', ...fields } as Packet,
    version,
  );

describe('MQTT 3.1.1', () => {
  it.each([
    [
      { cmd: 'connect', clientId: 'me', clean: true, keepalive: 30, username: 'u', password: 'secret' },
      'CONNECT',
      'CONNECT "me", MQTT 3.1.1',
      { version: '3.1.1', clientId: 'me', clean: true, keepalive: 30, username: 'u', hasPassword: true },
    ],
    [
      { cmd: 'connack', returnCode: 0, sessionPresent: true },
      'CONNACK',
      'CONNACK accepted',
      { code: 0, sessionPresent: true },
    ],
    [
      { cmd: 'connack', returnCode: 5, sessionPresent: false },
      'CONNACK',
      'CONNACK refused with 5',
      { code: 5, sessionPresent: false },
    ],
    [
      { cmd: 'publish', topic: 'a/b', qos: 0, retain: true, dup: false, payload: 'größer' },
      'PUBLISH',
      'PUBLISH "a/b" qos 0 retain, 8 bytes: größer',
      { topic: 'a/b', qos: 0, retain: true, dup: false, length: 8, payload: 'größer' },
    ],
    [
      {
        cmd: 'publish',
        topic: 'a',
        qos: 1,
        retain: false,
        dup: true,
        messageId: 7,
        payload: Buffer.from([255, 0]),
      },
      'PUBLISH',
      'PUBLISH "a" qos 1 dup id 7, 2 bytes',
      { topic: 'a', qos: 1, retain: false, dup: true, id: 7, length: 2, payloadBase64: '/wA=' },
    ],
    [{ cmd: 'puback', messageId: 7 }, 'PUBACK', 'PUBACK id 7', { id: 7 }],
    [
      {
        cmd: 'subscribe',
        messageId: 8,
        subscriptions: [
          { topic: 'a/#', qos: 2 },
          { topic: 'b', qos: 0 },
        ],
      },
      'SUBSCRIBE',
      'SUBSCRIBE "a/#" qos 2, "b" qos 0 id 8',
      {
        id: 8,
        subscriptions: [
          { topic: 'a/#', qos: 2 },
          { topic: 'b', qos: 0 },
        ],
      },
    ],
    [
      { cmd: 'suback', messageId: 8, granted: [2, 128] },
      'SUBACK',
      'SUBACK granted 2, 128 id 8',
      { id: 8, granted: [2, 128] },
    ],
    [
      { cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a'] },
      'UNSUBSCRIBE',
      'UNSUBSCRIBE "a" id 9',
      { id: 9, topics: ['a'] },
    ],
    [{ cmd: 'unsuback', messageId: 9 }, 'UNSUBACK', 'UNSUBACK id 9', { id: 9 }],
    [{ cmd: 'pingreq' }, 'PINGREQ', 'PINGREQ', {}],
    [{ cmd: 'pingresp' }, 'PINGRESP', 'PINGRESP', {}],
    [{ cmd: 'disconnect' }, 'DISCONNECT', 'DISCONNECT', {}],
  ])('%j', (packet, type, summary, value) => {
    expect(talk().client(encode(packet as Packet))).toEqual({
      protocol: 'mqtt',
      type,
      summary,
      value,
      answers: undefined,
    });
  });

  it('tells the will', () => {
    const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: false };
    const decoded = talk().client(encode({ cmd: 'connect', clientId: '', clean: true, will } as Packet));
    expect(decoded?.value).toMatchObject({ will: { topic: 'w', qos: 1, length: 4, payload: 'gone' } });
  });

  it('pairs what is answered, by the side that asked', () => {
    const mqtt = talk();
    const said = [
      mqtt.client(connect()),
      mqtt.server(encode({ cmd: 'connack', returnCode: 0, sessionPresent: false })),
      mqtt.client(publish({ qos: 1, messageId: 1 })),
      mqtt.server(publish({ qos: 1, messageId: 1 })),
      mqtt.client(encode({ cmd: 'puback', messageId: 1 })),
      mqtt.server(encode({ cmd: 'puback', messageId: 1 })),
      mqtt.client(publish({ qos: 2, messageId: 2 })),
      mqtt.server(encode({ cmd: 'pubrec', messageId: 2 })),
      mqtt.client(encode({ cmd: 'pubrel', messageId: 2 })),
      mqtt.server(encode({ cmd: 'pubcomp', messageId: 2 })),
      mqtt.client(
        encode({ cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: 'a', qos: 0 }] } as Packet),
      ),
      mqtt.server(encode({ cmd: 'suback', messageId: 3, granted: [0] })),
      mqtt.client(encode({ cmd: 'pingreq' })),
      mqtt.server(encode({ cmd: 'pingresp' })),
      mqtt.server(encode({ cmd: 'pingresp' })),
    ];
    expect(said.map((decoded) => decoded?.answers?.message)).toEqual([
      ...[
        undefined,
        1,
        undefined,
        undefined,
        4,
        3,
        undefined,
        7,
        undefined,
        7,
        undefined,
        11,
        undefined,
        13,
        undefined,
      ],
    ]);
    expect(said[9]?.answers).toEqual({ message: 7, latency: 3 });
  });

  it('tells several packets of a message', () => {
    const mqtt = talk();
    const both = mqtt.client(joined([connect(), publish({ qos: 1, messageId: 4 }), octets(0xc0)]));
    expect(both).toMatchObject({
      type: 'several',
      summary: 'CONNECT "me", MQTT 3.1.1; PUBLISH "a/b" qos 1 id 4, 2 bytes: hi',
      value: null,
    });
    expect(told(mqtt.client(octets(0)))).toBe('mqtt PINGREQ');
    const many = mqtt.client(Buffer.alloc(2400, octets(0xc0, 0)));
    expect([many!.parts!.length, many!.parts![1000]]).toMatchObject([1001, { value: { count: 200 } }]);
  });

  it('comes to the same however a stream is cut', () => {
    const stream = joined([connect(), publish({ payload: 'x'.repeat(200) }), octets(0xc0, 0), publish()]);
    const types = (pieces: Uint8Array[]) =>
      talk()
        .all('client', pieces)
        .flatMap((decoded) => decoded?.parts ?? decoded ?? [])
        .filter(({ type }) => type !== 'part')
        .map(({ summary }) => summary);
    const whole = types([stream]);
    expect(whole.length).toBe(4);
    for (const pieces of splits(stream)) expect(types(pieces)).toEqual(whole);
  });

  it('says how much of a packet there is', () => {
    const mqtt = talk();
    const [bytes] = [publish({ payload: 'x'.repeat(20) })];
    expect(told(mqtt.client(bytes.subarray(0, 1)))).toBe('mqtt part of PUBLISH, 1 byte so far');
    expect(mqtt.client(bytes.subarray(1, 10))).toMatchObject({
      type: 'part',
      summary: 'part of PUBLISH, 10 of 27 bytes so far',
      value: { of: 'PUBLISH', length: 27, have: 10 },
    });
    expect(told(mqtt.client(bytes.subarray(10)))).toMatch(/^mqtt PUBLISH "a\/b" qos 0, 20 bytes/);
  });
});

describe('MQTT 5', () => {
  it('has properties and reason codes', () => {
    const mqtt = talk();
    mqtt.client(connect(5));
    const properties = {
      correlationData: Buffer.from([1, 255]),
      responseTopic: 'r',
      userProperties: { a: ['1', '2'], b: '3' },
    };
    expect(mqtt.client(publish({ properties }, 5))?.value).toMatchObject({
      properties: {
        correlationData: { base64: 'Af8=' },
        responseTopic: 'r',
        userProperties: { a: ['1', '2'], b: '3' },
      },
    });
    const refused = encode({ cmd: 'connack', reasonCode: 135, sessionPresent: false }, 5);
    expect(told(mqtt.server(refused))).toBe('mqtt CONNACK refused with 135 ← 1');
    mqtt.client(publish({ qos: 2, messageId: 1 }, 5));
    const pubrec = encode({ cmd: 'pubrec', messageId: 1, reasonCode: 151 }, 5);
    expect(told(mqtt.server(pubrec))).toBe('mqtt PUBREC reason 151 id 1 ← 4');
    expect(told(mqtt.server(encode({ cmd: 'pubcomp', messageId: 1 }, 5)))).toBe('mqtt PUBCOMP id 1');
    const farewell = encode({ cmd: 'disconnect', reasonCode: 4 }, 5);
    expect(mqtt.client(farewell)).toMatchObject({ type: 'DISCONNECT', value: { code: 4 } });
  });

  it('tells the topic that an alias stands for', () => {
    const mqtt = talk();
    mqtt.client(connect(5));
    const alias = (topic: string) => publish({ topic, properties: { topicAlias: 3 } }, 5);
    expect(mqtt.client(alias('long/topic'))?.value).toMatchObject({ topic: 'long/topic' });
    expect(mqtt.client(alias(''))?.value).toMatchObject({
      topic: 'long/topic',
      properties: { topicAlias: 3 },
    });
    expect(mqtt.server(alias(''))?.value).toMatchObject({ topic: '' });
  });

  it('is found without CONNECT where a packet is none of 3.1.1', () => {
    const mqtt = new Conversation({ midstream: true });
    expect(told(mqtt.server(publish()))).toMatch(/^mqtt PUBLISH/);
    const unsuback = encode({ cmd: 'unsuback', messageId: 1, granted: [0] } as Packet, 5);
    expect(told(mqtt.server(unsuback))).toBe('mqtt UNSUBACK granted 0 id 1');
    expect(mqtt.client(publish({ properties: { responseTopic: 'r' } }, 5))?.value).toMatchObject({
      properties: { responseTopic: 'r' },
    });
  });
});

describe('faults', () => {
  it.each([
    ['a bad first packet', [octets(0x00, 0x00)], ['-']],
    ['flags that are not allowed', [octets(0xc1, 0x00)], ['-']],
    ['qos 3', [octets(0x36, 0x00)], ['-']],
    ['a length of five octets', [octets(0x30, 0xff, 0xff, 0xff, 0xff, 1)], ['-']],
    ['a packet without its code', [octets(0x20, 0x00)], ['mqtt malformed CONNACK: it is too short']],
    ['a packet without its identifier', [octets(0x40, 1, 0)], ['mqtt malformed PUBACK: it is too short']],
    ['a topic that is cut', [octets(0x30, 2, 0, 9)], ['mqtt malformed PUBLISH: Cannot parse topic']],
    ['no packet behind one', [octets(0xc0, 0, 0, 0)], ['mqtt PINGREQ; malformed: no packet begins so']],
    ['another protocol', [octets(0x10, 4, 0, 2, 65, 65)], ['mqtt malformed CONNECT: Invalid protocolId']],
  ])('%s', (_name, contents, expected) => {
    const said = talk().all('client', contents).map(told);
    expect(said.map((text, i) => text.slice(0, expected[i].length))).toEqual(expected);
  });

  it('takes packets up again at a message that holds whole ones', () => {
    const mqtt = talk();
    mqtt.client(connect());
    mqtt.client(publish().subarray(0, 4));
    expect(
      mqtt.client(octets(1, 2), { unknownRanges: [{ offset: 0, length: 1 }], complete: false }),
    ).toBeUndefined();
    expect(mqtt.client(octets(0x30, 9, 0))).toBeUndefined();
    expect(told(mqtt.client(publish()))).toMatch(/^mqtt PUBLISH/);
  });

  it('passes over what is too long, exactly', () => {
    const mqtt = talk();
    const long = publish({ payload: Buffer.alloc(1_500_000) });
    const pieces = [long.subarray(0, 500_000), long.subarray(500_000, 1_000_000)];
    const said = [...mqtt.all('client', pieces), mqtt.client(joined([long.subarray(1_000_000), publish()]))];
    expect(said.map(told)).toEqual([
      'mqtt part of PUBLISH, 499996 of 1500005 bytes so far',
      'mqtt part of PUBLISH, 999996 of 1500005 bytes so far',
      'mqtt PUBLISH "a/b" qos 0, 2 bytes: hi',
    ]);
  });
});

describe('without a handshake', () => {
  it.each([
    ['CONNECT', connect()],
    ['CONNECT of 3.1', octets(0x10, 15, 0, 6, ...Buffer.from('MQIsdp'), 3, 2, 0, 9, 0, 1, 65)],
    ['CONNACK', octets(0x20, 2, 0, 0)],
    ['PUBLISH', publish()],
  ])('%s is recognised', (_name, bytes) => {
    expect(new Conversation({ midstream: true }).client(bytes)?.protocol).toBe('mqtt');
  });

  it.each([
    ['PINGREQ', octets(0xc0, 0)],
    ['part of a PUBLISH', publish().subarray(0, 5)],
    ['a topic with control characters', octets(0x30, 4, 0, 2, 1, 2)],
    ['a topic with a wildcard', octets(0x30, 4, 0, 2, 0x61, 0x23)],
    ['zeros', new Uint8Array(64)],
  ])('%s is not', (_name, bytes) => {
    expect(new Conversation({ midstream: true }).client(bytes)).toBeUndefined();
  });

  it('is no text', () => {
    expect(new Conversation({ midstream: true }).client('0\u0005\0\u0003abc')).toBeUndefined();
  });
});

it('never throws', () => {
  const valid = fc.constantFrom(
    connect(),
    connect(5),
    publish(),
    publish({ qos: 1, messageId: 1 }),
    octets(0xc0, 0),
  );
  const mutated = fc.tuple(valid, fc.nat(), fc.nat(255)).map(([bytes, at, octet]) => {
    const copy = bytes.slice();
    copy[at % copy.length] = octet;
    return copy;
  });
  const any = fc
    .tuple(fc.nat(255), fc.uint8Array({ maxLength: 40 }))
    .map(([first, rest]) => octets(first, rest.length, ...rest));
  fc.assert(
    fc.property(fc.array(fc.oneof(valid, mutated, any, fc.uint8Array()), { maxLength: 10 }), (contents) => {
      const mqtt = talk();
      for (const decoded of mqtt.all('client', contents)) JSON.stringify(decoded);
      for (const decoded of mqtt.all('server', contents)) JSON.stringify(decoded);
      expect(mqtt.defects).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
