/**
 * The short way for compressed messages that are as nearly all are: node's own zlib, which takes a quarter of the
 * time of our inflater (inflate.ts), and states nothing but the content.
 *
 * Strategy: zlib's stream is driven block by block (Z_BLOCK: each call ends behind a block, and tells how much it
 * has read), with the trailer of RFC 7692 §7.2.2 and an empty stored block behind the payload. A message that is as
 * it should be ends exactly where the trailer does, and the empty block then gives nothing. Any other course, and
 * any error, makes the message one for our inflater, which tells what there is to tell. What zlib offers to the
 * public is asynchronous or knows no earlier messages: its handle, which node does not document, is tried with known
 * bytes once, and not used where anything differs.
 */
import zlib from 'node:zlib';

interface Handle {
  onerror: () => void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLeft: number,
    output: Uint8Array,
    outputAt: number,
    outputLeft: number,
  ): void;
  reset(): void;
  close(): void;
}

interface Internals {
  readonly _handle: Handle;
  /** Octets that the last call left: of the output's room, and of the input. */
  readonly _writeState: Uint32Array;
}

/** The trailer that the sender removed, and an empty stored block (RFC 1951 §3.2.4) to prove that it ended one. */
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0xff, 0xff);
const PROOF = 5;
const { Z_BLOCK } = zlib.constants;
const FIRST_SIZE = 65_536;
/** Buffers that are kept for the next message. */
const KEPT_SIZE = 1 << 20;
/** A handle holds some 45 kB outside of JavaScript's memory: senders beyond these take the long way, and miss nothing. */
const MAX_HANDLES = 256;

let input = new Uint8Array(FIRST_SIZE);
let handles = 0;
let works: boolean | undefined;

export class NativeInflater {
  /** What came out of the last message, of any sender: output[0, length), until the next call. */
  static output: Uint8Array = new Uint8Array(FIRST_SIZE);
  private readonly handle: Handle;
  private readonly left: Uint32Array;
  private failed = false;

  /** Undefined where zlib's handle is not what it was, or too many are in use. `dictionary`: earlier content. */
  static open(dictionary?: Uint8Array): NativeInflater | undefined {
    works ??= isAsExpected();
    return works && handles < MAX_HANDLES ? new NativeInflater(dictionary) : undefined;
  }

  /** To be called by `open` only. */
  constructor(dictionary: Uint8Array | undefined) {
    const { _handle, _writeState } = zlib.createInflateRaw({
      dictionary,
      chunkSize: 64,
    }) as unknown as Internals;
    this.handle = _handle;
    this.left = _writeState;
    this.handle.onerror = () => {
      this.failed = true;
    };
    handles++;
  }

  /**
   * Inflates the payload wire[start, end) behind the messages before it, to at most `limit` octets. Their number;
   * -1 where anything is unusual, and it has to be inflated by Inflater instead.
   */
  inflate(wire: Uint8Array, start: number, end: number, limit: number): number {
    const size = end - start + TAIL.length;
    if (input.length < size || input.length > KEPT_SIZE) input = new Uint8Array(Math.max(FIRST_SIZE, size));
    if (NativeInflater.output.length > KEPT_SIZE) NativeInflater.output = new Uint8Array(FIRST_SIZE);
    input.set(start === 0 && end === wire.length ? wire : wire.subarray(start, end));
    input.set(TAIL, end - start);
    return this.blocks(size, limit);
  }

  /** Forgets the messages up to now. */
  reset(): void {
    this.failed = false;
    this.handle.reset();
  }

  close(): void {
    this.handle.close();
    handles--;
  }

  private blocks(size: number, limit: number): number {
    const { left } = this;
    let at = 0;
    let length = 0;
    /** Where the block under way began, and how long the content was there. */
    let blockAt = 0;
    let blockLength = 0;
    while (at < size - PROOF) {
      const { output } = NativeInflater;
      this.handle.writeSync(Z_BLOCK, input, at, size - at, output, length, output.length - length);
      const isStuck = left[1] === size - at && left[0] === output.length - length;
      if (this.failed || isStuck) return -1;
      at = size - left[1];
      length = output.length - left[0];
      if (length > limit) return -1;
      if (left[0] === 0) grow(limit);
      else if (at < size - PROOF) {
        blockAt = at;
        blockLength = length;
      }
    }
    // The last block is the empty one whose end is the trailer: it begins within the octet before that.
    const isEmpty = blockLength === length && size - TAIL.length - blockAt <= 1;
    return at === size - PROOF && isEmpty && this.isBetweenBlocks(at, size) ? length : -1;
  }

  private isBetweenBlocks(at: number, size: number): boolean {
    const { left } = this;
    const { output } = NativeInflater;
    this.handle.writeSync(Z_BLOCK, input, at, size - at, output, 0, output.length);
    return !this.failed && left[1] === 0 && left[0] === output.length;
  }
}

function grow(limit: number): void {
  const { output } = NativeInflater;
  // One octet more than the limit shows that it was passed.
  NativeInflater.output = new Uint8Array(Math.max(output.length + 1, Math.min(output.length * 2, limit + 1)));
  NativeInflater.output.set(output);
}

/** The example of RFC 7692 §7.2.3.2: "Hello" twice, the second one from the context. */
function isAsExpected(): boolean {
  try {
    const inflater = new NativeInflater(undefined);
    const hello = [
      [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
      [0xf2, 0x00, 0x11, 0x00, 0x00],
    ].every((octets) => {
      const length = inflater.inflate(Uint8Array.from(octets), 0, octets.length, 100);
      return Buffer.from(NativeInflater.output.subarray(0, Math.max(0, length))).toString() === 'Hello';
    });
    const refused = inflater.inflate(Uint8Array.of(0x07), 0, 1, 100) === -1;
    inflater.close();
    return hello && refused;
  } catch {
    return false;
  }
}
