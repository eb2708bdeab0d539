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
 * Lines of sixteen bytes with their ASCII, as Wireshark's bytes pane:
 * `0000  48 65 6c 6c 6f                                    Hello`.
 */
export function hexDump(bytes: Uint8Array, indent = ''): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const left = formatHex(row.subarray(0, 8)).padEnd(23);
    const right = formatHex(row.subarray(8)).padEnd(23);
    text += `${indent}${at.toString(16).padStart(4, '0')}  ${left}  ${right}  ${ascii(row)}\n`;
  }
  return text;
}

function ascii(row: Uint8Array): string {
  let text = '';
  for (const byte of row) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  return text;
}

const digits = '0123456789abcdef';
