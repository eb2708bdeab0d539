/**
 * What a step of a lesson shows, as lines for a terminal of 80 columns: the explanation of a frame, lists, a conversation,
 * findings, and what was worked out.
 */
import { visible } from '../bytes/visible.js';
import { explainFrame } from '../explain/explanation.js';
import { explanationSections } from '../explain/text.js';
import { ByteWriter } from '../output/byte-writer.js';
import { closeStory } from '../output/close-story.js';
import type { Colors } from '../output/colors.js';
import { Conversation } from '../output/conversation.js';
import { notDecoded } from '../output/decoded-text.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { tableRenderer } from '../output/frame-render.js';
import { messageTable } from '../output/message-render.js';
import type { RowRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import { loadWidths, wrap } from '../output/width.js';
import type { Finding } from '../rules/finding.js';
import type { Shown } from './lesson.js';
import type { Seen } from './seen.js';

/** Of a terminal; prose keeps a little less. */
export const COLUMNS = 80;
const PROSE = 76;

/** To be awaited before anything is shown. */
export async function loadShown(): Promise<void> {
  await loadWidths();
  await loadTables();
}

/** Without an empty line at the end. */
export function shownLines(shown: Shown, seen: Seen, colors: Colors): readonly string[] {
  const context: ColumnContext = { timeFormat: 'relative', start: () => seen.start };
  switch (shown.kind) {
    case 'frame':
      return frameLines(seen, shown.frame, shown.sections, colors);
    case 'frames':
      return written((into) => rows(tableRenderer(into, context, colors, COLUMNS), seen.frames));
    case 'messages':
      return written((into) => rows(messageTable(into, context, colors, COLUMNS), seen.messages));
    case 'conversation':
      return conversationLines(seen, context, colors);
    case 'findings':
      return seen.findings.flatMap((finding, i) => [
        ...(i === 0 ? [] : ['']),
        ...findingLines(finding, colors),
      ]);
    case 'worked':
      return [colors.label(shown.title), ...shown.lines(seen).map((line) => `  ${line}`)];
  }
}

/** The sections of the explanation, the title of the frame above them. */
export function frameLines(
  seen: Seen,
  number: number,
  names: readonly string[],
  colors: Colors,
): readonly string[] {
  const findings = seen.findings.filter((finding) => finding.frame === number);
  const sections = explanationSections(explainFrame(seen.frame(number), findings, true), colors);
  return sections
    .filter(({ name }) => name === 'title' || names.includes(name))
    .flatMap(({ name, title, lines }, i) => [
      ...(i < 2 ? [] : ['']),
      // The figure speaks for itself.
      ...(title === '' || name === 'figure' ? [] : [colors.label(title)]),
      ...lines,
    ]);
}

/** What is wrong, who says so, and why. */
function findingLines({ rule, severity, breaker, message, frame }: Finding, colors: Colors): string[] {
  const where = frame === undefined ? '' : `frame ${frame}: `;
  return [
    colors.severity(severity, `${severity}, ${rule.section}: ${rule.id}, by the ${breaker}`),
    ...indented(`${where}${visible(message)}.`),
    colors.label('What the RFC asks'),
    ...indented(rule.asks),
    colors.label('Why'),
    ...indented(rule.why),
    colors.label(`What the ${breaker} does`),
    ...indented(rule[breaker]),
  ];
}

/** Lines of a paragraph. */
export function prose(text: string): readonly string[] {
  return wrap(text, PROSE);
}

/** Lines as a text, without blanks at their ends. */
export function linesText(lines: readonly string[]): string {
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function indented(text: string): string[] {
  return wrap(text, PROSE - 2).map((line) => `  ${line}`);
}

const CONVERSATION = { decode: notDecoded, width: COLUMNS, control: true, full: false };

function conversationLines(
  { sessions, messages }: Seen,
  context: ColumnContext,
  colors: Colors,
): readonly string[] {
  return sessions.flatMap((summary) => {
    const { session } = summary;
    const said = written((into) => {
      const conversation = new Conversation(into, context, colors, CONVERSATION);
      conversation.opened(session);
      for (const message of messages)
        if (message.session.number === session.number) conversation.message(message);
    });
    return [...said, '', ...prose(closeStory(summary)).map(colors.dim)];
  });
}

function rows<T>(renderer: RowRenderer<T>, all: readonly T[]): void {
  for (const one of all) renderer.row(one);
  renderer.end();
}

/** What renderers write, as lines. */
function written(write: (into: ByteWriter) => void): readonly string[] {
  const into = new Gathered();
  write(into);
  into.flush();
  return into.text.trimEnd().split('\n');
}

class Gathered extends ByteWriter {
  text = '';

  protected drain(bytes: Uint8Array, length: number): void {
    this.text += Buffer.from(bytes.subarray(0, length)).toString('utf8');
  }
}
