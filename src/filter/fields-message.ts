/**
 * Fields of messages as a whole. Of frames they are those of the message that ends with the frame, where one does.
 */
import { type Frame, isWholeMessage } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { Field } from './field.js';

/** A number that a frame which is a message of its own has itself: nobody makes a message of it. */
const lengthField = (
  name: string,
  meaning: string,
  message: (message: Message) => number,
  ofAlone: (frame: Frame) => number,
): Field => ({
  name,
  type: 'number',
  meaning,
  message: true,
  of: {
    message,
    frame(frame, context) {
      if (!frame.fin) return undefined;
      if (isWholeMessage(frame)) return ofAlone(frame);
      const whole = context.message?.(frame);
      return whole && message(whole);
    },
  },
});

export const messageFields: readonly Field[] = [
  {
    name: 'ws.message',
    type: 'number',
    meaning: 'number of the message',
    of: { message: ({ number }) => number },
  },
  lengthField(
    'ws.message.length',
    'octets of its content; at a frame, of the message that it ends',
    ({ length }) => length,
    ({ length }) => length,
  ),
  lengthField(
    'ws.message.frames',
    'how many frames it has',
    ({ frames }) => frames.length,
    () => 1,
  ),
  lengthField(
    'ws.message.wire_length',
    'octets of its payload on the wire',
    ({ wireLength }) => wireLength,
    ({ length }) => length,
  ),
];
