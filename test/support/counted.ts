/**
 * Counted work in place of time: numbers that tell how often they were looked at, how many entries of lists were gone
 * through by the methods that look for one, and how often the parts of modules ran.
 */
import { type Profiler, Session } from 'node:inspector';

const SEARCHES = ['includes', 'indexOf', 'find', 'findIndex', 'findLast', 'findLastIndex', 'reduce'] as const;

/** Numbers that count how often arithmetic or a comparison asks for their value. */
export class Counter {
  count = 0;

  of(value: number): number {
    const counted = {
      valueOf: () => {
        this.count++;
        return value;
      },
    };
    return counted as unknown as number;
  }
}

/** Entries of arrays that `work` lets those methods go through. */
export async function scanned(work: () => unknown): Promise<number> {
  let entries = 0;
  const methods = Array.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = SEARCHES.map((name) => [name, methods[name]] as const);
  for (const [name, original] of originals)
    methods[name] = function (this: unknown[], ...args) {
      entries += this.length;
      return original.apply(this, args);
    };
  try {
    await work();
  } finally {
    for (const [name, original] of originals) methods[name] = original;
  }
  return entries;
}

/**
 * How often functions, branches and loops run of modules, from V8's own counters. Made before any of them has run: what
 * was compiled before is counted by function only.
 */
export class PartsRun {
  private readonly session = new Session();

  /** Of the modules whose URL has one of `names` in it. */
  constructor(private readonly names: readonly string[]) {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  async during(work: () => unknown): Promise<number> {
    this.take();
    await work();
    return this.take();
  }

  /** In-process, the answer comes within the call. Taking resets the counters. */
  private take(): number {
    let scripts: Profiler.ScriptCoverage[] = [];
    this.session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      scripts = result.filter(({ url }) => this.names.some((name) => url.includes(name)));
    });
    return scripts
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  }
}
