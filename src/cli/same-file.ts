/**
 * Whether two names are of one file, by links of either kind: what is read must not be written to.
 */
import { statSync } from 'node:fs';

export function isSame(a: string, b: string): boolean {
  try {
    const [one, other] = [a, b].map((name) => statSync(name, { bigint: true }));
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}
