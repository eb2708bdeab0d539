/**
 * Lines that somebody types on a terminal, asked for one by one.
 *
 * Strategy: the terminal itself does echo and editing. Ctrl-D and Ctrl-C end it: nothing more is typed.
 */
import { createInterface, type Interface } from 'node:readline';
import type { TextWriter } from '../output/writer.js';
import type { Terminal } from './terminal.js';

/** Somebody is there to answer, and to read. */
export function canAsk({ stdoutIsTerminal }: Terminal): boolean {
  return stdoutIsTerminal && process.stdin.isTTY === true;
}

export class TypedLines {
  private readonly reader: Interface = createInterface({ input: process.stdin, terminal: false });
  private readonly waiting: string[] = [];
  private over = false;
  private wake: () => void = () => {};

  constructor(private readonly writer: TextWriter) {
    this.reader.on('line', (line) => {
      this.waiting.push(line);
      this.wake();
    });
    this.reader.on('close', this.end);
    process.once('SIGINT', this.end).once('SIGTERM', this.end);
  }

  /** The next line; undefined: there is no more. */
  async ask(prompt: string): Promise<string | undefined> {
    this.writer.write(prompt);
    this.writer.flush();
    while (this.waiting.length === 0 && !this.over)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    const line = this.waiting.shift();
    if (line === undefined) this.writer.write('\n');
    return line;
  }

  close(): void {
    this.reader.close();
    process.off('SIGINT', this.end).off('SIGTERM', this.end);
  }

  private readonly end = (): void => {
    this.over = true;
    this.wake();
  };
}
