/**
 * A defect: bytes of the input that could not be decoded, or that a limit made us drop, with their place.
 * The work goes on after one. It is a fact about the input, not a judgement of a peer (that is a finding)
 * and not a failure of ours (that is an exception).
 */

/** The station that could not decode the bytes. */
export type Layer = 'capture' | 'link' | 'network' | 'tcp' | 'http' | 'websocket';

export interface Defect {
  readonly layer: Layer;
  /** Stable name of the kind, such as `truncated-record`: defects are counted by it. */
  readonly code: string;
  /** One sentence for people, with the values that matter. Never holds raw bytes of the input. */
  readonly message: string;
  /** Number of the packet at which it was noticed; 0 when none was decoded yet. */
  readonly packet: number;
  /** Offset in the (decompressed) capture, where one is known. */
  readonly captureOffset?: number;
  /** Index of the capture among those given. */
  readonly capture?: number;
}

export type ReportDefect = (defect: Defect) => void;

/** Unusable input or usage: the only thing that is thrown. The message is one line that says what to do. */
export class CaptureError extends Error {
  override name = 'CaptureError';
}
