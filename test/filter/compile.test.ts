import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilter, FilterError, type RecordKind, type Records } from '../../src/filter/index.js';
import type { Finding } from '../../src/rules/finding.js';
import { rules } from '../../src/rules/index.js';
import { decodeClose } from '../../src/websocket/close.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import {
  context,
  deflateSession,
  makeFrame,
  makeMessage,
  makeSummary,
  ruleOf,
  session,
} from '../output/samples.js';
import { utf8 } from '../support/splits.js';

const nothing = { start: context().start, findings: () => [] };

function holds<K extends RecordKind>(filter: string, kind: K, record: Records[K]): boolean {
  return compileFilter(filter, kind).matches(record, nothing);
}

function errorOf(filter: string, kind: RecordKind = 'frame'): string {
  try {
    compileFilter(filter, kind, { rules });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return `${error.column}+${error.length} ${error.message}`;
  }
  return 'none';
}

/** The masked text frame "Hello" of RFC 6455 §5.7 in packet 6, 1.000203 s behind the first packet. */
const hello = makeFrame();

describe('of the frame of RFC 6455 §5.7', () => {
  test.each([
    ['websocket', true],
    ['frame.number == 6', true],
    ['frame.number==6', true],
    ['frame.number eq 6', true],
    ['frame.number == 0x6', true],
    ['frame.number == 06', true],
    ['frame.number == 006', true],
    ['frame.number == 0b110', true],
    ['frame.number in {05..07}', true],
    ['frame.number < 010', true],
    ['frame.number < 07', true],
    ['websocket.payload_length == 010', false],
    ['websocket.fin == 01', true],
    ['frame.time_relative < 01.5', true],
    ['frame.time_epoch > 01700000001', true],
    ['frame.time_relative < 09', true],
    ['frame.number != 6', false],
    ['frame.number ne 7', true],
    ['frame.number in {1, 4..6}', true],
    ['frame.number in {1 4..5 7}', false],
    ['not frame.number in {7}', true],
    ['frame.time_relative > 1.0002', true],
    ['frame.time_relative gt 1.00021', false],
    ['frame.time_epoch >= 1700000001.000203', true],
    ['frame.time == "2023-11-14 22:13:21.000203Z"', true],
    ['frame.time < "2023-11-14T22:13:21.0002Z"', false],
    ['websocket.opcode == 1', true],
    ['websocket.opcode == Text', true],
    ['websocket.opcode == "text"', true],
    ['websocket.opcode == binary', false],
    ['websocket.opcode & 1', true],
    ['websocket.opcode & 0xe', false],
    ['websocket.opcode & 0xe == 0', true],
    ['websocket.opcode & 1 == 1', true],
    ['websocket.opcode & 0xff == 1', true],
    ['websocket.opcode & -1 == 1', true],
    ['websocket.opcode & 16', false],
    ['ws.confidence > 0.5', true],
    ['websocket.opcode & 1 > 1', false],
    ['websocket.opcode & 3 & 1', true],
    ['websocket.opcode & 3 & 2 != 0', false],
    ['any tcp.port & 16 == 16', true],
    ['all tcp.port & 0xfff0 == 0', false],
    ['not websocket.opcode & 1 == 1', false],
    ['ws.message.length & 0x100000000 == 0', true],
    ['tcp && ip && http && websocket', true],
    ['ipv6 or tls or http2', false],
    ['websocket.masked_payload', true],
    ['websocket.fragments or websocket.fragment.count or websocket.reassembled.length', false],
    ['websocket.payload.close', false],
    ['ws.gap', false],
    ['http.request.method != http', true],
    ['websocket.fin == 1', true],
    ['websocket.fin == TRUE', true],
    ['websocket.fin == 2', true],
    ['websocket.opcode == 15', false],
    ['tcp.port == 65535', false],
    ['websocket.payload.close.status_code == 65535', false],
    ['upper(ws.sender) == CLIENT', true],
    ['ws.sender contains "lien"', true],
    ['websocket.fin == false', false],
    ['websocket.fin', true],
    ['websocket.rsv == 0', true],
    ['websocket.mask == 1', true],
    ['websocket.masking_key == 37:fa:21:3d', true],
    ['websocket.masking_key == 37fa213d', true],
    ['websocket.masking_key[0:2] == 37-fa', true],
    ['websocket.masking_key[3] == 3d', true],
    ['websocket.masking_key[-1:] == 3d', true],
    ['websocket.masking_key[1-2] == fa:21', true],
    ['websocket.masking_key[0,3] == 37:3d', true],
    ['websocket.masking_key[4]', false],
    ['websocket.masking_key[0] > 9', true],
    ['websocket.masking_key > 7f', true],
    ['websocket.masking_key < 00:00:00:00:00', true],
    ['websocket.payload.text > "I"', false],
    ['websocket.payload.text[0:2] > "I"', true],
    ['websocket.masking_key[0:2] == 37f', false],
    ['websocket.masking_key == 37:fa:21:3', false],
    ['websocket.masking_key == 0x37fa213d', true],
    ["websocket.masking_key[0] == '7'", true],
    ["websocket.masking_key[1] == '\\xfa'", true],
    ["websocket.masking_key contains '!'", true],
    ["websocket.payload[0:1] == 'H'", true],
    ["websocket.payload[0:1] == 'h'", false],
    ["websocket.payload[0] in {'A'..'Z'}", true],
    ["websocket.payload.text[0] == 'H'", true],
    ["websocket.payload.text contains 'o'", true],
    ["websocket.payload.text contains '\\xff'", false],
    ["websocket.payload.text == 'H'", false],
    ["websocket.payload_length == '\\x05'", true],
    ["tcp.port == '\\''", false],
    ['websocket.payload_length == 5', true],
    ['websocket.payload_length_ext_16', false],
    ['websocket.payload == "Hello"', true],
    ['websocket.payload contains 65:6c', true],
    ['websocket.payload contains 65:6d', false],
    ['websocket.payload matches "h.l+o$"', true],
    ['websocket.payload.text == "Hello"', true],
    ['websocket.payload.text == Hello', true],
    ['websocket.payload.text > "Hallo"', true],
    ['websocket.payload.text contains "ell"', true],
    ['websocket.payload.text matches "^hello$"', true],
    ['websocket.payload.text ~ "(?-i)^hello$"', false],
    ['websocket.payload.text matches r"\\w{5}"', true],
    ['websocket.payload.text matches "\\w{5}"', true],
    ['websocket.payload.text matches "\\\\w{6}"', false],
    ['websocket.payload.text == "\\x48ello"', true],
    ['websocket.payload.text[1:3] == "ell"', true],
    ['len(websocket.payload) == 5', true],
    ['lower(websocket.payload.text) == "hello"', true],
    ['upper(websocket.payload.text) contains "ELL"', true],
    ['websocket.payload.ping', false],
    ['websocket.payload.continue', false],
    ['websocket.payload.close.status_code', false],
    ['count(ip.addr) == 2', true],
    ['ws.sender == client', true],
    ['ws.sender == "server"', false],
    ['ws.session == 1', true],
    ['ws.frame == 1', true],
    ['ws.length < 6', true],
    ['ws.compressed == 0', true],
    ['ws.complete == true', true],
    ['ws.confidence == 1', true],
    ['ws.finding', false],
    ['ws.json', false],
    ['tcp.srcport == tcp.dstport', false],
    ['tcp.srcport != tcp.dstport', true],
    ['websocket.opcode == 1 && ws.sender == client', true],
    ['websocket.opcode == 2 or ws.sender == client and websocket.fin == 0', false],
    ['(websocket.opcode == 1 or ws.sender == server) and websocket.fin == 1', true],
    ['websocket.opcode == 1 xor ws.sender == client', false],
    ['websocket.opcode == 2 ^^ ws.sender == client', true],
    ['!(websocket.opcode == 1)', false],
    ['not not websocket.opcode == 1', true],
    ['NOT websocket.opcode == 1 OR websocket.fin == 1', true],
    ['! websocket.fin == 1 && websocket.mask == 0', false],
  ])('%s: %s', (filter, expected) => {
    expect(holds(filter, 'frame', hello)).toBe(expected);
  });

  test('addresses and ports are those of the sender and the receiver', () => {
    const own = { ...session, client: '10.1.2.3:50000', server: '[2001:db8::1]:443' };
    const of = (sender: 'client' | 'server') => makeFrame({ session: own, sender });
    const table: [string, 'client' | 'server', boolean][] = [
      ['ip.src == 10.1.2.3', 'client', true],
      ['ip.src == 10.1.2.3', 'server', false],
      ['ip.dst == 10.1.2.3', 'server', true],
      ['ip.addr == 10.0.0.0/8', 'server', true],
      ['ip.addr == 10.1.2.2/31', 'server', true],
      ['ip.addr == 10.1.2.0/31', 'server', false],
      ['ip.addr == 0.0.0.0/0', 'client', true],
      ['ip.addr != 10.1.2.3', 'client', false],
      ['ip.addr != 10.1.2.4', 'client', true],
      ['ip.addr > 10.1.2.2', 'client', true],
      ['ipv6.addr == 2001:db8::/32', 'client', true],
      ['ipv6.src', 'client', false],
      ['ipv6.src == 2001:db8:0:0::1', 'server', true],
      ['tcp.port == 443', 'client', true],
      ['tcp.port != 443', 'client', false],
      ['tcp.port !== 443', 'client', true],
      ['tcp.port === 443', 'client', false],
      ['tcp.port in {80, 443}', 'client', true],
      ['any tcp.port == 443', 'client', true],
      ['all tcp.port == 443', 'client', false],
      ['all tcp.port > 442', 'client', true],
      ['all tcp.port > 443', 'client', false],
      ['any tcp.port != 443', 'client', true],
      ['all tcp.port != 443', 'client', false],
      ['all tcp.port != 444', 'client', true],
      ['any tcp.port in {443}', 'client', true],
      ['all tcp.port in {443}', 'client', false],
      ['all tcp.port in {443, 50000}', 'client', true],
      ['not all tcp.port in {443}', 'client', true],
      ['all tcp.port >= tcp.srcport', 'client', false],
      ['all tcp.port >= tcp.srcport', 'server', true],
      ['any tcp.port != tcp.srcport', 'server', true],
      ['all websocket.payload.ping == 01', 'server', false],
      ['max(tcp.port) == 50000', 'client', true],
      ['min(tcp.port) == 443', 'client', true],
      ['max(tcp.port) == 443', 'client', false],
      ['max(tcp.srcport, tcp.dstport) == 50000', 'client', true],
      ['min(tcp.srcport,tcp.dstport) == 443', 'client', true],
      ['max(websocket.payload_length_ext_16, websocket.opcode) == 1', 'client', true],
      ['max(websocket.payload_length_ext_16, websocket.payload_length_ext_64)', 'client', false],
      ['min(max(tcp.port), len(websocket.payload)) < 10', 'client', true],
      ['min(tcp.port) == 50000', 'client', false],
      ['max(websocket.payload.ping)', 'client', false],
      ['string(tcp.port) matches "^50"', 'client', true],
      ['string(tcp.srcport) == "443"', 'client', false],
      ['string(ip.src) == "10.1.2.3"', 'client', true],
      ['string(ipv6.dst) contains "db8::1"', 'client', true],
      ['tcp.srcport == 443', 'client', false],
      ['tcp.srcport == 443', 'server', true],
      ['tcp.dstport >= 50000', 'server', true],
    ];
    for (const [filter, sender, expected] of table)
      expect([filter, sender, holds(filter, 'frame', of(sender))]).toEqual([filter, sender, expected]);
  });

  test('lengths in longer forms', () => {
    expect(holds('websocket.payload_length == 126', 'frame', makeFrame({ length: 300 }))).toBe(true);
    expect(holds('websocket.payload_length_ext_16 == 300', 'frame', makeFrame({ length: 300 }))).toBe(true);
    expect(holds('websocket.payload_length_ext_64 == 70000', 'frame', makeFrame({ length: 70_000 }))).toBe(
      true,
    );
  });

  test('octets of one digit', () => {
    const frame = makeFrame({ payload: Buffer.of(1, 2, 0x30, 0) });
    for (const filter of ['[1] == 2', ' == 1:2:30:0', ' == 01.02.30.0', '[2:2] == 300', '[0:2] == 01:2'])
      expect([filter, holds(`websocket.payload${filter}`, 'frame', frame)]).toEqual([filter, true]);
  });

  test('RSV bits', () => {
    const frame = makeFrame({ rsv1: true, rsv3: true });
    expect(holds('websocket.rsv == 5 && ws.rsv1 == 1 && ws.rsv2 == 0', 'frame', frame)).toBe(true);
  });

  test('RSV1 tells of compression where that was agreed on, or no handshake was captured', () => {
    const midstream = { ...session, handshake: undefined };
    for (const [of, rsv1, present] of [
      [session, true, false],
      [deflateSession, true, true],
      [deflateSession, false, true],
      [midstream, true, true],
    ] as const) {
      const frame = makeFrame({ session: of, rsv1 });
      expect(holds('websocket.pmc', 'frame', frame)).toBe(present);
      expect(holds('websocket.pmc == 1', 'frame', frame)).toBe(present && rsv1);
      const message = makeMessage({ session: of, compressed: present && rsv1 });
      expect(holds('websocket.pmc', 'message', message)).toBe(present);
      expect(holds('websocket.pmc == 1', 'message', message)).toBe(present && rsv1);
    }
  });
});

