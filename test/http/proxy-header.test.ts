import { describe, expect, test } from 'vitest';
import { ProxyHeader } from '../../src/http/proxy-header.js';
import { splits } from '../support/splits.js';
import { answer, latin1, Recorder, SWITCH, upgrade } from './recorder.js';

const v2 = (addresses: string, versionAndCommand = '\x21') =>
  `\r\n\r\n\0\r\nQUIT\n${versionAndCommand}\x11${String.fromCharCode(addresses.length >> 8, addresses.length & 0xff)}${addresses}`;

const HEADERS: [name: string, header: string][] = [
  ['v1', 'PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n'],
  ['v1 without addresses', 'PROXY UNKNOWN\r\n'],
  ['v1, as long as it may be', `PROXY ${'x'.repeat(99)}\r\n`],
  ['v2', v2('\xc0\0\x02\x01\xc6\x33\x64\x07\xdc\x04\x01\xbb')],
  ['v2 without addresses', v2('', '\x20')],
  ['v2 with what looks like heads in it', v2('GET / HTTP/1.1\r\n\r\n\r\n\r\n\0\r\nQUIT\n')],
  ['v2, long', v2('x'.repeat(700))],
];

describe.each(HEADERS)('%s', (_name, header) => {
  test('before an upgrade, in any pieces', () => {
    for (const pieces of splits(latin1(`${header}${upgrade('/a')}C`))) {
      const recorder = new Recorder();
      for (const piece of pieces) recorder.send(0, Buffer.from(piece).toString('latin1'));
      recorder.send(1, `${SWITCH}S`);
      expect(recorder.log).toEqual(['requested GET /a on 0', 'switched 101 to /a of 0']);
      expect(recorder.client.text + recorder.server.text).toBe('CS');
      expect(recorder.exchanges[0].request).toMatchObject({ streamOffset: header.length, quirks: [] });
    }
  });

  test('ends where it says', () => {
    const rest = header.startsWith('PROXY ') ? header.slice(6) : header.slice(12);
    for (const pieces of splits(latin1(`${rest}GET`))) {
      const proxy = new ProxyHeader(header.startsWith('PROXY ') ? 1 : 2);
      let used = 0;
      for (const piece of pieces) used += proxy.push(piece, 0, piece.length);
      expect([used, proxy.done, proxy.failed]).toEqual([rest.length, true, false]);
    }
  });
});

describe('a PROXY header', () => {
  test('comes once', () => {
    const recorder = new Recorder();
    recorder.send(0, 'PROXY UNKNOWN\r\nPROXY UNKNOWN\r\n');
    expect(recorder.log).toEqual(['lost 0 not-http']);
  });

  test('comes before the first head only', () => {
    const recorder = new Recorder();
    recorder.send(1, `${answer(204)}PROXY UNKNOWN\r\n`);
    expect(recorder.log.slice(1)).toEqual(['defect undecodable-head', 'lost 1 undecodable']);
  });

  test('that a gap or the end cuts is no defect', () => {
    const recorder = new Recorder();
    recorder.send(0, 'PROXY TCP4 ');
    recorder.connection.sides[0].gap(10);
    recorder.send(0, upgrade('/a'));
    expect(recorder.log).toEqual(['lost 0 gap', 'requested GET /a on 0']);
    const cut = new Recorder();
    cut.send(0, 'PROXY TCP4 ');
    cut.connection.sides[0].end('fin');
    expect(cut.log).toEqual([]);
  });
});
