import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { NetworkDecoder } from '../../src/network/decoder.js';
import { Place } from '../../src/stream/place.js';
import type { StreamSink } from '../../src/stream/stream-sink.js';
import { Connection } from '../../src/tcp/connection.js';
import { ACK, FIN, RST, SYN } from '../../src/tcp/segment.js';
import { type TcpLimits, TcpTable } from '../../src/tcp/table.js';
import { CLIENT, deliver, SERVER, Talk } from '../support/tcp.js';

/** Runs packets through a table; each connection's directions become lines of text. */
function run(
  packets: readonly Uint8Array[],
  limits: Partial<TcpLimits> = {},
  want = (_: Connection) => true,
) {
  const place = new Place();
  const lines: string[] = [];
  const defects: string[] = [];
  const connections: Connection[] = [];
  const sink = (index: number): StreamSink => ({
    bytes: (chunk, start, end) => {
      lines[index] += Buffer.from(chunk.subarray(start, end)).toString('latin1');
    },
    gap: (length) => {
      lines[index] += `<${length}>`;
    },
    end: (how) => {
      lines[index] += `|${how}`;
    },
  });
  const table = new TcpTable({
    place,
    limits,
    report: ({ code }) => defects.push(code),
    open(connection) {
      if (!want(connection)) return undefined;
      connections.push(connection);
      const from = connection.endpoints[0].address === '10.0.0.1' ? 'client' : 'server';
      lines.push(
        `${connection.number} ${from}: `,
        `${connection.number} ${from === 'client' ? 'server' : 'client'}: `,
      );
      return [sink(lines.length - 2), sink(lines.length - 1)];
    },
  });
  const network = new NetworkDecoder({ sink: table, report: ({ code }) => defects.push(code) });
  deliver(packets, (packet) => network.packet(packet));
  table.end();
  return { lines: lines.sort(), defects, connections, counts: table.counts };
}

const both = (client: string, server: string, number = 0) => [
  `${number} client: ${client}`,
  `${number} server: ${server}`,
];

describe('a connection', () => {
  it('from SYN to FIN', () => {
    const talk = new Talk();
    const packets = [...talk.handshake(), talk.send(CLIENT, 'ask'), talk.send(SERVER, 'answer')];
    packets.push(talk.fin(CLIENT), talk.fin(SERVER), talk.send(CLIENT, {}));
    const { lines, connections, counts } = run(packets);
    expect(lines).toEqual(both('ask|fin', 'answer|fin'));
    expect(connections[0].endpoints[connections[0].initiator!]).toEqual({
      address: '10.0.0.1',
      port: 40_000,
    });
    expect(counts).toEqual({
      segments: 8,
      connections: 1,
      discarded: 0,
      malformed: 0,
      dropped: 0,
      evicted: 0,
    });
  });

  it.each([
    ['around the end of sequence space', [-2, -1]],
    ['around the sign change', [0x7ffffffe, -0x80000000]],
  ] as [string, [number, number]][])('%s', (_name, initial) => {
    const talk = new Talk([4000, 80], initial);
    const packets = [...talk.handshake(), talk.send(CLIENT, 'ask'), talk.send(SERVER, 'answer')];
    packets.push(talk.send(CLIENT, 'more'), talk.fin(CLIENT), talk.fin(SERVER));
    expect(run(packets).lines).toEqual(both('askmore|fin', 'answer|fin'));
  });

  it('without its beginning has no initiator', () => {
    const talk = new Talk();
    const { lines, connections } = run([
      talk.send(SERVER, 'b'),
      talk.send(CLIENT, 'a'),
      talk.send(SERVER, 'c'),
    ]);
    expect(lines).toEqual(both('a|capture-end', 'bc|capture-end'));
    expect(connections[0].initiator).toBeUndefined();
  });

  it('with data in its SYN', () => {
    const talk = new Talk();
    const syn = talk.send(CLIENT, { flags: SYN, text: 'early' });
    const packets = [syn, talk.send(SERVER, { flags: SYN | ACK }), talk.send(CLIENT, '!')];
    expect(run(packets).lines).toEqual(both('early!|capture-end', '|capture-end'));
  });

  it('whose SYN was captured after its first data is one connection', () => {
    const talk = new Talk();
    const [syn, synAck, ack] = talk.handshake();
    expect(run([synAck, ack, talk.send(CLIENT, 'a'), syn, talk.send(CLIENT, 'b')]).lines).toEqual(
      both('ab|capture-end', '|capture-end'),
    );
    const other = new Talk();
    const [late] = other.handshake();
    expect(run([other.send(CLIENT, 'a'), late, other.send(CLIENT, 'b')]).lines).toEqual(
      both('ab|capture-end', '|capture-end'),
    );
  });

  it('whose every packet was captured twice', () => {
    const talk = new Talk();
    const packets = [...talk.handshake(), talk.send(CLIENT, 'ask'), talk.send(SERVER, 'answer')];
    packets.push(talk.fin(CLIENT), talk.fin(SERVER), talk.send(CLIENT, {}));
    const { lines, counts } = run(packets.flatMap((packet) => [packet, packet]));
    expect(lines).toEqual(both('ask|fin', 'answer|fin'));
    expect(counts.connections).toBe(1);
  });

  it('ended by a reset; what lies outside its window is not believed', () => {
    const talk = new Talk();
    const packets = [
      ...talk.handshake(),
      talk.send(CLIENT, 'ask'),
      talk.reset(SERVER, 77),
      talk.send(SERVER, 'yes'),
    ];
    expect(run(packets).lines).toEqual(both('ask|capture-end', 'yes|capture-end'));
    expect(run([...packets, talk.reset(SERVER)]).lines).toEqual(both('ask|reset', 'yes|reset'));
  });

  it('shows a lost segment as a gap once it is acknowledged and its grace is over', () => {
    const talk = new Talk();
    const packets = talk.handshake();
    talk.send(CLIENT, 'lost');
    packets.push(talk.send(CLIENT, 'b'), talk.send(SERVER, 'x'), talk.send(SERVER, 'y'));
    expect(run(packets).lines).toEqual(both('<4>b|capture-end', 'xy|capture-end'));
  });
});

