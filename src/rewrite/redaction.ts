/**
 * What of a capture may be told when payloads are redacted, learnt in a first reading: where in their TCP streams the heads of
 * handshakes and the frames lie. Whatever else is in the connections will be overwritten.
 *
 * Strategy: fed with frames and closed sessions. What is to stand in a compressed message depends on where it begins and ends
 * (filler.ts), so its frames wait until two octets behind them are known of.
 */
import { type AnyHead, redactedHead } from '../export/redacted-head.js';
import type { CutHead } from '../http/head.js';
import { type Frame, SENDERS, type Sender } from '../websocket/frame-record.js';
import { CLOSE, isControl } from '../websocket/opcode.js';
import {
  type CutHeader,
  isInHttp2Stream,
  type Session,
  type SessionSummary,
} from '../websocket/session-record.js';
import type { FillerKind } from './filler.js';
import { NumberSet } from './number-set.js';
import type { PacketConnections } from './packet-connections.js';
import { type PatchedFrame, PatchSpool, streamOf } from './patches.js';

/** Sequence numbers tell no more than so many octets apart. */
const MOST_LENGTH = 0x4000_0000;

/** Of frames that were found again behind a loss, or without a handshake. */
const LEAST_CONFIDENCE = 0.99;
/** Frames of a message that are empty, or nearly, one behind the other. */
const MOST_WAITING = 64;

function keyOf(session: number, sender: Sender): number {
  return 2 * session + (sender === 'client' ? 0 : 1);
}

interface WaitingFrame {
  readonly frame: Pick<
    Frame,
    'session' | 'sender' | 'length' | 'headerLength' | 'masked' | 'maskingKey' | 'pieces' | 'streamOffset'
  >;
  readonly before: number;
  after: number;
}

export class Redaction {
  /** Of WebSockets as they are, and of those in TLS, which stay encrypted. */
  readonly plain = new NumberSet();
  readonly encrypted = new NumberSet();
  /** Of HTTP/2 without TLS: they cannot be redacted. */
  readonly unredactable = new NumberSet();
  unredactableSessions = 0;
  /** What may be a frame and may be payload is overwritten whole. */
  uncertainFrames = 0;
  readonly patches = new PatchSpool();
  /** Frames of the compressed message under way, by session and sender, and octets of it so far. */
  private readonly waiting = new Map<number, { frames: WaitingFrame[]; length: number }>();

  /** Of each session and sender, the first packet of its latest frame, and its stream. */
  private readonly latest = new Map<number, { packet: number; stream: number }>();

  constructor(private readonly connections: PacketConnections) {}

  frame(frame: Frame): void {
    const { carrier } = frame.session;
    if (carrier.tls !== undefined || isInHttp2Stream(carrier)) return;
    // What was taken for a header may be payload.
    if (frame.confidence < LEAST_CONFIDENCE) {
      this.uncertainFrames++;
      return;
    }
    if (frame.compressed && !isControl(frame.opcode)) this.compressed(frame);
    else this.add({ frame, before: 0, after: 0 }, frame.opcode === CLOSE ? 'close' : 'plain');
  }

  /** A request or an answer, of a handshake or in front of it. */
  head(head: AnyHead): void {
    this.literal(head, redactedHead(head));
  }

  /** What is left of a head that a gap cut: its whole lines, or what tells that it is one. */
  headCut({ lines, beginning, ...first }: CutHead): void {
    const literal = lines === undefined ? undefined : redactedHead(lines, true);
    this.literal(first, literal ?? Buffer.from(beginning, 'latin1'));
  }

  closed({ session, cutHeader }: SessionSummary): void {
    const { number, connection, carrier } = session;
    for (const sender of SENDERS) this.settle(keyOf(number, sender));
    if (carrier.tls !== undefined) this.encrypted.add(connection);
    else if (isInHttp2Stream(carrier)) {
      this.unredactable.add(connection);
      this.unredactableSessions++;
    } else {
      this.plain.add(connection);
      for (const sender of SENDERS) this.cutHeader(session, sender, cutHeader[sender]);
    }
    for (const sender of SENDERS) this.latest.delete(keyOf(number, sender));
  }

  close(): void {
    this.patches.close();
  }

  private literal(
    { firstPacket, firstSequence: sequence }: Pick<AnyHead, 'firstPacket' | 'firstSequence'>,
    literal: Uint8Array | undefined,
  ): void {
    const assigned = this.connections.of(firstPacket);
    if (literal === undefined || assigned === undefined) return;
    // Its end may have been captured before its beginning.
    this.patches.add(this.connections.beginOf(assigned.connection), {
      stream: streamOf(assigned),
      sequence,
      length: literal.length,
      literal,
      frame: undefined,
    });
  }

  /** The stream ends within a frame header, which stays, as a frame without a payload would. */
  private cutHeader({ number }: Session, sender: Sender, cut: CutHeader | undefined): void {
    const latest = this.latest.get(keyOf(number, sender));
    if (cut === undefined || latest === undefined) return;
    const { length, sequence } = cut;
    this.patches.add(latest.packet, {
      stream: latest.stream,
      sequence,
      length,
      literal: undefined,
      frame: { headerLength: length, maskingKey: 0, kind: 'plain', before: 0, after: 0 },
    });
  }

  private compressed(frame: Frame): void {
    const key = keyOf(frame.session.number, frame.sender);
    let message = this.waiting.get(key);
    if (message === undefined || frame.opcode !== 0) {
      this.settle(key);
      message = { frames: [], length: 0 };
      this.waiting.set(key, message);
    }
    const { frames, length } = message;
    for (const one of frames) one.after = Math.min(2, one.after + frame.length);
    const { session, sender, headerLength, masked, maskingKey, pieces, streamOffset } = frame;
    const kept = {
      session,
      sender,
      length: frame.length,
      headerLength,
      masked,
      maskingKey,
      pieces: pieces.slice(0, 1),
      streamOffset,
    };
    const first = Math.min(...pieces.map(({ packet }) => packet));
    if (kept.pieces.length > 0) kept.pieces[0] = { ...kept.pieces[0], packet: first };
    frames.push({ frame: kept, before: Math.min(2, length), after: 0 });
    message.length = Math.min(2, length + frame.length);
    while (frames.length > MOST_WAITING || frames[0]?.after === 2) this.add(frames.shift()!, 'deflate');
    if (frame.fin) this.settle(key);
  }

  /** The message is over. */
  private settle(key: number): void {
    for (const one of this.waiting.get(key)?.frames ?? []) this.add(one, 'deflate');
    this.waiting.delete(key);
  }

  private add({ frame, before, after }: WaitingFrame, kind: FillerKind): void {
    const [first] = frame.pieces;
    if (first === undefined) return;
    const packet = frame.pieces.reduce((least, piece) => Math.min(least, piece.packet), first.packet);
    const assigned = this.connections.of(first.packet);
    if (assigned === undefined) return;
    this.latest.set(keyOf(frame.session.number, frame.sender), { packet, stream: streamOf(assigned) });
    const { headerLength, masked, maskingKey } = frame;
    const patched: PatchedFrame = { headerLength, maskingKey: masked ? maskingKey : 0, kind, before, after };
    this.patches.add(packet, {
      stream: streamOf(assigned),
      sequence: (first.sequence - (first.streamOffset - frame.streamOffset)) | 0,
      length: Math.min(headerLength + frame.length, MOST_LENGTH),
      literal: undefined,
      frame: patched,
    });
  }
}
