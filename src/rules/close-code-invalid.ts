/**
 * RFC 6455 §7.4: only certain codes may be in a Close frame.
 */
import { closeCodeName } from '../websocket/close.js';
import { closeBody, closeCode, closeCodeFault } from './close-body.js';
import type { Rule } from './rule.js';

export const closeCodeInvalid: Rule = {
  id: 'close-code-invalid',
  section: 'RFC 6455 §7.4',
  severity: 'error',
  fails: true,
  title: 'A Close frame has a code that must not be sent',
  asks:
    'Codes in a Close frame are 1000–1003 and 1007–1014 (registered), 3000–3999 (registered for libraries) ' +
    'and 4000–4999 (private). 1005, 1006 and 1015 MUST NOT be sent; 1004, all codes below 1000 and the ' +
    'other ones below 3000 have no meaning.',
  why:
    '1005, 1006 and 1015 are what a library tells its own application when there was no code, no Close ' +
    'frame or no TLS. On the wire they would claim that the Close frame itself had not come. Receivers ' +
    'fail the connection with 1002.',
  causes:
    'Passing on the code of the close event of another connection, as proxies do: oxy (Traefik) sent 1006 ' +
    'on, http4s and Crystal echoed 1005. 0 or -1 as a default (SocketRocket once). HTTP statuses such as ' +
    '401 as codes. A body that begins with the reason because the code was forgotten; the code with its ' +
    'octets swapped.',
  client:
    'Close with 1000, or with 3000–4999 for reasons of your own. Map 1005 to an empty body, 1006 to 1011.',
  server:
    'The same, in particular where codes are passed on between two connections. Answer such a Close with ' +
    '1002.',
  example: {
    bytes: '88 02 03 ee',
    explanation: '03 ee is 1006: "there was no Close frame", in a Close frame.',
  },
  judge: (report) => ({
    oddFrame(facts) {
      const body = closeBody(facts);
      const code = body && closeCode(body);
      const fault = code === undefined ? undefined : closeCodeFault(code);
      if (fault !== undefined)
        report(facts.sender, `the Close frame has the code ${code} (${closeCodeName(code!)}): ${fault}`);
    },
  }),
};
