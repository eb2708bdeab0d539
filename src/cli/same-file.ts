/**
 * Whether two names are of one file: what is read must not be written to.
 */
import { realpathSync } from 'node:fs';

export function isSame(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
