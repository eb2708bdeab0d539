/**
 * The names that stand more than once in a list, in the order in which they do so. A head has room for ten thousands of
 * names, too many to look for each of them among the others.
 */
export function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = names.filter((name) => seen.size === seen.add(name).size);
  return [...new Set(again)];
}
