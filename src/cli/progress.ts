/**
 * A progress bar on standard error, for long reads: only where that is a terminal and nothing else is being
 * printed to it, and only once the reading has taken a while.
 */
import type { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

const DELAY_MS = 700;
const INTERVAL_MS = 100;

/** Whether the command prints rows while it reads: it may begin to. */
export class Printing {
  private told: (() => void) | undefined = undefined;

  constructor(private hasBegun: boolean) {}

  /** Calls `told` when it begins, or now. */
  whenBegun(told: () => void): void {
    if (this.hasBegun) told();
    else this.told = told;
  }

  begin(): void {
    this.hasBegun = true;
    this.told?.();
    this.told = undefined;
  }
}

export class Progress {
  private readonly begun = Date.now();
  private shown = 0;
  private bar: SingleBar | undefined = undefined;
  private enabled: boolean;

  constructor(
    private readonly terminal: Terminal,
    printing: Printing,
  ) {
    this.enabled = terminal.stderrIsTerminal;
    printing.whenBegun(() => this.giveWay());
  }

  /** Whether the reading has become long, and there is no bar yet. */
  get isDue(): boolean {
    return this.enabled && this.bar === undefined && Date.now() - this.begun >= DELAY_MS;
  }

  /** Loads the bar's package: not worth its time for a short read. */
  async prepare(): Promise<void> {
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

  /** From here on rows are printed: on one terminal a bar would be among them. */
  private giveWay(): void {
    if (!this.terminal.stdoutIsTerminal) return;
    this.enabled = false;
    this.stop();
    this.bar = undefined;
  }

  /**
   * Takes the bar away, for the end or for a line of text; an update puts up another. It must not stay while
   * a line is printed: it goes back to where it began when it ends, and would wipe that line out.
   */
  stop(): void {
    this.bar?.stop();
  }
}
