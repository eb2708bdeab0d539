import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HttpConnection } from '../../src/http/connection.js';
import { answer, get, latin1, Recorder, SWITCH, UPGRADE, upgrade } from './recorder.js';

type Step = readonly [side: 0 | 1, text: string];

/** A conversation in its true order, with what it must lead to. */
interface Conversation {
  readonly steps: readonly Step[];
  readonly log: readonly string[];
  readonly client?: string;
  readonly server?: string;
  /** A response must not be decoded before its request: the request says what the response is. */
  readonly needsOrder?: boolean;
}

const chunked = '3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n';

const CONVERSATIONS: Record<string, Conversation> = {
  'plain upgrade': {
    steps: [
      [0, upgrade('/a')],
      [1, `${SWITCH}hello`],
      [0, 'world'],
      [1, 'more'],
    ],
    log: ['requested GET /a on 0', 'switched 101 to /a of 0'],
    client: 'world',
    server: 'hellomore',
  },
  'upgrade behind keep-alive exchanges': {
    steps: [
      [0, get('/1')],
      [1, `${answer(200, 'Content-Length: 5')}12345`],
      [0, `${get('/2', 'Content-Length: 3').replace('GET', 'POST')}xyz`],
      [1, `${answer(200, 'Transfer-Encoding: chunked')}${chunked}`],
      [0, upgrade('/3')],
      [1, `${SWITCH}S`],
      [0, 'C'],
    ],
    log: [
      'requested GET /1 on 0',
      'answered 200 to /1 of 0',
      'requested POST /2 on 0',
      'answered 200 to /2 of 0',
      'requested GET /3 on 0',
      'switched 101 to /3 of 0',
    ],
    client: 'C',
    server: 'S',
  },
  pipelined: {
    steps: [
      [0, get('/1') + get('/2') + upgrade('/3')],
      [1, `${answer(200, 'Content-Length: 1')}a${answer(204)}`],
      [1, `${SWITCH}S`],
      [0, 'C'],
    ],
    log: [
      'requested GET /1 on 0',
      'requested GET /2 on 0',
      'requested GET /3 on 0',
      'answered 200 to /1 of 0',
      'answered 204 to /2 of 0',
      'switched 101 to /3 of 0',
    ],
    client: 'C',
    server: 'S',
  },
  '100, 102 and 103 before 101': {
    steps: [
      [0, `${get('/a', 'Content-Length: 4', ...UPGRADE)}body`],
      [1, answer(100) + answer(102, 'Content-Length: 9') + answer(103) + SWITCH],
      [0, 'C'],
      [1, 'S'],
    ],
    log: ['requested GET /a on 0', 'switched 101 to /a of 0'],
    client: 'C',
    server: 'S',
  },
  'HEAD has no body': {
    steps: [
      [0, get('/h').replace('GET', 'HEAD')],
      [1, answer(200, 'Content-Length: 500')],
      [0, upgrade('/a')],
      [1, `${SWITCH}S`],
    ],
    log: [
      'requested HEAD /h on 0',
      'answered 200 to /h of 0',
      'requested GET /a on 0',
      'switched 101 to /a of 0',
    ],
    server: 'S',
    needsOrder: true,
  },
  'refused, then retried': {
    steps: [
      [0, upgrade('/a')],
      [1, `${answer(401, 'Content-Length: 2')}no`],
      [0, upgrade('/b')],
      [1, `${SWITCH}S`],
      [0, 'C'],
    ],
    log: [
      'requested GET /a on 0',
      'answered 401 to /a of 0',
      'requested GET /b on 0',
      'switched 101 to /b of 0',
    ],
    client: 'C',
    server: 'S',
  },
  'refused, and the next request was sent already': {
    steps: [
      [0, upgrade('/a') + get('/b') + upgrade('/c')],
      [1, `${answer(426, 'Content-Length: 2')}no${answer(204)}${SWITCH}S`],
      [0, 'C'],
    ],
    log: [
      'requested GET /a on 0',
      'answered 426 to /a of 0',
      'requested GET /b on 0',
      'requested GET /c on 0',
      'answered 204 to /b of 0',
      'switched 101 to /c of 0',
    ],
    client: 'C',
    server: 'S',
  },
  'client on side 1': {
    steps: [
      [1, upgrade('/a')],
      [0, `${SWITCH}S`],
      [1, 'C'],
    ],
    log: ['requested GET /a on 1', 'switched 101 to /a of 1'],
    client: 'C',
    server: 'S',
  },
  'frames right behind the request': {
    steps: [
      [0, `${upgrade('/a')}early`],
      [1, `${SWITCH}S`],
      [0, ' later'],
    ],
    log: ['requested GET /a on 0', 'switched 101 to /a of 0'],
    client: 'early later',
    server: 'S',
  },
};

