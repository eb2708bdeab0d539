/** Ping and Pong. */
import { formatHex } from '../../bytes/hex.js';
import { secondsBetween } from '../../stream/place.js';
import { opcodeName } from '../../websocket/opcode.js';
import { CONVERSATION, FRAMES, frame, type Lesson, worked } from '../lesson.js';
import type { Seen } from '../seen.js';

const asked = (number: number, seen: Seen) => {
  const [ping, pong] = [seen.frame(number), seen.frame(number + 1)];
  const milliseconds = secondsBetween(ping.timestamp, pong.timestamp) * 1000;
  return [
    `${opcodeName(ping.opcode)}, frame ${ping.number}: ${formatHex(ping.payload) || '(empty)'}`,
    `${opcodeName(pong.opcode)}, frame ${pong.number}: ${formatHex(pong.payload) || '(empty)'}, ${milliseconds.toFixed(1)} ms later`,
  ];
};

export const pingPong: Lesson = {
  name: 'ping-pong',
  title: 'Ping and Pong',
  question: 'How do the two sides find out that the other one is still there?',
  sample: 'ping-pong',
  steps: [
    {
      says: () =>
        'TCP does not tell when the other side is gone without a word, and many proxies drop a connection on which nothing ' +
        'is said. So either side may send a Ping at any time after the handshake (RFC 6455 §5.5.2).',
      shows: [FRAMES],
    },
    {
      says: (seen) =>
        `A Ping is a control frame: opcode ${seen.frame(1).opcode}, FIN always 1, at most 125 bytes of payload. The ` +
        'payload may be anything; a counter or a time is usual.',
      shows: [frame(1, 'figure', 'steps')],
    },
    {
      says: (seen) =>
        `The other side sends a Pong as soon as it can, with the same bytes (§5.5.3), unless it got a Close before. ` +
        `On the wire the Pong of the ${seen.frame(2).sender} looks different only because it is masked. The time in ` +
        'between is a round trip.',
      shows: [
        worked('Who asks, and who answers', (seen) => [...asked(1, seen), ...asked(3, seen)]),
        frame(2, 'unmasking'),
      ],
    },
    {
      says: (seen) =>
        `Frame 5, "${Buffer.from(seen.frame(5).payload).toString('utf8')}", answers no Ping. That is allowed, and no answer ` +
        'to it is expected (§5.5.3): it says "I am still here". Whoever got several Pings before it could answer may ' +
        'answer only the last one.',
      shows: [frame(5)],
    },
    {
      says: () =>
        'Browsers answer Pings by themselves; scripts neither see them nor can send them. So in most applications the ' +
        'server pings, and gives a connection up if no Pong comes for some time.',
      shows: [CONVERSATION],
    },
  ],
};
