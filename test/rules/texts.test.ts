/**
 * What people are told about rules: complete, in one form, and without a sentence twice.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRule, rules } from '../../src/rules/index.js';
import type { Rule } from '../../src/rules/rule.js';
import { root } from '../support/fixtures.js';

const folder = join(root, 'src', 'rules');

const prose = (rule: Rule): [field: string, text: string][] => [
  ['asks', rule.asks],
  ['why', rule.why],
  ['causes', rule.causes],
  ['client', rule.client],
  ['server', rule.server],
  ['explanation', rule.example.explanation],
];
const sentences = (text: string): string[] => text.split(/(?<=[.?!]) (?=[A-Z"`])/);

describe('rules', () => {
  it('have ids of their own, by which they are found', () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    for (const rule of rules) expect(findRule(rule.id)).toBe(rule);
    expect(findRule('no-such-rule')).toBeUndefined();
  });

  it('are all listed: each file with an id', () => {
    const inFiles = readdirSync(folder)
      .map((file) => [file, /^ {2}id: '([^']+)',$/m.exec(readFileSync(join(folder, file), 'utf8'))?.[1]])
      .filter(([, id]) => id !== undefined);
    for (const [file, id] of inFiles) expect(file).toBe(`${id}.ts`);
    expect(inFiles.map(([, id]) => id).sort()).toEqual(rules.map(({ id }) => id).sort());
  });
});

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  it('has a name, a section and a severity in the right form', () => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(rule.section).toMatch(/^RFC \d{4} §\d+(\.\d+)*$/);
    expect(['error', 'warning', 'note']).toContain(rule.severity);
    expect(rule.title).toMatch(/^[A-Z].{10,70}[^.]$/);
  });

  it.each(prose(rule))('%s: some sentences', (_field, text) => {
    expect(text).toMatch(/^[A-Za-z0-9`"].*[^ .]\.$/);
    expect(text).not.toMatch(/ {2}| $|TODO|\n/);
    expect(sentences(text).length).toBeLessThanOrEqual(5);
    expect(text.length).toBeLessThan(520);
  });

  it('says nothing twice', () => {
    const all = prose(rule)
      .flatMap(([, text]) => sentences(text))
      .filter((sentence) => sentence !== 'The same.');
    expect(all.filter((sentence, at) => all.indexOf(sentence) !== at)).toEqual([]);
  });

  it('has an example', () => {
    expect(rule.example.bytes).not.toBe('');
  });
});