/** Feeds the pieces in order; each is one packet whose time is its place in the true conversation. */
function feed(pieces: readonly (readonly [side: 0 | 1, text: string, time: number])[]): Recorder {
  const recorder = new Recorder();
  for (const [side, text, time] of pieces) {
    const chunk = latin1(`##${text}##`);
    recorder.place.packet++;
    recorder.place.seconds = time;
    recorder.connection.sides[side].bytes(chunk, 2, 2 + text.length);
    chunk.fill(0x20);
  }
  return recorder;
}

function split(steps: readonly Step[], cuts: (text: string, step: number) => number[]) {
  return steps.flatMap(([side, text], time) => {
    const edges = [0, ...cuts(text, time), text.length];
    return edges.slice(1).map((edge, i) => [side, text.slice(edges[i], edge), time] as const);
  });
}

/** Independent of how the two sides mix, as long as no response comes before its request. */
function expectOutcome(recorder: Recorder, { log, client = '', server = '' }: Conversation): void {
  expect([...recorder.log].sort()).toEqual([...log].sort());
  const responses = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('requested'));
  expect(responses(recorder.log)).toEqual(responses(log));
  expect(recorder.client.text).toBe(client);
  expect(recorder.server.text).toBe(server);
}

describe.each(Object.entries(CONVERSATIONS))('%s', (_name, conversation) => {
  const { steps, log, client = '', server = '', needsOrder = false } = conversation;

  test('whole', () => {
    const recorder = feed(split(steps, () => []));
    expect(recorder.log).toEqual(log);
    expectOutcome(recorder, conversation);
  });

  test('byte by byte', () => {
    const recorder = feed(split(steps, (text) => [...text].map((_, i) => i).slice(1)));
    expectOutcome(recorder, conversation);
  });

  test('split at every offset', () => {
    steps.forEach(([, text], step) => {
      for (let cut = 1; cut < text.length; cut++) {
        expectOutcome(feed(split(steps, (_, at) => (at === step ? [cut] : []))), conversation);
      }
    });
  });

  test('the client ahead by any number of pieces', () => {
    const clientSide = steps[0][0];
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(9)), (ahead) => {
        const pieces = split(steps, (text) => [Math.floor(text.length / 3), Math.floor(text.length / 2)]);
        const order = pieces.map((piece, i) => ({
          piece,
          key: piece[0] === clientSide ? i - ahead.next().value : i,
        }));
        let latest = Number.NEGATIVE_INFINITY;
        for (const entry of order) {
          if (entry.piece[0] === clientSide) latest = entry.key = Math.max(entry.key, latest);
        }
        order.sort((a, b) => a.key - b.key);
        expectOutcome(feed(order.map((entry) => entry.piece)), conversation);
      }),
      { numRuns: 50 },
    );
  });

  const anyOrder = needsOrder ? () => {} : test;
  anyOrder('in any order of the two sides', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), fc.integer({ min: 1, max: 40 }), (coin, size) => {
        const pieces = split(steps, (text) =>
          [...Array(Math.ceil(text.length / size)).keys()].map((i) => i * size).slice(1),
        );
        const queues = [0, 1].map((side) => pieces.filter((piece) => piece[0] === side));
        const mixed = pieces.map(() => {
          const first = coin.next().value ? 0 : 1;
          return (queues[first].shift() ?? queues[1 - first].shift())!;
        });
        const recorder = feed(mixed);
        expect(recorder.client.text).toBe(client);
        expect(recorder.server.text).toBe(server);
        const pair = /^(\w+ \d+) to (\S+)/;
        const expected = log.map((line) => pair.exec(line)).filter((match) => match !== null);
        const found = recorder.log.map((line) => pair.exec(line)).filter((match) => match !== null);
        expect(found.map((match) => match[1])).toEqual(expected.map((match) => match[1]));
        found.forEach((match, i) => {
          expect([expected[i][2], 'nothing']).toContain(match[2]);
        });
        expect(recorder.log.filter((line) => /^(lost|defect)/.test(line))).toEqual([]);
        const targets = recorder.log.map((line) => /^(?:requested|late) \w+ (\S+)/.exec(line)?.[1]);
        const wanted = log.map((line) => /^requested \w+ (\S+)/.exec(line)?.[1]);
        expect(targets.filter(Boolean)).toEqual(wanted.filter(Boolean));
      }),
      { numRuns: 300 },
    );
  });
});

