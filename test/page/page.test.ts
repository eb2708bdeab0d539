/**
 * The page as people use it: what a real capture looks like in it, filters, highlights that are linked both ways, keys,
 * links, copies. Of a recording of Socket.IO: three sessions, of which the applications logged what they said.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dissect } from '../../src/dissect.js';
import { rules } from '../../src/rules/index.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { fixturesRoot } from '../support/fixtures.js';
import { hasChromium, type Opened, Reports } from '../support/page.js';

const capture = `${fixturesRoot}messages-socketio/capture.pcap.gz`;
const reports = new Reports();
const frames: Frame[] = [];
let opened: Opened;

beforeAll(async () => {
  await reports.start();
  for await (const frame of dissect(capture).frames()) frames.push(frame);
});
afterAll(() => reports.close());
afterEach(async () => {
  expect(opened.troubles).toEqual([]);
  expect(opened.requests).toEqual([]);
  await opened.page.context().close();
});

const open = async (...options: [fragment?: string, more?: object]): Promise<Page> => {
  opened = await reports.open(capture, ...options);
  return opened.page;
};
const rows = (page: Page) => page.locator('#frames-list .vrow:not(.unread)');
const foot = (page: Page) => page.locator('.list-foot');
const fragment = (page: Page) => new URL(page.url()).hash;
const contradiction = (page: Page) => page.locator('.contradiction').allTextContents();
const withoutBlanks = (text: string) => text.replace(/\s/g, '');
const classes = async (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((elements) => elements.map((element) => element.textContent));

describe.runIf(hasChromium)('a capture', () => {
  it('is listed with what each frame says', async () => {
    const page = await open();
    expect(await foot(page).textContent()).toBe(`${frames.length} frames`);
    expect(await page.locator('#sessions-list .vrow').count()).toBe(3);
    const first = await rows(page).first().locator('[role=gridcell]').allTextContents();
    const { length, payload } = frames[0];
    expect(first[0]).toBe('1');
    expect(first[4]).toBe('text');
    expect(first[7]).toBe(String(length));
    expect(first[8]).toBe(Buffer.from(payload).toString());
  });

  it('is told by field, bit and byte for the frame that is selected', async () => {
    const page = await open();
    await rows(page).nth(1).click();
    await page.getByRole('heading', { name: /Frame 2/ }).waitFor();
    expect(await page.locator('.branch.part-key .value').first().textContent()).toBe(
      (frames[1].maskingKey >>> 0).toString(16).padStart(8, '0'),
    );
    expect(await page.locator('.cell .bit').allTextContents()).toHaveLength(96);
    const octets = await page.locator('.octet').allTextContents();
    expect(octets).toHaveLength(frames[1].headerLength + frames[1].length);
    await page.getByRole('button', { name: 'Unmasked' }).click();
    const payload = await page.locator('.octet.part-payload').allTextContents();
    expect(Buffer.from(payload.join(''), 'hex')).toEqual(Buffer.from(frames[1].payload));
  });

  it('is told of by session', async () => {
    const page = await open();
    await page.locator('#sessions-list .vrow').nth(1).click();
    const count = frames.filter(({ session }) => session.number === 2).length;
    await expect.poll(() => foot(page).textContent()).toBe(`${count} frames of ${frames.length}`);
    expect(fragment(page)).toBe('#session=2');
  });
});

describe.runIf(hasChromium)('filter', () => {
  it('lists what it holds for', async () => {
    const page = await open();
    await page.fill('#filter', 'websocket.opcode == binary && ws.sender == client');
    await page.keyboard.press('Enter');
    const count = frames.filter(({ opcode, sender }) => opcode === 2 && sender === 'client').length;
    await expect.poll(() => foot(page).textContent()).toBe(`${count} frames of ${frames.length}`);
    await expect.poll(() => page.locator('.said').textContent()).toBe(`${count} frames found.`);
  });

  it('tells what is wrong under the characters that are meant, and how it was likely meant', async () => {
    const page = await open();
    await page.fill('#filter', 'ws.sender == client && websocket.opcod == text');
    expect(await page.locator('#filter-error mark').textContent()).toBe('websocket.opcod');
    expect(await page.locator('#filter-error p').textContent()).toContain('Column 24: there is no field');
    await page.getByRole('button', { name: 'Use websocket.opcode' }).click();
    expect(await page.inputValue('#filter')).toBe('ws.sender == client && websocket.opcode == text');
    expect(await page.locator('#filter-error').count()).toBe(0);
  });

  const names = (page: Page) => classes(page, '.proposal code');
  const active = (page: Page) => page.locator('#filter').getAttribute('aria-activedescendant');

  it('offers the fields that a word begins, and takes the one that is chosen', async () => {
    const page = await open();
    await page.locator('#filter').click();
    await page.keyboard.type('ws.sender == client && web');
    expect(await page.getByRole('combobox', { name: 'Display filter' }).getAttribute('aria-expanded')).toBe(
      'true',
    );
    expect((await names(page)).slice(0, 3)).toEqual(['websocket', 'websocket.fin', 'websocket.rsv']);
    expect(await active(page)).toBeNull();
    await page.keyboard.type('socket.opc');
    const [name, type, meaning] = await classes(page, '.proposal > *');
    expect([name, type, meaning]).toEqual(['websocket.opcode', 'number', 'opcode, or its name']);
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('.proposal[aria-selected=true] code').textContent()).toBe('websocket.opcode');
    expect(await active(page)).toBe('filter-field-0');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#filter')).toBe('ws.sender == client && websocket.opcode');
    expect([await names(page), fragment(page)]).toEqual([[], '']);
    await page.keyboard.type(' == text');
    await page.keyboard.press('Enter');
    const count = frames.filter(({ opcode, sender }) => opcode === 1 && sender === 'client').length;
    await expect.poll(() => foot(page).textContent()).toBe(`${count} frames of ${frames.length}`);
  });

  it('goes round in the list, takes with Tab and by pointer, in the middle of a filter, too', async () => {
    const page = await open();
    await page.fill('#filter', ' && ws.length > 3');
    for (let i = 0; i < 17; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('ws.s');
    expect(await names(page)).toEqual(['ws.session', 'ws.sender', 'ws.subprotocol']);
    await page.keyboard.press('ArrowUp');
    expect(await active(page)).toBe('filter-field-2');
    for (const at of [0, 1]) {
      await page.keyboard.press('ArrowDown');
      expect(await active(page)).toBe(`filter-field-${at}`);
    }
    await page.keyboard.press('Tab');
    expect(await page.inputValue('#filter')).toBe('ws.sender && ws.length > 3');
    await page.keyboard.type(' == client && fram');
    await page.getByRole('option', { name: /^frame.time_relative / }).click();
    expect(await page.inputValue('#filter')).toBe(
      'ws.sender == client && frame.time_relative && ws.length > 3',
    );
    expect(await page.evaluate('document.activeElement.id')).toBe('filter');
  });

  it('is applied as it is written where nothing is chosen; Esc closes the list first', async () => {
    const page = await open();
    await page.locator('#filter').click();
    await page.keyboard.type('websocket');
    expect((await names(page)).length).toBeGreaterThan(10);
    await page.keyboard.press('Enter');
    expect([await names(page), fragment(page)]).toEqual([[], '#filter=websocket']);
    await page.keyboard.type('.f');
    await page.keyboard.press('Escape');
    expect([await names(page), await page.inputValue('#filter')]).toEqual([[], 'websocket.f']);
    await page.locator('#filter-error').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.inputValue('#filter')).toBe('websocket');
    await page.keyboard.press('ArrowDown');
    expect((await names(page)).length).toBeGreaterThan(10);
    await page.keyboard.press('Escape');
    await page.keyboard.type('x');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).not.toBe('filter');
  });

  it('offers no fields to who searches for text', async () => {
    const page = await open();
    await page.selectOption('[aria-label="What to look for"]', 'text');
    await page.locator('#filter').click();
    await page.keyboard.type('ws');
    await page.keyboard.press('ArrowDown');
    expect(await names(page)).toEqual([]);
    expect(await page.locator('#filter').getAttribute('role')).toBeNull();
  });

  it.each([
    ['"größer"', '"größer"'],
    ['"GRÖßER"', '"größer"'],
    ['"ToKeN":', '"token":'],
  ])('finds the text %s in payloads, and in what was inflated', async (text, sought) => {
    const page = await open();
    await page.selectOption('[aria-label="What to look for"]', 'text');
    expect(await page.locator('#filter').getAttribute('placeholder')).toContain('upper or lower case');
    await page.fill('#filter', text);
    await page.keyboard.press('Enter');
    const isMeant = (octets: Uint8Array) => Buffer.from(octets).toString().toLowerCase().includes(sought);
    const found = new Set(frames.filter(({ payload }) => isMeant(payload)).map(({ number }) => number));
    const plain = found.size;
    for await (const { content, frames: own } of dissect(capture).messages())
      if (isMeant(content)) found.add(own.at(-1)!);
    expect([plain > 0, found.size > plain]).toEqual([true, true]);
    await expect.poll(() => foot(page).textContent()).toBe(`${found.size} frames of ${frames.length}`);
    expect(await page.inputValue('#filter')).toBe(text);
  });
});

describe.runIf(hasChromium)('highlights', () => {
  const litOctets = (page: Page) => classes(page, '.octet.lit');
  const litCells = (page: Page) => classes(page, '.cell.lit .cell-title');
  const litFields = (page: Page) => classes(page, '.branch.lit b');

  it('go from a field to its bits and bytes', async () => {
    const page = await open('#frame=2');
    await page.locator('.branch.part-key').first().hover();
    const key = (frames[1].maskingKey >>> 0).toString(16).padStart(8, '0');
    await expect.poll(async () => (await litOctets(page)).join('')).toBe(key);
    await expect.poll(() => litCells(page)).toEqual(['Masking-key', 'Masking-key …']);
  });

  it('go from a byte to its field, its bits, and its byte of the key', async () => {
    const page = await open('#frame=2');
    await page.locator('.octet').nth(7).hover();
    await expect.poll(() => litFields(page)).toEqual(['Payload Data']);
    await expect.poll(() => litCells(page)).toEqual(['Payload Data']);
    expect(await litOctets(page)).toHaveLength(1);
    expect(await classes(page, '.octet.key-lit')).toEqual([
      ((frames[1].maskingKey >>> 16) & 0xff).toString(16).padStart(2, '0'),
    ]);
    expect(await page.locator('.unmasking .lit').count()).toBe(4);
  });

  it('go from bits to the field and its byte', async () => {
    const page = await open('#frame=2');
    await page.locator('.cell.part-opcode').hover();
    await expect.poll(() => litFields(page)).toEqual(['opcode']);
    await expect.poll(() => litOctets(page)).toEqual(['81']);
  });

  it('follow the focus, too', async () => {
    const page = await open('#frame=2');
    await page.locator('[role=treeitem]').first().focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
    await expect.poll(() => litFields(page)).toEqual(['MASK']);
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => litFields(page)).toEqual(['MASK', 'Payload len']);
  });
});

describe.runIf(hasChromium)('keys', () => {
  const selected = (page: Page) => page.locator('#frames-list [aria-selected=true]').getAttribute('id');

  it('do without a mouse', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('ws.session == 1');
    await page.keyboard.press('Enter');
    await expect.poll(() => foot(page).textContent()).toContain(' of ');
    await page.locator('#frames-list').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: /Frame 2 / }).waitFor();
    expect(await selected(page)).toBe('frames-list-1');
    await page.keyboard.press('End');
    const count = frames.filter(({ session }) => session.number === 1).length;
    await expect.poll(() => selected(page)).toBe(`frames-list-${count - 1}`);
    await page.keyboard.press('Home');
    await expect.poll(() => selected(page)).toBe('frames-list-0');
    await page.keyboard.press('PageDown');
    await expect.poll(async () => Number((await selected(page))?.split('-').at(-1))).toBeGreaterThan(5);
    for (const [key, title] of [
      ['2', 'Conversation'],
      ['5', 'Statistics'],
      ['Control+ArrowRight', 'Frames'],
      ['Control+ArrowLeft', 'Statistics'],
    ]) {
      await page.keyboard.press(key);
      await expect.poll(() => page.locator('[role=tab][aria-selected=true]').textContent()).toContain(title);
    }
    await page.keyboard.press('?');
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'hidden' });
  });

  it('are reached one after the other by Tab', async () => {
    const page = await open('#frame=2');
    await page.getByRole('treeitem').first().waitFor();
    const stops: string[] = [];
    for (let i = 0; i < 24; i++) {
      await page.keyboard.press('Tab');
      stops.push(
        (await page.evaluate(
          'document.activeElement.id || document.activeElement.getAttribute("role") || document.activeElement.textContent',
        )) as string,
      );
    }
    for (const stop of ['filter', 'tab-frames', 'sessions-list', 'frames-list', 'treeitem', 'application'])
      expect(stops).toContain(stop);
  });
});

describe.runIf(hasChromium)('links', () => {
  it('lead to a frame, a view, a filter; back and forward go there again', async () => {
    const page = await open('#frame=17');
    await page.getByRole('heading', { name: /Frame 17 / }).waitFor();
    expect(await page.locator('#frames-list-16').getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('2');
    expect(fragment(page)).toBe('#view=conversation&frame=17');
    await page.goBack();
    await expect.poll(() => page.locator('[role=tab][aria-selected=true]').textContent()).toContain('Frames');
    await page.goForward();
    await expect
      .poll(() => page.locator('[role=tab][aria-selected=true]').textContent())
      .toContain('Conversation');
    await page.evaluate('location.hash = "#filter=websocket.opcode+%3D%3D+close"');
    await expect.poll(() => foot(page).textContent()).toBe(`6 frames of ${frames.length}`);
    expect(await page.inputValue('#filter')).toBe('websocket.opcode == close');
  });

  it('to what is not there tell so', async () => {
    const page = await open('#frame=999999&view=nonsense&session=abc');
    await expect
      .poll(() => contradiction(page))
      .toEqual([
        'The link is not understood: “abc” is no number of a session, and there is no view “nonsense”. ' +
          'There is no frame 999,999.',
      ]);
    expect(await foot(page).textContent()).toBe(`${frames.length} frames`);
  });

  it('to what is no place tell so, as text, until one goes elsewhere', async () => {
    const page = await open('#frame=%3Cimg%20src=x%3E');
    await expect
      .poll(() => contradiction(page))
      .toEqual(['The link is not understood: “<img src=x>” is no number of a frame.']);
    expect(await page.locator('[role=status] .contradiction').count()).toBe(1);
    await page.keyboard.press('2');
    await expect.poll(() => contradiction(page)).toEqual([]);
    await page.evaluate('location.hash = "#session=77"');
    await expect.poll(() => contradiction(page)).toEqual(['There is no session 77, only 3.']);
  });

  it('whose parts contradict each other tell so, until they do not', async () => {
    const other = frames.find(({ session }) => session.number === 2)!.number;
    const page = await open(`#frame=${other}&session=1`);
    await expect
      .poll(() => contradiction(page))
      .toEqual([`Frame ${other} is of session 2, not of session 1: it is shown, but not listed.`]);
    await page.locator('#sessions-list .vrow').nth(1).click();
    await expect.poll(() => contradiction(page)).toEqual([]);
    await page.evaluate('location.hash = "#frame=1&filter=websocket.opcode+%3D%3D+close"');
    await expect
      .poll(() => contradiction(page))
      .toEqual(['The filter does not hold for frame 1: it is shown, but not listed.']);
    await page.evaluate('location.hash = "#frame=1&filter=websocket.opcode+%3D%3D+text"');
    await expect.poll(() => contradiction(page)).toEqual([]);
  });
});

describe.runIf(hasChromium)('copies', () => {
  it('are hexadecimal, JSON and a command', async () => {
    const page = await open('#frame=5', { permissions: ['clipboard-read', 'clipboard-write'] });
    const copied = async (name: string, told: string) => {
      await page.getByRole('button', { name, exact: true }).click();
      await expect.poll(() => page.locator('.said').textContent()).toBe(`Copied ${told}.`);
      return (await page.evaluate('navigator.clipboard.readText()')) as string;
    };
    const { headerLength, payload, maskingKey } = frames[4];
    const octets = Buffer.from((await copied('hex', 'as hexadecimal')).replaceAll(' ', ''), 'hex');
    expect(octets.length).toBe(headerLength + payload.length);
    const key = [24, 16, 8, 0].map((shift) => (maskingKey >>> shift) & 0xff);
    expect(octets.subarray(headerLength).map((octet, i) => octet ^ key[i % 4])).toEqual(Buffer.from(payload));
    expect(JSON.parse(await copied('JSON', 'as JSON'))).toMatchObject({
      number: 5,
      text: Buffer.from(payload).toString(),
    });
    expect(await copied('wscat', 'a wscat command that says the same')).toMatch(
      /^wscat -c '?ws:\/\/127\.0\.0\.1:9027\/socket\.io\/.* -x /,
    );
  });

  it('of a frame that is compressed are a command that says the whole message', async () => {
    const compressed: Message[] = [];
    for await (const message of dissect(capture).messages())
      if (message.compressed && message.sender === 'client' && message.opcode === 1) compressed.push(message);
    const [{ number, content, frames: own }] = compressed;
    const page = await open(`#frame=${own[0]}`, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('.copies button[aria-disabled=false]').waitFor();
    await page.getByRole('button', { name: 'wscat', exact: true }).click();
    await expect
      .poll(() => page.locator('.said').textContent())
      .toBe(`Copied a wscat command that says what message ${number} says.`);
    const command = (await page.evaluate('navigator.clipboard.readText()')) as string;
    const words = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' }).split('\0');
    expect(words.slice(0, 2)).toEqual(['wscat', '-c']);
    expect(words.at(-2)).toBe(Buffer.from(content).toString());
  });
});

describe.runIf(hasChromium)('statistics', () => {
  const total = (page: Page, title: string) =>
    page
      .locator('.totals > div', { has: page.getByText(title, { exact: true }) })
      .locator('dd')
      .textContent();
  const countOf = (session: number | undefined) =>
    (['client', 'server'] as const)
      .map(
        (side) =>
          frames.filter(
            ({ sender, session: { number } }) =>
              sender === side && (session === undefined || number === session),
          ).length,
      )
      .join(' / ');

  it('are of the session that is chosen, or of the whole capture', async () => {
    const page = await open('#view=statistics');
    expect(await total(page, 'frames')).toBe(countOf(undefined));
    await page.locator('#sessions-list .vrow').nth(1).click();
    await expect.poll(() => total(page, 'frames')).toBe(countOf(2));
    expect(fragment(page)).toBe('#session=2&view=statistics');
    expect(await page.locator('.statistics h2').allTextContents()).toContain('How it ended');
    await page.getByRole('button', { name: 'Whole capture' }).click();
    expect(await total(page, 'frames')).toBe(countOf(undefined));
    expect(fragment(page)).toBe('#session=2&view=statistics&of=capture');
    await page.getByRole('button', { name: 'Session 2' }).click();
    await expect.poll(() => total(page, 'frames')).toBe(countOf(2));
    await page.goBack();
    await expect.poll(() => total(page, 'frames')).toBe(countOf(undefined));
    await page.reload();
    await expect.poll(() => total(page, 'frames')).toBe(countOf(undefined));
    expect(await page.getByRole('button', { name: 'Whole capture' }).getAttribute('aria-pressed')).toBe(
      'true',
    );
  });

  it('have the time on their axis that is chosen', async () => {
    const page = await open('#view=statistics');
    const plot = page.locator('.plot');
    const pointed = async () => {
      await plot.locator('.u-over').hover();
      return plot.locator('.u-legend .u-value').first().textContent();
    };
    expect(await plot.getAttribute('aria-label')).toContain('in seconds since the first frame;');
    await expect.poll(pointed).toMatch(/^\d\.\d{3} s$/);
    await page.getByLabel('Times').selectOption('clock');
    const first = new Date(Math.round(frames[0].time * 1000)).toISOString().slice(11, -1);
    expect(await plot.getAttribute('aria-label')).toContain(`from ${first} UTC on;`);
    await expect.poll(pointed).toMatch(/^09:46:\d\d(\.\d{1,3})?$/);
  });

  it('follow a link to a session, and say where there is none', async () => {
    const page = await open('#session=3&view=statistics');
    await expect.poll(() => total(page, 'frames')).toBe(countOf(3));
    for (const width of [1440, 1000, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const cards = page.locator('.card');
      const cut = () =>
        cards.evaluateAll(
          (all) => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length,
        );
      expect(await cards.count()).toBeGreaterThan(8);
      // The plot is drawn anew.
      await expect.poll(cut).toBe(0);
    }
    await page.evaluate('location.hash = "#session=99&view=statistics"');
    await page.getByText('There is no such session.').waitFor();
  });
});

describe.runIf(hasChromium)('times', () => {
  it('are seconds, or UTC, as chosen, and that is kept', async () => {
    const page = await open('#frame=2');
    const times = () => classes(page, '#frames-list .vrow:not(.unread) .f-time');
    const first = frames[0].timestamp;
    const utc = `${new Date(first.seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}.${String(first.nanoseconds / 1000).padStart(6, '0')}Z`;
    expect((await times())[0]).toMatch(/^0\.\d{6}$/);
    await page.getByRole('combobox', { name: 'Times' }).selectOption('utc');
    expect((await times())[0]).toBe(utc);
    expect(await page.getByRole('columnheader', { name: 'Time' }).textContent()).toBe('Time (UTC)');
    expect(
      await page.locator('#frames-list-0 .f-time').evaluate((cell) => cell.scrollWidth - cell.clientWidth),
    ).toBe(0);
    await page.getByRole('combobox', { name: 'Times' }).selectOption('clock');
    expect((await times())[0]).toBe(utc.slice(11));
    await page.reload();
    await page.locator('#frames-list-0:not(.unread)').waitFor();
    expect((await times())[0]).toBe(utc.slice(11));
    await page.keyboard.press('2');
    await expect
      .poll(() => page.locator('.bubble header').first().textContent())
      .toContain(`text${utc.slice(11)}session`);
    await page.keyboard.press('3');
    expect(await page.locator('.arrow-time').first().textContent()).toBe(utc.slice(11));
  });
});

describe.runIf(hasChromium)('views', () => {
  it('show the conversation as the applications had it', async () => {
    const page = await open('#view=conversation&session=1');
    const { sessions } = JSON.parse(readFileSync(`${fixturesRoot}messages-socketio/messages.json`, 'utf8'));
    await page.locator('.bubble').first().waitFor();
    const contents = (sender: string) =>
      page.locator(`.bubble.${sender}:not(.control) > .content`).allTextContents();
    for (const sender of ['client', 'server']) {
      const logged = (
        sessions[0][`${sender}Messages`] as { opcode: string; text?: string; length: number }[]
      ).filter(({ opcode, text }) => opcode === 'text' && text !== undefined && text.length < 1000);
      // JSON is laid out.
      const shown = (await contents(sender)).map(withoutBlanks);
      expect(logged.length).toBeGreaterThan(10);
      for (const { text } of logged) expect(shown).toContain(withoutBlanks(text!));
    }
    await page.locator('.bubble.server summary').first().click();
    expect(await page.locator('.bubble.server details .content').first().textContent()).toContain(
      '"sid": "FXYQ',
    );
    await page
      .locator('.bubble')
      .nth(1)
      .getByRole('button', { name: /^frame/ })
      .click();
    await page.getByRole('heading', { name: /Frame 2 / }).waitFor();
  });

  it('show findings, of a filter those of the frames that it holds for', async () => {
    const tutorial = `${fixturesRoot}tutorial-server/capture.pcap`;
    const closing = new Set<number | undefined>();
    for await (const { number, opcode } of dissect(tutorial).frames()) if (opcode === 8) closing.add(number);
    let [all, ofClosing] = [0, 0];
    for await (const { frame } of dissect(tutorial, { rules }).findings()) {
      all++;
      if (closing.has(frame)) ofClosing++;
    }
    expect([ofClosing > 0, all > ofClosing]).toEqual([true, true]);
    opened = await reports.open(tutorial, '#view=findings');
    const heading = (text: string) => opened.page.getByRole('heading', { name: text, exact: true }).waitFor();
    await heading(`${all} findings`);
    await opened.page.context().close();
    opened = await reports.open(tutorial, '#view=findings&filter=websocket.opcode+%3D%3D+close');
    await heading(`${ofClosing} finding${ofClosing === 1 ? '' : 's'}, of frames that the filter holds for`);
  });

  it('count messages as the statistics do: not Pings, Pongs and Closes', async () => {
    const page = await open('#view=conversation');
    const messages = frames.filter(({ opcode, fin }) => opcode < 8 && fin).length;
    expect(await page.locator('#tab-conversation .count').textContent()).toBe(`${messages}`);
  });

  it('show statistics as `wsdissect stats` counts them, and a plot', async () => {
    const page = await open('#view=statistics');
    const clients = frames.filter(({ sender }) => sender === 'client').length;
    expect(await page.locator('.totals').textContent()).toContain(
      `frames${clients} / ${frames.length - clients}`,
    );
    expect(await page.locator('.plot canvas').count()).toBe(1);
  });

  it('show the sequence of frames, and how much time passed', async () => {
    const page = await open('#view=timeline&session=1');
    await page.locator('.arrow').first().waitFor();
    expect(await page.locator('.arrow').count()).toBe(
      frames.filter(({ session }) => session.number === 1).length,
    );
    const height = async () => (await page.locator('.sequence').boundingBox())!.height;
    const before = await height();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(height).toBeGreaterThan(before);
    await page.locator('.sequence-box').focus();
    const zoom = () => page.locator('.zoom').textContent();
    for (const [key, shown] of [
      ['+', '4×'],
      ['Control++', '4×'],
      ['0', '1×'],
      ['-', '1/2'],
      ['Alt+0', '1/2'],
    ]) {
      await page.keyboard.press(key);
      expect([key, await zoom()]).toEqual([key, shown]);
    }
    for (let i = 0; i < 8; i++) await page.keyboard.press('-');
    expect(await zoom()).toBe('1/64');
    expect(await page.getByRole('button', { name: 'Zoom out' }).isDisabled()).toBe(true);
    await page.locator('.zoom').click();
    expect(await zoom()).toBe('1×');
    await page.locator('.sequence-box').focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.arrow[aria-selected=true]').count()).toBe(1);
  });

  it('fit a narrow screen: one pane at a time, and nothing wider than it', async () => {
    const page = await open('', { viewport: { width: 390, height: 844 } });
    const isSeen = (selector: string) => page.locator(selector).isVisible();
    await rows(page).first().waitFor();
    expect([await isSeen('.pane.list'), await isSeen('.pane.fields'), await isSeen('aside')]).toEqual([
      true,
      false,
      false,
    ]);
    await rows(page).nth(2).click();
    expect([await isSeen('.pane.list'), await isSeen('.pane.fields')]).toEqual([false, true]);
    expect(fragment(page)).toBe('#frame=3');
    await page.getByRole('button', { name: 'Sessions' }).click();
    expect(await isSeen('aside')).toBe(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('show the frame that a link names on a narrow screen', async () => {
    const page = await open('#frame=2', { viewport: { width: 390, height: 844 } });
    await page.getByRole('heading', { name: /Frame 2 / }).waitFor();
    expect(await page.locator('.pane.list').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'List' }).click();
    expect(await page.locator('#frames-list-1').getAttribute('aria-selected')).toBe('true');
  });

  it.each([390, 900, 1280, 1366, 1400, 1440])(
    'cut no octet, whose text is beside it: %i pixels',
    async (width) => {
      const long = frames.find(({ masked, length }) => masked && length > 30)!.number;
      const page = await open(`#frame=${long}`, { viewport: { width, height: 844 } });
      await page.getByRole('heading', { name: new RegExp(`Frame ${long} `) }).waitFor();
      if (width < 720) await page.getByRole('button', { name: 'Bits and bytes' }).click();
      for (const box of ['.octets > .scrolls', '.octets-box'])
        expect(await page.locator(box).evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
      const inRow = await page.locator('.hex-row').first().locator('.octet').count();
      expect(inRow).toBe(width < 1366 ? 8 : 16);
    },
  );

  it('are dark or light as chosen, and keep that', async () => {
    const page = await open('', { colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.selectOption('[aria-label=Theme]', 'dark');
    expect(await ground()).not.toBe(light);
    await page.reload();
    await page.locator('.tabs').waitFor();
    expect(await ground()).not.toBe(light);
  });
});
