/**
 * The page from its server, in a browser: the same page, which asks its server for what comes into sight, and nobody else.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWsdissect } from '../support/cli.js';
import { axeViolations, hasChromium, Reports } from '../support/page.js';

const reports = new Reports();
const server = startWsdissect(['serve', 'fixtures/conformance/capture.pcap.gz']);
let url = '';

beforeAll(async () => {
  await reports.start();
  let told = '';
  for await (const text of server.stdout.setEncoding('utf8')) {
    told += text;
    [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(told) ?? [];
    if (url !== '') return;
  }
  throw new Error('no address was told');
});
afterAll(async () => {
  await reports.close();
  if (server.exitCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
});

it.runIf(hasChromium)('lists, filters and explains, and asks nobody else', async () => {
  const { page, requests, troubles } = await reports.openUrl(url);
  const foot = page.locator('.list-foot');
  expect(await foot.textContent()).toBe('6,800 frames');
  await page.evaluate('document.getElementById("frames-list").scrollTop = 1e9');
  await page.locator('#frames-list-6799:not(.unread)').click();
  await page.getByRole('heading', { name: /Frame 6,800 / }).waitFor();
  await page.fill('#filter', 'ws.finding == unmasked-client-frame');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.said').textContent()).toMatch(/^\d+ frames found\.$/);
  const [, count] = /^(\d+) frames of 6,800$/.exec((await foot.textContent()) ?? '') ?? [];
  expect(Number(count)).toBeGreaterThan(0);
  await page.locator('#frames-list-0:not(.unread)').click();
  await page.getByRole('treeitem', { name: /error the frame with/ }).waitFor();
  await page.locator('#tab-statistics').click();
  await page.locator('#sessions-list-2').click();
  await page.getByText('How it ended').waitFor();
  expect(requests).toContain(`${url}statistics/3`);
  await page.getByRole('button', { name: /^All/ }).click();
  await page.getByText('How sessions ended').waitFor();
  await page.keyboard.press('2');
  await page.locator('.bubble').first().waitFor();
  expect(await axeViolations(page)).toEqual([]);
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.filter((request) => !request.startsWith(url))).toEqual([]);
  expect(troubles).toEqual([]);
});