describe('behind the switch', () => {
  test('bytes go on in the same chunk, without a copy', () => {
    const recorder = new Recorder();
    recorder.send(0, upgrade('/a'));
    const chunk = latin1(`${SWITCH}frames`);
    recorder.connection.sides[1].bytes(chunk, 0, chunk.length);
    expect(recorder.server.lastChunk).toBe(chunk);
    expect(recorder.server.text).toBe('frames');
    const { request, response } = recorder.exchanges[0];
    expect(request!.streamOffset + request!.byteLength).toBe(upgrade('/a').length);
    expect(response.streamOffset + response.byteLength).toBe(SWITCH.length);
  });

  test('gap and end are passed on', () => {
    const recorder = new Recorder();
    recorder.send(0, upgrade('/a'));
    recorder.send(1, SWITCH);
    const [client, server] = recorder.connection.sides;
    client.gap(7);
    server.gap(2 ** 40);
    recorder.send(1, 'x');
    server.end('fin');
    client.end('reset');
    expect(recorder.client.text).toBe('<7>[reset]');
    expect(recorder.server.text).toBe('<1099511627776>x[fin]');
  });

  test('an unwanted upgrade discards both sides', () => {
    const recorder = new Recorder();
    recorder.wanted = false;
    recorder.send(0, `${upgrade('/a')}early`);
    recorder.send(1, `${SWITCH}GARBAGE`);
    recorder.send(0, get('/b'));
    recorder.connection.sides[0].gap(3);
    recorder.connection.sides[0].end('fin');
    expect(recorder.log).toEqual(['requested GET /a on 0', 'switched 101 to /a of 0']);
  });

  test('the body of the upgrade request comes first', () => {
    const recorder = new Recorder();
    recorder.send(0, `${get('/a', 'Content-Length: 6', ...UPGRADE)}abc`);
    recorder.send(1, `${SWITCH}S`);
    recorder.send(0, 'defC');
    expect(recorder.client.text).toBe('C');
    const cut = new Recorder();
    cut.send(0, `${get('/a', 'Content-Length: 6', ...UPGRADE)}abc`);
    cut.send(1, SWITCH);
    cut.connection.sides[0].gap(5);
    cut.send(0, 'C');
    expect(cut.client.text).toBe('<5>C');
    const ended = new Recorder();
    ended.send(0, `${get('/a', 'Content-Length: 6', ...UPGRADE)}abc`);
    ended.send(1, SWITCH);
    ended.connection.sides[0].end('reset');
    expect(ended.client.text).toBe('[reset]');
  });

  test('an upgrade request of invalid length has no body', () => {
    const recorder = new Recorder();
    recorder.send(0, `${get('/a', 'Content-Length: -1', ...UPGRADE)}C`);
    recorder.send(1, SWITCH);
    expect(recorder.log).toEqual([
      'requested GET /a on 0',
      'defect invalid-content-length',
      'switched 101 to /a of 0',
    ]);
    expect(recorder.client.text).toBe('C');
  });

  test('a 101 to a request without Upgrade switches too', () => {
    const recorder = new Recorder();
    recorder.send(0, get('/a'));
    recorder.send(1, `${SWITCH}S`);
    recorder.send(0, 'C');
    expect(recorder.log.at(-1)).toBe('switched 101 to /a of 0');
    expect(recorder.client.text + recorder.server.text).toBe('CS');
  });
});

