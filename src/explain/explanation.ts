/**
 * All that is to be said about one frame, as data: text, Markdown, SVG and JSON show it.
 */
import { formatDoubt } from '../output/frame-columns.js';
import type { Finding } from '../rules/finding.js';
import type { Frame, Piece } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { type Diagram, makeDiagram } from './diagram.js';
import { type Joined, joinedOf } from './joined.js';
import { isMissing, type Part, partsOf, wireBytes } from './part.js';
import { type Step, stepsOf } from './steps.js';
import { type UnmaskedByte, unmask, unmaskable } from './unmasking.js';

export interface Explanation {
  readonly frame: Frame;
  /** As on the wire: the header, and the first octets of the payload; those that are missing (isMissing) are none of it. */
  readonly bytes: Uint8Array;
  readonly parts: readonly Part[];
  readonly diagram: Diagram;
  /** Empty where it is not masked. */
  readonly unmasking: readonly UnmaskedByte[];
  /** Further octets that could be. */
  readonly unmaskingRest: number;
  readonly steps: readonly Step[];
  /** The message that it ends, where that is joined or inflated. */
  readonly joined: Joined | undefined;
  /** Where it lay; empty where it comes from no capture. */
  readonly pieces: readonly Piece[];
  /** What is wrong with it, or with what it ends. */
  readonly findings: readonly Finding[];
  /** What nobody told of bytes that come from no capture, and what of a capture is not certain: sentences. */
  readonly assumed: readonly string[];
}

/** `isCaptured`: the frame comes from packets. `message`: that which it ends, where that is known. */
export function explainFrame(
  frame: Frame,
  findings: readonly Finding[],
  isCaptured: boolean,
  message?: Message,
  assumed: readonly string[] = [],
): Explanation {
  const isJoined = message !== undefined && (message.compressed || message.frames.length > 1);
  const parts = partsOf(frame);
  const bytes = wireBytes(frame);
  const unmasking = unmask(frame);
  return {
    frame,
    bytes,
    parts,
    diagram: makeDiagram(parts, bytes, (at) => isMissing(frame, at)),
    unmasking,
    unmaskingRest: unmaskable(frame) - unmasking.length,
    steps: stepsOf(frame, findings, message),
    joined: isJoined ? joinedOf(message) : undefined,
    pieces: isCaptured ? frame.pieces : [],
    findings,
    assumed: [...assumed, ...doubtsOf(frame)],
  };
}

function doubtsOf(frame: Frame): string[] {
  return frame.confidence < 1
    ? [`That a frame begins here is inferred from the bytes (${formatDoubt(frame)}).`]
    : [];
}
