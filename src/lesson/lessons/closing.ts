/** The closing handshake: codes, the answer, and who ends TCP. */
import { formatHex } from '../../bytes/hex.js';
import { closeCodeName } from '../../websocket/close.js';
import { CONVERSATION, FRAMES, frame, type Lesson, worked } from '../lesson.js';
import type { Seen } from '../seen.js';

/** That people meet (§7.4.1, §11.7). */
const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011];
/** Only told to the application, never sent. */
const NEVER_SENT = [1005, 1006, 1015];

function body(seen: Seen): string[] {
  const { payload } = seen.frame(2);
  const { close } = seen.message(2);
  return [
    `${formatHex(payload.subarray(0, 2))} is ${payload[0]} × 256 + ${payload[1]} = ${close!.code}, ${closeCodeName(close!.code)}`,
    `${formatHex(payload.subarray(2))} is "${close!.reason}" in UTF-8`,
  ];
}

export const closing: Lesson = {
  name: 'closing',
  title: 'The closing handshake',
  question: 'How does a WebSocket end, and who ends the TCP connection below it?',
  sample: 'close',
  steps: [
    {
      says: ({ sessions: [{ closedBy }] }) =>
        'An end of TCP alone does not say whether all was said or the line broke. So both sides say that they are done ' +
        `(RFC 6455 §7.1.2): one sends a Close, here the ${closedBy}, and the other one answers with a Close.`,
      shows: [FRAMES],
    },
    {
      says: () =>
        'The body of a Close is empty, or begins with a code of two bytes, most significant byte first. A reason in UTF-8 ' +
        'may follow; it is meant for logs and not for users (§5.5.1).',
      shows: [worked('The body of frame 2', body), frame(2)],
    },
    {
      says: () =>
        'Some codes of §7.4.1. Others may be sent in the ranges 3000 to 3999, which libraries register, and 4000 to 4999, ' +
        'which applications use as they like (§7.4.2). Three codes are never sent: a program uses them to tell its ' +
        'application that there was no code, no Close at all, or no TLS.',
      shows: [
        worked('Codes', () => [
          ...CODES.map((code) => `${code}  ${closeCodeName(code)}`),
          ...NEVER_SENT.map((code) => `${code}  ${closeCodeName(code)} (never sent)`),
        ]),
      ],
    },
    {
      says: (seen) =>
        `The ${seen.frame(3).sender} answers with the code that it got, ${seen.message(3).close!.code}. Behind its own Close ` +
        'a side must not send data any more (§5.5.1). What the other side says before its own Close, it still reads.',
      shows: [frame(3, 'figure', 'unmasking')],
    },
    {
      says: ({ sessions: [{ endedFirst }] }) =>
        `Only when both have sent their Close, TCP ends, and the server ends it first (§7.1.1); here it was the ` +
        `${endedFirst}. Whoever ends TCP first has to keep the connection in mind for minutes (TIME_WAIT), which then does ` +
        'not keep the client from coming back.',
      shows: [CONVERSATION],
    },
  ],
};