describe('held bytes', () => {
  test('keep their places, and the place is put back', () => {
    const recorder = new Recorder();
    const request = upgrade('/a');
    recorder.send(0, `${request}ab`, 5);
    recorder.send(0, 'cd', 9);
    recorder.connection.sides[0].gap(4);
    recorder.send(0, 'e', 11);
    recorder.place.nanoseconds = 77;
    recorder.send(1, `${SWITCH}S`, 13);
    expect(recorder.client.text).toBe('abcd<4>e');
    expect(recorder.client.places).toEqual([
      `1:${request.length}`,
      `1:${request.length + 1}`,
      '2:0',
      '2:1',
      '3:0',
    ]);
    expect(recorder.server.places).toEqual([`4:${SWITCH.length}`]);
    expect(recorder.place).toMatchObject({ packet: 4, seconds: 4, nanoseconds: 77, origin: 13 });
  });

  test('no single place stays no single place', () => {
    const recorder = new Recorder();
    recorder.send(0, upgrade('/a'));
    const chunk = latin1('ab');
    recorder.place.origin = Number.NaN;
    recorder.connection.sides[0].bytes(chunk, 0, 2);
    recorder.send(1, SWITCH);
    expect(recorder.client.places).toEqual(['1:NaN', '1:NaN']);
  });

  test('are requests with their own places when the upgrade is refused', () => {
    const recorder = new Recorder();
    recorder.send(0, upgrade('/a') + get('/b').slice(0, 9));
    recorder.send(0, get('/b').slice(9));
    recorder.send(1, answer(400, 'Content-Length: 0'));
    recorder.send(1, answer(204));
    const { request } = recorder.exchanges[1];
    expect(request).toMatchObject({ target: '/b', firstPacket: 1, packet: 2, seconds: 2 });
    expect(request!.streamOffset).toBe(upgrade('/a').length);
  });

  test('above the limit are a gap, and say so once', () => {
    const recorder = new Recorder({ maxHeldForResponse: 1000 });
    recorder.send(0, upgrade('/a'));
    recorder.send(0, 'a'.repeat(800));
    recorder.send(0, 'b'.repeat(800));
    recorder.send(0, 'c');
    recorder.send(1, SWITCH);
    recorder.send(0, 'd');
    expect(recorder.client.text).toBe(`${'a'.repeat(800)}<801>d`);
    expect(recorder.log.filter((line) => line === 'defect held-bytes-limit').length).toBe(1);
  });

  test('a million one-byte segments stay bounded', () => {
    const recorder = new Recorder();
    recorder.send(0, upgrade('/a'));
    const byte = latin1('x');
    for (let i = 0; i < 1_000_000; i++) recorder.connection.sides[0].bytes(byte, 0, 1);
    recorder.send(1, SWITCH);
    expect(recorder.client.calls).toBeLessThan(10_000);
    expect(recorder.client.text.length + Number(/<(\d+)>/.exec(recorder.client.text)?.[1])).toBe(
      1_000_000 + /<\d+>/.exec(recorder.client.text)![0].length,
    );
  });

  test('never answered: a defect at the end', () => {
    const recorder = new Recorder();
    recorder.send(0, `${upgrade('/a')}frames`);
    recorder.connection.sides[0].end('capture-end');
    expect(recorder.log).toEqual(['requested GET /a on 0']);
    recorder.connection.sides[1].end('capture-end');
    expect(recorder.log.at(-1)).toBe('defect unanswered-upgrade');
  });
});

describe('end before the switch', () => {
  test('of the client', () => {
    const recorder = new Recorder();
    recorder.send(0, `${upgrade('/a')}C`);
    recorder.connection.sides[0].end('fin');
    recorder.send(1, `${SWITCH}S`);
    expect(recorder.client.text).toBe('C[fin]');
    recorder.connection.sides[1].end('fin');
    expect(recorder.server.text).toBe('S[fin]');
    expect(recorder.log).toEqual(['requested GET /a on 0', 'switched 101 to /a of 0']);
  });

  test('of the client, refused', () => {
    const recorder = new Recorder();
    recorder.send(0, `${upgrade('/a')}GET /cut`);
    recorder.connection.sides[0].end('fin');
    recorder.send(1, answer(400, 'Content-Length: 0'));
    expect(recorder.log.slice(1)).toEqual(['answered 400 to /a of 0', 'defect cut-head']);
  });

  test('of the client, whose request was not seen', () => {
    const recorder = new Recorder();
    recorder.connection.sides[0].end('fin');
    recorder.send(1, `${SWITCH}S`);
    expect(recorder.client.text).toBe('[fin]');
    expect(recorder.server.text).toBe('S');
  });

  test('of the server', () => {
    const recorder = new Recorder();
    recorder.send(0, upgrade('/a'));
    recorder.connection.sides[1].end('reset');
    recorder.send(0, 'C');
    expect(recorder.log).toEqual(['requested GET /a on 0']);
  });

  test('within a head is a defect', () => {
    const recorder = new Recorder();
    recorder.send(0, 'GET / HT');
    recorder.connection.sides[0].end('fin');
    expect(recorder.log).toEqual(['defect cut-head']);
  });
});

