/**
 * Masking, RFC 6455 §5.3: octet i of the payload is XORed with octet i mod 4 of the masking key. The same
 * operation masks and unmasks.
 *
 * Strategy: the key is kept as one int32, its first octet the most significant, so that a frame header needs
 * no array; the loop handles four octets a turn.
 */

/** XORs source[start, end) into target from `at` on; source[start] is octet `offset` of the payload. */
export function maskInto(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  key: number,
  offset: number,
): void {
  const turned = turnKey(key, offset);
  const k0 = turned >>> 24;
  const k1 = (turned >>> 16) & 0xff;
  const k2 = (turned >>> 8) & 0xff;
  const k3 = turned & 0xff;
  let from = start;
  let to = at;
  for (const last = end - 3; from < last; from += 4, to += 4) {
    target[to] = source[from] ^ k0;
    target[to + 1] = source[from + 1] ^ k1;
    target[to + 2] = source[from + 2] ^ k2;
    target[to + 3] = source[from + 3] ^ k3;
  }
  if (from < end) target[to++] = source[from++] ^ k0;
  if (from < end) target[to++] = source[from++] ^ k1;
  if (from < end) target[to] = source[from] ^ k2;
}

/** A masked (or unmasked) copy. */
export function mask(bytes: Uint8Array, key: number): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  maskInto(copy, 0, bytes, 0, bytes.length, key, 0);
  return copy;
}

/** The key as it applies from octet `offset` on. */
export function turnKey(key: number, offset: number): number {
  const bits = (offset % 4) * 8;
  return bits === 0 ? key : (key << bits) | (key >>> (32 - bits));
}

/** The four octets of a key. */
export function keyBytes(key: number): Uint8Array {
  return Uint8Array.of(key >>> 24, (key >>> 16) & 0xff, (key >>> 8) & 0xff, key & 0xff);
}

/** The key as eight hexadecimal digits, `37fa213d`. */
export function formatKey(key: number): string {
  return (key >>> 0).toString(16).padStart(8, '0');
}

/** The int32 of four octets. */
export function parseKey(bytes: Uint8Array): number {
  return (bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
}
