/**
 * Pings and Pongs as they come from who means harm: thousands, that are open together, or answered wrongly, late or
 * backwards. What is counted is how often the parts of the ledger of Pings run, never the time: what a frame costs may
 * not grow with the Pings that are open.
 */
import { expect, it } from 'vitest';
import type { FrameFields } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import { findingsOf, type Step } from '../rules/harness.js';
import { PartsRun, scanned } from '../support/counted.js';

/** As many as are told apart. */
const OPEN = 1024;
const ledger = new PartsRun(['/src/rules/ping', '/src/rules/pong']);
/** Parts that run, and entries gone through, for each frame. */
const MOST = 60;

const payloads = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => Buffer.from(text(i)));
const steps = (sender: Sender, opcode: number, all: readonly Uint8Array[]): Step[] =>
  all.map((payload) => [sender, fields(sender, opcode, payload)] as const);
const fields = (sender: Sender, opcode: number, payload: Uint8Array): FrameFields =>
  sender === 'client' ? { opcode, payload, maskingKey: 0x37fa213d } : { opcode, payload };
const pings = (all: readonly Uint8Array[]) => steps('client', 9, all);
const pongs = (all: readonly Uint8Array[]) => steps('server', 10, all);
const numbers = (count: number, first = 0) => payloads(count, (i) => `${first + i}`.padStart(8, '0'));
const says = (sender: Sender) => steps(sender, 1, [Buffer.from('Hi')])[0];

it.each<[string, readonly Step[]]>([
  [
    'wrong Pongs to Pings that are alike but for their ends',
    [
      ...pings(payloads(OPEN, (i) => 'z'.repeat(120) + String(i).padStart(5, '0'))),
      ...pongs(payloads(2 * OPEN, (i) => `${'z'.repeat(120)}x${String(i).padStart(4, '0')}`)),
    ],
  ],
  [
    'right Pongs to more Pings than are told apart',
    [...pings(numbers(4 * OPEN)), ...pongs(numbers(4 * OPEN))],
  ],
  [
    'Pongs in reverse',
    Array.from({ length: 3 }, (_, i) => numbers(1000, 1000 * i)).flatMap((all) => [
      ...pings(all),
      ...pongs(all.toReversed()),
    ]),
  ],
  ['wrong Pongs to short Pings', [...pings(numbers(1000)), ...pongs(payloads(3 * OPEN, (i) => `x${i}`))]],
  [
    'messages of the sender behind its Pings',
    [...pings(numbers(OPEN)), ...Array.from({ length: 2 * OPEN }, () => says('client'))],
  ],
  [
    'messages of the other side behind a Ping each',
    [
      ...pings(numbers(OPEN)),
      ...numbers(2 * OPEN, OPEN).flatMap((payload) => [...pings([payload]), says('server')]),
    ],
  ],
])('%s cost the same however many Pings are open', async (_name, script) => {
  let entries = 0;
  const parts = await ledger.during(async () => {
    entries = await scanned(() => findingsOf({ steps: script }));
  });
  expect(parts).toBeGreaterThan(script.length);
  expect(parts + entries).toBeLessThan(MOST * script.length);
});
