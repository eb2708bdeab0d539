/**
 * Bytes as hexadecimal text.
 */

/** `48 65 6c`; at most `most` bytes, followed by `…` where there are more. */
export function formatHex(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): string {
  const shown = bytes.length > most ? bytes.subarray(0, most) : bytes;
  let text = '';
  for (let i = 0; i < shown.length; i++) text += i === 0 ? hexByte(shown[i]) : ` ${hexByte(shown[i])}`;
  return shown.length < bytes.length ? `${text} …` : text;
}

/** Two digits. */
export function hexByte(byte: number): string {
  return digits[byte >> 4] + digits[byte & 0xf];
}

/**
 * A line of the first `length` bytes of `row`, at most sixteen, with their ASCII, as Wireshark's bytes pane:
 * `0000  48 65 6c 6c 6f                                    Hello`. `offset` is what it begins with.
 */
export function hexRow(row: Uint8Array, length: number, offset: number): string {
  let hex = '';
  let ascii = '';
  for (let i = 0; i < length; i++) {
    const byte = row[i];
    hex += `${i === 8 ? '  ' : i === 0 ? '' : ' '}${digits[byte >> 4]}${digits[byte & 0xf]}`;
    ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }
  return `${offset.toString(16).padStart(4, '0')}  ${hex.padEnd(48)}  ${ascii}`;
}

const ROW = 16;

/** All bytes as lines of hexRow. */
export function hexLines(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, i) => {
    const row = bytes.subarray(i * ROW, (i + 1) * ROW);
    return hexRow(row, row.length, i * ROW);
  });
}

const digits = '0123456789abcdef';
