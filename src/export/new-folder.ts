/**
 * A folder to write into that holds nothing yet: no file that is there is written to.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { visible } from '../bytes/visible.js';
import { attemptOutput, OutputError } from '../output/writer.js';

/** Makes the folder. Throws OutputError where that cannot be, or it is there and holds something. */
export function makeFolder(folder: string): void {
  const name = visible(folder);
  const isEmpty = attemptOutput(name, () => {
    mkdirSync(folder, { recursive: true });
    return readdirSync(folder).length === 0;
  });
  if (!isEmpty) throw new OutputError(`${name} is not empty: name a new folder`);
}
