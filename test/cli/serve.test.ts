import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PageServer } from '../../src/cli/page-server.js';
import { FilterError } from '../../src/filter/index.js';
import { BlockSource } from '../../src/page/block-source.js';
import { openSource } from '../../src/page/open-source.js';
import { ServedSource } from '../../src/page/served.js';
import type { PageSource } from '../../src/page/source.js';
import { SpooledBlocks } from '../../src/page/spooled-blocks.js';
import { all, type Collected, collect } from '../page/collected.js';
import { takeApart } from '../page/document.js';
import { startWsdissect, wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';

const HELLO = 'fixtures/ws-hello/capture.pcap';
const FAULTS = `${fixturesRoot}conformance/capture.pcap.gz`;

async function rowsOf(source: PageSource, expression: string, signal = new AbortController().signal) {
  const rows: number[] = [];
  for await (const portion of source.filter(expression, signal)) rows.push(...portion);
  return rows;
}

describe('the server of a page', () => {
  let collected: Collected;
  let blocks: SpooledBlocks;
  let server: PageServer;
  let url: URL;

  beforeAll(async () => {
    collected = await collect([FAULTS]);
    blocks = new SpooledBlocks();
    for (const [table, all] of collected.blocks.packed) for (const packed of all) blocks.add(table, packed);
    const source = new BlockSource(collected.index, blocks);
    server = new PageServer({ html: '<p>the page</p>', policy: "default-src 'none'", source, blocks });
    url = new URL(await server.listen(0));
  });
  afterAll(async () => {
    await server.close();
    blocks.close();
  });

  /** By hand: fetch() lets nobody choose a Host. */
  function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
    return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
      (resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port: url.port, path, headers, method }, (response) => {
          let body = '';
          response.setEncoding('latin1').on('data', (chunk) => {
            body += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body }),
          );
        });
        asked.on('error', reject).end();
      },
    );
  }

  it('gives the page to who has its URL, and says to browsers what it is not for', async () => {
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.pathname).toMatch(/^\/[\w-]{32}\/$/);
    const { status, headers, body } = await ask(url.pathname);
    expect([status, body]).toEqual([200, '<p>the page</p>']);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(await ask(url.pathname, {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  const OWN = () => `127.0.0.1:${url.port}`;
  const REFUSED: [
    what: string,
    status: number,
    path: () => string,
    headers?: () => Record<string, string>,
    method?: string,
  ][] = [
    ['no token', 404, () => '/'],
    ['another token', 404, () => `/${'A'.repeat(32)}/`],
    ['a part of the token', 404, () => `${url.pathname.slice(0, -2)}/`],
    ['no slash behind it', 404, () => url.pathname.slice(0, -1)],
    ['a favicon', 404, () => '/favicon.ico'],
    ['what is no address', 404, () => '//'],
    ['another path', 404, () => `${url.pathname}other`],
    ['a path out of it', 404, () => `${url.pathname}../../etc/passwd`],
    ['another host', 403, () => url.pathname, () => ({ Host: `evil.test:${url.port}` })],
    ['another port of this host', 403, () => url.pathname, () => ({ Host: '127.0.0.1:1' })],
    ['no port', 403, () => url.pathname, () => ({ Host: '127.0.0.1' })],
    ['another origin', 403, () => url.pathname, () => ({ Origin: 'http://evil.test' })],
    ['no origin to tell', 403, () => url.pathname, () => ({ Origin: 'null' })],
    ['another origin of this host', 403, () => url.pathname, () => ({ Origin: 'http://127.0.0.1:1' })],
    ['another site', 403, () => url.pathname, () => ({ 'Sec-Fetch-Site': 'cross-site' })],
    ['another origin of the site', 403, () => url.pathname, () => ({ 'Sec-Fetch-Site': 'same-site' })],
    ['POST', 405, () => url.pathname, () => ({}), 'POST'],
    ['OPTIONS', 405, () => url.pathname, () => ({}), 'OPTIONS'],
    ['a block of no table', 404, () => `${url.pathname}block/constructor/0`],
    ['a block that is none', 404, () => `${url.pathname}block/frames/99999`],
    ['a number that is none', 404, () => `${url.pathname}block/frames/-1`],
    ['a block and more', 404, () => `${url.pathname}block/frames/0/1`],
    ['statistics of no session', 404, () => `${url.pathname}statistics`],
    ['statistics of session 0', 404, () => `${url.pathname}statistics/0`],
    ['statistics of a session that is not there', 404, () => `${url.pathname}statistics/99999`],
    ['statistics and more', 404, () => `${url.pathname}statistics/1/2`],
    ['no filter', 400, () => `${url.pathname}filter`],
    ['a filter that is none', 400, () => `${url.pathname}filter?expression=nothing+%3D%3D+1`],
  ];
  it.each(REFUSED)('refuses %s: %d', async (_, status, path, headers, method) => {
    const answer = await ask(path(), headers?.(), method);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('the page');
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-type': 'text/plain; charset=utf-8',
    });
  });

  it.each([
    ['localhost', () => ({ Host: `localhost:${url.port}` })],
    ['its own origin', () => ({ Origin: `http://${OWN()}` })],
    ['the page itself', () => ({ 'Sec-Fetch-Site': 'same-origin' })],
    ['its user', () => ({ 'Sec-Fetch-Site': 'none' })],
  ])('answers %s', async (_, headers) => {
    expect((await ask(url.pathname, headers() as Record<string, string>)).status).toBe(200);
  });

  it('survives what is no URL', async () => {
    for (const path of ['//', '/%', 'http://evil.test/', '/\\', '*'])
      expect([400, 403, 404]).toContain(
        (await ask(path, {}, path === '*' ? 'OPTIONS' : 'GET').catch(() => ({ status: 400 }))).status,
      );
    expect((await ask(url.pathname)).status).toBe(200);
  });

  it('is a source of the same records, and of the same rows of filters', async () => {
    const served = new ServedSource(collected.index, `${url.href}#frame=7`);
    for (const table of ['frames', 'messages', 'sessions', 'findings'] as const) {
      expect(served[table].count).toBe(collected.source[table].count);
      expect(await served[table].read(3, 40)).toEqual(await collected.source[table].read(3, 40));
    }
    for (const expression of [
      'ws.finding',
      'websocket.opcode == ping && ws.sender == client',
      'ws.length > 99999999',
    ])
      expect(await rowsOf(served, expression)).toEqual(await rowsOf(collected.source, expression));
    await expect(rowsOf(served, 'websocket.opcod')).rejects.toThrow(FilterError);
  });

  it('counts what a session comes to', async () => {
    const served = new ServedSource(collected.index, url.href);
    const { signal } = new AbortController();
    const counted = await served.statistics(3, signal);
    expect(counted).toMatchObject({ facts: { session: 3 }, warnings: [] });
    expect(counted).toEqual(await collected.source.statistics(3, signal));
    expect(await served.statistics(99_999, signal)).toBeUndefined();
    expect(await served.statistics(3, AbortSignal.abort())).toBeUndefined();
  });

  it('filters no further once nobody listens', async () => {
    const served = new ServedSource(collected.index, url.href);
    const gone = new AbortController();
    const portions: (readonly number[])[] = [];
    for await (const portion of served.filter('websocket', gone.signal)) {
      portions.push(portion);
      gone.abort();
    }
    expect(portions.flat().length).toBeLessThan(collected.told.frames.length);
    expect((await ask(url.pathname)).status).toBe(200);
  });
});

