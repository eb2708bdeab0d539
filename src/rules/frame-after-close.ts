/**
 * RFC 6455 §5.5.1: no data frame follows the Close frame of its sender.
 */
import { CloseWatch } from './close-watch.js';
import { type Rule, WATCHES_NOTHING } from './rule.js';

export const frameAfterClose: Rule = {
  id: 'frame-after-close',
  section: 'RFC 6455 §5.5.1',
  severity: 'error',
  title: "A data frame follows the sender's own Close frame",
  asks:
    'After its Close frame an endpoint MUST NOT send data frames, and nothing that it sends has an effect ' +
    'any more (§1.4).',
  why:
    'The Close says "this was the last". The other side discards what comes behind it, so that those ' +
    'messages are lost without an error on either side; and data that is not read when TCP is closed turns ' +
    'a clean end into a reset.',
  causes:
    'Two threads or tasks write to one connection and only one of them knows that it is closing: a timer ' +
    'that goes on publishing. coder/websocket (issue 213) and tokio-tungstenite (issue 67) once let it pass. ' +
    'Where opcodes look like part of a text, something else writes to the socket, or the length of the Close ' +
    'is wrong.',
  client: 'Check "am I closing" under the same lock as the write. Send what must arrive before the Close.',
  server:
    'The same; take a connection out of the list of receivers before it is closed. Discard what a client ' +
    'sends behind its Close.',
  example: {
    bytes: '88 02 03 e8 81 03 62 79 65',
    explanation: 'A Close with 1000, and behind it the text "bye", which nobody will read.',
  },
  watch(watched, report) {
    watched.share(CloseWatch).on(false, report);
    return WATCHES_NOTHING;
  },
};
