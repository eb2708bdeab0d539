/** What goes wrong at the end of a session. */
import { formatHex } from '../../bytes/hex.js';
import { closeCodeName } from '../../websocket/close.js';
import { CONVERSATION, FINDINGS, FRAMES, frame, type Lesson } from '../lesson.js';

export const closeFaults: Lesson = {
  name: 'close-faults',
  title: 'Faults at the end',
  question: 'Why does a program report 1006 or 1002, and what did the other side do?',
  sample: 'violation:no-close',
  steps: [
    {
      says: ({ sessions: [{ endedFirst }] }) =>
        `The most frequent fault: the ${endedFirst} ends TCP and says nothing before. Both programs then report ` +
        `1006, ${closeCodeName(1006)}, and cannot tell this from a broken line (RFC 6455 §7.1.5).`,
      shows: [CONVERSATION, FINDINGS],
    },
    {
      sample: 'violation:close-one-byte',
      says: ({ frames: [{ payload }] }) =>
        `A Close whose body is ${payload.length} byte, ${formatHex(payload)}: half a code. The body is empty, or has two ` +
        'bytes at least (§5.5.1).',
      shows: [frame(1, 'figure', 'findings')],
    },
    {
      sample: 'violation:close-code-invalid',
      says: ({ messages: [{ close }] }) =>
        `Code ${close!.code} on the wire. It is one of those that a program only tells its own application (§7.4.1); a ` +
        'library that hands on whatever it was given makes this fault.',
      shows: [FINDINGS],
    },
    {
      sample: 'violation:close-unanswered',
      says: ({ finding }) =>
        `A Close that gets no Close in answer. The ${finding.breaker} ends TCP at once, so that the client cannot know ` +
        'whether its last messages were read (§5.5.1).',
      shows: [CONVERSATION, FINDINGS],
    },
    {
      sample: 'violation:frame-after-close',
      says: ({ finding }) =>
        `Frame ${finding.frame} comes behind a Close of its own sender. "I am done" was not true; the receiver drops what ` +
        'comes behind (§5.5.1).',
      shows: [FRAMES, FINDINGS],
    },
    {
      sample: 'violation:client-closed-tcp-first',
      says: ({ sessions: [{ endedFirst }] }) =>
        `Both sent their Close, and then the ${endedFirst} ended TCP first. It should leave that to the server (§7.1.1). ` +
        'Nothing is lost by it, hence a note.',
      shows: [CONVERSATION, FINDINGS],
    },
  ],
};
