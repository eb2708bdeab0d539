/**
 * The open h2Streams of a connection, ordinary ones too: DATA has to be told from that of an h2Stream whose opening
 * was not captured.
 *
 * Strategy: a map in the order of opening, bounded: beyond, the one opened first is given up.
 */
import { atLimit } from '../limits.js';
import { H2Stream, type H2StreamKind } from './h2-stream.js';
import type { Account } from './holding.js';

/** What one costs in memory, with its heads. */
const STREAM_COST = 1024;

export class H2Streams {
  private readonly streams = new Map<number, H2Stream>();

  constructor(
    private readonly limit: number,
    private readonly account: Account,
    /** Has to close the one that is given up. */
    private readonly overflow: (first: H2Stream, message: string) => void,
  ) {}

  get(id: number): H2Stream | undefined {
    return this.streams.get(id);
  }

  /** As they are now. */
  all(): readonly H2Stream[] {
    return [...this.streams.values()];
  }

  open(id: number, kind: H2StreamKind): H2Stream {
    if (this.streams.size >= this.limit) this.giveUpFirst();
    const stream = new H2Stream(id, kind);
    this.streams.set(id, stream);
    this.account.add(STREAM_COST);
    return stream;
  }

  close(stream: H2Stream): void {
    if (!this.streams.delete(stream.id)) return;
    stream.held?.clear();
    this.account.add(-STREAM_COST);
  }

  private giveUpFirst(): void {
    const [first] = this.streams.values();
    first.end(0, 'capture-end');
    first.end(1, 'capture-end');
    this.overflow(
      first,
      `too many HTTP/2 streams are open: the one opened first is given up, here stream ${first.id} ` +
        atLimit('maxH2Streams', this.limit),
    );
  }
}
