/**
 * Opcodes, RFC 6455 §5.2 and §11.8: the numbers, their names, and what can be told by the number alone.
 */

/** Opcode of a frame with more of the message under way, RFC 6455 §5.4. */
export const CONTINUATION = 0x0;
/** Opcode of the first frame of a text message: its whole content is UTF-8, RFC 6455 §5.6. */
export const TEXT = 0x1;
/** Opcode of the first frame of a binary message, RFC 6455 §5.6. */
export const BINARY = 0x2;
/** Opcode of a Close frame, RFC 6455 §5.5.1; decodeClose() reads its payload. */
export const CLOSE = 0x8;
/** Opcode of a Ping frame, RFC 6455 §5.5.2. */
export const PING = 0x9;
/** Opcode of a Pong frame, RFC 6455 §5.5.3. */
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

/** For people, who need not know which numbers are reserved: `text`, `reserved (3)`. */
export function opcodeTitle(opcode: number): string {
  return isReserved(opcode) ? `reserved (${opcode})` : opcodeName(opcode);
}

/** As opcodeName, of a message: of what it is whose beginning is missing, nobody knows, so that it has a number only. */
export function messageOpcodeName(opcode: number): string {
  return opcode === CONTINUATION ? '0' : opcodeName(opcode);
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

/** RFC 6455 §5.2: opcodes 3 … 7 and 11 … 15 have no meaning yet. */
export function isReserved(opcode: number): boolean {
  return names[opcode] === undefined;
}
