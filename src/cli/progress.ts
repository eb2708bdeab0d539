/**
 * A progress bar on standard error, for long reads: only where that is a terminal and nothing else is being
 * printed to it, and only once the reading has taken a while.
 */
import type { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

const DELAY_MS = 700;
const INTERVAL_MS = 100;

export class Progress {
  private readonly begun = Date.now();
  private shown = 0;
  private bar: SingleBar | undefined = undefined;
  private readonly enabled: boolean;

  /** `printing`: the command prints rows while it reads. */
  constructor(terminal: Terminal, printing: boolean) {
    this.enabled = terminal.stderrIsTerminal && !(printing && terminal.stdoutIsTerminal);
  }

  /** Loads the bar's package: not worth its time for a short read. */
  async prepare(): Promise<void> {
    if (!this.enabled || this.bar !== undefined || Date.now() - this.begun < DELAY_MS) return;
    const { default: progress } = await import('cli-progress');
    this.bar = new progress.SingleBar(
      {
        format: '{bar} {percentage} % of {size} MB, {eta_formatted} left',
        hideCursor: true,
        clearOnComplete: true,
      },
      progress.Presets.rect,
    );
  }

  update(read: number, total: number | undefined): void {
    const now = Date.now();
    if (this.bar === undefined || total === undefined || now - this.shown < INTERVAL_MS) return;
    this.shown = now;
    const size = Math.round(total / 1e6);
    if (this.bar.isActive) this.bar.update(read, { size });
    else this.bar.start(total, read, { size });
    this.bar.render();
  }

  stop(): void {
    this.bar?.stop();
  }
}
