/**
 * Opcodes, RFC 6455 §5.2 and §11.8.
 */

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

const names: readonly (string | undefined)[] = Array.from({ length: 16 }, (_, opcode) =>
  opcode === CONTINUATION
    ? 'continuation'
    : { [TEXT]: 'text', [BINARY]: 'binary', [CLOSE]: 'close', [PING]: 'ping', [PONG]: 'pong' }[opcode],
);

/** `text`, `close` …; the number as a string for the reserved ones. */
export function opcodeName(opcode: number): string {
  return names[opcode] ?? String(opcode);
}

/** The opcode of a name that opcodeName gives, or undefined. */
export function parseOpcode(name: string): number | undefined {
  const opcode = names.indexOf(name);
  if (opcode >= 0) return opcode;
  return /^(3|4|5|6|7|11|12|13|14|15)$/.test(name) ? Number(name) : undefined;
}

/** RFC 6455 §5.5: control frames have the most significant bit of the opcode set. */
export function isControl(opcode: number): boolean {
  return opcode >= 0x8;
}

/** RFC 6455 §5.5: octets that the payload of a control frame may have. */
export const CONTROL_LIMIT = 125;

export function isReserved(opcode: number): boolean {
  return names[opcode] === undefined;
}
