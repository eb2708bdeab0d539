/**
 * Writes timestamps as time.ts formats them.
 *
 * Strategy: rows that follow each other are mostly of the same second. What stands before its fraction is made
 * once.
 */
import type { Timestamp } from '../stream/place.js';
import { type ByteWriter, encoded } from './byte-writer.js';
import type { ColumnContext } from './frame-columns.js';
import { formatTime } from './time.js';

const EPOCH: ColumnContext = { timeFormat: 'epoch', start: () => ({ seconds: 0, nanoseconds: 0 }) };

export class TimeWriter {
  /** Of which `before` and `behind` are. */
  private second = Number.NaN;
  private before = encoded('');
  private behind = '';

  constructor(
    private readonly writer: ByteWriter,
    private readonly context = EPOCH,
  ) {}

  /** Writes the time, behind spaces up to `width`. */
  write(time: Timestamp, width = 0): void {
    const { writer, context } = this;
    let { seconds, nanoseconds } = time;
    if (context.timeFormat === 'relative') {
      const start = context.start();
      seconds -= start.seconds;
      nanoseconds -= start.nanoseconds;
      if (nanoseconds < 0) {
        seconds--;
        nanoseconds += 1e9;
      }
    }
    if (seconds < 0) {
      writer.write(formatTime(time, context.timeFormat, context.start()).padStart(width));
      return;
    }
    if (seconds !== this.second) this.renew(seconds);
    const microseconds = (nanoseconds / 1000) | 0;
    const digits = microseconds * 1000 === nanoseconds ? 6 : 9;
    const spaces = width - this.before.length - digits - this.behind.length;
    if (spaces > 0) writer.spaces(spaces);
    writer.bytes(this.before);
    writer.digits(digits === 6 ? microseconds : nanoseconds, digits);
    if (this.behind !== '') writer.write(this.behind);
  }

  private renew(seconds: number): void {
    const start = { seconds: 0, nanoseconds: 0 };
    const text = formatTime({ seconds, nanoseconds: 0 }, this.context.timeFormat, start);
    const point = text.indexOf('.') + 1;
    this.second = seconds;
    this.before = encoded(text.slice(0, point));
    this.behind = text.slice(point + 6);
  }
}
