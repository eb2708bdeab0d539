/**
 * RFC 6455 §5.4: fragments of messages are not interleaved.
 */
import { opcodeName } from '../websocket/opcode.js';
import { FragmentWatch } from './fragments.js';
import { payloadBytes } from './lengths.js';
import { type Rule, WATCHES_NOTHING } from './rule.js';

export const interleavedMessage: Rule = {
  id: 'interleaved-message',
  section: 'RFC 6455 §5.4',
  severity: 'error',
  fails: true,
  title: 'A message begins inside another one',
  asks:
    'Between the first and the last fragment of a message, its sender MUST NOT send fragments of another message ' +
    'unless an extension allows it. Control frames may come in between.',
  why: 'A continuation does not say to which message it belongs: with two of them open it could be either.',
  causes:
    'Two threads or tasks that write to one connection, one of them a stream in fragments; a stream given up in ' +
    'its middle without a last fragment. Libraries guard against it: gorilla/websocket panics on concurrent ' +
    'writes, Tomcat throws an IllegalStateException.',
  client: 'Let one writer own the connection, and queue messages behind the one under way.',
  server: 'The same; fail the connection with 1002 on such a frame, and do not deliver half a message.',
  example: {
    bytes: '01 03 48 65 6c 81 02 48 69 80 02 6c 6f',
    explanation:
      'Between "Hel" (01, no FIN) and its continuation "lo" (80) there is a whole text frame, "Hi" (81).',
  },
  watch(watched, report) {
    watched
      .share(FragmentWatch)
      .on('interleaved', ({ sender, header }) =>
        report(
          sender,
          `a ${opcodeName(header.opcode)} frame with ${payloadBytes(header)} of payload comes inside a fragmented message`,
        ),
      );
    return WATCHES_NOTHING;
  },
};
