/**
 * What people write by hand (scripts, answers, hexadecimal) is read whole, from a file or from standard input.
 *
 * Strategy: count while reading and stop at the bound, so that a name which proves to be a device or a pipe without
 * an end costs no more than the bound.
 */
import { createReadStream } from 'node:fs';
import { UsageError } from './exit.js';

/** As UTF-8; `-` is standard input, `most` is in bytes. Throws UsageError for what cannot be read or has more. */
export async function readSmall(file: string, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      length += chunk.length;
      if (length > most) throw new Error(`more than ${most} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unusable(file, error as Error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Of a file that cannot be used, and why: the first line of what the error says. */
export function unusable(file: string, { message }: Error): UsageError {
  return new UsageError(`${nameOf(file)}: ${message.split('\n')[0]}`);
}

/** As it is called in what is told of it. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
