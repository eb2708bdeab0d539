/**
 * An explanation as Markdown, for lessons and issue trackers: the figure in a code block, the rest in tables.
 */
import { visible } from '../bytes/visible.js';
import { makeColors } from '../output/colors.js';
import { count } from '../rules/count.js';
import type { Explanation } from './explanation.js';
import { wireHex } from './part.js';
import { diagramLines, sizeOf, titleOf, togetherOf, unmaskedText, unmaskingRest } from './text.js';

export function explanationMarkdown(explanation: Explanation): string {
  const { bytes, diagram, parts, unmasking, steps, joined, findings, pieces, frame, assumed } = explanation;
  const blocks = [
    `# ${cell(titleOf(explanation))}`,
    ...(assumed.length === 0 ? [] : [`Assumed: ${assumed.join(' ')}`]),
    fenced(diagramLines(diagram, makeColors(false)).join('\n')),
    `Bytes: \`${wireHex(frame, bytes).join(' ')}${bytes.length < frame.headerLength + frame.length ? ' …' : ''}\``,
    '## What each part says',
    table(
      ['part', 'size', 'value', 'meaning', 'why', 'section'],
      togetherOf(parts).map((alike) => {
        const [{ value, meaning, why, section }] = alike;
        return [alike.map(({ title }) => title).join(', '), sizeOf(alike), value, meaning, why, section];
      }),
    ),
    ...(unmasking.length === 0
      ? []
      : [
          '## Unmasking (RFC 6455 §5.3)',
          fenced(
            [
              ...unmasking.map((byte) => `${byte.index}: ${unmaskedText(byte)}`),
              ...unmaskingRest(explanation),
            ].join('\n'),
          ),
        ]),
    '## What a decoder does',
    table(
      ['state', 'takes', 'and then'],
      steps.map(({ state, takes, tells }) => [state, takes === 0 ? '' : count(takes, 'byte'), tells]),
    ),
    ...(joined === undefined
      ? []
      : [
          `## The message that it ends (${joined.section})`,
          `${[joined.told, ...joined.wrong].map(cell).join('; ')}.`,
          ...(joined.content === '' ? [] : [fencedContent(joined.content)]),
        ]),
    ...(pieces.length === 0 ? [] : [`Captured in packets ${pieces.map(({ packet }) => packet).join(', ')}.`]),
    ...(findings.length === 0
      ? []
      : [
          '## What is wrong',
          findings
            .map(
              ({ severity, rule, message }) =>
                `- **${severity}**: ${cell(message)} (${rule.section}). ${cell(rule.asks)}`,
            )
            .join('\n'),
        ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

const fenced = (text: string) => `\`\`\`text\n${text}\n\`\`\``;

/** With a fence that it does not hold itself: it is one line. */
const fencedContent = (content: string) => `\`\`\`\`text\n${content}\n\`\`\`\``;

/** What a capture says is never Markdown or HTML: all that could be is escaped. */
function cell(text: string): string {
  if (text === '---') return text;
  return visible(text).replace(/[\\`*_[\]<>|&~$@#]/g, (found) => `&#${found.charCodeAt(0)};`);
}
