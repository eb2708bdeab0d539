/**
 * What must hold of every input, however broken: that it is read to its end without an exception, in work and output in
 * proportion to it, that what is told agrees with itself, that nothing is held behind the end, that every output can
 * be parsed and harms no terminal, and that the same is told however the input comes and whatever is listed.
 */
import assert from 'node:assert/strict';
import { visible } from '../../src/bytes/visible.js';
import { makeColors } from '../../src/output/colors.js';
import { findingJson, findingLine } from '../../src/output/finding-text.js';
import { detailRenderer } from '../../src/output/frame-render.js';
import { sessionLine } from '../../src/output/session-render.js';
import { sessionJson } from '../../src/output/session-text.js';
import type { Range } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { frameJson, frameLine, messageJson, messageLine, UNSAFE, written } from '../output/samples.js';
import { Random } from './random.js';
import { inBlocks, type Transcript, transcribe, verdicts } from './transcript.js';

/** Throws an error that says what does not hold. */
export async function mustHold(input: Uint8Array, seed = 1): Promise<Transcript> {
  const before = Buffer.from(input);
  const whole = await transcribe(input, { frames: true, messages: true });
  assert.ok(before.equals(input), 'the input was changed');
  proportion(whole, input.length);
  agreement(whole);
  nothingHeld(whole);
  outputs(whole);
  const random = new Random(seed);
  const expected = verdicts(whole);
  const unlisted = await transcribe(inBlocks(input, random), {});
  assert.deepEqual(verdicts(unlisted), expected, 'in blocks and unlisted, it is told differently');
  nothingHeld(unlisted);
  const listing = random.pick([{ frames: true }, { messages: true }]);
  const listed = await transcribe(input, listing);
  assert.deepEqual(verdicts(listed), expected, `only ${Object.keys(listing)} listed, it is told differently`);
  const same = (a: readonly unknown[], b: readonly unknown[], what: string) =>
    assert.deepEqual(a.map(String), b.map(String), `${what} differ by what else is listed`);
  if ('frames' in listing) same(listed.frames.map(frameJson), whole.frames.map(frameJson), 'frames');
  else same(listed.messages.map(asJson), whole.messages.map(asJson), 'messages');
  return whole;
}

/** With what plain JSON says. */
const asJson = (message: Message): string => messageJson(message, true);

/** A file compressed to a hundredth may hold as much more. */
const COMPRESSION = 1100;

function proportion(told: Transcript, length: number): void {
  const { frames, messages, findings, defects, closed, packets, dissector } = told;
  const isCompressed = packets * 16 > length;
  const size = length * (isCompressed ? COMPRESSION : 1);
  assert.ok(frames.length <= size / 2, `${frames.length} frames of ${length} bytes`);
  assert.ok(messages.length <= frames.length, `${messages.length} messages of ${frames.length} frames`);
  assert.ok(defects.length <= size / 8 + 20, `${defects.length} defects of ${length} bytes`);
  assert.ok(closed.length <= packets, `${closed.length} sessions of ${packets} packets`);
  const most = 10 * frames.length + 40 * closed.length;
  assert.ok(findings.length <= most, `${findings.length} findings of ${frames.length} frames`);
  const kept = frames.reduce((sum, { payload }) => sum + payload.length, 0);
  // A payload holds zeros for what is missing: as many as were captured before them, and 64 KiB.
  assert.ok(kept <= 2 * size + 65_536 * frames.length, `${kept} bytes of payload of ${length} bytes`);
  assert.equal(dissector?.frameCount ?? 0, frames.length);
}

