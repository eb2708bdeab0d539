/**
 * The bytes of a frame in hexadecimal and ASCII (-x): as on the wire, and its payload unmasked.
 *
 * Strategy: row by row into the writer, so that a frame costs no memory beyond its payload. Masking is its
 * own inverse, so the wire bytes are made again from the frame's facts. Bytes that are not at hand are told
 * of in one line, and of a long run of equal rows the first and the last are shown, with `*` between them.
 */
import { hexRow } from '../bytes/hex.js';
import { encodeFrameHeader } from '../websocket/frame-encode.js';
import type { Frame } from '../websocket/frame-record.js';
import { maskInto } from '../websocket/mask.js';
import type { Colors } from './colors.js';
import type { TextWriter } from './writer.js';

const INDENT = '    ';
const ROW = 16;
/** Equal rows behind one that are worth a `*`. */
const MIN_EQUAL = 3;
const NO_BYTES = new Uint8Array(0);

export function writeFrameHex(writer: TextWriter, frame: Frame, colors: Colors): void {
  const { payload, masked, maskingKey, exactLength } = frame;
  const key = masked ? maskingKey : undefined;
  const header = encodeFrameHeader({ ...frame, maskingKey: key, length: exactLength });
  const title = (text: string, length: number) =>
    writer.write(`${INDENT}${colors.dim(`${text} (${length} bytes)`)}\n`);
  title('Frame as on the wire', header.length + payload.length);
  new Dump(writer, colors, frame, header, key ?? 0).write();
  if (!masked || payload.length === 0) return;
  title('Payload unmasked', payload.length);
  new Dump(writer, colors, frame, NO_BYTES, 0).write();
}

/** The rows of `header` and, masked with `key`, the frame's payload. */
class Dump {
  private readonly row = new Uint8Array(ROW);
  private readonly other = new Uint8Array(ROW);

  constructor(
    private readonly writer: TextWriter,
    private readonly colors: Colors,
    private readonly frame: Frame,
    private readonly header: Uint8Array,
    private readonly key: number,
  ) {}

  write(): void {
    const { payload, missing, length } = this.frame;
    const start = this.header.length;
    const end = start + payload.length;
    let at = 0;
    let unseen = length - payload.length;
    for (const range of missing) {
      const from = Math.min(end, start + range.offset);
      const to = Math.min(end, start + range.offset + range.length);
      unseen -= range.length - (to - from);
      if (from === to) continue;
      this.writeRun(at, from);
      this.remark(to - from, 'not in the capture');
      at = to;
    }
    this.writeRun(at, end);
    this.remark(length - payload.length - unseen, 'not in the capture');
    this.remark(unseen, 'not kept');
  }

  /** Rows of the bytes from `from` to `to`. */
  private writeRun(from: number, to: number): void {
    for (let at = from; at < to; ) {
      const length = Math.min(ROW, to - at);
      this.fill(this.row, at, length);
      this.line(hexRow(this.row, length, at));
      let last = at;
      while (last + 2 * ROW <= to && this.isEqual(last + ROW)) last += ROW;
      const isLong = last - at >= MIN_EQUAL * ROW;
      if (isLong) this.line('*');
      at = isLong ? last : at + ROW;
    }
  }

  /** Whether the row at `at` is like the one shown last. */
  private isEqual(at: number): boolean {
    this.fill(this.other, at, ROW);
    return this.row.every((byte, i) => byte === this.other[i]);
  }

  private fill(row: Uint8Array, at: number, length: number): void {
    const { frame, header, key } = this;
    let used = 0;
    while (used < length && at + used < header.length) row[used] = header[at + used++];
    const offset = at + used - header.length;
    maskInto(row, used, frame.payload, offset, offset + length - used, key, offset);
  }

  private remark(count: number, what: string): void {
    if (count <= 0) return;
    this.line(this.colors.remark(`[${count} ${count === 1 ? 'byte is' : 'bytes are'} ${what}]`));
  }

  private line(text: string): void {
    this.writer.write(`${INDENT}${text}\n`);
  }
}
