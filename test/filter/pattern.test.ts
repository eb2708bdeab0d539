import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/filter/pattern.js';

describe('patterns', () => {
  it.each([
    ['error|fail', 'a FAILURE', true],
    ['(?-i)error|fail', 'a FAILURE', false],
    ['(?i)^fail', 'FAILURE', true],
    ['^{"id":\\d+', '{"id":17}', true],
    ['a.c', 'a\nc', true],
    ['(un)?subscribe', 'Unsubscribe', true],
    ['[^0-9]x', '5x', false],
    ['b+$', 'abb', true],
    ['(ab)+$', 'xabab', true],
    ['\\bfoo\\b', 'a foo.', true],
    ['\\x41{2}', 'aa', true],
    ['\\p{Greek}', 'aα', true],
    ['', 'anything', true],
    ['c*', '', true],
    ['[[:digit:]]{3}', 'a123', true],
  ])('%j in %j: %j', (pattern, text, expected) => {
    expect(compilePattern(pattern)(text)).toBe(expected);
  });

  it.each([
    ['(', 'missing closing ): `(`'],
    ['*a', 'missing argument to repetition operator: `*`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['[b', 'missing closing ]: `[b`'],
  ])('%j is none', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(new SyntaxError(message));
  });

  it.each(['(a+)+$', '^(a|a)*$', '(x+x+)+y', 'a*a*a*a*b', '^(?:a*)*$', '.*.*.*=', '(a?){40}b', 'a+b'])(
    'a payload cannot make %j run for ever',
    (pattern) => {
      const holds = compilePattern(pattern);
      expect([holds(`${'a'.repeat(100_000)}!`), holds('x'.repeat(100_000))]).toEqual([false, false]);
    },
  );

  it('say the same, whichever engine is asked', () => {
    const atom = fc.constantFrom(
      'a',
      'B',
      'é',
      'ſ',
      '.',
      '\\d',
      '[a-c]',
      '[^b1]',
      '^',
      '$',
      '\\.',
      '(a|b)',
      '(é)',
    );
    const pattern = fc
      .array(fc.tuple(atom, fc.constantFrom('', '', '', '?', '*', '+', '|')), { maxLength: 5 })
      .map((parts) => parts.flat().join(''));
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'B', 'c', '1', '.', 'É', 'é', 's', 'K', '\n'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(pattern, text, (written, tried) => {
        let wanted: RE2JS;
        try {
          wanted = RE2JS.compile(written, RE2JS.DOTALL | RE2JS.CASE_INSENSITIVE);
        } catch {
          return;
        }
        expect(compilePattern(written)(tried)).toBe(wanted.test(tried));
      }),
      { numRuns: 5000 },
    );
  });
});
