/** Byte building for the encoders, which allocate freely: headers as lists of parts, joined once. */

export type Part = Uint8Array | readonly number[];

/** All parts, one behind the other, in a new array. */
export function concat(...parts: Part[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The low 16 bits, big-endian. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

/** The low 32 bits, big-endian. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