describe('the same addresses and ports again', () => {
  const first = (finish: boolean) => {
    const talk = new Talk();
    const packets = [...talk.handshake(), talk.send(CLIENT, 'one')];
    return finish ? [...packets, talk.fin(CLIENT), talk.fin(SERVER)] : packets;
  };
  it.each([
    ['after a FIN', true, 'fin'],
    ['without one', false, 'capture-end'],
  ] as [string, boolean, string][])('%s are a new connection', (_name, finish, end) => {
    const again = new Talk([40_000, 80], [90_000, 70_000]);
    const { lines } = run([...first(finish), ...again.handshake(), again.send(CLIENT, 'two')]);
    expect(lines).toEqual([...both(`one|${end}`, `|${end}`), ...both('two|capture-end', '|capture-end', 1)]);
  });
});

describe('what costs next to nothing', () => {
  it('stray ACK, FIN and RST are a connection, as for tcp.stream, that no one is asked about', () => {
    const talk = new Talk();
    const { counts, lines } = run([talk.send(CLIENT, {}), talk.fin(SERVER), talk.reset(CLIENT)]);
    expect(counts).toMatchObject({ connections: 1, discarded: 0 });
    expect(lines).toEqual([]);
  });

  it('a connection that nobody wants is only a slot', () => {
    const talk = new Talk();
    const { lines, counts } = run(
      [...talk.handshake(), talk.send(CLIENT, 'a'), talk.send(SERVER, 'b')],
      {},
      () => false,
    );
    expect(lines).toEqual([]);
    expect(counts.discarded).toBe(1);
  });

  it('one that is abandoned is let go', () => {
    const talk = new Talk();
    const packets = [...talk.handshake(), talk.send(CLIENT, 'a'), talk.send(CLIENT, 'b')];
    const { lines } = run(packets, {}, (connection) => {
      connection.abandoned = true;
      return true;
    });
    expect(lines).toEqual(both('a|capture-end', '|capture-end'));
  });
});

it('keeps many connections apart', () => {
  const talks = Array.from(
    { length: 5000 },
    (_, i) => new Talk([1024 + (i % 100), 80], [i, i], [`10.0.0.1`, `10.1.${i >> 8}.${i & 255}`]),
  );
  const packets = talks.flatMap((talk) => talk.handshake());
  for (const [i, talk] of talks.entries()) packets.push(talk.send(CLIENT, `<${i}>`));
  for (const talk of talks) packets.push(talk.fin(CLIENT), talk.fin(SERVER));
  const { lines } = run(packets);
  expect(lines.filter((line) => line.includes('client'))).toEqual(
    talks.map((_, i) => `${i} client: <${i}>|fin`).sort(),
  );
});

