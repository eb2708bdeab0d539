import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeExtensions, parseExtensions } from '../../src/websocket/extensions.js';

/** name, then parameters as `name`, `name=value` or `name="value"`. */
const short = (values: string[]) => {
  const { extensions, malformed } = parseExtensions(values);
  const list = extensions.map(({ name, parameters }) => [
    name,
    ...parameters.map(({ name, value, quoted }) =>
      value === undefined ? name : quoted ? `${name}="${value}"` : `${name}=${value}`,
    ),
  ]);
  return [list, malformed];
};

describe('parseExtensions', () => {
  test('gives names and parameters', () => {
    expect(
      parseExtensions(['permessage-deflate; client_max_window_bits; server_max_window_bits="10"']),
    ).toEqual({
      extensions: [
        {
          name: 'permessage-deflate',
          parameters: [
            { name: 'client_max_window_bits', value: undefined, quoted: false },
            { name: 'server_max_window_bits', value: '10', quoted: true },
          ],
        },
      ],
      malformed: false,
    });
  });

  test.each<[string[], string[][], boolean]>([
    [[], [], false],
    [[''], [], false],
    [[' , ,'], [], false],
    [['a'], [['a']], false],
    [['a, b;c'], [['a'], ['b', 'c']], false],
    [['a', 'b'], [['a'], ['b']], false],
    [['a;x=1;x=2'], [['a', 'x=1', 'x=2']], false],
    [[' a ; x = 1 ,\tb'], [['a', 'x=1'], ['b']], false],
    [['a; x="1"'], [['a', 'x="1"']], false],
    [['a; x="\\1\\0"'], [['a', 'x="10"']], false],
    [['a; x="1, b; y=2", c'], [['a', 'x="1, b; y=2"'], ['c']], true],
    [['a; x=""'], [['a', 'x=""']], true],
    [['a; x="1'], [['a', 'x="1"']], true],
    [['a; x="1\\'], [['a', 'x="1\\"']], true],
    [['a; x=1"2"; y, b'], [['a', 'x=1'], ['b']], true],
    [['a; x=, b'], [['a', 'x'], ['b']], true],
    [['a; x=; y'], [['a', 'x', 'y']], true],
    [['a;'], [['a']], true],
    [['a;;b'], [['a']], true],
    [['a; =1, b'], [['a'], ['b']], true],
    [['a b, c'], [['a'], ['c']], true],
    [['a/b, c'], [['a'], ['c']], true],
    [['=, c'], [['c']], true],
    [['"a,b", c'], [['c']], true],
    [['\xe9, c'], [['c']], true],
    [['a; x="1', 'b'], [['a', 'x="1"'], ['b']], true],
  ])('%j', (values, expected, malformed) => {
    expect(short(values)).toEqual([expected, malformed]);
  });

  const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,10}$/);
  const parameter = fc.oneof(
    fc.record({ name: token, value: fc.constant(undefined), quoted: fc.constant(false) }),
    fc.record({ name: token, value: token, quoted: fc.boolean() }),
  );
  const extension = fc.record({ name: token, parameters: fc.array(parameter, { maxLength: 4 }) });

  test('round trip', () => {
    fc.assert(
      fc.property(fc.array(extension, { maxLength: 5 }), (extensions) => {
        expect(parseExtensions([encodeExtensions(extensions)])).toEqual({ extensions, malformed: false });
        expect(parseExtensions(extensions.map((one) => encodeExtensions([one])))).toEqual({
          extensions,
          malformed: false,
        });
      }),
    );
  });

  test('round trip of quoted values that need escapes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,20}$/), (value) => {
        const extensions = [{ name: 'a', parameters: [{ name: 'x', value, quoted: true }] }];
        expect(parseExtensions([encodeExtensions(extensions)]).extensions).toEqual(extensions);
      }),
    );
  });

  test('any text: never throws, ends, and keeps the well-formed element behind it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab;=,"\\ \t/\xff'), maxLength: 30 }), (text) => {
        parseExtensions([text]);
        const { extensions } = parseExtensions([text, 'last; x']);
        expect(extensions.at(-1)).toEqual({
          name: 'last',
          parameters: [{ name: 'x', value: undefined, quoted: false }],
        });
      }),
    );
  });

  test('long hostile values take linear time', () => {
    const started = performance.now();
    for (const text of ['a;', ';', ',', 'a,', '"', '\\', 'a="', ' ', 'a; x="\\"']) {
      parseExtensions([text.repeat(30_000)]);
      parseExtensions([`a; x="${text.repeat(30_000)}`]);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
