/**
 * The comparison of two captures as text: a paragraph for each session that differs, or that is in one capture only, and the
 * whole in a few lines.
 */
import { visible } from '../bytes/visible.js';
import type { Colors } from '../output/colors.js';
import type { TextWriter } from '../output/writer.js';
import { count } from '../rules/count.js';
import { SENDERS, type Sender } from '../websocket/frame-record.js';
import { CONTINUATION, opcodeName } from '../websocket/opcode.js';
import type { CaptureDiff, DirectionDiff, Omitted, SessionDiff } from './compare.js';
import type { Clocks, Latency } from './latency.js';
import type { MatchSign } from './match.js';
import type { MessagePair } from './messages.js';
import type { SideMessage, SideSession } from './side.js';

/** Messages told one by one of each kind of difference. */
const MOST = 10;
const SIGNS: Readonly<Record<MatchSign, string>> = {
  key: 'the same key',
  messages: 'the same messages',
  'host-and-path': 'the same host and path',
  path: 'the same path',
};

export function writeDiff(writer: TextWriter, diff: CaptureDiff, omitted: Omitted, colors: Colors): void {
  const lines = [
    ...diff.sessions.flatMap((session) => sessionLines(session, colors)),
    ...diff.onlyA.flatMap((session) => loneLines('A', session, colors)),
    ...diff.onlyB.flatMap((session) => loneLines('B', session, colors)),
    ...endLines(diff, colors),
    ...(omitted.a + omitted.b > 0
      ? [
          colors.remark(
            `not compared (messages and sessions beyond a limit): ${omitted.a} of A, ${omitted.b} of B`,
          ),
        ]
      : []),
  ];
  for (const line of lines) writer.write(`${line}\n`);
}

function sessionLines({ matched, headers, directions, isSame }: SessionDiff, colors: Colors): string[] {
  const { a, b, by } = matched;
  const title = `session ${a.summary.session.number} of A is session ${b.summary.session.number} of B: ${nameOf(a)}`;
  const lines = [`${colors.label(title)} (${SIGNS[by]})${isSame ? ': no difference' : ''}`];
  if (!isSame) lines.push(`  A: ${peersOf(a)}`, `  B: ${peersOf(b)}`);
  for (const { head, name, a: inA, b: inB } of headers)
    lines.push(`  ${head} ${visible(name)}: ${valueText(inA)} in A, ${valueText(inB)} in B`);
  for (const sender of SENDERS) lines.push(...directionLines(sender, directions[sender], matched, colors));
  return [...lines, ''];
}

function directionLines(
  sender: Sender,
  diff: DirectionDiff,
  { a, b }: SessionDiff['matched'],
  colors: Colors,
): string[] {
  const inA = count(diff.a, 'message');
  const both = diff.a === diff.b ? inA : `${inA} in A, ${diff.b} in B`;
  const lines = [`  ${sender}: ${both}, ${diff.same.length} the same in order${latencyText(diff.latency)}`];
  const tell = (what: string, list: readonly string[]) => {
    if (list.length === 0) return;
    const more = list.length > MOST ? ` and ${list.length - MOST} more` : '';
    lines.push(`    ${colors.remark(what)}: ${list.slice(0, MOST).join(', ')}${more}`);
  };
  tell('only in A', diff.onlyA.map(messageText));
  tell('only in B', diff.onlyB.map(messageText));
  tell('changed', diff.changed.map(changeText));
  tell('not whole in one of them', diff.incomplete.map(changeText));
  tell('in another order', diff.reordered.map(pairText));
  tell('masked in one of them only', diff.masked.map(pairText));
  tell('masked with another key', diff.remasked.map(pairText));
  tell('in other frames', diff.refragmented.map(pairText));
  tell('compressed otherwise', diff.recompressed.map(compressionText));
  for (const [name, { summary }] of [
    ['A', a],
    ['B', b],
  ] as const) {
    const lost = summary.missingBytes[sender];
    if (lost > 0) lines.push(`    the capture of ${name} lacks ${lost} bytes of it`);
    if (summary.end?.[sender] === 'capture-end' && (diff.onlyA.length > 0 || diff.onlyB.length > 0))
      lines.push(`    in ${name} its end was not captured`);
  }
  return lines;
}

function loneLines(name: string, session: SideSession, colors: Colors): string[] {
  const { number } = session.summary.session;
  const { client, server } = session.messages;
  return [
    `${colors.label(`session ${number} of ${name}: ${nameOf(session)}`)} (${colors.remark(`only in ${name}`)})`,
    `  ${name}: ${peersOf(session)}, ${count(client.length, 'message')} of the client, ${server.length} of the server`,
    '',
  ];
}

function endLines(
  { sessions, onlyA, onlyB, latency, clocks, isSame }: CaptureDiff,
  colors: Colors,
): string[] {
  const different = sessions.filter((session) => !session.isSame).length;
  const inBoth = `${count(sessions.length, 'session')} in both`;
  const summary = `${inBoth}, ${different} of them different; ${onlyA.length} only in A, ${onlyB.length} only in B`;
  const lines = [colors.label(isSame ? `no difference: ${inBoth}` : summary)];
  for (const sender of SENDERS)
    if (latency[sender] !== undefined) lines.push(`messages of the ${sender}${latencyText(latency[sender])}`);
  return [...lines, ...clockLines(clocks)];
}

/** What the clocks can be, and what that makes of the times. */
function clockLines(clocks: Clocks | undefined): string[] {
  if (clocks === undefined) return ['how the clocks of A and B differ is not known: times are as measured'];
  const { nearA, least, most, estimate } = clocks;
  const oneWay = milliseconds((most - least) / 2);
  return [
    `${nearA === undefined ? '' : `A lies nearer to the ${nearA}; `}the clock of B is ahead of that of A by ${milliseconds(least)} to ${milliseconds(most)} ms, ` +
      `or ${milliseconds(estimate)} ms if the quickest messages of both directions took equally long (${oneWay} ms); ` +
      'times are as measured, with this in them',
  ];
}

function latencyText(latency: Latency | undefined): string {
  if (latency === undefined) return '';
  const { min, median, max } = latency;
  return `; B after A by ${milliseconds(min)} / ${milliseconds(median)} / ${milliseconds(max)} ms (min / median / max)`;
}

function milliseconds(nanoseconds: number): string {
  return (nanoseconds / 1e6).toFixed(3);
}

function nameOf({ summary: { session } }: SideSession): string {
  return session.path === undefined ? 'handshake not captured' : visible(session.path);
}

function peersOf({ summary: { session } }: SideSession): string {
  return `${session.client} → ${session.server}`;
}

function valueText(value: string | undefined): string {
  return value === undefined ? 'absent' : `"${visible(value)}"`;
}

function messageText({ number, opcode, length }: SideMessage): string {
  return `${number} (${kindOf(opcode)}, ${length} bytes)`;
}

function kindOf(opcode: number): string {
  return opcode === CONTINUATION ? 'without its beginning' : opcodeName(opcode);
}

/** `12 = 14`: the number in A, and in B. */
function pairText([a, b]: MessagePair): string {
  return a.number === b.number ? String(a.number) : `${a.number} = ${b.number}`;
}

function changeText([a, b]: MessagePair): string {
  return `${pairText([a, b])} (${kindOf(a.opcode)}, ${a.length} bytes in A, ${b.length} in B)`;
}

function compressionText([a, b]: MessagePair): string {
  return `${pairText([a, b])} (${a.wireLength} bytes in A, ${b.wireLength} in B)`;
}
