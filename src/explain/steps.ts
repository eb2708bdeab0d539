/**
 * What a decoder does with the bytes of a frame as they come, step by step: how many it needs, what these tell it, and
 * which state it is in then.
 */
import { count } from '../rules/count.js';
import type { Finding } from '../rules/finding.js';
import type { Frame } from '../websocket/frame-record.js';
import { CLOSE, CONTINUATION, isControl, opcodeName, PING, TEXT } from '../websocket/opcode.js';

export interface Step {
  /** What the decoder waits for: of a frame. */
  readonly state: 'header' | 'length' | 'key' | 'payload' | 'end';
  /** Bytes that it takes. */
  readonly takes: number;
  readonly tells: string;
}

/** `findings`: what is wrong with the frame, or with the message that it ends. */
export function stepsOf(frame: Frame, findings: readonly Finding[]): readonly Step[] {
  const { lengthForm, masked, exactLength, length } = frame;
  const steps: Step[] = [{ state: 'header', takes: 2, tells: headerTells(frame) }];
  if (lengthForm !== 7)
    steps.push({
      state: 'length',
      takes: lengthForm / 8,
      tells: `the payload has ${count(exactLength, 'byte')}${topBit(frame)}`,
    });
  if (masked) steps.push({ state: 'key', takes: 4, tells: 'the masking key is known: the payload begins' });
  if (length > 0)
    steps.push({
      state: 'payload',
      takes: length - lacking(frame),
      tells: `${lacking(frame) > 0 ? `of ${count(length, 'byte')}: ` : ''}${masked ? 'each byte is XORed with byte i mod 4 of the key' : 'the bytes are taken as they are'}`,
    });
  return [...steps, { state: 'end', takes: 0, tells: endTells(frame, findings) }];
}

function headerTells({ lengthForm, masked, length, opcode, fin }: Frame): string {
  const more = (lengthForm === 7 ? 0 : lengthForm / 8) + (masked ? 4 : 0);
  const kind = `${fin ? '' : 'a fragment: '}${opcodeName(opcode)}`;
  const size =
    lengthForm === 7 ? `${count(length, 'byte')} of payload` : `the length in ${lengthForm / 8} more bytes`;
  const then = more === 0 ? 'that is the whole header' : `the header has ${more} more bytes`;
  return `${kind}, ${size}, ${masked ? 'masked' : 'not masked'}: ${then}`;
}

/** Octets of the payload that the capture does not hold. */
function lacking({ missing }: Frame): number {
  return missing.reduce((sum, { length }) => sum + length, 0);
}

/** RFC 6455 §5.2: the most significant bit must be 0. */
function topBit({ exactLength, length }: Frame): string {
  if (exactLength >> 63n === 0n) return '';
  return `, whose top bit may not be set; without it, ${count(length, 'byte')}`;
}

function endTells(frame: Frame, findings: readonly Finding[]): string {
  const { opcode, messageOpcode, fin, compressed, truncated } = frame;
  if (truncated) return 'the stream ended before the frame did';
  const refused = findings.find(({ rule, severity }) => severity === 'error' && rule.fails === true);
  if (refused !== undefined)
    return `it must not go on: ${refused.rule.title} (${refused.rule.section}); the connection fails`;
  const lost = lacking(frame);
  if (lost > 0)
    return `${count(lost, 'byte')} ${lost === 1 ? 'was' : 'were'} not captured: only who received the frame knows what it says`;
  if (opcode === CLOSE)
    return 'nothing may follow in this direction; the other side has to answer with a Close, unless this is the answer to its own: then the server ends TCP';
  if (opcode === PING) return 'a Pong with the same payload is due; a message under way stays as it is';
  if (isControl(opcode)) return 'it is handled at once; a message under way stays as it is';
  if (!fin) return 'kept: the next data frame must be a continuation of this message';
  const whole = opcode === CONTINUATION ? 'the last fragment: the message is joined' : 'the message is whole';
  const inflated = compressed ? `${whole}, inflated` : whole;
  return messageOpcode === TEXT
    ? `${inflated}, checked to be UTF-8, and handed on`
    : `${inflated}, and handed on`;
}
