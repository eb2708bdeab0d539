/**
 * A quiz as text of at most 80 columns: questions, verdicts with their explanation, the score; and as JSON.
 */
import { visible } from '../../bytes/visible.js';
import type { Colors } from '../../output/colors.js';
import { frameLines, linesText, prose } from '../shown.js';
import { letterOf, type Verdict } from './answer.js';
import type { Question } from './question.js';

/** What somebody answered; undefined: nothing. */
export interface Answered {
  readonly question: Question;
  readonly typed: string | undefined;
  readonly verdict: Verdict;
}

export function questionText({ number, topic, question, shown, choices }: Question, colors: Colors): string {
  return linesText([
    colors.label(`Question ${number} (${topic})`),
    ...prose(question),
    '',
    ...shown.map((line) => `  ${line}`),
    ...(choices.length === 0 ? [] : ['', ...choices.map((choice, i) => `  ${letterOf(i)}) ${choice}`)]),
  ]);
}

/** What was typed is not repeated. */
export function verdictText({ question, typed, verdict }: Answered, colors: Colors): string {
  const { answer } = question;
  const unclear = verdict.unclear === undefined || typed === undefined ? '' : ` (${verdict.unclear})`;
  const told = verdict.right ? 'Right' : `${typed === undefined ? 'Not answered' : 'Wrong'}${unclear}; it is`;
  return linesText([
    ...prose(`${told}: ${answer.told}.`).map((line) =>
      verdict.right ? colors.label(line) : colors.remark(line),
    ),
    ...explanationLines(question, colors),
  ]);
}

/** For the key of a sheet. */
export function keyText(question: Question, colors: Colors): string {
  return linesText([
    colors.label(`Question ${question.number} (${question.topic}): ${question.answer.told}`),
    ...explanationLines(question, colors),
  ]);
}

export function givenText(typed: string | undefined): string {
  return typed === undefined ? '' : `Answer: ${visible(typed)}\n`;
}

export function scoreText(right: number, count: number): string {
  return `${right} of ${count} right\n`;
}

function explanationLines({ why, helps, seen }: Question, colors: Colors): string[] {
  return [
    ...prose(why),
    ...(helps === undefined ? [] : ['', ...frameLines(seen, helps.frame, helps.sections, colors)]),
  ];
}

/** What a question tells in JSON: without its answer, or with. */
export function questionObject(
  { number, topic, question, shown, choices, answer, why }: Question,
  told: boolean,
): object {
  return { number, topic, question, shown, choices, ...(told && { answer: answer.told, why }) };
}

export function answeredObject({ question, typed, verdict: { right, unclear } }: Answered): object {
  return { ...questionObject(question, true), given: typed ?? null, right, unclear: unclear ?? null };
}
