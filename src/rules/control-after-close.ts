/**
 * RFC 6455 §5.5.1, §1.4: control frames behind the Close frame of their sender are not forbidden, and in vain.
 */
import { CloseWatch } from './close-watch.js';
import { type Rule, WATCHES_NOTHING } from './rule.js';

export const controlAfterClose: Rule = {
  id: 'control-after-close',
  section: 'RFC 6455 §5.5.1',
  severity: 'note',
  title: "A control frame follows the sender's own Close frame",
  asks:
    'Behind a Close the RFC forbids data frames only. What else its sender sends has no effect any more (§1.4), ' +
    'but for the Pong to a Ping, which is due until the Close of the other side has come (§5.5.2).',
  why:
    'Nobody answers such a Ping, and the code of a second Close is not read. It shows that a part of the sender ' +
    'does not know that the connection is closing, and Chromium, once it has answered the Close, fails the ' +
    'connection over any further frame.',
  causes:
    'A heartbeat timer that is stopped only when TCP has ended. Closing twice, in an error handler and again in a ' +
    '`finally`, or by the application and by the library, each with a code of its own.',
  client: 'Stop the heartbeat before the Close is written, and let the second `close()` do nothing.',
  server: 'The same. Ignore such a frame: the connection ends anyway.',
  example: {
    bytes: '88 02 03 e8 89 04 62 65 61 74',
    explanation: 'A Close with 1000, and behind it a Ping with "beat".',
  },
  watch(watched, report) {
    watched.share(CloseWatch).on(true, report);
    return WATCHES_NOTHING;
  },
};
