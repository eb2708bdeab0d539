/**
 * A defect: bytes of the input that could not be decoded, or that a limit made us drop, with their place.
 * The work goes on after one. It is a fact about the input, not a judgement of a peer (that is a finding)
 * and not a failure of ours (that is an exception).
 */

/** The station that could not decode the bytes. */
export type Layer = 'capture' | 'link' | 'network' | 'tcp' | 'tls' | 'http' | 'websocket' | 'subprotocol';

/** Bytes that could not be decoded, or that a limit made us drop. */
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
  /** Number of that packet within its capture, where the capture is known. */
  readonly packetInCapture?: number;
}

/** Who is told of defects. */
export type ReportDefect = (defect: Defect) => void;

/**
 * Why an input is unusable:
 * - `no-input`: nothing was given, or standard input is a terminal;
 * - `invalid-input`: what was given can be no capture: an URL that is not `file:`, text instead of bytes, an
 *   address that is none, standard input twice;
 * - `not-found`, `is-a-directory`, `no-permission`, `too-many-open-files`: what the operating system says;
 * - `unreadable`: it says something else, which the message has;
 * - `empty`: there is not a single byte, of several captures in none of them;
 * - `not-a-capture`: no capture format and no compression that is known;
 * - `unsupported`: it is known what it is, but not read: another capture format or packer, compressed too often,
 *   not for the chosen reader, or its decoder cannot be had here.
 */
export type CaptureErrorCode =
  | 'no-input'
  | 'invalid-input'
  | 'not-found'
  | 'is-a-directory'
  | 'no-permission'
  | 'too-many-open-files'
  | 'unreadable'
  | 'empty'
  | 'not-a-capture'
  | 'unsupported';

/**
 * Unusable input or usage: the only thing that is thrown. The message is one line for people that says what to
 * do, `code` is for programs (see CaptureErrorCode).
 */
export class CaptureError extends Error {
  override name = 'CaptureError';

  constructor(
    readonly code: CaptureErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
