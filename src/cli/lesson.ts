/**
 * `wsdissect lesson`: lists the lessons, or goes through one, a step at a time where somebody can press Enter.
 */
import { didYouMean } from '../bytes/nearest.js';
import type { Lesson } from '../lesson/lesson.js';
import { LESSONS } from '../lesson/lessons/index.js';
import { loadShown } from '../lesson/shown.js';
import { lessonHead, lessonSteps } from '../lesson/text.js';
import type { LessonOptions } from './commands/lesson.js';
import { UsageError } from './exit.js';
import type { Terminal } from './terminal.js';
import { canAsk, TypedLines } from './typed-lines.js';

export async function teach(
  name: string | undefined,
  { all }: LessonOptions,
  terminal: Terminal,
): Promise<void> {
  if (name === undefined) return listLessons(terminal);
  const lesson = lessonNamed(name);
  await loadShown();
  if (all === true || !canAsk(terminal)) await tellAll(lesson, terminal);
  else await tellStepwise(lesson, terminal);
}

function listLessons({ stdout, colors }: Terminal): void {
  const width = Math.max(...LESSONS.map(({ name }) => name.length));
  for (const { name, title, question } of LESSONS)
    stdout.write(`${colors.label(name.padEnd(width))}  ${title}\n${' '.repeat(width)}  ${question}\n`);
  stdout.flush();
}

async function tellAll(lesson: Lesson, { stdout, colors }: Terminal): Promise<void> {
  stdout.write(lessonHead(lesson, colors));
  for await (const step of lessonSteps(lesson, colors)) stdout.write(`\n${step}`);
  stdout.flush();
}

async function tellStepwise(lesson: Lesson, { stdout, colors }: Terminal): Promise<void> {
  const typed = new TypedLines(stdout);
  stdout.write(lessonHead(lesson, colors));
  let told = 0;
  try {
    for await (const step of lessonSteps(lesson, colors)) {
      stdout.write(`\n${step}`);
      if (++told === lesson.steps.length) break;
      const line = await typed.ask(`\n${colors.dim('Enter goes on, q ends: ')}`);
      if (line === undefined || /^\s*q/i.test(line)) return;
    }
    stdout.write(`\n${ending(lesson)}`);
    stdout.flush();
  } finally {
    typed.close();
  }
}

function ending({ name }: Lesson): string {
  const next = LESSONS[LESSONS.findIndex((lesson) => lesson.name === name) + 1];
  return next === undefined
    ? 'That was the last lesson. What you know now: wsdissect quiz\n'
    : `The next lesson: wsdissect lesson ${next.name}\n`;
}

function lessonNamed(name: string): Lesson {
  const found = LESSONS.find((lesson) => lesson.name === name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    LESSONS.map((lesson) => lesson.name),
  );
  throw new UsageError(`there is no lesson "${name}"${hint} (wsdissect lesson lists them)`);
}
