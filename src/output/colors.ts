/**
 * Colours of the terminal output, in one place: by opcode, for remarks, for labels.
 */
import picocolors from 'picocolors';
import type { Severity } from '../rules/rule.js';

type Paint = (text: string) => string;

export interface Colors {
  opcode(opcode: number, text: string): string;
  severity(severity: Severity, text: string): string;
  /** Of the parts of a frame, each next to others. */
  part(index: number, text: string): string;
  readonly remark: Paint;
  readonly label: Paint;
  readonly dim: Paint;
}

/** Colours, or plain text where `enabled` is false. */
export function makeColors(enabled: boolean): Colors {
  const c = picocolors.createColors(enabled);
  const byOpcode: Readonly<Record<number, Paint>> = {
    0: c.dim,
    1: c.green,
    2: c.cyan,
    8: c.yellow,
    9: c.magenta,
    10: c.magenta,
  };
  const bySeverity: Readonly<Record<Severity, Paint>> = { error: c.red, warning: c.yellow, note: c.cyan };
  const uncoloured: Paint = (text) => text;
  const parts = [c.red, c.yellow, c.red, c.yellow, c.green, c.blue, c.cyan, c.yellow, c.magenta, uncoloured];
  return {
    opcode: (opcode, text) => (byOpcode[opcode] ?? c.red)(text),
    severity: (severity, text) => bySeverity[severity](text),
    part: (index, text) => parts[index % parts.length](text),
    remark: c.red,
    label: c.bold,
    dim: c.dim,
  };
}

/** Whether a stream gets colours: a terminal, unless NO_COLOR is set (https://no-color.org). */
export function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true;
  return isTerminal && env.TERM !== 'dumb';
}