test('functions in each other are not too many', () => {
  expect(errorOf(`${'len('.repeat(100_000)}tcp.port`)).toBe(
    '796+1 there are too many brackets in each other',
  );
});

describe('what Wireshark has of fragments, Closes and masks', () => {
  const whole = makeMessage({ opcode: 2, frames: [3, 4, 6], wireLength: 1200 });
  const last = makeFrame({ number: 6, opcode: 0, messageOpcode: 2 });
  const ofLast = (filter: string) =>
    compileFilter(filter, 'frame').matches(last, {
      ...nothing,
      message: ({ number }) => (number === 6 ? whole : undefined),
    });

  test('of the frame that ends a message, and of the message', () => {
    for (const filter of [
      'websocket.fragments',
      'websocket.fragment.count == 3',
      'websocket.reassembled.length == 1200',
    ]) {
      expect([filter, ofLast(filter), holds(filter, 'message', whole)]).toEqual([filter, true, true]);
      expect([filter, holds(filter, 'message', makeMessage())]).toEqual([filter, false]);
      expect(compileFilter(filter, 'frame').messages).toBe(true);
    }
  });

  test('how long a message is, of the frame that ends it, also where that is all of it', () => {
    const long = makeMessage({ opcode: 2, frames: [3, 4, 6], length: 4000, wireLength: 1200 });
    const known = { ...nothing, message: ({ number }: Frame) => (number === 6 ? long : undefined) };
    const of = (filter: string, frame: Frame) => compileFilter(filter, 'frame').matches(frame, known);
    const alone = makeFrame({ number: 9, opcode: 1, messageOpcode: 1, length: 5 });
    for (const [filter, frame] of [
      ['ws.message.length == 4000', last],
      ['ws.message.frames == 3', last],
      ['ws.message.wire_length == 1200', last],
      ['ws.message.length == 5', alone],
      ['ws.message.frames == 1', alone],
      ['ws.message.wire_length == 5', alone],
      ['ws.message.length == 4000', makeFrame({ ...last, opcode: 1, compressed: true })],
    ] as const)
      expect([filter, of(filter, frame), holds(filter, 'message', long)]).toEqual([
        filter,
        true,
        frame !== alone,
      ]);
    for (const frame of [
      { ...alone, fin: false },
      { ...last, number: 7 },
      { ...alone, compressed: true },
    ])
      expect(of('ws.message.length', makeFrame(frame))).toBe(false);
  });

  test('the body of a Close, of one octet, too', () => {
    const close = (payload: Uint8Array) => makeFrame({ opcode: 8, payload });
    expect(holds('websocket.payload.close == 03', 'frame', close(Buffer.of(3)))).toBe(true);
    expect(holds('websocket.payload.close[0:2] == 03:e8', 'frame', close(Buffer.of(3, 232)))).toBe(true);
    expect(holds('websocket.payload.close', 'frame', close(Buffer.of()))).toBe(false);
  });

  test('a payload that is masked', () => {
    for (const frame of [makeFrame({ masked: false }), makeFrame({ payload: '' })])
      expect(holds('websocket.masked_payload', 'frame', frame)).toBe(false);
  });

  test('what carries it', () => {
    const of = (overrides: Partial<typeof session>) => makeFrame({ session: { ...session, ...overrides } });
    const v6 = of({ client: '[::1]:4000', server: '[::1]:9001' });
    expect(holds('ipv6 && !ip', 'frame', v6)).toBe(true);
    expect(holds('http', 'frame', of({ handshake: undefined }))).toBe(false);
    const h2 = of({ carrier: { ...session.carrier, http: 'h2' } });
    expect(holds('http2 && !http && tcp', 'frame', h2)).toBe(true);
  });
});

