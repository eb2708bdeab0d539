/**
 * The page in a real browser: reports of captures, opened from disk in Debian's Chromium, with a watch on what must never
 * happen: a dialog, a request that leaves the page, an error of the script or of the policy.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { wsdissect } from './cli.js';
import { hasProgram } from './tshark.js';

/** Debian's; elsewhere WSDISSECT_CHROMIUM names it. */
const EXECUTABLE = process.env.WSDISSECT_CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = hasProgram(EXECUTABLE);

export interface Opened {
  readonly page: Page;
  /** Addresses that were asked for, but that of the page itself. */
  readonly requests: readonly string[];
  /** What went wrong: errors, refusals of the policy, dialogs. */
  readonly troubles: readonly string[];
}

export class Reports {
  private readonly folder = mkdtempSync(join(tmpdir(), 'wsdissect-page-'));
  private readonly made = new Map<string, string>();
  private browser: Browser | undefined;

  async start(): Promise<void> {
    // Tests may run as root, where it has no sandbox.
    this.browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
  }

  async close(): Promise<void> {
    await this.browser?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Path of the report of a capture; made once. */
  of(capture: string): string {
    let path = this.made.get(capture);
    if (path === undefined) {
      path = join(this.folder, `${this.made.size}.html`);
      const { status, stderr } = wsdissect(['report', capture, '-o', path]);
      if (status !== 0) throw new Error(stderr);
      this.made.set(capture, path);
    }
    return path;
  }

  /** `fragment`: `#frame=3`. */
  async open(capture: string, fragment = '', options: BrowserContextOptions = {}): Promise<Opened> {
    return this.openUrl(pathToFileURL(this.of(capture)).href + fragment, options);
  }

  async openUrl(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await this.browser!.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const requests: string[] = [];
    const troubles: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== url.replace(/#.*/, '')) requests.push(request.url());
    });
    page.on('dialog', (dialog) => {
      troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => void troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    await page.goto(url);
    await page.locator('.tabs').waitFor();
    return { page, requests, troubles };
  }
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core finds wrong: rule and place, a line each. */
export async function axeViolations(page: Page): Promise<string[]> {
  // The policy of the page lets no script in; the protocol of the browser does.
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const found = await page.evaluate('axe.run(document).then(({ violations }) => violations)');
  return (found as { id: string; nodes: { target: string[]; failureSummary: string }[] }[]).flatMap(
    ({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}
