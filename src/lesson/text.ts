/**
 * A lesson as text, step by step: a terminal waits between them, everything else gets them all.
 */
import type { Colors } from '../output/colors.js';
import type { Lesson, LessonStep } from './lesson.js';
import { SeenSamples } from './seen.js';
import { linesText, prose, shownLines } from './shown.js';

/** The title and what it is about. */
export function lessonHead({ title, question, sample }: Lesson, colors: Colors): string {
  return linesText([
    colors.label(title),
    ...prose(question),
    '',
    colors.dim(`The sample: wsdissect sample ${sample} -o sample.pcapng`),
  ]);
}

/** Step by step; `await loadShown()` first. */
export async function* lessonSteps({ steps, sample }: Lesson, colors: Colors): AsyncGenerator<string> {
  const samples = new SeenSamples();
  for (const [i, step] of steps.entries()) {
    const seen = await samples.of(step.sample ?? sample);
    const from = other(step, sample, i === 0 ? sample : (steps[i - 1].sample ?? sample));
    yield linesText([
      colors.label(`${i + 1} of ${steps.length}${from}`),
      ...prose(step.says(seen)),
      ...step.shows.flatMap((shown) => ['', ...shownLines(shown, seen, colors)]),
    ]);
  }
}

/** Names the sample where it is another one than before. */
function other({ sample }: LessonStep, own: string, before: string): string {
  const now = sample ?? own;
  return now === before ? '' : `, with the sample ${now}`;
}
