/**
 * Each view, light and dark, wide and narrow, as axe-core sees it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VIEWS } from '../../src/page/app/link.js';
import { fixturesRoot } from '../support/fixtures.js';
import { axeViolations, hasChromium, Reports } from '../support/page.js';

const reports = new Reports();
const capture = `${fixturesRoot}conformance/capture.pcap.gz`;

beforeAll(() => reports.start());
afterAll(() => reports.close());

describe.runIf(hasChromium).each([
  ['light', 'wide', { width: 1440, height: 900 }],
  ['dark', 'wide', { width: 1440, height: 900 }],
  ['light', 'narrow', { width: 390, height: 844 }],
  ['dark', 'narrow', { width: 390, height: 844 }],
] as const)('%s and %s', (colorScheme, width, viewport) => {
  it.each(VIEWS)('%s: axe-core finds nothing', async (view) => {
    const { page, troubles } = await reports.open(capture, `#view=${view}&frame=3`, {
      colorScheme,
      viewport,
    });
    await page.waitForTimeout(300);
    expect(await axeViolations(page)).toEqual([]);
    if (view === 'frames' && width === 'narrow')
      for (const pane of ['Fields', 'Bits and bytes']) {
        await page.getByRole('button', { name: pane }).click();
        expect(await axeViolations(page)).toEqual([]);
      }
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  it('statistics of a session, and times in UTC: axe-core finds nothing', async () => {
    const { page } = await reports.open(capture, '#session=2&view=statistics', { colorScheme, viewport });
    await page.selectOption('[aria-label=Times]', 'utc');
    await page.locator('.totals').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    for (const view of ['conversation', 'timeline', 'frames']) {
      await page.locator(`#tab-${view}`).click();
      await page.waitForTimeout(200);
      expect(await axeViolations(page)).toEqual([]);
    }
    await page.context().close();
  });

  it('help, a wrong filter and one that is begun: axe-core finds nothing', async () => {
    const { page } = await reports.open(capture, '', { colorScheme, viewport });
    await page.keyboard.press('?');
    await page.locator('dialog').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.fill('#filter', 'websocket.opcod == text');
    await page.locator('#filter-error').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.fill('#filter', 'web');
    await page.locator('.proposals').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });
});
