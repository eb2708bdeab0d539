/**
 * Defects on standard error: the first few of each kind as they come, the rest as a count at the end.
 */
import { visible } from '../bytes/visible.js';
import type { Defect } from '../stream/defect.js';
import type { Terminal } from './terminal.js';

/** Lines printed per kind of defect. */
const SHOWN = 5;

export class Diagnostics {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly terminal: Terminal,
    private readonly quiet: boolean,
    /** Called before a line is printed. */
    private readonly makeWay: () => void,
  ) {}

  /** Notes a defect, and prints it unless many of its kind were printed. */
  defect(defect: Defect): void {
    const count = (this.counts.get(defect.code) ?? 0) + 1;
    this.counts.set(defect.code, count);
    if (this.quiet || count > SHOWN) return;
    const where = defect.packet > 0 ? `packet ${defect.packet}: ` : '';
    const offset = defect.captureOffset === undefined ? '' : ` (byte ${defect.captureOffset} of the capture)`;
    this.line(`${where}${visible(defect.message)}${offset} [${defect.code}]`);
  }

  /** Prints how many defects were not shown. */
  finish(): void {
    if (!this.quiet)
      for (const [code, count] of this.counts)
        if (count > SHOWN) this.line(`${count - SHOWN} more of the kind [${code}] (${count} in all)`);
    this.terminal.stderr.flush();
  }

  private line(text: string): void {
    const { stderr, errorColors } = this.terminal;
    this.makeWay();
    stderr.write(`wsdissect: ${errorColors.remark('warning')}: ${text}\n`);
    stderr.flush();
  }
}
