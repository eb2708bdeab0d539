/** How long is the payload? (RFC 6455 §5.2) */
import { formatHex } from '../../../bytes/hex.js';
import { wireBytes } from '../../../explain/part.js';
import type { Draw } from '../../../sample/draw.js';
import type { Frame } from '../../../websocket/frame-record.js';
import { BINARY } from '../../../websocket/opcode.js';
import { seeScript } from '../../seen.js';
import { numberAnswer } from '../answer.js';
import { type Asked, say } from '../question.js';

/** One range for each of the three forms. */
const FORMS = [
  [0, 125],
  [126, 65_535],
  [65_536, 80_000],
] as const;

export async function askLength(draw: Draw): Promise<Asked> {
  const [least, most] = draw.one(FORMS);
  const payload = new Uint8Array(draw.between(least, most)).fill(draw.below(256));
  const seen = await seeScript({ steps: [say(draw, draw.sender(), { opcode: BINARY, payload })] });
  const [frame] = seen.frames;
  return {
    question: `A frame of the ${frame.sender} begins with these bytes. How many bytes of payload does it have?`,
    shown: [
      formatHex(wireBytes(frame).subarray(0, frame.headerLength)),
      ...(frame.length > 0 ? ['… the payload'] : []),
    ],
    choices: [],
    answer: numberAnswer(frame.length, '125'),
    why: whyLength(frame),
    helps: { frame: frame.number, sections: ['figure'] },
    seen,
  };
}

function whyLength(frame: Frame): string {
  const { lengthForm, length, masked } = frame;
  const bytes = wireBytes(frame);
  const second = `The second byte is ${formatHex(bytes.subarray(1, 2))}; ${masked ? 'without the mask bit that is' : 'that is'} ${bytes[1] & 0x7f}`;
  if (lengthForm === 7) return `${second}: up to 125 this is the length itself (RFC 6455 §5.2).`;
  const extended = bytes.subarray(2, 2 + lengthForm / 8);
  return `${second}: the length is in the next ${lengthForm / 8} bytes (RFC 6455 §5.2), ${formatHex(extended)}, and that is ${length}.`;
}
