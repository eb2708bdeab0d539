/**
 * The server of a page: for browsers on this machine, that were given the URL.
 *
 * Strategy: a page of another web site may send requests here, too, and by a name of its own that it lets point here (DNS
 * rebinding). So a request must name this server as its Host, may come from no other origin, and has to know the secret
 * in the path. It answers GET and HEAD, and changes nothing.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FilterError } from '../filter/index.js';
import { TABLES } from '../page/block.js';
import type { PageSource } from '../page/source.js';
import type { SpooledBlocks } from '../page/spooled-blocks.js';

const ADDRESS = '127.0.0.1';
const TOKEN_BYTES = 24;

export interface ServedPage {
  readonly html: string;
  /** Content-Security-Policy. */
  readonly policy: string;
  readonly source: PageSource;
  readonly blocks: SpooledBlocks;
}

export class PageServer {
  private readonly token = randomBytes(TOKEN_BYTES).toString('base64url');
  private readonly server: Server;
  private port = 0;

  constructor(private readonly page: ServedPage) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  /** Resolves to the URL. Rejects with the system's error where it cannot listen on the port; 0: on one that is free. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, ADDRESS, resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
    return `http://${ADDRESS}:${this.port}/${this.token}/`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of this.headers()) response.setHeader(name, value);
    const refusal = this.refusal(request);
    if (refusal !== undefined) return fail(response, refusal);
    const base = `http://${ADDRESS}`;
    if (!URL.canParse(request.url!, base)) return fail(response, 404);
    const { pathname, searchParams } = new URL(request.url!, base);
    const [, token, what, table, index, ...rest] = pathname.split('/');
    if (!this.isToken(token)) return fail(response, 404);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return fail(response, 405);
    }
    if (what === '' && table === undefined) return send(response, 'text/html; charset=utf-8', this.page.html);
    if (what === 'filter' && table === undefined)
      return this.filter(searchParams.get('expression') ?? '', response);
    if (what === 'statistics' && index === undefined) return this.statistics(table, response);
    if (what === 'block' && rest.length === 0) return this.block(table, index, response);
    fail(response, 404);
  }

  private headers(): [name: string, value: string][] {
    return [
      ['Content-Security-Policy', `${this.page.policy}; frame-ancestors 'none'`],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
      ['Cache-Control', 'no-store'],
      ['Cross-Origin-Opener-Policy', 'same-origin'],
      ['Cross-Origin-Resource-Policy', 'same-origin'],
    ];
  }

  /** The status for a request that is not from the page or its user. */
  private refusal({ headers }: IncomingMessage): number | undefined {
    const hosts = [`${ADDRESS}:${this.port}`, `localhost:${this.port}`];
    const { host = '', origin, 'sec-fetch-site': site } = headers;
    if (!hosts.includes(host)) return 403;
    if (origin !== undefined && origin !== `http://${host}`) return 403;
    // `none`: the user, by address bar or bookmark.
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return 403;
    return undefined;
  }

  private isToken(given = ''): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(this.token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  private async block(table: string | undefined, index = '', response: ServerResponse): Promise<void> {
    const name = TABLES.find((one) => one === table);
    if (name === undefined || !/^\d{1,9}$/.test(index) || !this.page.blocks.has(name, Number(index)))
      return fail(response, 404);
    send(response, 'application/octet-stream', await this.page.blocks.block(name, Number(index)));
  }

  private async statistics(session = '', response: ServerResponse): Promise<void> {
    if (!/^[1-9]\d{0,14}$/.test(session)) return fail(response, 404);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const counted = await this.page.source.statistics(Number(session), gone.signal);
    if (counted === undefined) return fail(response, 404);
    send(response, 'application/json', JSON.stringify(counted));
  }

  /** A line of JSON for each portion of row numbers, as they are found, until nobody listens. */
  private async filter(expression: string, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const portions = this.page.source.filter(expression, gone.signal)[Symbol.asyncIterator]();
    try {
      let next = await portions.next();
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      for (; next.done !== true; next = await portions.next())
        if (!response.write(`${JSON.stringify(next.value)}\n`)) await drained(response, gone.signal);
      response.end();
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      response.statusCode = 400;
      send(response, 'text/plain; charset=utf-8', `${error.message}\n`);
    }
  }
}

function send(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response.setHeader('Content-Type', type);
  response.end(body);
}

function fail(response: ServerResponse, status: number): void {
  response.statusCode = status;
  send(response, 'text/plain; charset=utf-8', `${status}\n`);
}

/** Until more can be written, or nobody is there to read it. */
function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) resolve();
    else response.once('drain', resolve).once('close', resolve);
  });
}
