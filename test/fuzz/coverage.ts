/**
 * Which parts of the program an input reached, from V8's own counters: an input that reaches what none reached before
 * is worth mutating further.
 */
import { type Profiler, Session } from 'node:inspector';

export class Coverage {
  private readonly session = new Session();
  private readonly seen = new Set<string>();

  /** Of the module whose URL this is. */
  constructor(private readonly url: string) {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** How many parts there were that had not been reached since the last call, or not as often. */
  news(): number {
    const before = this.seen.size;
    // How often, roughly: a loop run twice is another thing than one run once.
    for (const { functions } of this.take())
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0)
            this.seen.add(`${startOffset} ${endOffset} ${Math.min(6, Math.floor(Math.log2(count)))}`);
    return this.seen.size - before;
  }

  get size(): number {
    return this.seen.size;
  }

  /** In-process, the answer comes within the call. Taking resets the counters. */
  private take(): Profiler.ScriptCoverage[] {
    let result: Profiler.ScriptCoverage[] = [];
    this.session.post('Profiler.takePreciseCoverage', (_error, answer) => {
      result = answer.result.filter(({ url }) => url === this.url);
    });
    return result;
  }
}
