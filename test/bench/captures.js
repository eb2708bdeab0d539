/**
 * The captures that are measured: their names, sizes and what is in them.
 */
import { beginKeyLog, TlsSession } from './tls-traffic.js';
import { ACK, Deflater, frame, Traffic } from './traffic.js';

const request = (extensions) =>
  Buffer.from(
    'GET /feed HTTP/1.1\r\nHost: bench.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n' +
      `${extensions === undefined ? '' : `Sec-WebSocket-Extensions: ${extensions}\r\n`}\r\n`,
  );
const response = (extensions) =>
  Buffer.from(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n' +
      `${extensions === undefined ? '' : `Sec-WebSocket-Extensions: ${extensions}\r\n`}\r\n`,
  );
const NO_TAKEOVER = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';

const content = (traffic, index, size) =>
  Buffer.from(
    JSON.stringify({ type: 'ticker', id: index, price: traffic.random() % 100_000 }).padEnd(size, '.'),
  );

/** A whole JSON value. */
const value = (traffic, index, size) => {
  const event = { type: 'ticker', id: index, price: traffic.random() >>> 12, note: '' };
  return Buffer.from(JSON.stringify({ ...event, note: '.'.repeat(size - JSON.stringify(event).length) }));
};

/** JSON that is like real: repetitive, but not only so. */
function records(traffic, index, size) {
  let text = '';
  for (let i = 0; text.length < size; i++)
    text += JSON.stringify({
      id: index * 64 + i,
      at: traffic.random(),
      side: traffic.random() & 1 ? 'buy' : 'sell',
    });
  return Buffer.from(text.slice(0, size));
}

/** The `index`th connection, upgraded. */
export function begin(traffic, index, extensions) {
  const connection = traffic.connection(index);
  traffic.open(connection);
  traffic.send(connection, 0, request(extensions));
  traffic.send(connection, 1, response(extensions));
  return connection;
}

/** Sessions that take turns until the capture is large enough. */
function talk(traffic, { bytes, size, sessions = 50, extensions, takeover, make = content, between }) {
  const connections = Array.from({ length: sessions }, (_, i) => {
    const connection = begin(traffic, i, extensions);
    return { connection, deflaters: [new Deflater(takeover), new Deflater(takeover)] };
  });
  for (let i = 0; traffic.bytes < bytes; i++) {
    const { connection, deflaters } = connections[i % sessions];
    // The sides of a session take turns, so that each acknowledges the other, as real peers do.
    const side = Math.floor(i / sessions) & 1;
    const plain = make(traffic, i, size);
    const payload = extensions === undefined ? plain : deflaters[side].deflate(plain);
    const first = extensions === undefined ? 0x81 : 0xc1;
    traffic.send(connection, side, frame(first, payload, side === 0 ? traffic.random() : undefined));
    traffic.messages++;
    between?.(traffic, i);
  }
}

/** As talk(), over TLS; the key log is written beside the capture. */
function talkSecurely(traffic, { bytes, size, path, sessions = 50 }) {
  beginKeyLog(path);
  const all = Array.from({ length: sessions }, (_, i) => {
    const connection = traffic.connection(i, 443);
    traffic.open(connection);
    const session = new TlsSession(traffic, path, connection);
    session.send(0, request());
    session.send(1, response());
    return session;
  });
  for (let i = 0; traffic.bytes < bytes; i++) {
    const side = Math.floor(i / sessions) & 1;
    const payload = content(traffic, i, size);
    all[i % sessions].send(side, frame(0x81, payload, side === 0 ? traffic.random() : undefined));
    traffic.messages++;
  }
}

/** Sessions that are opened, and then have nothing to say. */
function idleConnections(traffic, count) {
  for (let i = 0; i < count; i++) {
    const connection = traffic.connection(i);
    traffic.open(connection);
    traffic.send(connection, 0, request());
    traffic.send(connection, 1, response());
  }
}

/** Short connections, a thousand at a time: upgrade, a message each way, closed properly. */
function manyConnections(traffic, count, live = 1000) {
  const steps = [
    (c) => traffic.open(c),
    (c) => traffic.send(c, 0, request()),
    (c) => traffic.send(c, 1, response()),
    (c) => traffic.send(c, 0, frame(0x81, Buffer.from('hello'), traffic.random())),
    (c) => traffic.send(c, 1, frame(0x81, Buffer.from('world'))),
    (c) => traffic.send(c, 0, frame(0x88, Buffer.from([3, 232]), traffic.random())),
    (c) => traffic.send(c, 1, frame(0x88, Buffer.from([3, 232]))),
    (c) => traffic.close(c),
  ];
  for (let from = 0; from < count; from += live) {
    const group = Array.from({ length: Math.min(live, count - from) }, (_, i) =>
      traffic.connection(from + i),
    );
    for (const step of steps) for (const connection of group) step(connection);
    traffic.messages += 2 * group.length;
  }
}

/** Nine packets of other traffic behind each message: TLS records of long downloads. */
function noise(connections) {
  const record = Buffer.alloc(1400, 0x5a);
  Buffer.from([23, 3, 3, 5, 115]).copy(record);
  const others = [];
  return (traffic, i) => {
    if (others.length < connections) {
      const connection = traffic.connection(100_000 + others.length, 443);
      traffic.open(connection);
      others.push(connection);
    }
    const other = others[i % others.length];
    for (let n = 0; n < 8; n++) traffic.packet(other, 1, 24, record);
    traffic.packet(other, 0, ACK);
  };
}

const MB = 1e6;

/** By name: what writes the capture. */
export const CAPTURES = {
  small: (traffic, changes) => talk(traffic, { bytes: 60 * MB, size: 120, ...changes }),
  large: (traffic) => talk(traffic, { bytes: 200 * MB, size: 20_000 }),
  deflate: (traffic) =>
    talk(traffic, { bytes: 40 * MB, size: 2000, extensions: NO_TAKEOVER, takeover: false, make: records }),
  takeover: (traffic) =>
    talk(traffic, {
      bytes: 40 * MB,
      size: 2000,
      extensions: 'permessage-deflate',
      takeover: true,
      make: records,
    }),
  rough: (traffic) => {
    traffic.roughness = 0.02;
    talk(traffic, { bytes: 60 * MB, size: 120 });
  },
  json: (traffic, changes) => talk(traffic, { bytes: 60 * MB, size: 120, make: value, ...changes }),
  many: (traffic, { sessions = 500_000 }) => manyConnections(traffic, sessions),
  idle: (traffic, { sessions = 100_000 }) => idleConnections(traffic, sessions),
  noise: (traffic) => talk(traffic, { bytes: 200 * MB, size: 120, between: noise(200) }),
  tls: (traffic, { path }) => talkSecurely(traffic, { path, bytes: 60 * MB, size: 120 }),
  'tls-large': (traffic, { path }) => talkSecurely(traffic, { path, bytes: 100 * MB, size: 20_000 }),
  exports: (traffic) => talk(traffic, { bytes: 1000 * MB, size: 1000 }),
  gigabyte: (traffic) => talk(traffic, { bytes: 1000 * MB, size: 120 }),
  'five-gigabytes': (traffic) => talk(traffic, { bytes: 5000 * MB, size: 120 }),
};

/** Writes a capture, for `small` and `json` with changes to what talk() takes, `many` and `idle` of so many sessions; returns what is in it. */
export function writeCapture(name, path, changes = {}) {
  const traffic = new Traffic(path);
  CAPTURES[name](traffic, { path, ...changes });
  traffic.end();
  return { bytes: traffic.bytes, packets: traffic.packets, messages: traffic.messages };
}