function agreement(told: Transcript): void {
  const { frames, messages, findings, defects, opened, closed, packets } = told;
  const isPacket = (packet: number, least = 1) => packet >= least && packet <= packets;
  const next = new Map<string, number>();
  frames.forEach((frame, index) => {
    const { number, session, sender, pieces, missing, payload, length, headerLength, streamOffset } = frame;
    const which = `frame ${number}`;
    assert.equal(number, index + 1, 'frames are numbered in turn');
    const key = `${session.number} ${sender}`;
    assert.ok(streamOffset >= (next.get(key) ?? 0), `${which} begins before the one before it ends`);
    const rest = frame.truncated ? 0 : length;
    next.set(key, streamOffset + headerLength + rest);
    assert.ok(payload.length <= length, `${which} has more payload than it declares`);
    ranges(missing, length, which);
    assert.equal(frame.complete, missing.length === 0 && !frame.truncated, `${which} is complete`);
    let at = streamOffset;
    for (const piece of pieces) {
      assert.ok(isPacket(piece.packet), `${which} lies in packet ${piece.packet} of ${packets}`);
      assert.ok(piece.streamOffset >= at, `${which} has pieces in their order`);
      at = piece.streamOffset + piece.length;
    }
    assert.ok(at <= streamOffset + headerLength + length, `${which} has pieces behind its end`);
    assert.ok(frame.confidence > 0 && frame.confidence <= 1, `${which} has confidence ${frame.confidence}`);
  });
  messages.forEach(({ number, frames: parts, packets: from, content, length, unknownRanges }, index) => {
    const which = `message ${number}`;
    assert.equal(number, index + 1, 'messages are numbered in turn');
    assert.ok(content.length <= length, `${which} has more content than its length`);
    ranges(unknownRanges, length, which);
    ascending(parts, `frames of ${which}`);
    ascending(from, `packets of ${which}`);
    assert.ok(parts.length > 0 && parts.every((part) => part >= 1 && part <= frames.length), which);
    assert.ok(
      from.every((packet) => isPacket(packet)),
      `${which} is of packets ${from} of ${packets}`,
    );
  });
  for (const { rule, frame, session, packet } of findings) {
    assert.ok(isPacket(packet, 0), `${rule.id} in packet ${packet} of ${packets}`);
    if (frame === undefined) continue;
    assert.ok(frame >= 1 && frame <= frames.length, `${rule.id} of frame ${frame} of ${frames.length}`);
    assert.equal(frames[frame - 1].session.number, session.number, `${rule.id} is of its frame's session`);
  }
  for (const { code, packet, message } of defects) {
    assert.ok(isPacket(packet, 0), `${code} in packet ${packet} of ${packets}`);
    assert.doesNotMatch(message, UNSAFE);
  }
  const numbers = closed.map(({ session }) => session.number).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, index) => index + 1),
    'each session ends once',
  );
  assert.ok(opened.length <= closed.length, 'each session that opens ends');
  const counted = closed.reduce((sum, { frames }) => sum + frames.client + frames.server, 0);
  assert.equal(counted, frames.length, 'the frames of all sessions are all frames');
}

function ranges(list: readonly Range[], length: number, which: string): void {
  let at = 0;
  // Lengths are rounded above 2^53, and so are sums of them.
  const most = Number.isSafeInteger(length) ? length : length * (1 + 2 ** -51);
  for (const { offset, length: own } of list) {
    assert.ok(own > 0 && offset >= at && offset + own <= most, `${which} has ranges in its bounds, in order`);
    at = offset + own;
  }
}

function ascending(numbers: readonly number[], which: string): void {
  for (let i = 1; i < numbers.length; i++) assert.ok(numbers[i - 1] < numbers[i], `${which} ascend`);
}

function nothingHeld({ dissector }: Transcript): void {
  if (dissector === undefined) return;
  const { tcp, windowBudget, payloadBudget, holdingPool, secretsPool } = dissector;
  const pools = [holdingPool.bytes, holdingPool.waiting, secretsPool.bytes];
  const held = [tcp.held, windowBudget.held, payloadBudget.held, ...pools];
  assert.deepEqual(
    held,
    [0, 0, 0, 0, 0, 0],
    'held behind the end: holes, search, payload, undecided, waiting, for secrets',
  );
}

/** Rendering is costly, and what is printed of a hundred frames is as odd as what is of ten thousand. */
const SHOWN = 100;

function outputs({ frames, messages, findings, closed, dissector }: Transcript): void {
  const start = dissector?.start ?? { seconds: 0, nanoseconds: 0 };
  const colors = makeColors(false);
  const contexts = (['relative', 'epoch', 'utc'] as const).map((timeFormat) => ({
    timeFormat,
    start: () => start,
  }));
  const json = [
    ...frames.slice(0, SHOWN).map(frameJson),
    ...messages.slice(0, SHOWN).map(asJson),
    ...findings.slice(0, SHOWN).map(findingJson),
    ...closed.slice(0, SHOWN).map(sessionJson),
  ];
  for (const text of json) {
    assert.doesNotMatch(text, /[\n\r]/, 'one object a line');
    JSON.parse(text);
  }
  for (const context of contexts) {
    const lines = [
      ...frames.slice(0, SHOWN).map((frame) => frameLine(frame, context, colors)),
      ...messages.slice(0, SHOWN).map((message) => messageLine(message, context, colors)),
      ...findings.slice(0, SHOWN).map((finding) => findingLine(finding, context, colors)),
      ...closed.slice(0, SHOWN).map((summary) => sessionLine(summary, context, colors)),
    ];
    for (const line of lines) assert.doesNotMatch(line.replace(/\n$/, ''), UNSAFE, visible(line));
  }
  const details = written((writer) => {
    const renderer = detailRenderer(writer, contexts[0], colors, { tree: true, hex: true });
    for (const frame of frames.slice(0, 20)) renderer.row(frame);
    renderer.end();
  });
  for (const line of details.split('\n')) assert.doesNotMatch(line, UNSAFE, visible(line));
}