describe('a 101 before its request', () => {
  test('frames first: the request never comes', () => {
    const recorder = new Recorder();
    recorder.send(1, `${SWITCH}S`);
    recorder.send(0, '\x81\x80abcd');
    expect(recorder.log).toEqual(['switched 101 to nothing of 0']);
    expect(recorder.client.text).toBe('\x81\x80abcd');
    expect(recorder.client.places[0]).toBe('2:0');
  });

  test('the request comes late, frames in the same packet', () => {
    const recorder = new Recorder();
    recorder.send(1, `${SWITCH}S`);
    recorder.send(0, `${upgrade('/a')}C`);
    expect(recorder.log).toEqual(['switched 101 to nothing of 0', 'late GET /a']);
    expect(recorder.late).toMatchObject({ target: '/a', streamOffset: 0, byteLength: upgrade('/a').length });
    expect(recorder.client.text).toBe('C');
    expect(recorder.client.places).toEqual([`2:${upgrade('/a').length}`]);
  });

  test('the request comes late, split at every offset around the 101', () => {
    const text = `${upgrade('/a')}C`;
    for (let a = 0; a < text.length; a++) {
      for (let b = a; b <= text.length; b += 7) {
        const recorder = new Recorder();
        if (a > 0) recorder.send(0, text.slice(0, a));
        recorder.place.seconds = 0;
        recorder.connection.sides[1].bytes(latin1(SWITCH), 0, SWITCH.length);
        for (const piece of [text.slice(a, b), text.slice(b)]) if (piece !== '') recorder.send(0, piece);
        expect(recorder.client.text).toBe('C');
        if (a < upgrade('/a').length) expect(recorder.late?.target).toBe('/a');
      }
    }
  });

  test('what began like a request goes to the carrier after all, with its places', () => {
    for (const text of ['GEX\r', 'G\x00frame', 'GET nonsense\r\n\r\n!', 'HTTP/1.1 200 OK\r\n\r\n']) {
      const recorder = new Recorder();
      recorder.send(1, SWITCH);
      for (const character of text) recorder.send(0, character);
      expect(recorder.client.text).toBe(text);
      expect(recorder.client.places).toEqual([...text].map((_, i) => `${i + 2}:0`));
    }
  });

  test('a gap or the end decides that there is no request', () => {
    const gap = new Recorder();
    gap.send(1, SWITCH);
    gap.send(0, 'GET /');
    gap.connection.sides[0].gap(5);
    gap.send(0, get('/b'));
    expect(gap.client.text).toBe(`GET /<5>${get('/b')}`);
    const end = new Recorder();
    end.send(1, SWITCH);
    end.send(0, 'GE');
    end.connection.sides[0].end('fin');
    expect(end.client.text).toBe('GE[fin]');
    expect(gap.log).toEqual(['switched 101 to nothing of 0']);
  });

  test('bytes taken for a head before the 101, wrongly, are a gap', () => {
    for (const request of ['', get('/a')]) {
      const recorder = new Recorder();
      recorder.send(0, `${request}GE`);
      recorder.send(1, SWITCH);
      recorder.send(0, '\x81y');
      expect(recorder.client.text).toBe('<2>\x81y');
      expect(recorder.log.at(-1)).toMatch(/^switched/);
    }
  });

  test('works behind other exchanges', () => {
    const recorder = new Recorder();
    recorder.send(0, get('/1'));
    recorder.send(1, answer(204) + SWITCH);
    recorder.send(0, `${upgrade('/2')}C`);
    expect(recorder.log.at(-1)).toBe('late GET /2');
    expect(recorder.client.text).toBe('C');
  });

  test('is not confused by responses to requests from before the capture', () => {
    const recorder = new Recorder();
    recorder.send(1, answer(204));
    recorder.send(0, get('/1'));
    recorder.send(1, answer(204));
    recorder.send(0, upgrade('/2'));
    recorder.send(1, SWITCH);
    expect(recorder.log.filter((line) => !line.startsWith('requested'))).toEqual([
      'answered 204 to nothing of 0',
      'answered 204 to /1 of 0',
      'switched 101 to /2 of 0',
    ]);
  });
});

