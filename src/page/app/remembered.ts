/**
 * What is chosen for the page to look like, kept where a browser allows that.
 */

/** One of `choices`; the first if none of them was remembered. */
export function remembered<Choice extends string>(
  key: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  return choices.find((one) => one === storage()?.getItem(key)) ?? choices[0];
}

export function remember(key: string, choice: string): void {
  try {
    storage()?.setItem(key, choice);
  } catch {
    // Full, or not allowed: it holds until the page is left.
  }
}

/** A report that is opened from disk may have none: asking for it throws. */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
