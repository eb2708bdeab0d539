/**
 * What display filters choose of a recording: the packets in which tshark's hold, and our frames with all that a filter asks
 * of them.
 */
import { execFileSync } from 'node:child_process';
import { runDissection } from '../../src/dissect.js';
import { compileFilter, type FilterContext } from '../../src/filter/index.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { root } from './fixtures.js';

/** By packet number; of fixtures whose servers listen on ports 9001 to 9010. */
export function tsharkPackets(capture: string, filter: string): number[] {
  const args = ['-r', `${root}fixtures/${capture}`, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  const text = execFileSync('tshark', [...args, '-d', 'tcp.port==9001-9010,http'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text.split('\n').filter(Boolean).map(Number);
}

/** The packet with the last byte of a frame. */
export const packetOf = ({ pieces }: Frame): number => Math.max(...pieces.map(({ packet }) => packet));

export class Recorded {
  readonly frames: Frame[] = [];
  private readonly byFrame = new Map<number, Message>();
  private start = { seconds: 0, nanoseconds: 0 };
  private readonly context: FilterContext = {
    start: () => this.start,
    findings: () => [],
    message: ({ number, fin }) => {
      const message = this.messageOf(number);
      return fin && message?.frames.at(-1) === number ? message : undefined;
    },
  };

  static async of(capture: string): Promise<Recorded> {
    const recorded = new Recorded();
    await runDissection(`${root}fixtures/${capture}`, {
      opened: (dissector) => {
        recorded.start = dissector.start;
      },
      frame: (frame) => void recorded.frames.push(frame),
      message: (message) => {
        for (const frame of message.frames) recorded.byFrame.set(frame, message);
      },
    });
    return recorded;
  }

  /** The message that a frame is of. */
  messageOf(frame: number): Message | undefined {
    return this.byFrame.get(frame);
  }

  /** The frames for which a filter holds. */
  chosen(filter: string): Frame[] {
    const { matches } = compileFilter(filter, 'frame');
    return this.frames.filter((frame) => matches(frame, this.context));
  }
}
