import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { MAX_SECRET, SECRET_LABELS, SecretStore } from '../../src/tls/secrets.js';

const random = (number: number) => createHash('sha256').update(`random ${number}`).digest();
const secret = (number: number, length = 48) =>
  createHash('sha512').update(`secret ${number}`).digest().subarray(0, length);
const hexOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');

test('ten thousand sessions with all their labels', () => {
  const store = new SecretStore();
  const count = 10_000;
  for (let i = 0; i < count; i++)
    SECRET_LABELS.forEach((label, index) => {
      store.add(label, random(i), secret(i * 10 + index, index % 2 ? 32 : 48));
    });
  expect([store.known, store.used]).toEqual([count * SECRET_LABELS.length, 0]);
  for (let i = 0; i < count; i += 7)
    SECRET_LABELS.forEach((label, index) => {
      expect(hexOf(store.find(label, random(i)))).toBe(hexOf(secret(i * 10 + index, index % 2 ? 32 : 48)));
    });
  expect(store.find('CLIENT_RANDOM', random(count))).toBeUndefined();
  expect(store.known).toBe(count * SECRET_LABELS.length);
});

test('what is told anew replaces what was told, of the same length or not', () => {
  const store = new SecretStore();
  const told = new Map<number, Buffer>();
  const lengths = [32, 48, 48, 32, 64, 1];
  for (const [turn, length] of lengths.entries()) {
    for (let i = 0; i < 300; i++) {
      if ((i + turn) % 3 === 0 && turn > 0) continue;
      told.set(i, secret(turn * 1000 + i, length));
      store.add('CLIENT_RANDOM', random(i), told.get(i)!);
    }
    for (const [i, last] of told) expect(hexOf(store.find('CLIENT_RANDOM', random(i)))).toBe(hexOf(last));
  }
});

test('how many were asked for is counted once each', () => {
  const store = new SecretStore();
  store.add('CLIENT_RANDOM', random(1), secret(1));
  store.add('CLIENT_RANDOM', random(2), secret(2));
  for (let i = 0; i < 600; i++) store.find('CLIENT_RANDOM', random(1));
  expect(store.used).toBe(1);
  store.find('PMS_CLIENT_RANDOM', random(2));
  expect(store.used).toBe(1);
});

test('what was used may be told anew', () => {
  const store = new SecretStore();
  for (const i of [1, 2]) store.add('CLIENT_RANDOM', random(i), secret(i));
  for (const i of [1, 2]) {
    store.find('CLIENT_RANDOM', random(i));
    store.confirm(random(i));
  }
  const line = (i: number) => `CLIENT_RANDOM ${hexOf(random(i))} ${hexOf(secret(i))}\n`;
  expect(store.usedLines()).toBe(line(1) + line(2));
  store.forgetUse();
  expect([store.known, store.used, store.usedLines()]).toEqual([2, 0, '']);
  expect([...store.unused('CLIENT_RANDOM')]).toHaveLength(2);
  store.find('CLIENT_RANDOM', random(2));
  expect(store.usedLines()).toBe('');
  store.confirm(random(2));
  expect([store.used, store.usedLines()]).toEqual([1, line(2)]);
});

test('what is no secret is not taken', () => {
  const store = new SecretStore();
  store.add('CLIENT_RANDOM', Buffer.alloc(31), secret(1));
  store.add('CLIENT_RANDOM', random(1), Buffer.alloc(0));
  store.add('CLIENT_RANDOM', random(1), Buffer.alloc(MAX_SECRET + 1));
  expect(store.known).toBe(0);
  expect(store.find('CLIENT_RANDOM', random(1))).toBeUndefined();
  store.add('CLIENT_RANDOM', random(1), Buffer.alloc(MAX_SECRET, 1));
  expect(store.find('CLIENT_RANDOM', random(1))).toHaveLength(MAX_SECRET);
});

