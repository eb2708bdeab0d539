/** Which kind of frame is this? (RFC 6455 §5.2) */
import { hexByte } from '../../../bytes/hex.js';
import { wireBytes } from '../../../explain/part.js';
import type { Draw } from '../../../sample/draw.js';
import { encodeClose } from '../../../websocket/close.js';
import { BINARY, CLOSE, CONTINUATION, opcodeName, PING, PONG, TEXT } from '../../../websocket/opcode.js';
import { seeScript } from '../../seen.js';
import { opcodeAnswer } from '../answer.js';
import { type Asked, bytesOf, say } from '../question.js';

const KINDS = [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] as const;

export async function askOpcode(draw: Draw): Promise<Asked> {
  const by = draw.sender();
  const opcode = draw.one(KINDS);
  const payload =
    opcode === CLOSE ? encodeClose(1000) : draw.bytes(draw.between(1, 8)).map((byte) => byte & 0x7f);
  const before =
    opcode === CONTINUATION ? [say(draw, by, { opcode: TEXT, fin: false, payload: Buffer.from('a') })] : [];
  const seen = await seeScript({ steps: [...before, say(draw, by, { opcode, payload })] });
  const frame = seen.frames.at(-1)!;
  const [first] = wireBytes(frame);
  return {
    question: `The ${frame.sender} sends this frame. What is its opcode?`,
    shown: bytesOf(frame),
    choices: [],
    answer: opcodeAnswer(frame.opcode),
    why:
      `The low four bits of the first byte are the opcode (RFC 6455 §5.2): ${hexByte(first)} & 0f = ${frame.opcode}, ` +
      `${opcodeName(frame.opcode)}.`,
    helps: { frame: frame.number, sections: ['figure'] },
    seen,
  };
}
