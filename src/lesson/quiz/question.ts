/**
 * What a question is, and what those who make them share: frames of a sample, drawn and said, and their bytes.
 */
import { formatHex } from '../../bytes/hex.js';
import { wireBytes } from '../../explain/part.js';
import { count } from '../../rules/count.js';
import type { Draw } from '../../sample/draw.js';
import type { Step } from '../../sample/script.js';
import { encodeFrame, type FrameFields } from '../../websocket/frame-encode.js';
import type { Frame, Sender } from '../../websocket/frame-record.js';
import type { Seen } from '../seen.js';
import type { Answer } from './answer.js';
import type { Topic } from './topic.js';

/** What is asked, before it has its number. */
export interface Asked {
  readonly question: string;
  /** To look at: bytes, of at most 76 columns. */
  readonly shown: readonly string[];
  /** To choose from; empty: the answer is free. */
  readonly choices: readonly string[];
  readonly answer: Answer;
  /** Why that is the answer, in prose. */
  readonly why: string;
  /** The frame whose explanation helps, and which parts of that. */
  readonly helps: { readonly frame: number; readonly sections: readonly string[] } | undefined;
  readonly seen: Seen;
  /** What it is about, where a sheet is to ask about each before it does so again. */
  readonly subject?: string;
}

export interface Question extends Asked {
  /** 1-based. */
  readonly number: number;
  readonly topic: Topic;
}

const ROW = 16;
/** Of bytes that are shown of a frame. */
const MOST_ROWS = 2;

/** A frame of a sender, masked with a key that is drawn where it is the client's (RFC 6455 §5.1). */
export function say(draw: Draw, by: Sender, fields: FrameFields): Step {
  const maskingKey = by === 'client' ? draw.bytes(4).readInt32BE() : undefined;
  return saidAs(by, { ...fields, maskingKey });
}

/** A frame as its fields have it, masked or not. */
export function saidAs(by: Sender, fields: FrameFields): Step {
  return { by, said: { bytes: Buffer.from(encodeFrame(fields)).toString('hex') } };
}

/** The bytes on the wire, from the first of the header on. */
export function bytesOf(frame: Frame): string[] {
  const bytes = wireBytes(frame).subarray(0, ROW * MOST_ROWS);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) lines.push(formatHex(bytes.subarray(at, at + ROW)));
  const more = frame.headerLength + frame.length - bytes.length;
  return more > 0 ? [...lines, `… ${count(more, 'more byte')}`] : lines;
}

/** All frames with their senders, one below the other. */
export function framesShown(frames: readonly Frame[]): string[] {
  return frames.flatMap((frame) =>
    bytesOf(frame).map((line, i) =>
      i === 0 ? `frame ${frame.number}, ${frame.sender}: ${line}` : `${' '.repeat(17)}${line}`,
    ),
  );
}
