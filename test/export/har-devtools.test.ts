/**
 * HAR in its best-known consumer: the network panel of Chromium's DevTools imports it, and shows the sessions and messages.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium } from '../support/chromium.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';

interface Shown {
  readonly url: string;
  readonly status: number;
  readonly type: string;
  readonly frames: readonly {
    readonly text: string;
    readonly type: string;
    readonly opCode: number;
    readonly time: number;
  }[];
}

/** As the panel does when a file is dropped onto it; the names of its modules are those of Chromium 130 and later. */
const IMPORT = (har: string) => `(async () => {
  const { NetworkPanel } = await import('./panels/network/network.js');
  const { NetworkLog } = await import('./models/logs/logs.js');
  const log = NetworkLog.NetworkLog.instance();
  const panel = NetworkPanel.NetworkPanel.instance();
  await panel.networkLogView.onLoadFromFile(new File([${JSON.stringify(har)}], 'capture.har'));
  for (let i = 0; i < 200 && log.requests().length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return log.requests().map((request) => ({
    url: request.url(),
    status: request.statusCode,
    type: request.resourceType().name(),
    frames: request.frames(),
  }));
})()`;

describe.runIf(hasProgram('chromium'))('the network panel of DevTools', () => {
  let chromium: Chromium;
  let evaluate: (expression: string) => Promise<unknown>;
  beforeAll(async () => {
    chromium = await Chromium.start();
    evaluate = await chromium.open('devtools://devtools/bundled/devtools_app.html');
    const isReady = "document.readyState === 'complete' && document.querySelector('.tabbed-pane') !== null";
    for (let i = 0; i < 600 && (await evaluate(isReady)) !== true; i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }, 120_000);
  afterAll(() => chromium?.close());

  it.each([
    ['messages-socketio/capture.pcap.gz', []],
    ['tls-nginx/capture.pcap.gz', ['--keylog', `${fixturesRoot}tls-nginx/keys.log`]],
  ])('imports the sessions of %s with their messages', async (file, options) => {
    const capture = `${fixturesRoot}${file}`;
    const har = wsdissect(['export', 'har', ...options, capture]).stdout;
    const shown = (await evaluate(IMPORT(har))) as Shown[];
    const lines = (command: string) =>
      wsdissect([command, '-T', 'ndjson', ...options, capture])
        .stdout.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    const [sessions, messages] = [lines('sessions'), lines('messages')];
    // The panel has an order of its own, and keeps what was imported before.
    const told = sessions.map(({ session, carrier, host, path }) => ({
      url: `${carrier.tls === null ? 'ws' : 'wss'}://${host}${path}`,
      status: 101,
      type: 'websocket',
      said: messages
        .filter((message) => message.session === session && message.opcode === 'text')
        .map(({ sender, content, time }) => [
          sender === 'client' ? 'send' : 'receive',
          content,
          time.toFixed(4),
        ]),
    }));
    const imported = shown.slice(-sessions.length).map(({ frames, ...request }) => ({
      ...request,
      said: frames
        .filter(({ opCode }) => opCode === 1)
        .map(({ type, text, time }) => [type, text, time.toFixed(4)]),
    }));
    const sorted = (list: readonly { readonly url: string; readonly said: readonly unknown[] }[]) =>
      list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(imported)).toEqual(sorted(told));
    expect(told.every(({ said }) => said.length > 0)).toBe(true);
  });
});
