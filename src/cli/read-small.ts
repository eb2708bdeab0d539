/**
 * What people write by hand (scripts, answers, hexadecimal) is read whole, from a file or from standard input; and so are keys.
 *
 * Strategy: count while reading and stop at the bound, so that a name which proves to be a device or a pipe without
 * an end costs no more than the bound.
 */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { UsageError } from './exit.js';

/** As UTF-8; `-` is standard input, `most` is in bytes. Throws UsageError for what cannot be read or has more. */
export async function readSmall(file: string, most: number): Promise<string> {
  try {
    const bytes = await beginningOf(file === '-' ? process.stdin : createReadStream(file), most + 1);
    if (bytes.length > most) throw new Error(`more than ${most} bytes`);
    return bytes.toString('utf8');
  } catch (error) {
    throw unusable(file, error as Error);
  }
}

/** Its first `most` bytes, or as many as it has; it is closed. Throws what it throws. */
export async function beginningOf(stream: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    chunks.push(chunk);
    if (length >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** Of a file that cannot be used, and why: the first line of what the error says. */
export function unusable(file: string, { message }: Error): UsageError {
  return new UsageError(`${nameOf(file)}: ${message.split('\n')[0]}`);
}

/** As it is called in what is told of it. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
