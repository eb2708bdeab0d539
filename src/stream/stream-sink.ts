/**
 * The one joint of the house. TCP delivers the ordered bytes of one direction into a StreamSink; each
 * carrier above (HTTP, later TLS and HTTP/2) is one and delivers into the next; WebSocket is the last.
 */

/** How a stream ended. */
export type StreamEnd = 'fin' | 'reset' | 'capture-end';

export interface StreamSink {
  /** The next bytes, chunk[start, end). Borrowed: copy what you keep. */
  bytes(chunk: Uint8Array, start: number, end: number): void;
  /**
   * The next `length` bytes of the stream are known to be missing. `uncertain`: about so many, and where in the stream
   * the next byte lies is not known (a gap over several h2Streams).
   */
  gap(length: number, uncertain?: boolean): void;
  /** Something may be missing in front of the next byte: the next call of bytes() or gap() tells whether, and how much. */
  inDoubt?(): void;
  /** No more bytes come. Called once. */
  end(how: StreamEnd): void;
  /**
   * Set once bytes() does nothing any more but hand all on to this one, which stays so: who delivers may call that
   * one's bytes() at once. (Each station in between costs memory from far away with each packet.) Gaps and the end still
   * go through here.
   */
  readonly through?: StreamSink | undefined;
}

/** Takes everything and costs nothing: for streams that nobody wants to see. */
export const discard: StreamSink = { bytes() {}, gap() {}, end() {} };
