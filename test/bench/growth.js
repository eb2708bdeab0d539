/**
 * Shows that the cost grows in proportion: with packets, connections that are live at a time, frames of a session, and
 * not with the order in which packets come.
 *
 *   npm run build && node test/bench/growth.js [packets|connections|idle|frames|reversed|late …] [--rounds N]
 *
 * Strategy: `wsdissect check` on captures that double, each row the median of its rounds. What a capture of one session
 * takes is start-up, and taken off. Time is that of the processor, all threads of it: other work on the machine changes
 * it less. Printed is what an item (a packet) takes, and how often that is what an item of the
 * first row takes: 1.00 all the way down is growth in proportion. Caches make the first rows of many connections cheap.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { begin } from './captures.js';
import { measureInTurn, takeRounds, timed } from './run.js';
import { ACK, frame, Traffic } from './traffic.js';

const bin = fileURLToPath(new URL('../../bin/wsdissect.js', import.meta.url));
const DATA = Buffer.from('\x00\x01neither HTTP nor TLS');
const PSH_ACK = 24;

/** `sessions` that send `count` frames of 120 bytes in turn, server and client alternating. */
function frames(traffic, count, sessions) {
  const connections = Array.from({ length: sessions }, (_, i) => begin(traffic, i));
  for (let i = 0; i < count; i++) {
    const side = Math.floor(i / sessions) & 1;
    const payload = Buffer.alloc(120, 0x61 + (i % 26));
    traffic.send(
      connections[i % sessions],
      side,
      frame(0x81, payload, side === 0 ? traffic.random() : undefined),
    );
  }
}

/** All are opened before the first one goes on; `data`: or are never anything but open. */
function connections(traffic, count, data) {
  const all = Array.from({ length: count }, (_, i) => traffic.connection(i));
  for (const one of all) traffic.open(one);
  for (let turn = 0; turn < 2; turn++)
    for (const one of all)
      if (data) traffic.packet(one, 0, PSH_ACK, DATA);
      else traffic.packet(one, 1, ACK);
}

/** One session whose server sends short segments, which nobody acknowledges: they are held behind each hole. */
function stream(traffic, count) {
  const connection = begin(traffic, 0);
  for (let i = 0; i < count; i++) traffic.send(connection, 1, frame(0x81, Buffer.alloc(40, 0x61 + (i % 26))));
}

const FRAMES = 1_000_000;
const ORDERED = 200_000;
const WINDOWS = [1, 8, 64, 512, 4096, 32_768];

/** By name: what is varied, its values, and what writes a capture; `order` puts the packets of a window in order. */
const SERIES = {
  packets: {
    item: 'packets',
    values: [125_000, 250_000, 500_000, 1_000_000],
    write: (traffic, count) => frames(traffic, count, 50),
  },
  connections: {
    item: 'live connections, with data',
    values: [62_500, 125_000, 250_000, 500_000],
    write: (traffic, count) => connections(traffic, count, true),
  },
  idle: {
    item: 'live connections, idle',
    values: [62_500, 125_000, 250_000, 500_000],
    write: (traffic, count) => connections(traffic, count, false),
  },
  frames: {
    item: `frames of each session, ${FRAMES} in all`,
    values: [1_000, 10_000, 100_000, 1_000_000],
    write: (traffic, count) => frames(traffic, FRAMES, FRAMES / count),
  },
  reversed: {
    item: `segments reversed in each window, of ${ORDERED}`,
    values: WINDOWS,
    write: (traffic) => stream(traffic, ORDERED),
    order: (window) => window.reverse(),
  },
  late: {
    item: `segments in each window, every other behind all others, of ${ORDERED}`,
    values: WINDOWS,
    write: (traffic) => stream(traffic, ORDERED),
    order: (window) => [...window.filter((_, i) => i % 2 === 1), ...window.filter((_, i) => i % 2 === 0)],
  },
};

const args = process.argv.slice(2);
const rounds = takeRounds(args);
const names = args.length > 0 ? args : Object.keys(SERIES);
if (!(rounds > 0) || names.some((name) => SERIES[name] === undefined)) {
  console.error(`usage: node test/bench/growth.js [${Object.keys(SERIES).join('|')} …] [--rounds N]`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-growth-'));
try {
  const nothing = write((traffic) => frames(traffic, 1, 1));
  const startUp = await check(nothing.path, 9);
  console.log(`start-up ${(startUp.seconds * 1000).toFixed(0)} ms, ${startUp.mebibytes.toFixed(0)} MiB`);
  for (const name of names) await show(SERIES[name], startUp);
} finally {
  rmSync(folder, { recursive: true });
}

async function show({ item, values, write: writeInto, order }, startUp) {
  console.log(
    `\n${'packets'.padStart(10)}${'seconds'.padStart(9)}${'MiB'.padStart(6)}${'ns each'.padStart(9)}  ratio  ${item}`,
  );
  let smallest;
  for (const value of values) {
    const { path, packets } = write((traffic) => writeInto(traffic, value));
    if (order !== undefined) reorder(path, value, order);
    const { processor, seconds, mebibytes } = await check(path);
    rmSync(path);
    const each = ((processor - startUp.processor) * 1e9) / packets;
    smallest ??= each;
    console.log(
      `${String(packets).padStart(10)}${seconds.toFixed(2).padStart(9)}${mebibytes.toFixed(0).padStart(6)}` +
        `${each.toFixed(0).padStart(9)}${(each / smallest).toFixed(2).padStart(7)}  ${value}`,
    );
  }
}

async function check(path, times = rounds) {
  const results = await measureInTurn([['check', () => timed(bin, 'check', '-q', path)]], times, folder);
  return results.get('check');
}

function write(fill) {
  const path = join(folder, 'growth.pcap');
  const traffic = new Traffic(path);
  fill(traffic);
  traffic.end();
  return { path, packets: traffic.packets };
}

/** Puts the packets behind the handshake in another order, window by window; each keeps the time of its place. */
function reorder(path, size, order) {
  const bytes = readFileSync(path);
  const records = [];
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8))
    records.push(bytes.subarray(at, at + 16 + bytes.readUInt32LE(at + 8)));
  const times = records.map((record) => Buffer.from(record.subarray(0, 8)));
  const [opening, rest] = [records.slice(0, 5), records.slice(5)];
  const ordered = [...opening];
  for (let at = 0; at < rest.length; at += size)
    for (const one of order(rest.slice(at, at + size))) ordered.push(one);
  for (const [i, record] of ordered.entries()) times[i].copy(record);
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([bytes.subarray(0, 24), ...ordered]));
  closeSync(file);
}