describe('wsdissect serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
  const running: ReturnType<typeof startWsdissect>[] = [];
  afterEach(() => {
    for (const one of running.splice(0)) one.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Its temporary files are in a folder of their own. */
  async function start(...args: string[]) {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    const serving = startWsdissect(['serve', ...args]);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    running.push(serving);
    let stderr = '';
    serving.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const [line] = await once(serving.stdout.setEncoding('utf8'), 'data');
    const ended = once(serving, 'exit');
    return {
      url: String(line).trim(),
      stop: async (signal: NodeJS.Signals) => {
        serving.kill(signal);
        const [code] = await ended;
        return { code, stderr, left: readdirSync(folder) };
      },
    };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'shows the page until %s, and leaves nothing',
    async (signal) => {
      const { url, stop } = await start(HELLO);
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
      expect(readdirSync(folder)).toHaveLength(1);
      const response = await fetch(url);
      const { document, policy } = takeApart(await response.text(), url);
      expect(policy.get('connect-src')).toBe("'self'");
      expect(response.headers.get('content-security-policy')).toContain(policy.get('script-src'));
      const source = await openSource(document);
      expect(source).toBeInstanceOf(ServedSource);
      expect((await all(source.frames)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(await rowsOf(source, 'ws.sender == server')).toHaveLength(5);
      expect(await stop(signal)).toEqual({
        code: 0,
        stderr: 'wsdissect: the page is at this URL until Ctrl-C\n',
        left: [],
      });
      await expect(fetch(url)).rejects.toThrow();
    },
  );

  it('has another secret each time, and says nothing but it with -q', async () => {
    const [one, two] = [await start('-q', HELLO), await start('-q', HELLO)];
    expect(new URL(one.url).pathname).not.toBe(new URL(two.url).pathname);
    expect((await fetch(new URL(new URL(one.url).pathname, two.url))).status).toBe(404);
    expect((await one.stop('SIGINT')).stderr).toBe('');
    expect((await two.stop('SIGINT')).code).toBe(0);
  });

  it('listens on the port that it is told, and says so where that cannot be', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    expect(wsdissect(['serve', '--port', String(port), HELLO])).toEqual({
      status: 1,
      stdout: '',
      stderr: `wsdissect: port ${port} cannot be listened on (EADDRINUSE)\n`,
    });
    other.close();
    await once(other, 'close');
    const { url, stop } = await start('--port', String(port), HELLO);
    expect(new URL(url).port).toBe(String(port));
    expect((await stop('SIGTERM')).code).toBe(0);
    expect(wsdissect(['serve', '--port', '65536', HELLO]).status).toBe(1);
  });

  it('ends with the code of unusable input', () => {
    const { status, stderr } = wsdissect(['serve', join(folder, 'none.pcap')]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('no such file')]);
  });
});
