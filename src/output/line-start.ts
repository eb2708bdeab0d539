/**
 * What the lines of text of all lists begin with: number, time and session.
 */
import type { Timestamp } from '../stream/place.js';
import type { Session } from '../websocket/session-record.js';
import type { ByteWriter } from './byte-writer.js';
import type { ColumnContext } from './frame-columns.js';
import { TimeWriter } from './time-writer.js';

/** More than a line takes: 512 octets of payload, each up to four characters, and the rest. */
const LINE = 8192;
const SPACE = 0x20;

export class LineStart {
  private readonly time: TimeWriter;

  constructor(
    private readonly writer: ByteWriter,
    context: ColumnContext,
  ) {
    this.time = new TimeWriter(writer, context);
  }

  /** `    1   0.001203   1`. The whole line has room in the buffer. */
  write(number: number, time: Timestamp, session: Session): void {
    const { writer } = this;
    writer.reserve(LINE);
    writer.number(number, 5);
    writer.octet(SPACE);
    this.time.write(time, 11);
    writer.octet(SPACE);
    writer.number(session.number, 3);
  }
}