describe('JSON', () => {
  const content =
    '{"a":{"b":[{"c":1,"d":"x"},{"c":7}]},"n":null,"t":true,"s":"Ünï","e":"5","":3,"o":10,"j":"{\\"k\\":[{\\"l\\":4}]}"}';
  test.each([
    ['ws.json', true],
    ['ws.json.a', true],
    ['ws.json.z', false],
    ['ws.json.a.b.c == 7', true],
    ['ws.json.a.b[0].c == 7', false],
    // A text that is JSON itself.
    ['ws.json.j.k.l == 4', true],
    ['ws.json.j.k[0].l == 4', true],
    ['ws.json.j contains "k"', true],
    ['ws.json.j.l', false],
    ['ws.json.s.k', false],
    ['ws.json.a.b[1].c == 7', true],
    ['ws.json.a.b[2].c', false],
    ['ws.json.a.b.c > 6', true],
    ['ws.json.a.b.c != 1', false],
    ['ws.json.a.b.d == "x"', true],
    ['ws.json.a.b.d == x', true],
    ['ws.json.n == null', true],
    ['ws.json.n', true],
    ['ws.json.t == true', true],
    ['ws.json.t == "true"', false],
    ['ws.json.s contains "nï"', true],
    ['ws.json.s matches "^ü"', true],
    ['ws.json.e == 5', false],
    ['string(ws.json.o) == "10"', true],
    ['string(ws.json.t) == "true"', true],
    ['string(ws.json.a)', false],
    ['ws.json.o == 012', true],
    ['ws.json.o == 12', false],
    ['ws.json.o == "012"', false],
    ['ws.json.e == 05', false],
    ['ws.json.e == "5"', true],
    ['ws.json.a == 1', false],
    ['ws.json.__proto__', false],
    ['len(ws.json.s) == 5', true],
    ['count(ws.json.a.b.c) == 2', true],
  ])('%s: %s', (filter, expected) => {
    expect(holds(filter, 'message', makeMessage({ content }))).toBe(expected);
    expect(holds(filter, 'frame', makeFrame({ payload: content }))).toBe(expected);
  });

  test.each([
    ['no JSON', makeMessage({ content: '{"a":' })],
    ['a number in a binary message', makeMessage({ content: '1', opcode: 2 })],
    ['incomplete', makeMessage({ content, unknownRanges: [{ offset: 1, length: 2 }] })],
    ['nested without end', makeMessage({ content: '['.repeat(200_000) })],
    ['no UTF-8', makeMessage({ content: Buffer.of(0x22, 0xff, 0x22) })],
  ])('%s has no values', (_, message) => {
    expect(holds('ws.json', 'message', message)).toBe(false);
  });
});

