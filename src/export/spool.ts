/**
 * Text that is gathered for many at a time, and written out one after the other: what each session says, for formats that
 * have it together.
 *
 * Strategy: what is gathered lies in memory up to a bound, then in one temporary file, of which each owner remembers its
 * pieces. So memory depends on how many there are at a time, and not on what they say.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAll } from '../output/writer.js';

/** Of one owner, before it goes to the file, and how much is read from there at a time; and of all together. */
const PIECE = 1 << 16;
const MOST = 1 << 24;
const FILE_NAME = 'the temporary file';

interface Owned {
  /** Offset and length of each piece in the file. */
  readonly pieces: number[];
  waiting: Buffer[];
  size: number;
}

export class Spool {
  private readonly owners = new Map<number, Owned>();
  private held = 0;
  private folder: string | undefined = undefined;
  private fd = -1;
  private end = 0;

  /** Octets that an owner gathers in memory, and all together. */
  constructor(
    private readonly piece = PIECE,
    private readonly most = MOST,
  ) {}

  add(owner: number, text: string): void {
    let own = this.owners.get(owner);
    if (own === undefined) {
      own = { pieces: [], waiting: [], size: 0 };
      this.owners.set(owner, own);
    }
    const bytes = Buffer.from(text);
    own.waiting.push(bytes);
    own.size += bytes.length;
    this.held += bytes.length;
    if (own.size > this.piece) this.store(own);
    if (this.held > this.most) for (const one of this.owners.values()) this.store(one);
  }

  /** Hands on what an owner gathered, in pieces that are used again, and forgets it. */
  take(owner: number, write: (bytes: Uint8Array) => void): void {
    const own = this.owners.get(owner);
    if (own === undefined) return;
    const buffer = Buffer.alloc(PIECE);
    for (let i = 0; i < own.pieces.length; i += 2) {
      const [offset, length] = [own.pieces[i], own.pieces[i + 1]];
      for (let at = 0; at < length; ) {
        const count = readSync(this.fd, buffer, 0, Math.min(PIECE, length - at), offset + at);
        write(buffer.subarray(0, count));
        at += count;
      }
    }
    for (const bytes of own.waiting) write(bytes);
    this.held -= own.size;
    this.owners.delete(owner);
  }

  close(): void {
    if (this.folder === undefined) return;
    closeSync(this.fd);
    rmSync(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }

  private store(own: Owned): void {
    if (own.size === 0) return;
    if (this.folder === undefined) {
      this.folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
      this.fd = openSync(join(this.folder, 'spool'), 'wx+', 0o600);
    }
    const bytes = Buffer.concat(own.waiting);
    writeAll(this.fd, bytes, bytes.length, FILE_NAME);
    own.pieces.push(this.end, bytes.length);
    this.end += bytes.length;
    this.held -= own.size;
    own.waiting = [];
    own.size = 0;
  }
}
