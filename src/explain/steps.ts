/**
 * What a decoder does with the bytes of a frame as they come, step by step: how many it needs, what these tell it, and
 * which state it is in then. It ends where the connection has to fail: behind the bytes that show it.
 */
import { count } from '../rules/count.js';
import type { Finding } from '../rules/finding.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { CLOSE, CONTINUATION, isControl, opcodeTitle, PING, TEXT } from '../websocket/opcode.js';
import { isInHttp2Stream } from '../websocket/session-record.js';
import { refersBack } from './refers-back.js';

export interface Step {
  /** What the decoder waits for: of a frame. */
  readonly state: 'header' | 'length' | 'key' | 'payload' | 'end';
  /** Bytes that it takes. */
  readonly takes: number;
  readonly tells: string;
}

/** The first two bytes show that these are broken: a length of 126 or 127, too, is none of a control frame (RFC 6455 §5.5). */
const BROKEN_IN_HEADER: readonly string[] = [
  'rsv-without-extension',
  'rsv1-misplaced',
  'reserved-opcode',
  'continuation-without-start',
  'interleaved-message',
  'fragmented-control',
  'oversized-control',
  'unmasked-client-frame',
  'masked-server-frame',
];
const BROKEN_IN_LENGTH: readonly string[] = ['length-top-bit'];
/** What many receivers take all the same, by rule. */
const REFUSED_BY_SOME: Readonly<Record<string, string>> = {
  'non-minimal-length':
    'a strict receiver fails the connection instead, since the length is not in the shortest form (RFC 6455 §5.2), which many do not check',
  'deflate-context-used':
    'a receiver that forgets each message, as was agreed on (RFC 7692 §7.1.1), cannot inflate it, and fails the connection instead',
  'deflate-window-exceeded':
    'a receiver whose window is no larger than was agreed on (RFC 7692 §7.1.2) cannot inflate it, and fails the connection instead',
};

/** `findings`: what is wrong with the frame, or with the `message` that it ends, where that is known. */
export function stepsOf(frame: Frame, findings: readonly Finding[], message?: Message): readonly Step[] {
  const steps = stepsThrough(frame);
  const refusing = findings.filter(({ rule, severity }) => severity === 'error' && rule.fails === true);
  const of = (ids: readonly string[]) => refusing.find(({ rule }) => ids.includes(rule.id));
  const inHeader = of(BROKEN_IN_HEADER);
  if (inHeader !== undefined) return [steps[0], refusal(inHeader)];
  const inLength = of(BROKEN_IN_LENGTH);
  if (inLength !== undefined) return [steps[0], steps[1], refusal(inLength)];
  if (frame.truncated) return [...steps, end('the stream ended before the frame did')];
  const [refused] = refusing;
  return [...steps, refused === undefined ? end(endTells(frame, findings, message)) : refusal(refused)];
}

const end = (tells: string): Step => ({ state: 'end', takes: 0, tells });

function refusal({ rule }: Finding): Step {
  return end(`it must not go on: ${rule.title} (${rule.section}); the connection fails`);
}

function stepsThrough(frame: Frame): readonly Step[] {
  const { lengthForm, masked, exactLength, length } = frame;
  const steps: Step[] = [{ state: 'header', takes: 2, tells: headerTells(frame) }];
  if (lengthForm !== 7)
    steps.push({
      state: 'length',
      takes: lengthForm / 8,
      // RFC 6455 §5.2: the most significant bit must be 0.
      tells:
        exactLength >> 63n === 0n
          ? `the payload has ${count(exactLength, 'byte')}`
          : 'the top bit is set, which no length may have',
    });
  if (masked)
    steps.push({
      state: 'key',
      takes: 4,
      tells: `the masking key is known: ${length > 0 ? 'the payload begins' : 'there is no payload'}`,
    });
  if (length > 0)
    steps.push({
      state: 'payload',
      takes: length - lacking(frame),
      tells: `${lacking(frame) > 0 ? `of ${count(length, 'byte')}: ` : ''}${masked ? 'each byte is XORed with byte i mod 4 of the key' : 'the bytes are taken as they are'}`,
    });
  return steps;
}

function headerTells({ lengthForm, masked, length, opcode, fin }: Frame): string {
  const more = (lengthForm === 7 ? 0 : lengthForm / 8) + (masked ? 4 : 0);
  const kind = `${fin ? '' : 'a fragment: '}${opcodeTitle(opcode)}`;
  const size =
    lengthForm === 7 ? `${count(length, 'byte')} of payload` : `the length in ${lengthForm / 8} more bytes`;
  const then = more === 0 ? 'that is the whole header' : `the header has ${more} more bytes`;
  return `${kind}, ${size}, ${masked ? 'masked' : 'not masked'}: ${then}`;
}

/** Octets of the payload that the capture does not hold. */
function lacking({ missing }: Frame): number {
  return missing.reduce((sum, { length }) => sum + length, 0);
}

function endTells(frame: Frame, findings: readonly Finding[], message: Message | undefined): string {
  const lost = lacking(frame);
  if (lost > 0)
    return `${count(lost, 'byte')} ${lost === 1 ? 'was' : 'were'} not captured: only who received the frame knows what it says`;
  const broken = (id: string) => findings.some(({ rule }) => rule.id === id);
  if (broken('frame-after-close')) return 'it is discarded: a Close came before it (RFC 6455 §1.4)';
  if (frame.opcode === PING && broken('control-after-close'))
    return 'no Pong is due: a Close came before it (RFC 6455 §5.5.2)';
  const tells = isControl(frame.opcode) ? controlTells(frame) : dataTells(frame, message);
  const refused = findings.flatMap(({ rule }) => REFUSED_BY_SOME[rule.id] ?? []);
  return [tells, ...refused].join('; ');
}

function controlTells({ opcode, session }: Frame): string {
  if (opcode === CLOSE) {
    // RFC 6455 §7.1.1, and over HTTP/2 RFC 8441 §5.
    const then = isInHttp2Stream(session.carrier) ? 'the HTTP/2 stream ends' : 'the server ends TCP';
    return `no data frame may follow in this direction; the other side has to answer with a Close, unless this is the answer to its own: then ${then}`;
  }
  if (opcode === PING) return 'a Pong with the same payload is due; a message under way stays as it is';
  return 'it is handled at once; a message under way stays as it is';
}

function dataTells(frame: Frame, message: Message | undefined): string {
  const { opcode, messageOpcode, fin } = frame;
  if (messageOpcode === CONTINUATION) return withoutBeginning(fin);
  if (!fin) return 'kept: the next data frame must be a continuation of this message';
  const whole = opcode === CONTINUATION ? 'the last fragment: the message is joined' : 'the message is whole';
  const inflated = `${whole}${inflatedTells(frame, message)}`;
  return messageOpcode === TEXT
    ? `${inflated}, checked to be UTF-8, and handed on`
    : `${inflated}, and handed on`;
}

/** A continuation of what was not seen to begin. */
function withoutBeginning(fin: boolean): string {
  const then = fin
    ? 'this is its last fragment: it is joined, inflated if its first frame has RSV1, checked to be UTF-8 if that is text, and handed on'
    : 'this is kept: the next data frame must be a continuation, too';
  return `if a message is under way, ${then}; if none is, the connection fails (RFC 6455 §5.4)`;
}

function inflatedTells(frame: Frame, message: Message | undefined): string {
  if (!frame.compressed) return '';
  if (message?.compressed === true && message.unknownRanges.length > 0)
    return ', inflated with what earlier messages said (which is not here)';
  return refersBack(frame) === 'yes' ? ', inflated with what earlier messages said' : ', inflated';
}
