/**
 * The error of filters.
 */

/** What is wrong with a filter, and where; the message is one line for people, and ends with the suggestion if there is one. */
export class FilterError extends Error {
  override name = 'FilterError';

  /**
   * `column`: of the first character that is meant, from 0; `length`: how many are. `suggestion`: what was likely meant, to be
   * written in their place.
   */
  constructor(
    message: string,
    readonly column: number,
    readonly length = 1,
    readonly suggestion: string | undefined = undefined,
  ) {
    super(suggestion === undefined ? message : `${message}; did you mean ${suggestion}?`);
  }
}