test('what is found is a copy', () => {
  const store = new SecretStore();
  store.add('CLIENT_RANDOM', random(1), secret(1));
  store.find('CLIENT_RANDOM', random(1))!.fill(0);
  expect(hexOf(store.find('CLIENT_RANDOM', random(1)))).toBe(hexOf(secret(1)));
});

test('a limit: told once, and what is known stays known and may be told anew', () => {
  let overflows = 0;
  const store = new SecretStore(10 * (3 + 32 + 48), () => overflows++);
  for (let i = 0; i < 30; i++) store.add('CLIENT_RANDOM', random(i), secret(i));
  expect([store.known, overflows]).toEqual([10, 1]);
  for (let i = 0; i < 30; i++)
    expect(hexOf(store.find('CLIENT_RANDOM', random(i)))).toBe(i < 10 ? hexOf(secret(i)) : undefined);
  store.add('CLIENT_RANDOM', random(3), secret(99));
  expect(hexOf(store.find('CLIENT_RANDOM', random(3)))).toBe(hexOf(secret(99)));
  expect(overflows).toBe(1);
});

test('who waits is told each time, until it does not wait any more', () => {
  const store = new SecretStore();
  const log: string[] = [];
  const stops = ['a', 'b'].map((name) => store.await(random(1), () => log.push(name)));
  const other = store.await(random(2), () => log.push('other'));
  store.add('CLIENT_RANDOM', random(1), secret(1));
  stops[0]();
  store.add('PMS_CLIENT_RANDOM', random(1), secret(1));
  stops[1]();
  store.add('CLIENT_RANDOM', random(1), secret(2));
  expect(log).toEqual(['a', 'b', 'b']);
  store.add('CLIENT_RANDOM', random(2), secret(1));
  other();
  stops[0]();
  expect(log).toEqual(['a', 'b', 'b', 'other']);
});

test('who is told may stop waiting, and may wait anew', () => {
  const store = new SecretStore();
  let told = 0;
  const came = () => {
    told++;
    stop();
    if (told < 3) stop = store.await(random(1), came);
  };
  let stop = store.await(random(1), came);
  for (let i = 0; i < 5; i++) store.add('CLIENT_RANDOM', random(1), secret(i));
  expect(told).toBe(3);
});

test('another secret of the same session is told of once, and counts', () => {
  let told = 0;
  const store = new SecretStore(
    Number.POSITIVE_INFINITY,
    () => {},
    () => told++,
  );
  store.add('CLIENT_RANDOM', random(1), secret(1));
  store.add('CLIENT_RANDOM', random(1), secret(1));
  store.add('CLIENT_RANDOM', random(2), secret(1));
  expect(told).toBe(0);
  for (const one of [secret(2), secret(3), secret(4, 32)]) {
    store.add('CLIENT_RANDOM', random(1), one);
    expect(hexOf(store.find('CLIENT_RANDOM', random(1)))).toBe(hexOf(one));
  }
  expect(told).toBe(1);
});

test('what has opened something, as lines of a key log', () => {
  const store = new SecretStore();
  expect([store.has(random(1)), store.usedLines()]).toEqual([false, '']);
  store.add('SERVER_TRAFFIC_SECRET_0', random(1), secret(2, 32));
  store.add('CLIENT_TRAFFIC_SECRET_0', random(1), secret(1, 32));
  store.add('EXPORTER_SECRET', random(1), secret(3, 32));
  expect([store.has(random(1)), store.has(random(2)), store.used, store.usedLines()]).toEqual([
    true,
    false,
    0,
    '',
  ]);
  for (let i = 0; i < 300; i++) store.find('SERVER_TRAFFIC_SECRET_0', random(1));
  store.find('EXPORTER_SECRET', random(1));
  expect(store.used).toBe(2);
  expect(store.usedLines()).toBe('');
  store.confirm(random(2));
  expect(store.usedLines()).toBe('');
  store.confirm(random(1));
  expect(store.usedLines()).toBe(`SERVER_TRAFFIC_SECRET_0 ${hexOf(random(1))} ${hexOf(secret(2, 32))}\n`);
});
