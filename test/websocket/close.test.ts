import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeCodeName, decodeClose, encodeClose } from '../../src/websocket/close.js';
import { utf8 } from '../support/splits.js';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('decodeClose', () => {
  it.each([
    ['nothing', bytes(), undefined],
    ['one octet', bytes(3), undefined],
    ['a code', bytes(0x03, 0xe8), { code: 1000, reason: '' }],
    ['a code of 0', bytes(0, 0), { code: 0, reason: '' }],
    ['the highest code', bytes(255, 255), { code: 65_535, reason: '' }],
    [
      'a reason',
      bytes(0x03, 0xe9, ...utf8('auf Wiedersehen 👋')),
      { code: 1001, reason: 'auf Wiedersehen 👋' },
    ],
    ['a byte order mark', bytes(0x03, 0xe8, 0xef, 0xbb, 0xbf, 0x41), { code: 1000, reason: '\ufeffA' }],
    ['a C1 octet', bytes(0x03, 0xe8, 0x9b, 0x41), { code: 1000, reason: '\ufffdA' }],
    ['a cut character', bytes(0x03, 0xe8, 0xe2, 0x82), { code: 1000, reason: '\ufffd' }],
    ['a surrogate', bytes(0x03, 0xe8, 0xed, 0xa0, 0x80), { code: 1000, reason: '\ufffd\ufffd\ufffd' }],
    ['an overlong form', bytes(0x03, 0xe8, 0xc0, 0xaf), { code: 1000, reason: '\ufffd\ufffd' }],
    ['controls', bytes(0x03, 0xe8, 0x1b, 0x5b, 0x0a, 0x00), { code: 1000, reason: '\x1b[\n\0' }],
  ])('reads %s', (_name, payload, expected) => {
    expect(decodeClose(payload)).toEqual(expected);
  });

  it('is the inverse of encodeClose', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.string({ unit: 'binary' }), (code, reason) => {
        expect(decodeClose(encodeClose(code, reason))).toEqual({ code, reason });
      }),
    );
  });

  it('never throws, and keeps no state from one body to the next', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), (payload) => {
        const body = decodeClose(payload);
        expect(body === undefined).toBe(payload.length < 2);
        if (body !== undefined) expect(body.code).toBe(payload[0] * 256 + payload[1]);
        expect(decodeClose(encodeClose(1000, 'ok'))).toEqual({ code: 1000, reason: 'ok' });
      }),
    );
  });
});

describe('encodeClose', () => {
  it.each([
    [1000, undefined, [3, 0xe8]],
    [4999, 'é', [0x13, 0x87, 0xc3, 0xa9]],
    [0, '', [0, 0]],
  ])('writes %i %s', (code, reason, expected) => {
    expect([...encodeClose(code, reason)]).toEqual(expected);
  });
});

it.each([
  [0, 'not used'],
  [999, 'not used'],
  [1000, 'Normal Closure'],
  [1001, 'Going Away'],
  [1002, 'Protocol error'],
  [1005, 'No Status Rcvd'],
  [1006, 'Abnormal Closure'],
  [1009, 'Message Too Big'],
  [1014, 'Bad Gateway'],
  [1015, 'TLS handshake'],
  [1016, 'Reserved for the protocol'],
  [2999, 'Reserved for the protocol'],
  [3000, 'Unauthorized'],
  [3001, 'Registered for libraries and frameworks'],
  [3999, 'Registered for libraries and frameworks'],
  [4000, 'Private use'],
  [4999, 'Private use'],
  [5000, 'not defined'],
  [65_535, 'not defined'],
])('%i is named %s', (code, name) => {
  expect(closeCodeName(code)).toBe(name);
});
