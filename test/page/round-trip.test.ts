/**
 * What the page reads is what the dissector told, of all that was recorded.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PageSource } from '../../src/page/source.js';
import type { Finding } from '../../src/rules/finding.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { isControl } from '../../src/websocket/opcode.js';
import { fixturesRoot } from '../support/fixtures.js';
import { all, collect } from './collected.js';

const captures = readdirSync(fixturesRoot, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.pcap(ng)?(\.gz)?$/.test(file) && !file.startsWith('derived'))
  .sort();

/** Of a rule the page has all but the code. */
const withoutCode = (finding: Finding) => {
  const { judge: _, watch: __, ...rule } = finding.rule;
  return { ...finding, rule };
};

async function read({ frames, messages, sessions, findings }: PageSource) {
  return {
    frames: (await all(frames)).map(({ message: _, ...frame }) => frame),
    messages: (await all(messages)).map(({ decoded: _, ...message }) => message),
    sessions: await all(sessions),
    findings: await all(findings),
  };
}

/** The frame that ends a data message, and the number of the message; none where its end was lost. */
function ending(
  { opcode, frames, number }: Message,
  told: readonly Frame[],
): [frame: number, message: number][] {
  const last = told.find((frame) => frame.number === frames.at(-1));
  return isControl(opcode) || last?.fin !== true ? [] : [[last.number, number]];
}

/** The same, of the frames that know the message that they end. */
async function endings({ frames, messages }: PageSource): Promise<[frame: number, message: number][]> {
  const rows = await all(messages);
  return (await all(frames))
    .filter(({ message }) => message !== undefined)
    .map((frame): [number, number] => [frame.number, rows[frame.message!].number])
    .sort(([, a], [, b]) => a - b);
}

describe('records come back equal', () => {
  it('of many captures', () => expect(captures.length).toBeGreaterThan(60));

  it.each(captures)('of %s', async (capture) => {
    const path = join(fixturesRoot, capture);
    const keyLog = join(dirname(path), 'keys.log');
    const { source, told, limits } = await collect([path], { keyLogs: existsSync(keyLog) ? [keyLog] : [] });
    // expect() takes ten times as long to see that nothing differs.
    deepStrictEqual(await read(source), { ...told, findings: told.findings.map(withoutCode) });
    expect(limits).toEqual([]);
    expect(await endings(source)).toEqual(told.messages.flatMap((message) => ending(message, told.frames)));
  });
});
