/**
 * Counted work in place of time: numbers that tell how often they were looked at, and how many entries of lists were
 * gone through by the methods that look for one.
 */
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
