/**
 * The message list as text, one line per message, as the frame list is (frame-text.ts).
 */
import type { Message } from '../websocket/message-record.js';
import { opcodeName } from '../websocket/opcode.js';
import { type ByteWriter, encoded } from './byte-writer.js';
import type { Colors } from './colors.js';
import { type Decode, decodedStart, notDecoded } from './decoded-text.js';
import type { ColumnContext } from './frame-columns.js';
import { LineStart } from './line-start.js';
import { formatDirection, formatRemarks } from './list-columns.js';
import { messageRemarks, writeContent } from './message-columns.js';

const UNCOMPRESSED = encoded(' '.repeat(14));
const ONE_FRAME = encoded(' 1 frame    ');

export class MessageLines {
  private readonly start: LineStart;
  private readonly facts: (Uint8Array | undefined)[] = [];

  constructor(
    private readonly writer: ByteWriter,
    context: ColumnContext,
    private readonly colors: Colors,
    private readonly decode: Decode = notDecoded,
  ) {
    this.start = new LineStart(writer, context);
  }

  /**
   * Writes `    1   0.001203   1 client→server  text              5               1 frame    Hello`, without the
   * line end.
   */
  write(message: Message): void {
    const { writer } = this;
    const { number, timestamp, session, opcode, sender, wireLength, frames } = message;
    this.start.write(number, timestamp, session);
    const kind = opcode + (sender === 'client' ? 16 : 0);
    writer.bytes((this.facts[kind] ??= this.encodeFacts(message)));
    writer.number(message.length, 6);
    if (message.compressed) writer.write(` deflate ${wireLength}`.padEnd(14));
    else writer.bytes(UNCOMPRESSED);
    if (frames.length === 1) writer.bytes(ONE_FRAME);
    else writer.write(` ${`${frames.length} frames`.padEnd(9)}  `);
    const remarks = messageRemarks(message);
    if (remarks.length > 0) writer.write(`${this.colors.remark(formatRemarks(remarks))} `);
    const decoded = decodedStart(this.decode(message), message.content.length > 0);
    if (decoded !== '') writer.write(this.colors.label(decoded));
    writeContent(writer, message);
    writer.trimEnd();
  }

  /** What stands between session and length. */
  private encodeFacts({ opcode, sender }: Message): Uint8Array {
    return encoded(
      ` ${formatDirection(sender)}  ${this.colors.opcode(opcode, opcodeName(opcode).padEnd(12))} `,
    );
  }
}
