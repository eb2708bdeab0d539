/**
 * The name that somebody meant who mistyped it.
 */

/** Letters that are enough for an abbreviation. */
export const MIN_PREFIX = 3;

/**
 * The name that a word is probably meant to be: one with a part that it begins, or that differs in half its letters at
 * most, not counting those in front of the dot that both begin with.
 */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const asked = word.toLowerCase();
  const holding = names.find((name) => asked.length >= MIN_PREFIX && partBegins(name, asked));
  if (holding !== undefined) return holding;
  const [best] = names
    .map((name) => ({ name, letters: distance(asked, name) }))
    .sort((a, b) => a.letters - b.letters);
  if (best === undefined) return undefined;
  const shared = sharedParts(asked, best.name);
  const most = shared === 0 ? asked.length / 2 : Math.ceil((asked.length - shared) / 2);
  return best.letters <= most ? best.name : undefined;
}

/** Letters of the parts that both begin with, dots included. */
function sharedParts(a: string, b: string): number {
  let shared = 0;
  for (let i = 0; i < a.length && a[i] === b[i]; i++) if (a[i] === '.') shared = i + 1;
  return shared;
}

/** At its beginning, or behind what stands between its parts. */
function partBegins(name: string, asked: string): boolean {
  for (let at = name.indexOf(asked); at !== -1; at = name.indexOf(asked, at + 1))
    if (at === 0 || !/[a-z0-9]/.test(name[at - 1])) return true;
  return false;
}

/** `; did you mean …?`, to go behind what there is not; nothing where no name is near. */
export function didYouMean(word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** Levenshtein's, row by row. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(row[j] + (a[i] === b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row[b.length];
}
