/**
 * Sessions end in any order and are listed in that of their numbers, which count up from 1: what has ended waits,
 * as the line or row that tells of it, for those before it that are still open. So a long list needs the memory of what is
 * open at a time, and of what was said of the sessions since the oldest of these began.
 */
export class InOrder<T> {
  private next = 1;
  private readonly waiting = new Map<number, T | undefined>();

  constructor(private readonly write: (line: T) => void) {}

  /** Undefined: nothing is to be said of this one. */
  add(number: number, line: T | undefined): void {
    this.waiting.set(number, line);
    for (; this.waiting.has(this.next); this.next++) {
      this.tell(this.waiting.get(this.next));
      this.waiting.delete(this.next);
    }
  }

  /** Writes what still waits. */
  end(): void {
    for (const [, line] of [...this.waiting].sort(([a], [b]) => a - b)) this.tell(line);
    this.waiting.clear();
  }

  private tell(line: T | undefined): void {
    if (line !== undefined) this.write(line);
  }
}
