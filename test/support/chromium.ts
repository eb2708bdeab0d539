/**
 * Chromium without a window, driven by its own protocol over a pipe of the debugging port: as much of it as tests need.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';

/** Written by the browser when its port is open: the port, and the path of its socket. */
const PORT_FILE = 'DevToolsActivePort';

export class Chromium {
  private readonly answers = new Map<number, (answer: Answer) => void>();
  private sent = 0;

  private constructor(
    private readonly browser: ChildProcess,
    private readonly folder: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id !== undefined) this.answers.get(answer.id)?.(answer);
    });
  }

  static async start(): Promise<Chromium> {
    const folder = mkdtempSync(join(tmpdir(), 'chromium-'));
    // Tests may run as root, where it has no sandbox.
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0'];
    const browser = spawn('chromium', [...flags, `--user-data-dir=${folder}`, 'about:blank'], {
      stdio: 'ignore',
      // A group of its own: its processes are to end together.
      detached: true,
    });
    const file = join(folder, PORT_FILE);
    const deadline = Date.now() + 60_000;
    while (!existsSync(file) || !readFileSync(file, 'utf8').includes('\n')) {
      if (Date.now() > deadline || browser.exitCode !== null) throw new Error('chromium does not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [port, path] = readFileSync(file, 'utf8').split('\n');
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
    await once(socket, 'open');
    return new Chromium(browser, folder, socket);
  }

  /** Opens a page, and gives what runs expressions in it. */
  async open(url: string): Promise<(expression: string) => Promise<unknown>> {
    const { targetId } = await this.send('Target.createTarget', { url });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return async (expression) => {
      const asked = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await this.send('Runtime.evaluate', asked, sessionId as string);
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value?: unknown }).value;
    };
  }

  async close(): Promise<void> {
    this.socket.close();
    const exited = this.browser.exitCode === null ? once(this.browser, 'exit') : undefined;
    process.kill(-this.browser.pid!, 'SIGKILL');
    await exited;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  private async send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.sent;
    const answer = await new Promise<Answer>((resolve) => {
      this.answers.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
    this.answers.delete(id);
    if (answer.result === undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }
}

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: unknown;
}
