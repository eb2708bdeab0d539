/**
 * Captures made to break out of the page: markup in payloads, paths, headers, reasons, subprotocols, comments and file
 * names, and characters that deceive. All of it is shown as text; nothing of it runs, and no request leaves the page.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VIEWS } from '../../src/page/app/link.js';
import { sampleCapture } from '../../src/sample/play.js';
import type { Script } from '../../src/sample/script.js';
import { hasChromium, Reports } from '../support/page.js';

const ATTACKS = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror="alert(2)">',
  '<!--<script>',
  ']]><svg onload=alert(3)>',
  '"><a href="javascript:alert(4)">x</a>',
  "'-fetch('http://127.0.0.1:9/x')-'",
  '$' + '{alert(5)}{{constructor.constructor("alert(6)")()}}',
  '<link rel=stylesheet href=http://127.0.0.1:9/y><base href=http://127.0.0.1:9/>',
  '<style>*{display:none}</style><iframe src=http://127.0.0.1:9/z>',
];
const ALL = ATTACKS.join(' ');

const script: Script = {
  title: ALL,
  path: `/${encodeURI('<')}?q=<img/src=x/onerror=alert(7)>`,
  host: '<b>host</b>',
  subprotocol: '<script>alert(8)</script>',
  steps: [
    ...ATTACKS.map((text) => ({ by: 'client' as const, said: { text, comment: text } })),
    { by: 'server', said: { text: JSON.stringify({ __proto__: 1, [ALL]: ALL, constructor: ALL }) } },
    {
      by: 'server',
      said: {
        text: 'escape \u001b[31m\u0007 override \u202e\u2066 lines \u2028\u2029 nul \0 zero\u200bwidth',
      },
    },
    { by: 'client', said: { ping: '<i>' } },
    { by: 'client', said: { bytes: '01 85 00 00 00 00 3c 62 3e ff fe' } },
    { by: 'server', said: { close: 4000, reason: '<u onclick=alert(9)>bye' } },
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
const capture = join(folder, '<img src=x onerror=alert(10)>.pcapng');
const reports = new Reports();

beforeAll(async () => {
  writeFileSync(capture, sampleCapture(script));
  await reports.start();
});
afterAll(async () => {
  await reports.close();
  rmSync(folder, { recursive: true });
});

it.runIf(hasChromium).each(VIEWS)('%s shows text, and nothing runs', async (view) => {
  const { page, requests, troubles } = await reports.open(capture, `#view=${view}&frame=1`);
  let text = '';
  for (let frame = 1; frame <= 14; frame++) {
    await page.evaluate(`location.hash = '#view=${view}&frame=${frame}'`);
    await page.waitForTimeout(50);
    if (view !== 'frames') continue;
    await page.getByRole('heading', { name: `Frame ${frame} ` }).waitFor();
    // All branches, of the handshake and the packets, too.
    const closed = page.locator('[role=treeitem][aria-expanded=false]');
    while ((await closed.count()) > 0) await closed.first().click();
    text += await page.locator('#app').textContent();
  }
  await page.waitForTimeout(200);
  expect(
    await page.locator('img, iframe, link, base, a, svg:not(.strip svg), #app script, #app style').count(),
  ).toBe(0);
  expect(await page.locator('[onerror], [onclick], [onload]').count()).toBe(0);
  text += await page.locator('#app').textContent();
  expect(text).toContain('<img src=x onerror=alert(10)>.pcapng');
  if (view === 'frames' || view === 'conversation')
    for (const attack of ATTACKS) expect(text).toContain(attack);
  if (view === 'conversation')
    expect(text).toContain('override \\u{202e}\\u{2066} lines \\u{2028}\\u{2029} nul \\x00');
  expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e\u2066\u2028\u200b]/);
  expect({ requests, troubles }).toEqual({ requests: [], troubles: [] });
  await page.context().close();
});

it.runIf(hasChromium)('links made to break out do nothing', async () => {
  for (const attack of ATTACKS) {
    const fragment = `#view=${encodeURIComponent(attack)}&filter=${encodeURIComponent(attack)}&frame=${encodeURIComponent(attack)}`;
    const { page, requests, troubles } = await reports.open(capture, fragment);
    expect(await page.inputValue('#filter')).toBe(attack);
    expect(await page.locator('#filter-error').count()).toBe(1);
    expect({ requests, troubles }).toEqual({ requests: [], troubles: [] });
    await page.context().close();
  }
});
