/** Which message does a continuation belong to? (RFC 6455 §5.4) */
import { count } from '../../../rules/count.js';
import type { Draw } from '../../../sample/draw.js';
import type { Step } from '../../../sample/script.js';
import type { Frame, Sender } from '../../../websocket/frame-record.js';
import { CONTINUATION, isControl, PING, TEXT } from '../../../websocket/opcode.js';
import { type Seen, seeScript } from '../../seen.js';
import { numberAnswer } from '../answer.js';
import { type Asked, framesShown, say } from '../question.js';

/** Frames in front of the one that is asked for. */
const BEFORE = 6;

export async function askFragment(draw: Draw): Promise<Asked> {
  const seen = await seeScript({ steps: conversation(draw) });
  const asked = seen.frame(BEFORE + 1);
  const [first] = seen.messages.find(({ frames }) => frames.includes(asked.number))!.frames;
  return {
    question: `Frame ${asked.number} is a continuation. Which frame began its message?`,
    shown: framesShown(seen.frames.slice(0, asked.number)),
    choices: [],
    answer: numberAnswer(first, '1'),
    why: whyFragment(asked, first, seen),
    helps: { frame: asked.number, sections: ['figure'] },
    seen,
  };
}

/** Whole messages, and then one of each side under way, with Pings in between. */
function conversation(draw: Draw): Step[] {
  const underWay = new Set<Sender>();
  const steps: Step[] = [];
  const next = (by: Sender, fin: boolean) => {
    const opcode = underWay.has(by) ? CONTINUATION : TEXT;
    steps.push(say(draw, by, { opcode, fin, payload: Buffer.from(draw.one(['a', 'b', 'c', 'd'])) }));
    if (fin) underWay.delete(by);
    else underWay.add(by);
  };
  const asked = draw.sender();
  const other: Sender = asked === 'client' ? 'server' : 'client';
  for (let whole = draw.below(4); whole > 0; whole--) next(draw.sender(), true);
  for (const by of draw.shuffled([asked, other])) next(by, false);
  while (steps.length < BEFORE)
    if (draw.below(3) === 0) steps.push(say(draw, draw.sender(), { opcode: PING, payload: draw.bytes(1) }));
    else if (draw.below(2) === 0) next(asked, false);
    else next(other, underWay.has(other) && draw.below(2) === 0);
  next(asked, true);
  if (underWay.has(other)) next(other, true);
  return steps;
}

function whyFragment({ number, sender }: Frame, first: number, { frames }: Seen): string {
  const between = frames.slice(first, number - 1);
  const control = between.filter((frame) => frame.sender === sender && isControl(frame.opcode)).length;
  const others = between.filter((frame) => frame.sender !== sender).length;
  return (
    `Each direction is a stream of its own, and has one message under way at most (RFC 6455 §5.4). Going back from frame ` +
    `${number} through those of the ${sender}, frame ${first} is the first data frame that is no continuation. ` +
    `What came in between changes nothing: ${count(others, 'frame')} of the other side, ${count(control, 'control frame')} ` +
    'of its own.'
  );
}
