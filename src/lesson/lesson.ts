/**
 * What a lesson is: a question, a sample, and steps through it, each a paragraph and something of the sample to look at.
 *
 * Strategy: plain data. What a paragraph says of the sample is taken from what was dissected of it, so that no number in a
 * lesson is written by hand; text, Markdown and the guide show the same data.
 */
import type { SectionName } from '../explain/text.js';
import type { Seen } from './seen.js';

export interface Lesson {
  /** In kebab-case: of the command, and of the guide's file. */
  readonly name: string;
  readonly title: string;
  /** That it answers. */
  readonly question: string;
  /** A scenario, as `wsdissect sample` makes it. */
  readonly sample: string;
  readonly steps: readonly LessonStep[];
}

export interface LessonStep {
  /** A paragraph. */
  readonly says: (seen: Seen) => string;
  readonly shows: readonly Shown[];
  /** Another scenario, for this step. */
  readonly sample?: string;
}

/** Something of the sample to look at. */
export type Shown =
  | { readonly kind: 'frame'; readonly frame: number; readonly sections: readonly SectionName[] }
  | { readonly kind: 'frames' }
  | { readonly kind: 'messages' }
  | { readonly kind: 'conversation' }
  /** All findings, with what their rules ask and why. */
  | { readonly kind: 'findings' }
  | Worked;

/** Lines worked out from the sample, of at most 76 columns. */
export interface Worked {
  readonly kind: 'worked';
  readonly title: string;
  readonly lines: (seen: Seen) => readonly string[];
}

/** The figure of a frame, and what else of its explanation. */
export function frame(number: number, ...sections: readonly SectionName[]): Shown {
  return { kind: 'frame', frame: number, sections: sections.length === 0 ? ['figure'] : sections };
}

export function worked(title: string, lines: Worked['lines']): Shown {
  return { kind: 'worked', title, lines };
}

export const FRAMES: Shown = { kind: 'frames' };
export const MESSAGES: Shown = { kind: 'messages' };
export const CONVERSATION: Shown = { kind: 'conversation' };
export const FINDINGS: Shown = { kind: 'findings' };
