/** How to read a violation of the protocol. */
import { FINDINGS, FRAMES, frame, type Lesson, worked } from '../lesson.js';

export const violation: Lesson = {
  name: 'violation',
  title: 'Reading a violation of the protocol',
  question: 'A peer closed with 1002, or without a word: who broke which rule, and where?',
  sample: 'violation:unmasked-client-frame',
  steps: [
    {
      says: ({ frames }) =>
        'Each rule of the RFCs that can be seen in a capture can be judged: wsdissect check does so, wsdissect rules lists ' +
        `them. Look at what there is first. Here the session has ${frames.length === 1 ? 'one frame' : `${frames.length} frames`}.`,
      shows: [FRAMES],
    },
    {
      says: ({ finding: { rule } }) =>
        `The finding names the rule and its section (${rule.section}), the side that broke it, and the frame. An error is a ` +
        'MUST of the RFC that was broken, a warning a SHOULD or what cannot be told for certain, a note what is good to know.',
      shows: [FINDINGS],
    },
    {
      says: ({ finding, frames: [{ masked }] }) =>
        `Now the frame itself, bit by bit: the sender is the ${finding.breaker}, and its mask bit is ${Number(masked)}.`,
      shows: [frame(1, 'figure', 'findings')],
    },
    {
      says: ({ finding: { rule } }) => `And how does it happen? ${rule.causes}`,
      shows: [
        worked('To go on', ({ finding: { rule } }) => [
          `wsdissect rules ${rule.id}`,
          `wsdissect sample violation:${rule.id} -o broken.pcapng`,
          'wsdissect check broken.pcapng',
        ]),
      ],
    },
    {
      sample: 'violation:rsv-without-extension',
      says: ({ finding: { rule } }) =>
        `Another one, of which the bits alone do not tell. RSV1 would be right if permessage-deflate had been agreed on; ` +
        `here the handshake did not (${rule.section}). So always look at the handshake, too.`,
      shows: [frame(1, 'figure', 'findings')],
    },
  ],
};
