/** What does the client say? (RFC 6455 §5.3) */
import { unmaskedText } from '../../../explain/text.js';
import { unmask } from '../../../explain/unmasking.js';
import type { Draw } from '../../../sample/draw.js';
import { formatKey } from '../../../websocket/mask.js';
import { TEXT } from '../../../websocket/opcode.js';
import { seeScript } from '../../seen.js';
import { textAnswer } from '../answer.js';
import { type Asked, bytesOf, say } from '../question.js';

const WORDS = ['Hello', 'frame', 'mask', 'socket', 'Ping', 'byte', 'proxy', 'bits', 'key', 'RFC'] as const;

export async function askUnmasked(draw: Draw): Promise<Asked> {
  const text = `${draw.one(WORDS)}${draw.below(100)}`;
  const seen = await seeScript({
    steps: [say(draw, 'client', { opcode: TEXT, payload: Buffer.from(text) })],
  });
  const [frame] = seen.frames;
  const [worked] = unmask(frame);
  return {
    question: 'The client sends this text frame. What does it say?',
    shown: bytesOf(frame),
    choices: [],
    answer: textAnswer(Buffer.from(seen.message(1).content).toString('utf8')),
    why:
      `The four bytes behind the length are the key, ${formatKey(frame.maskingKey)}. Each byte of the payload is XORed with ` +
      `byte i mod 4 of it (RFC 6455 §5.3): ${unmaskedText(worked)}, and so on.`,
    helps: { frame: frame.number, sections: ['unmasking'] },
    seen,
  };
}
