/**
 * What a sheet has asked already: nothing comes twice while there is something else.
 */
import type { Draw } from '../../sample/draw.js';
import type { Asked } from './question.js';

export class Sheet {
  private readonly shown = new Set<string>();
  private readonly times = new Map<string, number>();

  /** One of those that were asked about least. */
  rarest<T extends string>(draw: Draw, subjects: readonly T[]): T {
    const timesOf = (subject: T) => this.times.get(subject) ?? 0;
    const least = Math.min(...subjects.map(timesOf));
    return draw.one(subjects.filter((subject) => timesOf(subject) === least));
  }

  /** Takes it up, unless another one shows the same: then false. */
  takes({ question, shown, subject }: Asked): boolean {
    const looks = [question, ...shown].join('\n');
    if (this.shown.has(looks)) return false;
    this.shown.add(looks);
    if (subject !== undefined) this.times.set(subject, (this.times.get(subject) ?? 0) + 1);
    return true;
  }
}
