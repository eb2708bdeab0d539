/**
 * What is there when the page opens, before anything is done: where keys go, and what is in sight on screens of several sizes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { hasChromium, type Opened, Reports } from '../support/page.js';

const capture = `${fixturesRoot}messages-socketio/capture.pcap.gz`;
const reports = new Reports();
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
let opened: Opened;

beforeAll(() => reports.start());
afterAll(async () => {
  await reports.close();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  expect(opened.troubles).toEqual([]);
  await opened.page.context().close();
});

const open = async (...options: [fragment?: string, more?: object]): Promise<Page> => {
  opened = await reports.open(capture, ...options);
  return opened.page;
};
const rows = (page: Page) => page.locator('#frames-list .vrow:not(.unread)');
const fragment = (page: Page) => new URL(page.url()).hash;

describe.runIf(hasChromium)('the page', () => {
  const active = (page: Page) => page.evaluate('document.activeElement.id');

  it('has the keys in the list, unless a link led elsewhere', async () => {
    const page = await open();
    expect(await active(page)).toBe('frames-list');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => fragment(page)).toBe('#frame=1');
    await page.reload();
    await page.getByRole('heading', { name: /Frame 1 / }).waitFor();
    expect(await active(page)).toBe('');
    await page.keyboard.press('Tab');
    expect(await active(page)).not.toBe('frames-list');
  });

  it('has what comes out of the unmasking in sight, on a small screen, too', async () => {
    for (const size of [
      { width: 1280, height: 800 },
      { width: 1440, height: 900 },
    ]) {
      const page = await open('#frame=2', { viewport: size });
      const box = page.getByRole('group', { name: 'Bit diagram and unmasking' });
      const result = page.locator('.unmasking tr').last();
      const [outer, inner] = [await box.boundingBox(), await result.boundingBox()];
      expect(inner!.y + inner!.height).toBeLessThanOrEqual(outer!.y + outer!.height);
      if (size.width < 1440) await page.context().close();
    }
  });

  it('has times on a narrow screen, of the day where they are in UTC', async () => {
    const page = await open('', { viewport: { width: 390, height: 800 } });
    const first = rows(page).first();
    const time = first.locator('.f-time');
    expect(await time.innerText()).toMatch(/^\d\.\d{6}$/);
    await page.getByLabel('Times').selectOption('utc');
    await expect.poll(() => time.innerText()).toMatch(/^\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(await time.evaluate((cell) => cell.scrollWidth > cell.clientWidth)).toBe(false);
    expect((await first.locator('.f-payload').boundingBox())!.width).toBeGreaterThan(60);
  });

  it('has the text of the first frame of a timeline below the names of the sides', async () => {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 800 },
    ]) {
      const page = await open('#view=timeline', { viewport });
      const head = await page.locator('.peer.client').boundingBox();
      const text = await page.locator('#arrow-0 .arrow-text').boundingBox();
      expect(text!.y).toBeGreaterThanOrEqual(head!.y + head!.height);
      if (viewport.width > 390) await page.context().close();
    }
  });

  it('calls a reserved opcode so', async () => {
    const path = join(folder, 'reserved.pcapng');
    expect(wsdissect(['sample', 'violation:reserved-opcode', '-o', path]).status).toBe(0);
    opened = await reports.open(path, '#frame=1');
    const { page } = opened;
    await page.getByRole('heading', { name: /Frame 1 reserved \(3\)/ }).waitFor();
    expect(await rows(page).first().locator('.f-op').textContent()).toBe('reserved (3)');
    expect(await page.locator('.branch.part-opcode .value').first().textContent()).toBe('3 (reserved)');
  });
});
