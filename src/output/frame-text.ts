/**
 * The frame list as text, one line per frame as tshark prints packets: streaming, fit for grep and awk.
 *
 * Strategy: what frames with the same bits of the same sender share, most of the line, is encoded once.
 */
import type { Frame } from '../websocket/frame-record.js';
import { opcodeName } from '../websocket/opcode.js';
import { type ByteWriter, encoded } from './byte-writer.js';
import type { Colors } from './colors.js';
import { type ColumnContext, formatFin, formatRsv, remarkText } from './frame-columns.js';
import { headerIndex } from './header-index.js';
import { LineStart } from './line-start.js';
import { formatDirection } from './list-columns.js';
import { writePreview } from './preview.js';

const SPACE = 0x20;
const FORMS = { 7: encoded(' 7-bit   '), 16: encoded(' 16-bit  '), 64: encoded(' 64-bit  ') };

export class FrameLines {
  private readonly start: LineStart;
  private readonly facts: (Uint8Array | undefined)[] = [];

  constructor(
    private readonly writer: ByteWriter,
    context: ColumnContext,
    private readonly colors: Colors,
  ) {
    this.start = new LineStart(writer, context);
  }

  /**
   * Writes `    1   0.001203   1 client→server  FIN ---  text         mask 37fa213d      5 7-bit   Hello`, without
   * the line end.
   */
  write(frame: Frame): void {
    const { writer } = this;
    this.start.write(frame.number, frame.timestamp, frame.session);
    writer.bytes((this.facts[headerIndex(frame)] ??= this.encodeFacts(frame)));
    if (frame.masked) writer.hex32(frame.maskingKey);
    writer.octet(SPACE);
    if (frame.length > Number.MAX_SAFE_INTEGER) writer.write(String(frame.exactLength));
    else writer.number(frame.length, 6);
    writer.bytes(FORMS[frame.lengthForm]);
    const remark = remarkText(frame);
    if (remark !== '') writer.write(`${this.colors.remark(remark)} `);
    writePreview(writer, frame);
    writer.trimEnd();
  }

  /** What stands between session and masking key. */
  private encodeFacts(frame: Frame): Uint8Array {
    const direction = formatDirection(frame.sender);
    const opcode = this.colors.opcode(frame.opcode, opcodeName(frame.opcode).padEnd(12));
    const mask = frame.masked ? 'mask ' : 'unmasked     ';
    return encoded(` ${direction}  ${formatFin(frame)} ${formatRsv(frame)}  ${opcode} ${mask}`);
  }
}
