/**
 * RFC 6455 §5.4: a continuation continues something.
 */
import { FragmentWatch } from './fragments.js';
import { payloadBytes } from './lengths.js';
import { type Rule, WATCHES_NOTHING } from './rule.js';

export const continuationWithoutStart: Rule = {
  id: 'continuation-without-start',
  section: 'RFC 6455 §5.4',
  severity: 'error',
  fails: true,
  title: 'A continuation frame without a message to continue',
  asks:
    'A fragmented message begins with a text or binary frame without FIN. Continuation frames follow, and the ' +
    'last one has FIN.',
  why: 'The opcode of the first frame says what the message is: without it nobody knows whether it is text.',
  causes:
    'Senders that set FIN already in the first of several frames, or give all fragments the opcode 0; a frame ' +
    'written once too often at the end of a stream, when the last chunk had FIN.',
  client: 'Fail the connection with 1002. As a sender, keep "message under way" in one place per direction.',
  server: 'The same.',
  example: {
    bytes: '81 03 48 65 6c 80 02 6c 6f',
    explanation:
      'The first frame, "Hel", has FIN (81 in place of 01), so that there is nothing left to continue.',
  },
  watch(watched, report) {
    watched
      .share(FragmentWatch)
      .on('no-start', ({ sender, header }) =>
        report(sender, `the continuation of ${payloadBytes(header)} continues no message`),
      );
    return WATCHES_NOTHING;
  },
};
