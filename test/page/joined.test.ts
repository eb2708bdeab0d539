/**
 * What compressed and fragmented messages say, in the lists of frames and to the search: of a recording with
 * permessage-deflate; and the filter that a report was made with.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dissect } from '../../src/dissect.js';
import { readListed } from '../../src/page/app/listed.js';
import { allRows } from '../../src/page/app/rows.js';
import { CONTINUATION, isControl } from '../../src/websocket/opcode.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { hasChromium, type Opened, Reports } from '../support/page.js';
import { all, collect } from './collected.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-joined-'));
afterAll(() => rmSync(folder, { recursive: true }));
const DEFLATE = `${fixturesRoot}deflate/capture.pcap`;

describe('frames as they are listed', () => {
  it('say what their messages do where these are joined or inflated', async () => {
    const { source, told } = await collect([DEFLATE]);
    const places = Array.from({ length: source.frames.count }, (_, i) => i);
    const listed = await readListed(source, allRows(source.frames.count), places);
    const messages = new Map(told.messages.map((message) => [message.frames.at(-1), message]));
    const expected = told.frames.map(({ number, opcode, fin, compressed }) => {
      const message = fin && !isControl(opcode) && (compressed || opcode === CONTINUATION);
      return message ? Buffer.from(messages.get(number)!.content).toString() : undefined;
    });
    const texts = listed.map((one) => (one?.how === undefined ? undefined : one.says));
    const isText = (i: number) => messages.get(told.frames[i].number)?.validText === true;
    expect(texts.filter((_, i) => isText(i))).toEqual(expected.filter((_, i) => isText(i)));
    expect(listed.map((one) => one?.how !== undefined)).toEqual(expected.map((one) => one !== undefined));
    expect(new Set(listed.map((one) => one?.how))).toEqual(new Set(['inflated', undefined]));
  });

  it('read no message where each frame is one', async () => {
    const { source, blocks } = await collect([`${fixturesRoot}ws-echo/capture.pcap`]);
    const frames = await all(source.frames);
    blocks.asked.length = 0;
    const plain = frames.flatMap(({ opcode, fin }, row) => (fin && opcode !== CONTINUATION ? [row] : []));
    const listed = await readListed(source, allRows(source.frames.count), plain);
    expect(listed.every((one) => one?.how === undefined)).toBe(true);
    expect(blocks.asked.filter((asked) => asked.startsWith('messages'))).toEqual([]);
  });
});

describe.runIf(hasChromium)('the page', () => {
  const reports = new Reports();
  let opened: Opened;
  beforeAll(() => reports.start());
  afterAll(() => reports.close());
  afterEach(async () => {
    expect(opened.troubles).toEqual([]);
    await opened.page.context().close();
  });
  const open = async (...options: [fragment?: string, more?: object]) => {
    opened = await reports.open(DEFLATE, ...options);
    return opened.page;
  };

  it('lists and finds what was inflated', async () => {
    const wanted: number[] = [];
    for await (const { frames, content, opcode } of dissect(DEFLATE).messages())
      if (!isControl(opcode) && Buffer.from(content).includes('größer')) wanted.push(frames.at(-1)!);
    expect(wanted.length).toBeGreaterThan(4);
    const page = await open();
    await page.getByLabel('What to look for').selectOption('text');
    await page.locator('#filter').fill('größer');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.list-foot').textContent()).toBe(`${wanted.length} frames of 32`);
    const row = page.locator('#frames-list .vrow:not(.unread)').first();
    expect(await row.locator('.f-payload').textContent()).toContain('inflated {"type":"ticker"');
    expect(await page.locator('#filter').inputValue()).toBe('größer');
  });

  it('opens with the filter of a report, unless its address says where', async () => {
    const file = join(folder, 'filtered.html');
    wsdissect(['report', '-Y', 'websocket.payload.text contains "ETH"', '-o', file, DEFLATE]);
    const url = pathToFileURL(file).href;
    opened = await reports.openUrl(url);
    await expect.poll(() => opened.page.locator('.list-foot').textContent()).toBe('12 frames of 32');
    await opened.page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect.poll(() => opened.page.locator('.list-foot').textContent()).toBe('32 frames');
    await opened.page.context().close();
    opened = await reports.openUrl(`${url}#frame=3`);
    await expect.poll(() => opened.page.locator('.list-foot').textContent()).toBe('32 frames');
  });

  it('tells them in the timeline', async () => {
    const page = await open('#view=timeline');
    await expect
      .poll(() => page.locator('.arrow-payload').first().textContent())
      .toMatch(/^\{"type":"ticker","symbol":"ETH-EUR"/);
  });
});