describe('CONNECT', () => {
  const connect = 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n';

  test.each([0, 1] as const)('client on side %i: sinks by side, held bytes first', (clientSide) => {
    const recorder = new Recorder();
    const serverSide = clientSide === 0 ? 1 : 0;
    recorder.send(clientSide, `${connect}early`);
    recorder.send(serverSide, `${answer(200, 'Content-Length: 9')}S`);
    recorder.send(clientSide, ' C');
    recorder.connection.sides[serverSide].end('fin');
    expect(recorder.log.at(-1)).toBe(`tunnelled 200 to a:80 of ${clientSide}`);
    expect(recorder.tunnel[clientSide].text).toBe('early C');
    expect(recorder.tunnel[serverSide].text).toBe('S[fin]');
  });

  test('then an upgrade inside the tunnel, in any pieces', () => {
    const client = `${connect}${upgrade('/in')}C`;
    const server = `${answer(200)}${SWITCH}S`;
    for (let cut = 1; cut < client.length; cut++) {
      const outer = new Recorder();
      const inner = new Recorder();
      const inside = new HttpConnection({ place: outer.place, owner: inner });
      outer.tunnelled = () => inside.sides;
      outer.send(0, client.slice(0, cut));
      const established = cut > connect.length ? cut % answer(200).length : 0;
      const at = Math.max(established, (cut * 7) % server.length);
      outer.send(1, server.slice(0, established));
      outer.send(0, client.slice(cut));
      outer.send(1, server.slice(established, at));
      outer.send(1, server.slice(at));
      expect(inner.log).toEqual(['requested GET /in on 0', 'switched 101 to /in of 0']);
      expect(inner.client.text + inner.server.text).toBe('CS');
    }
  });

  test('refused: HTTP goes on', () => {
    const recorder = new Recorder();
    recorder.send(0, connect + get('/b'));
    recorder.send(1, `${answer(407, 'Content-Length: 3')}abc${answer(204)}`);
    expect(recorder.log.slice(1)).toEqual([
      'answered 407 to a:80 of 0',
      'requested GET /b on 0',
      'answered 204 to /b of 0',
    ]);
  });

  test('unwanted: discarded', () => {
    const recorder = new Recorder();
    recorder.wanted = false;
    recorder.send(0, connect);
    recorder.send(1, `${answer(200)}S`);
    recorder.send(0, 'C');
    expect(recorder.log.at(-1)).toBe('tunnelled 200 to a:80 of 0');
  });
});

describe('not HTTP', () => {
  test.each([
    'SSH-2.0-x\r\n',
    '\x16\x03\x01\x00',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x81\x05hello',
    '\0\0\x07',
    'EHLO\r\n',
    `PROXY ${'x'.repeat(101)}`,
    '\r\n\r\n\0\r\nQUIT\n\x11',
  ])('%j is lost at once, without a defect', (text) => {
    const recorder = new Recorder();
    recorder.send(0, text);
    recorder.send(0, text);
    recorder.send(1, text);
    recorder.connection.sides[0].gap(5);
    recorder.connection.sides[0].end('fin');
    expect(recorder.log).toEqual(['lost 0 not-http', 'lost 1 not-http']);
  });

  test('lost as soon as the bytes tell', () => {
    const recorder = new Recorder();
    recorder.send(0, 'GE');
    expect(recorder.log).toEqual([]);
    recorder.send(0, 'M');
    expect(recorder.log).toEqual([]);
    recorder.send(0, '\r');
    expect(recorder.log).toEqual(['lost 0 not-http']);
  });

  test('what could be a method is no cut head', () => {
    const recorder = new Recorder();
    recorder.send(0, 'ping');
    recorder.connection.sides[0].end('fin');
    recorder.connection.sides[1].end('fin');
    expect(recorder.log).toEqual([]);
  });

  test('between two messages it is a defect too', () => {
    const recorder = new Recorder();
    recorder.send(0, `${get('/a')}\x00\x01`);
    expect(recorder.log).toEqual(['requested GET /a on 0', 'defect undecodable-head', 'lost 0 undecodable']);
  });

  test('goes on at the next head of its kind', () => {
    const recorder = new Recorder();
    recorder.send(0, get('/a'));
    recorder.send(0, 'junk');
    recorder.send(0, 'HTTP/1.1 200 OK\r\n\r\n');
    recorder.send(0, upgrade('/b'));
    recorder.send(1, `${answer(204)}${SWITCH}S`);
    expect(recorder.log.slice(3)).toEqual([
      'requested GET /b on 0',
      'answered 204 to /a of 0',
      'switched 101 to /b of 0',
    ]);
    expect(recorder.exchanges[1].request?.streamOffset).toBe(get('/a').length + 4 + 19);
  });

  test('requests from both sides', () => {
    const recorder = new Recorder();
    recorder.send(0, get('/a'));
    recorder.send(1, get('/b'));
    expect(recorder.log).toEqual(['requested GET /a on 0', 'defect unexpected-head', 'lost 1 undecodable']);
    recorder.send(1, answer(204));
    expect(recorder.log.at(-1)).toBe('answered 204 to nothing of 0');
  });

  test('a broken chunk', () => {
    const recorder = new Recorder();
    recorder.send(0, get('/a') + get('/b'));
    recorder.send(1, `${answer(200, 'Transfer-Encoding: chunked')}ffffffffffffffff\r\nabc`);
    recorder.send(1, 'noise');
    recorder.send(0, upgrade('/c'));
    recorder.send(1, `${SWITCH}S`);
    expect(recorder.log.slice(2)).toEqual([
      'answered 200 to /a of 0',
      'defect broken-chunk',
      'lost 1 undecodable',
      'requested GET /c on 0',
      'switched 101 to /c of 0',
    ]);
    expect(recorder.server.text).toBe('S');
  });
});

