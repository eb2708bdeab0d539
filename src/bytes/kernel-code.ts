/**
 * The kernel's two functions in WebAssembly, put together instruction by instruction so that they can be read.
 *
 * Strategy: 32, or 16, octets a turn, wherever they lie; then four, then the rest. Nothing behind the end is written,
 * but up to four octets there are read.
 */

// WebAssembly Core Specification 2.0, chapter 5 (Binary Format): types, then instructions.
const I32 = 0x7f;
const V128 = 0x7b;
const FUNCTION = 0x60;
const BLOCK_BEGIN = [0x02, 0x40];
const LOOP = [0x03, 0x40];
const END = [0x0b];
const LEAVE_IF = [0x0d, 1];
const REPEAT = [0x0c, 0];
const GREATER = [0x4b];
const AT_LEAST = [0x4f];
const ADD = [0x6a];
const SUBTRACT = [0x6b];
const XOR = [0x73];
const SHIFT_LEFT = [0x74];
const SHIFT_RIGHT = [0x76];
const LOAD_1 = [0x2d, 0, 0];
const LOAD_4 = [0x28, 0, 0];
const STORE_1 = [0x3a, 0, 0];
const STORE_4 = [0x36, 0, 0];
const LOAD_16 = (offset: number) => [0xfd, 0x00, 0, offset];
const STORE_16 = [0xfd, 0x0b, 0, 0];
const SPLAT = [0xfd, 0x11];
const XOR_16 = [0xfd, 0x51];
const OR_16 = [0xfd, 0x50];
const HIGH_BITS_16 = [0xfd, 0xe4, 0x00];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
/** -64 … 63. */
const constant = (value: number) => [0x41, value & 0x7f];

// The first two parameters of both.
const at = get(0);
const end = get(1);
const leaveIfFewerThan = (size: number) => [at, constant(size), ADD, end, GREATER, LEAVE_IF].flat();
const advance = (local: number, size: number) => [get(local), constant(size), ADD, set(local)].flat();

/** highBits(at, end, key): which octets of 16 have their highest bit, once all are ORed. */
function highBits(): number[] {
  const [key, high, keys] = [get(2), get(3), get(4)];
  const setHigh = set(3);
  const look16 = (offset: number) => [at, LOAD_16(offset), keys, XOR_16, OR_16].flat();
  const look4 = [at, LOAD_4, key, XOR];
  // 8 × (4 - rest) bits lie behind the end; they are shifted out in two steps, as 32 would be none.
  const behind = [constant(4), end, at, SUBTRACT, SUBTRACT, constant(3), SHIFT_LEFT];
  return [
    ...[[2, 1, V128, 1, V128], key, SPLAT, set(4)],
    ...[BLOCK_BEGIN, LOOP, leaveIfFewerThan(32)],
    ...[high, look16(0), look16(16), setHigh, advance(0, 32), REPEAT, END, END],
    ...[BLOCK_BEGIN, LOOP, leaveIfFewerThan(4)],
    ...[high, ...look4, SPLAT, OR_16, setHigh, advance(0, 4), REPEAT, END, END],
    ...[high, ...look4, ...behind, constant(8), SUBTRACT, SHIFT_LEFT, constant(8), SHIFT_LEFT],
    ...[SPLAT, OR_16, HIGH_BITS_16, END],
  ].flat();
}

/** mask(at, end, key, to): XORs the octets at [at, end) with those of the key in turn, to where `to` is. */
function mask(): number[] {
  const [key, to, keys] = [get(2), get(3), get(4)];
  return [
    ...[[1, 1, V128], key, SPLAT, set(4)],
    ...[BLOCK_BEGIN, LOOP, leaveIfFewerThan(16)],
    ...[to, at, LOAD_16(0), keys, XOR_16, STORE_16, advance(0, 16), advance(3, 16), REPEAT, END, END],
    ...[BLOCK_BEGIN, LOOP, leaveIfFewerThan(4)],
    ...[to, at, LOAD_4, key, XOR, STORE_4, advance(0, 4), advance(3, 4), REPEAT, END, END],
    ...[BLOCK_BEGIN, LOOP, at, end, AT_LEAST, LEAVE_IF],
    ...[to, at, LOAD_1, key, XOR, STORE_1, key, constant(8), SHIFT_RIGHT, set(2)],
    ...[advance(0, 1), advance(3, 1), REPEAT, END, END, END],
  ].flat();
}

/** The module: imports js.memory, exports highBits and mask. */
export function assembleKernel(): Uint8Array<ArrayBuffer> {
  const text = (name: string) => sized([...Buffer.from(name)]);
  const section = (id: number, ...octets: number[]) => [id, ...sized(octets)];
  /** A memory, of one page or more. */
  const memory = [...text('js'), ...text('memory'), 2, 0, 1];
  const types = [FUNCTION, 3, I32, I32, I32, 1, I32, FUNCTION, 4, I32, I32, I32, I32, 0];
  return Uint8Array.from([
    ...[0x00, ...Buffer.from('asm'), 1, 0, 0, 0],
    ...section(1, 2, ...types),
    ...section(2, 1, ...memory),
    ...section(3, 2, 0, 1),
    ...section(7, 2, ...text('highBits'), 0, 0, ...text('mask'), 0, 1),
    ...section(10, 2, ...sized(highBits()), ...sized(mask())),
  ]);
}

/** Behind their number, LEB128. */
function sized(octets: readonly number[]): number[] {
  const { length } = octets;
  return length < 0x80 ? [length, ...octets] : [(length & 0x7f) | 0x80, length >> 7, ...octets];
}