describe('other records', () => {
  const finding: Finding = {
    rule: ruleOf('unmasked-client-frame'),
    severity: 'error',
    breaker: 'client',
    session,
    frame: 1,
    packet: 6,
    timestamp: hello.timestamp,
    streamOffset: 0,
    message: 'It is not masked.',
  };

  test.each([
    ['ws.finding == unmasked-client-frame', true],
    ['ws.finding.severity == note', false],
    ['ws.sender == client && frame.number == 6 && ws.frame == 1', true],
    ['ip.src == 127.0.0.1 || ip.src == 192.0.2.1 || tcp.stream == 0', true],
  ])('finding: %s: %s', (filter, expected) => {
    expect(holds(filter, 'finding', finding)).toBe(expected);
  });

  test('messages', () => {
    const message = makeMessage({
      frames: [3, 5],
      opcode: 8,
      content: Buffer.of(3, 232),
      close: { code: 1000, reason: 'bye' },
    });
    const filter = 'ws.frame == 5 && ws.message.frames == 2 && websocket.payload.close.status_code == 1000';
    expect(holds(`${filter} && websocket.payload.close.reason == bye`, 'message', message)).toBe(true);
  });

  test('a Close without a reason has none', () => {
    const table: [string, Buffer, boolean, boolean][] = [
      ['nothing', Buffer.of(), false, false],
      ['a code', Buffer.of(3, 232), true, false],
      ['both', Buffer.of(3, 232, 0x62), true, true],
    ];
    const of = <K extends RecordKind>(kind: K, record: Records[K]) =>
      ['status_code', 'reason'].map((part) => holds(`websocket.payload.close.${part}`, kind, record));
    for (const [name, payload, ...expected] of table) {
      const close = decodeClose(payload);
      const sent = {
        body: close,
        packet: 6,
        timestamp: hello.timestamp,
        acknowledges: undefined,
        sequenceEnd: undefined,
      };
      expect([name, of('frame', makeFrame({ opcode: 8, payload }))]).toEqual([name, expected]);
      expect([name, of('message', makeMessage({ opcode: 8, content: payload, close }))]).toEqual([
        name,
        expected,
      ]);
      const summary = makeSummary({ close: { client: undefined, server: sent } });
      expect([name, of('session', summary)]).toEqual([name, expected]);
    }
  });

  test('findings of frames, messages and sessions are asked for', () => {
    const filter = compileFilter('ws.finding contains "unmasked"', 'frame');
    expect([filter.findings, filter.payload]).toEqual([true, false]);
    expect(filter.matches(hello, { ...nothing, findings: () => [finding] })).toBe(true);
    expect(filter.matches(hello, nothing)).toBe(false);
    expect(compileFilter('websocket.payload.text', 'frame').payload).toBe(true);
    expect(compileFilter('websocket.opcode == 1', 'frame').payload).toBe(false);
  });
});

