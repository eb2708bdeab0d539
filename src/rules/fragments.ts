/**
 * Whether data frames of one sender follow each other as RFC 6455 §5.4 asks: a start, continuations, the last
 * one with FIN.
 *
 * Strategy: one fault of a sender is one verdict. A message without a start is told of at its first frame, and
 * a continuation without a start is no fault of its own where a frame that came in between ended the message
 * that it belongs to.
 */
import type { FrameFacts } from '../websocket/observer.js';
import { BINARY, CONTINUATION, isControl, TEXT } from '../websocket/opcode.js';

export type FragmentFault = 'no-start' | 'interleaved';

export class Fragments {
  /** What the sender has begun and not ended; undefined: not known. */
  private open: 'nothing' | 'message' | 'without-start' | undefined;
  /** Messages that others broke into, and whose end may still come. */
  private interrupted = 0;

  /** `fromStart`: the first frame of the sender was captured. */
  constructor(fromStart: boolean) {
    this.open = fromStart ? 'nothing' : undefined;
  }

  lost(): void {
    this.open = undefined;
    this.interrupted = 0;
  }

  /** To be called with each frame of the sender. */
  fault({ header, messageUnderWay }: FrameFacts): FragmentFault | undefined {
    const { opcode, fin } = header;
    if (isControl(opcode)) {
      // What continues a control frame is of no message; the control frame is the fault (§5.5).
      if (!fin && this.open === 'nothing') this.interrupted++;
      return undefined;
    }
    const before = messageUnderWay === undefined ? undefined : this.open;
    if (opcode === CONTINUATION) return this.continuation(before, fin);
    this.open = fin ? 'nothing' : 'message';
    if (before !== 'message') return undefined;
    this.interrupted++;
    return opcode === TEXT || opcode === BINARY ? 'interleaved' : undefined;
  }

  private continuation(before: typeof this.open, fin: boolean): FragmentFault | undefined {
    if (before !== 'nothing') {
      if (fin) this.open = 'nothing';
      return undefined;
    }
    if (this.interrupted > 0) {
      if (fin) this.interrupted--;
      return undefined;
    }
    if (!fin) this.open = 'without-start';
    return 'no-start';
  }
}
