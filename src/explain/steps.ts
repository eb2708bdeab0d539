/**
 * What a decoder does with the bytes of a frame as they come, step by step: how many it needs, what these tell it, and
 * which state it is in then.
 */
import { count } from '../rules/count.js';
import type { Frame } from '../websocket/frame-record.js';
import { CLOSE, CONTINUATION, isControl, opcodeName, PING, TEXT } from '../websocket/opcode.js';

export interface Step {
  /** What the decoder waits for: of a frame. */
  readonly state: 'header' | 'length' | 'key' | 'payload' | 'end';
  /** Bytes that it takes. */
  readonly takes: number;
  readonly tells: string;
}

export function stepsOf(frame: Frame): readonly Step[] {
  const { lengthForm, masked, exactLength, length, truncated, payload } = frame;
  const steps: Step[] = [{ state: 'header', takes: 2, tells: headerTells(frame) }];
  if (lengthForm !== 7)
    steps.push({
      state: 'length',
      takes: lengthForm / 8,
      tells: `the payload has ${exactLength} byte${exactLength === 1n ? '' : 's'}`,
    });
  if (masked) steps.push({ state: 'key', takes: 4, tells: 'the masking key is known: the payload begins' });
  if (length > 0)
    steps.push({
      state: 'payload',
      takes: truncated ? payload.length : length,
      tells: `${truncated ? `of ${count(length, 'byte')}: ` : ''}${masked ? 'each byte is XORed with byte i mod 4 of the key' : 'the bytes are taken as they are'}`,
    });
  return [...steps, { state: 'end', takes: 0, tells: endTells(frame) }];
}

function headerTells({ lengthForm, masked, length, opcode, fin }: Frame): string {
  const more = (lengthForm === 7 ? 0 : lengthForm / 8) + (masked ? 4 : 0);
  const kind = `${fin ? '' : 'a fragment: '}${opcodeName(opcode)}`;
  const size =
    lengthForm === 7 ? `${count(length, 'byte')} of payload` : `the length in ${lengthForm / 8} more bytes`;
  const then = more === 0 ? 'that is the whole header' : `the header has ${more} more bytes`;
  return `${kind}, ${size}, ${masked ? 'masked' : 'not masked'}: ${then}`;
}

function endTells(frame: Frame): string {
  const { opcode, messageOpcode, fin, compressed, truncated } = frame;
  if (truncated) return 'the stream ended before the frame did';
  if (opcode === CLOSE)
    return 'nothing may follow in this direction; the other side has to answer with a Close';
  if (opcode === PING) return 'a Pong with the same payload is due; a message under way stays as it is';
  if (isControl(opcode)) return 'it is handled at once; a message under way stays as it is';
  if (!fin) return 'kept: the next data frame must be a continuation of this message';
  const whole = opcode === CONTINUATION ? 'the last fragment: the message is joined' : 'the message is whole';
  const inflated = compressed ? `${whole}, inflated` : whole;
  return messageOpcode === TEXT
    ? `${inflated}, checked to be UTF-8, and handed on`
    : `${inflated}, and handed on`;
}