test.each([
  ['websocket.opcod == 1', 'websocket.opcode'],
  ['websocket.opcode == pnig', 'ping'],
  ['ws.sender == "clientt"', 'client'],
  ['ws.finding == umasked-client-frame', 'unmasked-client-frame'],
  ['frame.len > 1', 'ws.length'],
  ['lenn(websocket.payload) > 1', 'len'],
])('what was meant by %s can be put in its place', (filter, suggestion) => {
  let error: unknown;
  try {
    compileFilter(filter, 'frame', { rules });
  } catch (one) {
    error = one;
  }
  expect(error).toBeInstanceOf(FilterError);
  const { column, length, message, suggestion: told } = error as FilterError;
  expect([told, message.endsWith(`; did you mean ${suggestion}?`)]).toEqual([suggestion, true]);
  const mended = filter.slice(0, column) + told + filter.slice(column + length);
  expect(errorOf(mended)).toBe('none');
});

describe('what is wrong is told with its place', () => {
  test.each([
    ['', '0+1 the filter is empty'],
    ['  ', '0+1 the filter is empty'],
    ['websocket.opcod == 1', '0+15 there is no field "websocket.opcod"; did you mean websocket.opcode?'],
    [
      'frame.len > 100',
      '0+9 there is no field "frame.len": of packets only numbers and times are known; did you mean ws.length?',
    ],
    [
      'frame.time_delta_displayed > 1',
      '0+26 there is no field "frame.time_delta_displayed": packets are not listed here; did you mean ws.gap?',
    ],
    ['qqqqqqqqqqqqq', '0+13 there is no field "qqqqqqqqqqqqq" (wsdissect fields lists them)'],
    ['websocket.opcode = 1', '17+1 to compare is written =='],
    ['websocket.opcode == ', '20+1 expected a value, found the end'],
    ['websocket.opcode == hi', '20+2 expected a number, or continuation, text, binary, close, ping, pong'],
    ['websocket.opcode 1', '17+1 expected and, or, or the end, found "1"'],
    ['websocket.opcode not 1', '21+1 expected in, found "1"'],
    ['websocket.opcode == 1 and', '25+1 expected a field, found the end'],
    ['(websocket.opcode == 1', '0+1 this bracket is never closed'],
    ['websocket.opcode == 1)', '21+1 this bracket was never opened'],
    ['websocket.payload.text == "abc', '26+1 this string has no end: close it with "'],
    ["websocket.payload.text == 'abc'", '26+1 strings are written with "'],
    ['websocket.payload[1', '17+1 this slice has no end: close it with ]'],
    ['websocket.payload[a] == 1', '17+3 a slice looks like [2], [0:4], [1-3], [:4] or [4:]'],
    ['websocket.opcode[0] == 1', '0+16 websocket.opcode is no text and no octets: it has no slices'],
    ['websocket.masking_key == 3g', '25+2 expected octets such as 37:fa:21:3d, or a string'],
    ['websocket.masking_key == 0x3', '25+3 expected octets such as 37:fa:21:3d, or a string'],
    ['websocket.masking_key == 3:', '25+2 expected octets such as 37:fa:21:3d, or a string'],
    ["websocket.payload == ''", '21+1 strings are written with "'],
    ["websocket.payload == 'é'", '21+1 strings are written with "'],
    ["ip.addr == 'a'", '11+3 no address: give one such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32'],
    ['websocket.masking_key == -1', '25+2 expected octets such as 37:fa:21:3d, or a string'],
    ['ip.addr == 10.0.0', '11+6 no address: give one such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32'],
    ['ip.addr == 10.0.0.0/33', '20+2 an address has 32 bits'],
    ['ip.addr == ::1', '11+3 ip.addr is never ::1: it is an IPv6 address, which ipv6.addr asks for'],
    [
      'ipv6.src == 10.0.0.0/8',
      '12+10 ipv6.src is never 10.0.0.0/8: it is an IPv4 address, which ip.src asks for',
    ],
    ['websocket.fin == 2x', '17+2 expected 0, 1, true or false'],
    ['frame.time == soon', '14+4 expected a time such as "2026-11-20 09:30:00.25Z"'],
    ['websocket.opcode contains 1', '26+1 contains is for texts and octets, such as websocket.payload'],
    ['websocket.opcode matches "1"', '25+3 matches is for texts and octets'],
    ['websocket.payload.text matches "("', '31+3 no regular expression: missing closing ): `(`'],
    [
      'websocket.opcode == pingg',
      '20+5 expected a number, or continuation, text, binary, close, ping, pong; did you mean ping?',
    ],
    ['websocket.opcode == 99', '20+2 websocket.opcode is never 99: it is a whole number from 0 to 15'],
    ['websocket.opcode & 1 ==', '23+1 expected a value, found the end'],
    ['frame.number & 1.5 == 1', '15+3 expected bits, as a whole number such as 0x8'],
    ['frame.time & 1 == 1', '13+1 only whole numbers have bits'],
    ['ws.gap & 1', '9+1 only whole numbers have bits'],
    ['ws.length & 0', '12+1 expected bits, as a whole number such as 0x8'],
    ['websocket.opcode & 256 == 0', '19+3 websocket.opcode has no such bits: it is at most 255'],
    ['websocket.opcode & 8 == 7', '24+1 websocket.opcode & 8 is never 7'],
    ['websocket.opcode & 8 in {8}', '21+2 expected and, or, or the end, found "in"'],
    ['ws.length == -1', '13+2 ws.length is never -1: it is a whole number, 0 or more'],
    ['ws.message.length > 1.5', '20+3 ws.message.length is never 1.5: it is a whole number, 0 or more'],
    ['websocket.opcode == 1 == 1', '22+2 expected and, or, or the end, found "=="'],
    ['websocket.rsv > 8', '16+1 websocket.rsv is never 8: it is a whole number from 0 to 7'],
    ['websocket.opcode == 08', '20+2 a leading 0 makes a number octal, and 08 is none'],
    ['tcp.port in {1, 09}', '16+2 a leading 0 makes a number octal, and 09 is none'],
    ['ws.json.a == 08', '13+2 a leading 0 makes a number octal, and 08 is none'],
    ['websocket.opcode == 020', '20+3 websocket.opcode is never 020: it is a whole number from 0 to 15'],
    ['websocket.fin == -1', '17+2 expected 0, 1, true or false'],
    ['tcp.port == 99999', '12+5 tcp.port is never 99999: it is a whole number from 0 to 65535'],
    ['tcp.srcport == 1.5', '15+3 tcp.srcport is never 1.5: it is a whole number from 0 to 65535'],
    ['tcp.dstport == -1', '15+2 tcp.dstport is never -1: it is a whole number from 0 to 65535'],
    ['tcp.port in {1, 2..70000}', '19+5 tcp.port is never 70000: it is a whole number from 0 to 65535'],
    [
      'http.response.code == 1000',
      '22+4 http.response.code is never 1000: it is a whole number from 0 to 999',
    ],
    [
      'websocket.payload_length_ext_16 == 65536',
      '35+5 websocket.payload_length_ext_16 is never 65536: it is a whole number from 0 to 65535',
    ],
    ['ws.sender == clientt', '13+7 ws.sender is never "clientt"; did you mean client?'],
    ['ws.sender != "peer"', '13+6 ws.sender is never "peer"; it is one of client, server'],
    ['ws.sender in {client, sever}', '22+5 ws.sender is never "sever"; did you mean server?'],
    [
      'ws.finding == umasked-client-frame',
      '14+20 ws.finding is never "umasked-client-frame"; did you mean unmasked-client-frame?',
    ],
    [
      'ws.finding.severity == fatal',
      '23+5 ws.finding.severity is never "fatal"; it is one of error, warning, note',
    ],
    ['websocket == 1', '13+1 this field has no value: it is there or not'],
    [
      'foo(websocket.payload)',
      '0+3 there is no function foo: there are len, count, lower, upper, max, min, string',
    ],
    ['any tcp.port', '0+3 any is for comparisons'],
    ['len(ip.src, ip.dst) == 4', '0+3 len() takes one field'],
    ['max(tcp.port, ip.src) == 4', '0+3 max() takes fields of one type'],
    ['max(tcp.port,) == 4', '13+1 expected a field, found ")"'],
    ['max(tcp.port tcp.srcport) == 4', '13+11 expected ), found "tcp.srcport"'],
    ['max(websocket)', '0+3 max() is for what has an order'],
    ['string(websocket.fin) == "1"', '0+6 string() is for numbers, addresses and JSON'],
    ['all', '3+1 expected a field, found the end'],
    ['len(websocket.opcode) == 1', '0+3 len() is for texts and octets'],
    ['lower(websocket.payload) == "a"', '0+5 lower() is for texts'],
    ['len(websocket.payload == 1', '22+2 expected ), found "=="'],
    ['websocket.opcode in 1', '20+1 expected a set such as {1, 2, 8..10}, found "1"'],
    ['websocket.opcode in {}', '21+1 the set is empty'],
    ['ws.message > 1', '0+10 frames have no ws.message: it is of messages'],
    ['and ws.length', '0+3 expected a field, found "and"'],
    ['ws.length > 1 and or ws.length', '18+2 expected a field, found "or"'],
    ['ws.length or contains "a"', '13+8 expected a field, found "contains"'],
    ['eth', '0+3 there is no field "eth" (wsdissect fields lists them)'],
    [
      'websocket.fragment.overlap',
      '0+26 there is no field "websocket.fragment.overlap": of a message each frame follows the one before; did you mean websocket.fragments?',
    ],
    ['ws.json..a == 1', '7+3 a path looks like ws.json.items[0].name'],
    ['tcp.port == ip.addr', '9+2 ip.addr is not to be compared so'],
    ['a && b', '0+1 there is no field "a" (wsdissect fields lists them)'],
    ['#', '0+1 "#" begins nothing here'],
    ['('.repeat(300), '200+1 there are too many brackets in each other'],
    ['!'.repeat(300), '200+1 there are too many brackets in each other'],
  ])('%s: %s', (filter, error) => {
    expect(errorOf(filter)).toBe(error);
  });

  test('of messages', () => {
    expect(errorOf('websocket.fin == 1', 'message')).toBe(
      '0+13 messages have no websocket.fin: it is of frames',
    );
  });
});

