/**
 * What the commands know of the world around them: the two output streams, their colours and width. Tests
 * run the built program, so nothing here is made to be replaced.
 */
import { type Colors, makeColors, wantsColor } from '../output/colors.js';
import { FileWriter } from '../output/writer.js';

/** Width where standard output is not a terminal. */
const DEFAULT_WIDTH = 120;
const MIN_WIDTH = 40;

export interface Terminal {
  readonly stdout: FileWriter;
  readonly stderr: FileWriter;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly colors: Colors;
  readonly errorColors: Colors;
  readonly width: number;
}

export function openTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const columns = stdout.columns ?? Number(env.COLUMNS ?? Number.NaN);
  return {
    stdout: new FileWriter(1),
    stderr: new FileWriter(2),
    stdoutIsTerminal: stdout.isTTY === true,
    stderrIsTerminal: stderr.isTTY === true,
    colors: makeColors(wantsColor(stdout.isTTY === true, env)),
    errorColors: makeColors(wantsColor(stderr.isTTY === true, env)),
    width: Number.isInteger(columns) && columns > 0 ? Math.max(MIN_WIDTH, columns) : DEFAULT_WIDTH,
  };
}