describe('gaps', () => {
  const body = `${answer(200, 'Content-Length: 10')}0123456789`;

  test('anywhere in the response before the upgrade', () => {
    const head = answer(200, 'Content-Length: 10').length;
    for (let start = 1; start < body.length; start++) {
      for (let end = start + 1; end <= body.length; end++) {
        const recorder = new Recorder();
        recorder.send(0, get('/a'));
        recorder.send(1, body.slice(0, start));
        recorder.connection.sides[1].gap(end - start);
        if (end < body.length) recorder.send(1, body.slice(end));
        recorder.send(0, `${upgrade('/b')}C`);
        recorder.send(1, `${SWITCH}S`);
        expect(recorder.server.text).toBe('S');
        expect(recorder.client.text).toBe('C');
        expect(recorder.exchanges.at(-1)?.request?.target).toBe('/b');
        expect(recorder.exchanges.at(-1)?.response.streamOffset).toBe(body.length);
        const lost = recorder.log.filter((entry) => entry.startsWith('lost 1 '));
        // As long as it may become a 101, it may be one.
        const reason = start >= 'HTTP/1.'.length && start <= 'HTTP/1.1 '.length ? 'cut-head' : 'gap';
        expect(lost).toEqual(start < head ? [`lost 1 ${reason}`] : []);
      }
    }
  });

  test('over the end of a body', () => {
    const recorder = new Recorder();
    recorder.send(0, get('/a'));
    recorder.send(1, body.slice(0, -3));
    recorder.connection.sides[1].gap(4);
    expect(recorder.log.at(-1)).toBe('lost 1 gap');
    recorder.send(1, answer(204));
    expect(recorder.log.at(-1)).toBe('answered 204 to nothing of 0');
  });

  test('instead of a request', () => {
    const recorder = new Recorder();
    recorder.send(0, get('/a'));
    recorder.connection.sides[0].gap(50);
    recorder.send(1, answer(204) + answer(204));
    recorder.send(0, `${upgrade('/b')}C`);
    recorder.send(1, SWITCH);
    expect(recorder.log.slice(1)).toEqual([
      'lost 0 gap',
      'answered 204 to /a of 0',
      'answered 204 to nothing of 0',
      'requested GET /b on 0',
      'switched 101 to /b of 0',
    ]);
    expect(recorder.client.text).toBe('C');
  });

  test('instead of the upgrade request: frames reach the carrier', () => {
    const recorder = new Recorder();
    recorder.connection.sides[0].gap(100);
    recorder.send(1, SWITCH);
    recorder.send(0, '\x81\x00');
    expect(recorder.log).toEqual(['lost 0 gap', 'switched 101 to nothing of 0']);
    expect(recorder.client.text).toBe('\x81\x00');
  });

  test('instead of a response: the upgrade request still waits', () => {
    const recorder = new Recorder();
    recorder.send(0, `${get('/a')}${upgrade('/b')}C`);
    recorder.connection.sides[1].gap(100);
    recorder.send(1, SWITCH);
    expect(recorder.log.slice(2)).toEqual(['lost 1 gap', 'switched 101 to /b of 0']);
    expect(recorder.client.text).toBe('C');
  });
});

