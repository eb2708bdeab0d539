/**
 * What was found about each frame, as far as filters ask for it: which rule, and how bad it is.
 *
 * Strategy: read once. There are few kinds of findings, and mostly one about a frame: so the frames share the lists of them,
 * and one costs no more than its place in the map.
 */
import type { FindingFacts } from '../filter/field.js';
import type { Finding } from '../rules/finding.js';
import type { BlockTable } from './block-table.js';

const NONE: readonly FindingFacts[] = [];

export class FindingsByFrame {
  private readonly byFrame = new Map<number, readonly FindingFacts[]>();
  /** Lists by what is in them. */
  private readonly lists = new Map<string, readonly FindingFacts[]>();

  static async of(findings: BlockTable<Finding>): Promise<FindingsByFrame> {
    const all = new FindingsByFrame();
    for await (const { rows } of findings.all()) for (const finding of rows) all.add(finding);
    return all;
  }

  of(frame: number): readonly FindingFacts[] {
    return this.byFrame.get(frame) ?? NONE;
  }

  private add({ frame, rule, severity }: Finding): void {
    if (frame === undefined) return;
    const list = [...this.of(frame), { rule, severity }];
    const key = list.map((facts) => `${facts.rule.id} ${facts.severity}`).join();
    const shared = this.lists.get(key) ?? list;
    this.lists.set(key, shared);
    this.byFrame.set(frame, shared);
  }
}
