/**
 * Whether data frames of one sender follow each other as RFC 6455 §5.4 asks: a start, continuations, the last
 * one with FIN.
 *
 * Strategy: one fault of a sender is one verdict. A message without a start is told of at its first frame, and
 * a continuation without a start is no fault of its own where a frame that came in between ended the message
 * that it belongs to.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { FrameFacts } from '../websocket/observer.js';
import { BINARY, CONTINUATION, isControl, TEXT } from '../websocket/opcode.js';
import { CloseWatch } from './close-watch.js';
import type { WatchedSession, Watcher } from './rule.js';

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

  /** Nothing is under way, so that a whole message changes nothing. */
  get idle(): boolean {
    return this.open === 'nothing';
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

/** Both senders of a session. */
export class FragmentWatch implements Watcher {
  private readonly senders: { readonly client: Fragments; readonly server: Fragments };
  private readonly told: { readonly fault: FragmentFault; readonly tell: (facts: FrameFacts) => void }[] = [];

  private readonly closes: CloseWatch;

  constructor(watched: WatchedSession) {
    this.closes = watched.share(CloseWatch);
    const fromStart = watched.handshake !== undefined;
    this.senders = { client: new Fragments(fromStart), server: new Fragments(fromStart) };
  }

  /** Has `tell` called for each frame with this fault. */
  on(fault: FragmentFault, tell: (facts: FrameFacts) => void): void {
    this.told.push({ fault, tell });
  }

  get calm(): boolean {
    return this.senders.client.idle && this.senders.server.idle;
  }

  frame(facts: FrameFacts): void {
    const found = this.senders[facts.sender].fault(facts);
    if (found === undefined || this.closes.isLate) return;
    for (const { fault, tell } of this.told) if (fault === found) tell(facts);
  }

  lost(sender: Sender): void {
    this.senders[sender].lost();
  }
}
