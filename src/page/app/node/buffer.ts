/**
 * As much of node:buffer as the code needs that the page shares with the program: filters and previews.
 */

const encoder = new TextEncoder();

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export class Buffer extends Uint8Array<ArrayBuffer> {
  static override from(
    what: string | ArrayBuffer | ArrayLike<number> | Iterable<number>,
    encodingOrOffset?: unknown,
    length?: unknown,
  ): Buffer {
    if (typeof what === 'string') return encodingOrOffset === 'hex' ? ofHex(what) : new Buffer(encoder.encode(what));
    if (what instanceof ArrayBuffer) return new Buffer(what, encodingOrOffset as number, length as number);
    return new Buffer(Array.from(what));
  }

  static compare(a: Uint8Array, b: Uint8Array): number {
    const common = Math.min(a.length, b.length);
    for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return Math.sign(a.length - b.length);
  }

  /** Of an octet, or of several that follow each other. */
  override indexOf(wanted: number | Uint8Array, from = 0): number {
    if (typeof wanted === 'number') return super.indexOf(wanted, from);
    if (wanted.length === 0) return from;
    for (let at = super.indexOf(wanted[0], from); at >= 0; at = super.indexOf(wanted[0], at + 1))
      if (wanted.every((octet, i) => this[at + i] === octet)) return at;
    return -1;
  }

  override toString(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this);
  }
}

function ofHex(digits: string): Buffer {
  return new Buffer(Array.from(digits.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16)));
}
