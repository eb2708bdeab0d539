/**
 * The guide in src/lesson/guide is what the program writes now: `npm run guide` makes it anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { type Guide, makeGuide } from '../../src/lesson/guide.js';
import { LESSONS } from '../../src/lesson/lessons/index.js';
import { root } from '../support/fixtures.js';

const folder = `${root}src/lesson/guide/`;
let guide: Guide;
beforeAll(async () => {
  guide = await makeGuide();
});

it('is committed as it is generated', () => {
  expect(readdirSync(folder).sort()).toEqual([...guide.keys()].sort());
  for (const [name, content] of guide) expect(readFileSync(folder + name, 'utf8'), name).toBe(content);
});

it('has a page for each lesson, with each step, and no link that leads nowhere', () => {
  expect(guide.get('README.md')!.match(/^\d+\. /gm)).toHaveLength(LESSONS.length);
  for (const { name, steps } of LESSONS)
    expect(guide.get(`${name}.md`)!.match(/^## Step/gm)).toHaveLength(steps.length);
  const pages = [...guide].filter(([name]) => name.endsWith('.md'));
  const links = pages.flatMap(([, content]) =>
    [...content.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target),
  );
  expect(links.filter((target) => !guide.has(target))).toEqual([]);
  const figures = [...guide.keys()].filter((name) => name.endsWith('.svg'));
  expect(figures.length).toBeGreaterThan(15);
  expect(figures.filter((name) => !links.includes(name))).toEqual([]);
  for (const name of figures) expect(guide.get(name)).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
});

it('is linked from the README', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  expect(readme).toContain('(src/lesson/guide/README.md)');
  for (const { name } of LESSONS) expect(readme).toContain(`(src/lesson/guide/${name}.md)`);
});
