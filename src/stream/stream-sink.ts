/**
 * The one joint of the house. TCP delivers the ordered bytes of one direction into a StreamSink; each
 * carrier above (HTTP, later TLS and HTTP/2) is one and delivers into the next; WebSocket is the last.
 */

/** How a stream ended. */
export type StreamEnd = 'fin' | 'reset' | 'capture-end';

export interface StreamSink {
  /** The next bytes, chunk[start, end). Borrowed: copy what you keep. */
  bytes(chunk: Uint8Array, start: number, end: number): void;
  /** The next `length` bytes of the stream are known to be missing. */
  gap(length: number): void;
  /** No more bytes come. Called once. */
  end(how: StreamEnd): void;
}

/** Takes everything and costs nothing: for streams that nobody wants to see. */
export const discard: StreamSink = { bytes() {}, gap() {}, end() {} };
