/**
 * Frames of bytes that come from no capture: `81 05 48 65 6c 6c 6f` from a mail, a log, a book.
 *
 * Strategy: a session in which one side says these bytes, judged by the rules about frames as if its handshake had been the
 * plainest that fits: without extensions, or with permessage-deflate where RSV1 begins a message. What was said before is
 * not known, so nothing is judged that would depend on it. What nobody told is assumed, and told.
 */
import { decodeHead, type RequestHead, type ResponseHead } from '../http/head.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { RuleEngine } from '../rules/engine.js';
import type { Finding } from '../rules/finding.js';
import type { Rule } from '../rules/rule.js';
import { Place } from '../stream/place.js';
import type { Extension } from '../websocket/extensions.js';
import type { Frame, Sender } from '../websocket/frame-record.js';
import {
  decodeHandshake,
  encodeHandshakeRequest,
  encodeHandshakeResponse,
  type Handshake,
} from '../websocket/handshake.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, CONTINUATION, isControl, opcodeName, TEXT } from '../websocket/opcode.js';
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
  /** What the bytes do not tell, and nobody said: sentences. */
  readonly assumed: readonly string[];
}

/** What is known of bytes. */
export interface Known {
  /** Who says them; else the client if the first frame is masked (RFC 6455 §5.1). */
  readonly sender?: Sender | undefined;
  /** Whether permessage-deflate was agreed on; else where RSV1 begins a message (RFC 7692 §6). */
  readonly deflate?: boolean | undefined;
}

const EPOCH = { seconds: 0, nanoseconds: 0 };

export function framesOfBytes(bytes: Uint8Array, rules: readonly Rule[], known: Known = {}): FramesOfBytes {
  const sender = known.sender ?? ((bytes[1] ?? 0) & 0x80 ? 'client' : 'server');
  const { frames } = decode(bytes, [], sender, false);
  const compressing = frames.find(({ rsv1, opcode }) => rsv1 && [TEXT, BINARY].includes(opcode));
  const deflate = known.deflate ?? compressing !== undefined;
  const firstOfData = frames.find(({ opcode }) => !isControl(opcode));
  const continued = firstOfData?.opcode === CONTINUATION ? firstOfData : undefined;
  const odd = frames.find(({ rsv1, rsv2, rsv3 }) => rsv1 || rsv2 || rsv3);
  const meaningless = known.deflate === undefined && !deflate ? odd : undefined;
  const assumed = [
    ...(known.sender === undefined && frames.length > 0 ? [senderAssumed(frames, sender)] : []),
    ...(known.deflate === undefined && compressing !== undefined ? [deflateAssumed(compressing)] : []),
    ...(meaningless === undefined ? [] : [noneAssumed(meaningless)]),
    ...(continued === undefined
      ? []
      : [beginningAssumed(continued, known.deflate === false || meaningless !== undefined)]),
  ];
  const judging = deflate ? rules.filter(knowsEnough) : rules;
  return { ...decode(bytes, judging, sender, deflate, continued !== undefined), assumed };
}

function senderAssumed(frames: readonly Frame[], sender: Sender): string {
  const [{ number, masked }] = frames;
  const other = frames.find((frame) => frame.masked !== masked);
  const is = (yes: boolean) => (yes ? 'is masked' : 'is not masked');
  const told = `The ${sender} says these bytes, since frame ${number} ${is(masked)}: clients mask, servers do not (RFC 6455 §5.1); --sender says otherwise.`;
  return other === undefined
    ? told
    : `${told} Frame ${other.number} ${is(!masked)}: either the ${sender} breaks that rule, or the other side says it, whose bytes need a run of their own.`;
}

function deflateAssumed({ number, opcode }: Frame): string {
  return `permessage-deflate was agreed on, since frame ${number} begins a ${opcodeName(opcode)} message with RSV1, which nothing else in use sets; --no-deflate says otherwise.`;
}

function noneAssumed({ number, rsv1 }: Frame): string {
  const told = `No extension was agreed on that gives the reserved bits of frame ${number} a meaning (RFC 6455 §5.2)`;
  return rsv1 ? `${told}; --deflate says that permessage-deflate was.` : `${told}.`;
}

function beginningAssumed({ number }: Frame, isPlain: boolean): string {
  const also = isPlain ? '' : ', and whether it is compressed';
  return `The message that frame ${number} continues began before these bytes (RFC 6455 §5.4): its first frame would tell whether it is text${also}. If none began, the connection fails.`;
}

/** The parameters of permessage-deflate stay unknown: BFINAL is unusual only with context takeover (RFC 7692 §7.2.3.4). */
const knowsEnough = ({ id }: Rule) => id !== 'deflate-final-block';

function decode(
  bytes: Uint8Array,
  rules: readonly Rule[],
  sender: Sender,
  deflate: boolean,
  /** A message was under way before. */
  beginsWithin = false,
): Omit<FramesOfBytes, 'assumed'> {
  // The decoder of a session without a handshake takes what compressed messages refer to for unknown.
  const session = { ...SESSION, handshake: deflate ? undefined : handshakeWith([]) };
  const judged = deflate ? { ...session, handshake: handshakeWith([PERMESSAGE_DEFLATE]) } : session;
  const frames: Frame[] = [];
  const findings: Finding[] = [];
  const messages: Message[] = [];
  const place = new Place();
  const engine = new RuleEngine({ rules, place, finding: (finding) => void findings.push(finding) });
  const observer = engine.observe(judged);
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
      observer,
      closed() {},
      // What it would tell is seen of the frames.
      defect() {},
    },
  );
  if (beginsWithin) observer?.lost(sender);
  const sink = decoder[sender];
  sink.bytes(bytes, 0, bytes.length);
  sink.end('capture-end');
  const last = frames.at(-1);
  const end = last === undefined ? 0 : last.streamOffset + last.headerLength + last.length;
  return { frames, findings, messages, rest: Math.max(0, bytes.length - end) };
}

const PERMESSAGE_DEFLATE: Extension = { name: 'permessage-deflate', parameters: [] };

function handshakeWith(extensions: readonly Extension[]): Handshake {
  const agreed = extensions.length > 0 ? { extensions } : {};
  const [request, response] = [encodeHandshakeRequest(agreed), encodeHandshakeResponse(agreed)].map(
    decodeHead,
  );
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