describe('hostile', () => {
  test('a head without end is lost at the limit', () => {
    const recorder = new Recorder();
    recorder.send(0, 'GET / HTTP/1.1\r\n');
    for (let i = 0; i < 200; i++) recorder.send(0, 'a: b\r\n'.repeat(200));
    expect(recorder.log).toEqual(['defect head-limit', 'lost 0 undecodable']);
  });

  test.each(['-1', '1e400', '99999999999999999999', '5, 6'])('Content-Length: %s', (length) => {
    const recorder = new Recorder();
    recorder.send(0, get('/a'));
    recorder.send(1, `${answer(200, `Content-Length: ${length}`)}HTTP/1.1 200 OK\r\n\r\n`);
    expect(recorder.log.length).toBe(3);
    expect(recorder.log[2]).toMatch(/^defect (invalid|conflicting)-content-length$/);
  });

  test('requests without responses: bounded, said once, and later ones still paired', () => {
    const recorder = new Recorder({ maxPendingRequests: 3 });
    for (let i = 0; i < 6; i++) recorder.send(0, get(`/${i}`));
    recorder.send(0, upgrade('/up'));
    for (let i = 0; i < 6; i++) recorder.send(1, answer(204));
    recorder.send(1, SWITCH);
    const answers = recorder.exchanges.map((exchange) => exchange.request?.target);
    expect(answers).toEqual(['/0', '/1', '/2', undefined, undefined, undefined, '/up']);
    expect(recorder.log.filter((line) => line.startsWith('defect'))).toEqual([
      'defect pending-requests-limit',
    ]);
  });

  test('an upgrade behind surplus requests is released by its own refusal', () => {
    const recorder = new Recorder({ maxPendingRequests: 1 });
    recorder.send(0, get('/0') + get('/1') + upgrade('/up') + get('/2'));
    recorder.send(1, answer(204) + answer(204) + answer(400, 'Content-Length: 0') + answer(204));
    const answers = recorder.exchanges.map((exchange) => exchange.request?.target);
    expect(answers).toEqual(['/0', undefined, '/up', '/2']);
  });

  test('the bytes of pending requests are bounded too', () => {
    const recorder = new Recorder({ maxHeldForResponse: 1000 });
    for (let i = 0; i < 5; i++) recorder.send(0, get(`/${i}`, `A: ${'a'.repeat(400)}`));
    expect(recorder.log.includes('defect pending-requests-limit')).toBe(true);
  });

  test('responses without requests stay bounded', () => {
    const recorder = new Recorder({ maxPendingRequests: 10 });
    for (let i = 0; i < 25; i++) recorder.send(1, answer(204));
    recorder.send(0, upgrade('/a'));
    recorder.send(1, SWITCH);
    expect(recorder.log.at(-1)).toBe('switched 101 to /a of 0');
  });

  test('any mix of pieces, gaps and ends never throws', () => {
    const parts = fc.constantFrom(
      get('/a'),
      upgrade('/b'),
      SWITCH,
      answer(100),
      answer(200, 'Content-Length: 4'),
      answer(200, 'Transfer-Encoding: chunked'),
      answer(200),
      'CONNECT a:1 HTTP/1.1\r\n\r\n',
      '4\r\nabcd\r\n',
      '0\r\n\r\n',
      'GET',
      ' / HTTP/1.1\r\n',
      '\r\n',
      '\x81\x00',
    );
    const step = fc.record({
      side: fc.constantFrom(0 as const, 1 as const),
      part: fc.oneof(parts, fc.nat(9)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const recorder = new Recorder({ maxHeldForResponse: 600, maxHeadLength: 200, maxPendingRequests: 2 });
        for (const { side, part } of steps) {
          if (typeof part === 'string') recorder.send(side, part);
          else recorder.connection.sides[side].gap(part + 1);
        }
        recorder.connection.sides[0].end('fin');
        recorder.connection.sides[1].end('reset');
        for (const sink of [recorder.client, recorder.server, ...recorder.tunnel]) {
          expect(sink.text.split('[').length).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
