/**
 * The error of filters.
 */

/** What is wrong with a filter, and where; the message is one line for people. */
export class FilterError extends Error {
  override name = 'FilterError';

  /** `column`: of the first character that is meant, from 0; `length`: how many are. */
  constructor(
    message: string,
    readonly column: number,
    readonly length = 1,
  ) {
    super(message);
  }
}
