/** Which code does a Close have? (RFC 6455 §5.5.1, §7.4) */
import { formatHex } from '../../../bytes/hex.js';
import type { Draw } from '../../../sample/draw.js';
import { closeCodeName, encodeClose } from '../../../websocket/close.js';
import { formatKey } from '../../../websocket/mask.js';
import { CLOSE } from '../../../websocket/opcode.js';
import { seeScript } from '../../seen.js';
import { codeAnswer } from '../answer.js';
import { type Asked, bytesOf, say } from '../question.js';

const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 3000, 4000, 4001, 4242] as const;
const REASONS = ['', '', 'bye', 'done', 'later'] as const;

export async function askClose(draw: Draw): Promise<Asked> {
  const payload = encodeClose(draw.one(CODES), draw.one(REASONS));
  const seen = await seeScript({ steps: [say(draw, draw.sender(), { opcode: CLOSE, payload })] });
  const [frame] = seen.frames;
  const { code, reason } = seen.message(1).close!;
  const mask = frame.masked
    ? `XORed with the key ${formatKey(frame.maskingKey)} they are`
    : 'they are not masked:';
  return {
    question: `The ${frame.sender} sends this Close. Which code does it have?`,
    shown: bytesOf(frame),
    choices: [],
    answer: codeAnswer(code),
    why:
      `The first two bytes of the payload are the code (RFC 6455 §5.5.1); ${mask} ${formatHex(frame.payload.subarray(0, 2))}, ` +
      `and ${frame.payload[0]} × 256 + ${frame.payload[1]} = ${code}, ${closeCodeName(code)} (§7.4). ` +
      `${reason === '' ? 'There is no reason' : `The reason is "${reason}"`}.`,
    helps: { frame: frame.number, sections: ['figure', 'unmasking'] },
    seen,
  };
}
