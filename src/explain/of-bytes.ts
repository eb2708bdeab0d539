/**
 * Frames of bytes that come from no capture: `81 05 48 65 6c 6c 6f` from a mail, a log, a book.
 *
 * Strategy: a session in which one side says these bytes, judged by the rules about frames. It has a handshake without
 * extensions, which no bit of the frames may contradict; none where RSV1 says that there was one with permessage-deflate.
 */
import { decodeHead, type RequestHead, type ResponseHead } from '../http/head.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { RuleEngine } from '../rules/engine.js';
import type { Finding } from '../rules/finding.js';
import type { Rule } from '../rules/rule.js';
import { Place } from '../stream/place.js';
import type { Frame, Sender } from '../websocket/frame-record.js';
import {
  decodeHandshake,
  encodeHandshakeRequest,
  encodeHandshakeResponse,
  type Handshake,
} from '../websocket/handshake.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, TEXT } from '../websocket/opcode.js';
import { PayloadBudget } from '../websocket/payload-budget.js';
import { WindowBudget } from '../websocket/segment-window.js';
import { SessionDecoder } from '../websocket/session.js';
import { PLAIN_HTTP1, type Session } from '../websocket/session-record.js';

export interface FramesOfBytes {
  readonly frames: readonly Frame[];
  readonly findings: readonly Finding[];
  /** Joined or inflated ones. */
  readonly messages: readonly Message[];
  /** Octets at the end that are no whole header. */
  readonly rest: number;
}

const EPOCH = { seconds: 0, nanoseconds: 0 };

/** `sender`: who says them; undefined: the client if the first frame is masked (RFC 6455 §5.1). */
export function framesOfBytes(
  bytes: Uint8Array,
  rules: readonly Rule[],
  sender: Sender | undefined,
): FramesOfBytes {
  const session = { ...SESSION, handshake: isCompressed(bytes) ? undefined : withoutExtensions() };
  const frames: Frame[] = [];
  const findings: Finding[] = [];
  const messages: Message[] = [];
  const place = new Place();
  const engine = new RuleEngine({ rules, place, finding: (finding) => void findings.push(finding) });
  const decoder = new SessionDecoder(
    session,
    {
      place,
      payloadLimit: DEFAULT_LIMITS.maxPayload,
      limits: DEFAULT_LIMITS,
      windowBudget: new WindowBudget(),
      payloadBudget: new PayloadBudget(),
      nextFrameNumber: () => frames.length + 1,
    },
    {
      frame: (frame) => void frames.push(frame),
      message: (message) => void messages.push(message),
      joinedOnly: () => true,
      observer: engine.observe(session),
      closed() {},
      // What it would tell is seen of the frames.
      defect() {},
    },
  );
  const sink = decoder[sender ?? ((bytes[1] ?? 0) & 0x80 ? 'client' : 'server')];
  sink.bytes(bytes, 0, bytes.length);
  sink.end('capture-end');
  const last = frames.at(-1);
  const end = last === undefined ? 0 : last.streamOffset + last.headerLength + last.length;
  return { frames, findings, messages, rest: Math.max(0, bytes.length - end) };
}

/** The first frame begins a message, and has RSV1. */
function isCompressed([first = 0]: Uint8Array): boolean {
  return (first & 0x40) !== 0 && [TEXT, BINARY].includes(first & 0xf);
}

function withoutExtensions(): Handshake {
  const [request, response] = [encodeHandshakeRequest(), encodeHandshakeResponse()].map(decodeHead);
  return decodeHandshake(request as RequestHead, response as ResponseHead);
}

const SESSION: Session = {
  number: 1,
  connection: 0,
  client: 'client',
  server: 'server',
  carrier: PLAIN_HTTP1,
  handshake: undefined,
  path: undefined,
  host: undefined,
  confidence: 1,
  earlyClientBytes: 0,
  opened: EPOCH,
  answered: EPOCH,
  openedPacket: 0,
};