test('whatever is written and whatever is compared: a filter, or a FilterError', () => {
  const words = [
    'websocket.opcode',
    'ws.json.a',
    'ip.addr',
    'websocket.payload',
    '==',
    '!=',
    'contains',
    'matches',
    'in',
  ];
  const more = [
    '{',
    '}',
    '(',
    ')',
    '[1:2]',
    '"a"',
    '1',
    '1..2',
    'and',
    'or',
    'not',
    'len',
    ',',
    '10.0.0.1',
    'r"("',
  ];
  const filter = fc.array(fc.oneof(fc.constantFrom(...words, ...more), fc.string({ maxLength: 4 })), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(filter, fc.uint8Array({ maxLength: 20 }), (parts, payload) => {
      const text = parts.join(' ');
      if (errorOf(text) !== 'none') return;
      expect(typeof holds(text, 'frame', makeFrame({ payload, opcode: payload[0] ?? 1 }))).toBe('boolean');
    }),
    { numRuns: 2000 },
  );
});

test('not and brackets are as logic has them', () => {
  const atoms = fc.constantFrom(
    'websocket.fin == 1',
    'websocket.opcode == 2',
    'ws.sender == client',
    'websocket.rsv == 1',
  );
  fc.assert(
    fc.property(atoms, atoms, atoms, (a, b, c) => {
      const of = (filter: string) => holds(filter, 'frame', hello);
      expect(of(`${a} or ${b} and ${c}`)).toBe(of(a) || (of(b) && of(c)));
      expect(of(`!(${a} || ${b})`)).toBe(!of(a) && !of(b));
      expect(of(`not ${a} and ${b}`)).toBe(!of(a) && of(b));
      expect(of(`${a} xor ${b} and ${c}`)).toBe(of(a) !== (of(b) && of(c)));
    }),
  );
});

test('octets compare as octets', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 6 }),
      fc.uint8Array({ minLength: 1, maxLength: 6 }),
      (payload, other) => {
        const hex = Buffer.from(other).toString('hex');
        const order = payload.length - other.length || Buffer.compare(payload, other);
        const of = (operator: string) =>
          holds(`websocket.payload ${operator} 0x${hex}`, 'frame', makeFrame({ payload }));
        expect([of('=='), of('<'), of('>='), of('!=')]).toEqual([
          order === 0,
          order < 0,
          order >= 0,
          order !== 0,
        ]);
        expect(of('contains')).toBe(Buffer.from(payload).includes(Buffer.from(other)));
      },
    ),
  );
  expect(holds('websocket.payload.text == "ü"', 'frame', makeFrame({ payload: utf8('ü') }))).toBe(true);
});
