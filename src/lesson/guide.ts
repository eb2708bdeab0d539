/**
 * The guide: each lesson as a page of Markdown, its figures as SVG drawn by `explain`, and an index. What `npm run guide`
 * writes into src/lesson/guide, and a test holds against that.
 */
import { explainFrame } from '../explain/explanation.js';
import { explanationSvg } from '../explain/svg.js';
import { titleOf } from '../explain/text.js';
import { makeColors } from '../output/colors.js';
import type { Lesson, LessonStep, Shown } from './lesson.js';
import { LESSONS } from './lessons/index.js';
import { type Seen, SeenSamples } from './seen.js';
import { frameLines, loadShown, shownLines } from './shown.js';

/** Contents by file names. */
export type Guide = ReadonlyMap<string, string>;

const PLAIN = makeColors(false);

export async function makeGuide(): Promise<Guide> {
  await loadShown();
  const files = new Map<string, string>([['README.md', index()]]);
  for (const [i, lesson] of LESSONS.entries()) {
    const page = new Page(lesson);
    files.set(`${lesson.name}.md`, await page.write(LESSONS[i + 1]));
    for (const [name, figure] of page.figures) files.set(name, figure);
  }
  return files;
}

function index(): string {
  const rows = LESSONS.map(
    ({ name, title, question }, i) => `${i + 1}. [${title}](${name}.md): ${escaped(question)}`,
  );
  return blocks([
    '# Learn the frame layout of WebSocket',
    'Each lesson walks through a sample, whose frames are explained bit by bit. `wsdissect lesson` tells the same in a ' +
      'terminal, `wsdissect sample` makes the captures, and `wsdissect quiz` asks what was learnt.',
    rows.join('\n'),
    'Written by `npm run guide`: do not edit.',
  ]);
}

class Page {
  readonly figures = new Map<string, string>();
  private readonly samples = new SeenSamples();

  constructor(private readonly lesson: Lesson) {}

  async write(next: Lesson | undefined): Promise<string> {
    const { title, question, sample, steps } = this.lesson;
    const told: string[] = [];
    for (const [i, step] of steps.entries()) told.push(await this.step(step, i + 1));
    return blocks([
      `# ${title}`,
      `*${escaped(question)}*`,
      `The sample: \`wsdissect sample ${sample} -o sample.pcapng\``,
      ...told,
      `${next === undefined ? '' : `Next: [${next.title}](${next.name}.md). `}[All lessons](README.md)`,
    ]);
  }

  private async step({ says, shows, sample }: LessonStep, number: number): Promise<string> {
    const seen = await this.samples.of(sample ?? this.lesson.sample);
    const other =
      sample === undefined ? [] : [`The sample here: \`wsdissect sample ${sample} -o sample.pcapng\``];
    return [
      `## Step ${number}`,
      ...other,
      escaped(says(seen)),
      ...shows.flatMap((shown) => this.shown(shown, seen, number)),
    ].join('\n\n');
  }

  /** Of a frame the figure as a picture, all else as text. */
  private shown(shown: Shown, seen: Seen, step: number): string[] {
    if (shown.kind !== 'frame') return [fenced(shownLines(shown, seen, PLAIN))];
    const { frame, sections } = shown;
    const rest = sections.filter((name) => name !== 'figure');
    const text = rest.length === 0 ? [] : [fenced(frameLines(seen, frame, rest, PLAIN))];
    return sections.includes('figure') ? [this.figure(frame, seen, step), ...text] : text;
  }

  private figure(number: number, seen: Seen, step: number): string {
    const explanation = explainFrame(seen.frame(number), [], true);
    const file = `${this.lesson.name}-${step}.svg`;
    this.figures.set(file, explanationSvg(explanation));
    return `![${titleOf(explanation)}: its bits](${file})`;
  }
}

const fenced = (lines: readonly string[]) =>
  `\`\`\`text\n${lines.map((line) => line.trimEnd()).join('\n')}\n\`\`\``;

const blocks = (all: readonly string[]) => `${all.join('\n\n')}\n`;

/** Prose is no Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*<>[\]]/g, (found) => `&#${found.charCodeAt(0)};`);
}
