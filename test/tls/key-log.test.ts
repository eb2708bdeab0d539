import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyLogParser } from '../../src/tls/key-log.js';
import { SECRET_LABELS, SecretStore } from '../../src/tls/secrets.js';
import { splits } from '../support/splits.js';

const random = (number: number) => createHash('sha256').update(`${number}`).digest('hex');
const SECRET = 'ab'.repeat(48);

function parse(pieces: readonly Uint8Array[], end = true) {
  const store = new SecretStore();
  const parser = new KeyLogParser(store);
  for (const piece of pieces) parser.push(piece);
  if (end) parser.end();
  return { store, counts: parser.counts };
}

const counted = (text: string, end = true) => {
  const { secrets, malformed, unknown } = parse([Buffer.from(text, 'latin1')], end).counts;
  return [secrets, malformed, unknown];
};

describe('lines', () => {
  const R = random(1);
  const CASES: [string, string, secrets: number, malformed: number, unknown: number][] = [
    ['with LF', `CLIENT_RANDOM ${R} ${SECRET}\n`, 1, 0, 0],
    ['with CRLF', `CLIENT_RANDOM ${R} ${SECRET}\r\n`, 1, 0, 0],
    ['the last without an end', `CLIENT_RANDOM ${R} ${SECRET}`, 1, 0, 0],
    ['with blanks behind and between', `CLIENT_RANDOM  ${R}   ${SECRET} \t\n`, 1, 0, 0],
    ['in capitals', `CLIENT_RANDOM ${R.toUpperCase()} ${SECRET.toUpperCase()}\n`, 1, 0, 0],
    ['comments and empty ones', `# CLIENT_RANDOM ${R} ${SECRET}\n\n\r\n   \n#`, 0, 0, 0],
    ['of an unknown label', `CLIENT_HANDSHAKE_9 ${R} ${SECRET}\n`, 0, 0, 1],
    ['of RSA, with no random', `RSA 0123456789abcdef ${SECRET}\n`, 1, 0, 0],
    ['of RSA, with a random', `RSA ${R} ${SECRET}\n`, 0, 1, 0],
    ['of another label with as little', `CLIENT_RANDOM 0123456789abcdef ${SECRET}\n`, 0, 1, 0],
    ['of ECH', `ECH_SECRET ${R} ${SECRET}\n`, 0, 0, 1],
    ['with no secret', `CLIENT_RANDOM ${R}\n`, 0, 1, 0],
    ['with a short random', `CLIENT_RANDOM ${R.slice(2)} ${SECRET}\n`, 0, 1, 0],
    ['with a long random', `CLIENT_RANDOM ${R}00 ${SECRET}\n`, 0, 1, 0],
    ['with half an octet', `CLIENT_RANDOM ${R} ${SECRET}a\n`, 0, 1, 0],
    ['that are not hexadecimal', `CLIENT_RANDOM ${R} ${SECRET.slice(2)}xy\n`, 0, 1, 0],
    ['that go on', `CLIENT_RANDOM ${R} ${SECRET} ${SECRET}\n`, 0, 1, 0],
    ['that begin with a blank', ` CLIENT_RANDOM\t${R} ${SECRET}\n`, 1, 0, 0],
    ['with a byte order mark', `\u00ef\u00bb\u00bfCLIENT_RANDOM ${R} ${SECRET}\n`, 1, 0, 0],
    ['with a label in small letters', `client_random ${R} ${SECRET}\n`, 0, 1, 0],
    ['of something else', 'GET / HTTP/1.1\n', 0, 1, 0],
    ['of octets', '\xff\xfe\x00\x01\n', 0, 1, 0],
    ['far too long', `${'a'.repeat(100_000)}\nCLIENT_RANDOM ${R} ${SECRET}\n`, 1, 1, 0],
    ['far too long, with no end', 'a'.repeat(100_000), 0, 1, 0],
    ['of a secret that is too long', `CLIENT_RANDOM ${R} ${'ab'.repeat(65)}\n`, 0, 1, 0],
  ];

  test.each(CASES)('%s', (_, text, ...expected) => {
    expect(counted(text)).toEqual(expected);
    const bytes = Buffer.from(text, 'latin1');
    for (const pieces of splits(bytes, 400)) {
      const { secrets, malformed, unknown } = parse(pieces).counts;
      expect([secrets, malformed, unknown]).toEqual(expected);
    }
  });

  test('every label', () => {
    const nameOf = (label: string) => (label === 'RSA' ? R.slice(0, 16) : R);
    const text = SECRET_LABELS.map((label) => `${label} ${nameOf(label)} ${SECRET}\n`).join('');
    const { store, counts } = parse([Buffer.from(text)]);
    expect(counts).toEqual({ secrets: SECRET_LABELS.length, malformed: 0, unknown: 0 });
    for (const label of SECRET_LABELS)
      expect(
        Buffer.from(store.find(label, Buffer.from(nameOf(label).padEnd(64, '0'), 'hex'))!).toString('hex'),
      ).toBe(SECRET);
  });

  test('a line is not taken before its end has come', () => {
    const line = `CLIENT_RANDOM ${R} ${SECRET}`;
    expect(counted(line, false)).toEqual([0, 0, 0]);
    expect(counted(`${line}\n${line}`, false)).toEqual([1, 0, 0]);
  });
});

test('lines in pieces of any size', () => {
  const line = fc.oneof(
    fc.nat(9).map((i) => `CLIENT_RANDOM ${random(i)} ${SECRET}`),
    fc.constantFrom('', '# comment', 'garbage', `OTHER ${random(1)} 00`, 'x'.repeat(400)),
  );
  const size = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(fc.array(line), fc.array(size), fc.constantFrom('\n', '\r\n'), (lines, sizes, end) => {
      const bytes = Buffer.from(lines.join(end));
      let at = 0;
      const pieces = [...sizes, bytes.length].map((length) => bytes.subarray(at, (at += length)));
      expect(parse(pieces).counts).toEqual({
        secrets: lines.filter((one) => one.startsWith('CLIENT')).length,
        malformed: lines.filter((one) => /^garbage|^x/.test(one)).length,
        unknown: lines.filter((one) => one.startsWith('OTHER')).length,
      });
    }),
  );
});

test('megabytes of lines, and of a line that never ends', () => {
  const count = 10_000;
  const lines = Array.from({ length: count }, (_one, i) => `CLIENT_RANDOM ${random(i)} ${SECRET}\n# ${i}\n`);
  const bytes = Buffer.from(lines.join(''));
  expect(bytes.length).toBeGreaterThan(1_800_000);
  const { store, counts } = parse([bytes.subarray(0, 777_777), bytes.subarray(777_777)]);
  expect(counts).toEqual({ secrets: count, malformed: 0, unknown: 0 });
  for (let i = 0; i < count; i += 97)
    expect(store.find('CLIENT_RANDOM', Buffer.from(random(i), 'hex'))).toHaveLength(48);

  const endless = Array.from({ length: 500 }, () => Buffer.alloc(65_536, 0x41));
  expect(parse([...endless, Buffer.from(`\n${lines[0]}`)]).counts).toEqual({
    secrets: 1,
    malformed: 1,
    unknown: 0,
  });
});
