import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, formatEndpoint, parseAddress } from '../../src/network/address.js';
import { CaptureError } from '../../src/stream/defect.js';

const format = (bytes: Uint8Array) => formatAddress(bytes, 0, bytes.length);

describe('addresses', () => {
  const canonical = [
    '0.0.0.0',
    '192.0.2.1',
    '255.255.255.255',
    '::',
    '::1',
    '1::',
    '2001:db8::1',
    '2001:db8:0:1:1:1:1:1',
    '2001:0:0:1::1',
    '2001:db8::1:0:0:1',
    'fe80::1:2',
    '1:2:3:4:5:6:7:8',
    '::2:3:4:5:6:7',
    '::ffff:192.0.2.1',
    '::ffff:0:c000:201',
    'abcd:ef01:2345:6789:abcd:ef01:2345:6789',
  ];
  it.each(canonical)('%s stays as it is', (text) => expect(format(parseAddress(text))).toBe(text));

  const others: [string, string][] = [
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['::192.0.2.1', '::c000:201'],
    ['0:0:0:0:0:ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:0', '1:0:2:3:4:5:6:0'],
    ['0:0:1:2:3:4:0:0', '::1:2:3:4:0:0'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ];
  it.each(others)('%s becomes %s', (text, expected) => expect(format(parseAddress(text))).toBe(expected));

  it('are read where they lie', () => {
    expect(formatAddress(Uint8Array.of(9, 9, 10, 0, 0, 1, 9), 2, 4)).toBe('10.0.0.1');
    const around = new Uint8Array(20).fill(0xff);
    around.set(parseAddress('2001:db8::2'), 3);
    expect(formatAddress(around, 3, 16)).toBe('2001:db8::2');
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', 'example.org', '1::2::3', 'fe80::1%eth0', '[::1]'])(
    '%j is refused',
    (text) => {
      expect(() => parseAddress(text)).toThrow(CaptureError);
      expect(() => parseAddress(text)).toThrow(
        `${JSON.stringify(text)} is not an IP address: give one such as 192.0.2.1 or 2001:db8::1`,
      );
    },
  );

  it('round trip', () => {
    const sparse = fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(fc.oneof(sparse, fc.array(fc.nat(255), { minLength: 4, maxLength: 4 })), (numbers) => {
        const bytes = Uint8Array.from(numbers);
        const text = format(bytes);
        expect(isIP(text)).toBe(bytes.length === 4 ? 4 : 6);
        expect(parseAddress(text)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('are those that node:net knows, written in any way', () => {
    const written = fc.stringMatching(/^[0-9a-fA-F:.]{0,24}$/);
    const group = fc.constantFrom(
      '',
      '0',
      '1',
      'ff',
      '0db8',
      '12345',
      '::',
      '1.2.3.4',
      '256.1.1.1',
      '01.2.3.4',
    );
    const joined = fc
      .array(group, { maxLength: 9 })
      .map((groups) => groups.join(':').replaceAll(/:{3,}/g, '::'));
    const dotted = fc.array(fc.constantFrom('0', '9', '255', '256', '00', '07', ''), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.oneof(
          written,
          joined,
          dotted.map((parts) => parts.join('.')),
        ),
        (text) => {
          let length = 0;
          try {
            length = parseAddress(text).length;
          } catch {}
          expect(length, text).toBe({ 0: 0, 4: 4, 6: 16 }[isIP(text)]);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('make endpoints', () => {
    expect(formatEndpoint('192.0.2.1', 80)).toBe('192.0.2.1:80');
    expect(formatEndpoint('2001:db8::1', 443)).toBe('[2001:db8::1]:443');
    expect(formatEndpoint('::ffff:192.0.2.1', 0)).toBe('[::ffff:192.0.2.1]:0');
  });
});
