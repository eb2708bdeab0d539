/**
 * 300,000 frames: the page opens, scrolls and filters, and tells how long its pictures took while it was scrolled. Times are
 * printed, not judged: machines differ.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { playScript } from '../../src/sample/play.js';
import type { Step } from '../../src/sample/script.js';
import { hasChromium, Reports } from '../support/page.js';

/** With the two Closes as many. */
const MESSAGES = 299_998;

const priceOf = (i: number) => (i * 7919) % 10007;
const textOf = (i: number) => `{"type":"tick","number":${i},"price":${priceOf(i)}}`;

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
const capture = join(folder, 'long.pcapng');
const reports = new Reports();

beforeAll(async () => {
  const steps = Array.from({ length: MESSAGES }, (_, i): Step => {
    const by = i % 3 === 0 ? 'client' : 'server';
    return { by, said: { text: textOf(i) } };
  });
  const file = openSync(capture, 'w');
  playScript(
    { steps: [...steps, { by: 'client', said: { close: 1000 } }, { by: 'server', said: { close: 1000 } }] },
    (block) => writeSync(file, block),
  );
  closeSync(file);
  await reports.start();
}, 300_000);
afterAll(async () => {
  await reports.close();
  rmSync(folder, { recursive: true });
});

/**
 * Scrolls at each picture by `step` of the view's height, and gives how long each took, in milliseconds, and how many of its
 * rows had not been read.
 */
const scrollBy = (step: number, pictures: number) => `new Promise((done) => {
  const list = document.getElementById('frames-list');
  const times = [];
  let before = performance.now();
  const picture = (now) => {
    times.push([now - before, list.querySelectorAll('.unread').length]);
    before = now;
    if (times.length > ${pictures}) return done(times.slice(1));
    list.scrollTop += ${step} * list.clientHeight;
    requestAnimationFrame(picture);
  };
  requestAnimationFrame(picture);
})`;

it.runIf(hasChromium)('opens, scrolls, leaps, filters', { timeout: 300_000 }, async () => {
  const { page, troubles, requests } = await reports.open(capture);
  const row = (place: number) => page.locator(`#frames-list-${place}:not(.unread) .f-payload`);
  await row(0).waitFor();
  expect(await page.locator('.list-foot').textContent()).toBe('300,000 frames');
  const told = (name: string, pictures: [time: number, unread: number][]) => {
    const sorted = pictures.map(([time]) => time).sort((a, b) => a - b);
    const unread = pictures.filter(([, rows]) => rows > 0).length;
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
    console.log(
      `${name}: ${pictures.length} pictures, half within ${at(0.5)} ms, 95 % ${at(0.95)} ms, all ${at(1)} ms; ${unread} with rows that were not there yet`,
    );
  };
  told('a tenth of the view at a time', (await page.evaluate(scrollBy(0.1, 120))) as [number, number][]);
  told('twice the view at a time', (await page.evaluate(scrollBy(2, 120))) as [number, number][]);
  told('leaps', (await page.evaluate(scrollBy(500, 20))) as [number, number][]);
  await page.evaluate('document.getElementById("frames-list").scrollTop = 1e9');
  await row(299_999).waitFor();
  expect(await row(299_997).textContent()).toBe(textOf(299_997));
  expect(await page.locator('#frames-list .vrow').count()).toBeLessThan(80);
  await page.goto(page.url().replace(/#.*|$/, '#frame=150001'));
  await expect.poll(() => row(150_000).textContent()).toContain('"number":150000');
  const before = performance.now();
  await page.fill('#filter', 'ws.json.price == 42');
  await page.keyboard.press('Enter');
  const expected = Array.from({ length: MESSAGES }, (_, i) => priceOf(i)).filter(
    (price) => price === 42,
  ).length;
  await expect
    .poll(() => page.locator('.list-foot').textContent(), { timeout: 60_000 })
    .toBe(`${expected} frames of 300,000`);
  console.log(`a filter on JSON: ${((performance.now() - before) / 1000).toFixed(1)} s`);
  expect({ troubles, requests }).toEqual({ troubles: [], requests: [] });
});
