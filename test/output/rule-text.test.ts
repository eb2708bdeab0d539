import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { explainRule, ruleJson, ruleLine, writeRuleTable } from '../../src/output/rule-text.js';
import { width } from '../../src/output/width.js';
import { rules } from '../../src/rules/index.js';
import type { Rule } from '../../src/rules/rule.js';
import { MemoryWriter } from './samples.js';

const plain = makeColors(false);
const painted = makeColors(true);
const ansi = /\x1b\[\d+m/g;

const rule: Rule = {
  id: 'odd-frame',
  section: 'RFC 6455 §5.2',
  severity: 'warning',
  title: 'A frame is odd',
  asks: `Frames ${'SHOULD be even and '.repeat(5)}so on.`,
  why: 'Odd ones are harder to share.',
  causes: 'Counting from one.',
  client: 'Count from zero.',
  server: 'Count again.',
  example: { bytes: 'GET / HTTP/1.1\n\n81 05', explanation: 'The "5" is odd.' },
  watch: () => ({}),
};

it('ruleLine', () => {
  expect(ruleLine(rule, plain)).toBe(
    'odd-frame                   warning  RFC 6455 §5.2        A frame is odd',
  );
  expect(ruleLine(rule, painted).replace(ansi, '')).toBe(ruleLine(rule, plain));
  const titles = new Set(rules.map((known) => ruleLine(known, plain).indexOf(known.title)));
  expect([...titles]).toEqual([58]);
});

describe('the table of rules', () => {
  const table = (list: readonly Rule[], size: number, colors = plain) => {
    const writer = new MemoryWriter();
    writeRuleTable(writer, list, colors, size);
    return writer.lines;
  };

  it('on a wide terminal', () => {
    expect(table([rule], 100)).toEqual([
      '┌────────────────────────────┬──────────┬──────────────────┬───────────────────────────────────────┐',
      '│ Rule                       │ Severity │ Section          │ What is wrong                         │',
      '├────────────────────────────┼──────────┼──────────────────┼───────────────────────────────────────┤',
      '│ odd-frame                  │ warning  │ RFC 6455 §5.2    │ A frame is odd                        │',
      '└────────────────────────────┴──────────┴──────────────────┴───────────────────────────────────────┘',
    ]);
  });

  it('on a narrow one does without the section', () => {
    expect(table([rule], 80)).toEqual([
      '┌────────────────────────────┬──────────┬──────────────────────────────────────┐',
      '│ Rule                       │ Severity │ What is wrong                        │',
      '├────────────────────────────┼──────────┼──────────────────────────────────────┤',
      '│ odd-frame                  │ warning  │ A frame is odd                       │',
      '└────────────────────────────┴──────────┴──────────────────────────────────────┘',
    ]);
  });

  it('on the narrowest does without the severity, and breaks what is long', () => {
    const long = { ...rule, id: 'very-odd-control-frame', title: 'A Sec-WebSocket-Key is odd' };
    expect(table([long], 40)).toEqual([
      '┌────────────────────┬─────────────────┐',
      '│ Rule               │ What is wrong   │',
      '├────────────────────┼─────────────────┤',
      '│ very-odd-control-  │ A               │',
      '│ frame              │ Sec-WebSocket-  │',
      '│                    │ Key is odd      │',
      '└────────────────────┴─────────────────┘',
    ]);
    expect(table([rule], 58)[1]).toBe('│ Rule                       │ What is wrong             │');
    expect(table([rule], 59)[1]).toBe('│ Rule                       │ Severity │ What is wrong   │');
  });

  it.each([40, 47, 48, 58, 59, 79])('fits into %i columns, with every word', (size) => {
    const words = (text: string) => text.replace(/[\s│]/g, '');
    for (const known of rules) {
      const lines = table([known], size);
      for (const line of lines) expect(width(line), line).toBe(size);
      const cells = lines.slice(3, -1).map((line) => line.split('│'));
      expect(words(cells.map((cell) => cell[1]).join(''))).toBe(known.id);
      expect(words(cells.map((cell) => cell.at(-2)).join(''))).toBe(words(known.title));
      const colored = table([known], size, painted);
      expect(colored.map((line) => line.replace(ansi, ''))).toEqual(lines);
    }
  });

  it.each([80, 95, 120, 200])('has every rule in full on %i columns', (size) => {
    const lines = table(rules, size);
    for (const line of lines) expect(width(line)).toBe(size);
    expect(lines.join('\n')).not.toContain('…');
    const colored = table(rules, size, painted);
    expect(colored.map((line) => line.replace(ansi, ''))).toEqual(lines);
  });
});

describe('explainRule', () => {
  it('tells all', () => {
    expect(explainRule(rule, plain, 60)).toBe(`\
odd-frame: A frame is odd
warning, RFC 6455 §5.2

What the RFC asks
  Frames SHOULD be even and SHOULD be even and SHOULD be
  even and SHOULD be even and SHOULD be even and so on.

Why
  Odd ones are harder to share.

How it happens
  Counting from one.

What the client does
  Count from zero.

What the server does
  Count again.

Example
    GET / HTTP/1.1

    81 05
  The "5" is odd.
`);
  });

  it('in colour has the same text', () => {
    expect(explainRule(rule, painted, 80).replace(ansi, '')).toBe(explainRule(rule, plain, 80));
    expect(explainRule(rule, painted, 80)).toContain('\x1b[33mwarning\x1b[39m');
  });

  it('continues a long line of an example farther in', () => {
    const bytes = `Sec-WebSocket-Key: ${'A'.repeat(24)}\n\n81 05${' 2e'.repeat(14)}`;
    const lines = explainRule({ ...rule, example: { ...rule.example, bytes } }, plain, 40).split('\n');
    expect(lines.slice(lines.indexOf('Example') + 1)).toEqual([
      '    Sec-WebSocket-Key:',
      `      ${'A'.repeat(24)}`,
      '',
      '    81 05 2e 2e 2e 2e 2e 2e 2e 2e 2e',
      '      2e 2e 2e 2e 2e',
      '  The "5" is odd.',
      '',
    ]);
  });

  it.each(rules.map((known) => [known.id, known] as const))('%s fits into 40 columns', (_id, known) => {
    const text = explainRule(known, painted, 40).replace(ansi, '');
    for (const line of text.split('\n')) {
      expect(width(line), line).toBeLessThanOrEqual(40);
      expect(line).toBe(line.trimEnd());
    }
    const words = (all: string) => all.replace(/\s/g, '');
    expect(words(text)).toBe(words(explainRule(known, plain, 200)));
  });

  it.each(rules.map((known) => [known.id, known] as const))('%s fits into 80 columns', (_id, known) => {
    const lines = explainRule(known, plain, 200).split('\n');
    const isExample = (line: string) => line.startsWith('    ');
    for (const line of lines) {
      if (!isExample(line)) expect(width(line), line).toBeLessThanOrEqual(80);
      expect(line).toBe(line.trimEnd());
    }
  });
});

it.each(rules.map((known) => [known.id, known] as const))('ruleJson of %s has all of it', (_id, known) => {
  const { id, watch: _watch, judge: _judge, ...rest } = known;
  const json = ruleJson(known);
  expect(json).not.toContain('\n');
  expect(JSON.parse(json)).toEqual({ rule: id, fails: false, ...rest });
});
