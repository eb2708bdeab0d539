/**
 * Exit codes, as --help and the README give them.
 */

export const EXIT = {
  /** All of the input was read, or as much as was asked for. */
  fine: 0,
  /** Wrong options or arguments. */
  usage: 1,
  /** Input that cannot be used, or that ends in the middle of a record. */
  input: 2,
  /** `check` found what it was asked to fail on, `diff` a difference, or `quiz` an answer that is not right. */
  findings: 3,
} as const;

export const EXIT_HELP = `
Exit codes:
  0  all was read, or as much as was wanted (-c, Ctrl-C, a pipe that closed)
  1  wrong options or arguments
  2  unusable input, or input that is cut off: what it holds was printed;
     or output that cannot be written
  3  check found violations as severe as --fail-on names, or worse; or diff
     found a difference; or quiz --answers graded one as wrong`;

/** Wrong options or arguments that the option parser cannot see. One line that says what to do. */
export class UsageError extends Error {
  override name = 'UsageError';

  /** `lines`: to be shown below, and safe to print. */
  constructor(
    message: string,
    readonly lines: readonly string[] = [],
  ) {
    super(message);
  }
}
