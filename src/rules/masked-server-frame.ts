/**
 * RFC 6455 §5.1: a server masks no frame.
 */
import { payloadBytes } from './lengths.js';
import { spacedKey } from './masking-keys.js';
import type { Rule } from './rule.js';

export const maskedServerFrame: Rule = {
  id: 'masked-server-frame',
  section: 'RFC 6455 §5.1',
  severity: 'error',
  fails: true,
  title: 'A server frame is masked',
  asks: 'A server MUST NOT mask any frame. A client MUST close the connection on one; it may send code 1002.',
  why:
    'Masks protect proxies from what a script makes a browser send. A server has no such script, and who sees a ' +
    'masked frame may be talking to a client in place of a server.',
  causes:
    'One frame writer for both sides with the mask always on; an echo that sends the octets of the received ' +
    'frame back as they came. Libraries did it too: the standard library of Deno in 2019, early versions of ' +
    'arduinoWebSockets in their Pongs.',
  client:
    'Close the connection. Chromium says "A server must not mask any frames that it sends to the client".',
  server: 'Leave the mask bit clear and send the payload as it is, control frames included.',
  example: {
    bytes: '81 85 37 fa 21 3d 7f 9f 4d 51 58',
    explanation:
      'Sent by a server: the second octet is 85, mask bit and length 5. The key 37 fa 21 3d follows.',
  },
  judge: (report) => ({
    oddFrame({ sender, header }) {
      if (sender === 'server' && header.masked)
        report(
          'server',
          `the frame with ${payloadBytes(header)} of payload is masked, with the key ${spacedKey(header.maskingKey)}`,
        );
    },
  }),
};