it('forgets the least recently seen connections at its limit, and says so', () => {
  const packets: Uint8Array[] = [];
  for (let i = 0; i < 5000; i++) packets.push(new Talk([1000 + i, 80]).send(CLIENT, { flags: SYN }));
  const keep = new Talk([999, 80]);
  packets.push(...keep.handshake(), keep.send(CLIENT, 'x'));
  const { lines, defects } = run(packets, { maxConnections: 2048 });
  expect(lines).toEqual(both('x|capture-end', '|capture-end', 5000));
  expect(new Set(defects)).toEqual(new Set(['connection-limit']));
});

it('takes the next bytes the short way as it would the long one', () => {
  const step = fc.record({
    side: fc.constantFrom(CLIENT, SERVER),
    text: fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 }),
    flags: fc.constantFrom(ACK, ACK, ACK, ACK, ACK, 0, ACK | FIN, ACK | RST, SYN, SYN | ACK),
    delay: fc.constantFrom(0, 0, 0, 1, 3),
    copies: fc.constantFrom(1, 1, 1, 0, 2),
  });
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 30 }), (opened, steps) => {
      const talk = new Talk();
      const packets = opened ? talk.handshake() : [];
      for (const { side, text, flags, delay, copies } of steps) {
        const packet = talk.send(side, { text, flags });
        const made = Array.from({ length: copies }, () => packet);
        packets.splice(Math.max(0, packets.length - delay), 0, ...made);
      }
      const short = run(packets);
      const continued = vi.spyOn(Connection.prototype, 'continue').mockReturnValue(false);
      const long = run(packets);
      continued.mockRestore();
      expect(short.lines).toEqual(long.lines);
      expect(short.defects).toEqual(long.defects);
      expect(short.counts).toEqual(long.counts);
    }),
    { numRuns: 2000 },
  );
});

it('opens a connection anew after others were looked up', () => {
  const first = new Talk([1000, 80]);
  const again = new Talk([1000, 80], [500_000, 900_000]);
  const packets = [...first.handshake(), first.send(CLIENT, 'a'), ...new Talk([2000, 80]).handshake()];
  packets.push(first.reset(CLIENT), ...again.handshake(), again.send(CLIENT, 'b'), again.send(SERVER, 'c'));
  const { lines } = run(packets);
  expect(lines).toEqual([...both('a|reset', '|reset'), ...both('b|capture-end', 'c|capture-end', 2)]);
});

it('keeps connections apart whose addresses and ports come again after the table has grown', () => {
  const talks = (count: number, from: number, base = 1000) =>
    Array.from({ length: count }, (_, i) => new Talk([from + i, 80], [base, 5000]));
  const packets: Uint8Array[] = [];
  const over = talks(200, 1000);
  for (const talk of over) packets.push(...talk.handshake(), talk.fin(CLIENT), talk.fin(SERVER));
  const idle = talks(824, 2000);
  for (const talk of idle) packets.push(...talk.handshake());
  // Long enough for those that are over to be forgotten when the table is full, which leaves too few slots free.
  for (let i = 0; i < 21_000; i++) packets.push(idle[i % 824].send(CLIENT, {}));
  const fresh = talks(200, 4000);
  const again = talks(200, 1000, 700_000);
  for (let i = 0; i < 200; i++) packets.push(...fresh[i].handshake(), ...again[i].handshake());
  for (let i = 0; i < 200; i++)
    packets.push(fresh[i].send(CLIENT, `fresh ${i}`), again[i].send(CLIENT, `again ${i}`));
  const { lines } = run(packets);
  const expected = Array.from({ length: 200 }, (_, i) => [
    ...both(`fresh ${i}|capture-end`, '|capture-end', 1024 + 2 * i),
    ...both(`again ${i}|capture-end`, '|capture-end', 1025 + 2 * i),
  ]);
  expect(lines).toEqual(expected.flat().sort());
});

it('takes back the slots of closed connections', () => {
  const packets: Uint8Array[] = [];
  for (let i = 0; i < 60_000; i++) {
    const talk = new Talk([1024 + (i % 60_000), 80]);
    packets.push(talk.send(CLIENT, { flags: SYN, text: 'x' }), talk.fin(CLIENT), talk.fin(SERVER));
  }
  const { counts, defects } = run(packets, { maxConnections: 16_384 });
  expect(counts.connections).toBe(60_000);
  expect(defects).toEqual([]);
});

it('reports a header that cannot be', () => {
  const talk = new Talk();
  const bad = talk.send(CLIENT, { text: 'x', flags: ACK | FIN });
  bad[20 + 12] = 0x10;
  const { defects, counts } = run([bad]);
  expect(defects).toEqual(['bad-tcp-header']);
  expect(counts.malformed).toBe(1);
});
