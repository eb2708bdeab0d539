/**
 * RFC 6455 §5.3: a key of zeros masks nothing.
 */
import { KeyWatch } from './key-watch.js';
import { payloadBytes } from './lengths.js';
import type { Rule } from './rule.js';

export const maskingKeyZero: Rule = {
  id: 'masking-key-zero',
  section: 'RFC 6455 §5.3',
  severity: 'warning',
  title: 'The masking key is zero',
  asks:
    'The key of each client frame is chosen afresh and cannot be predicted. A random key is 00 00 00 00 in one of ' +
    'four billion frames.',
  why:
    'XOR with zero changes nothing: the payload is on the wire as the application gave it, which the mask is ' +
    'there to prevent (§10.3).',
  causes:
    'Clients that set the mask bit to be accepted and save the work, most often on small devices: ' +
    'arduinoWebSockets masks with zeros what does not fit into its buffer, 1,400 bytes and more. Also switched on ' +
    'on purpose, to read captures more easily.',
  client: 'Draw four octets from a cryptographic source for each frame.',
  server: 'Nothing: the frame is valid, and is unmasked as any other.',
  example: {
    bytes: '81 85 00 00 00 00 48 65 6c 6c 6f',
    explanation: 'Behind 85 come four zeros, the key, and "Hello" can be read.',
  },
  watch: (session, report) => {
    session.share(KeyWatch).on({
      zero: ({ header }) =>
        report('client', `the frame with ${payloadBytes(header)} of payload is masked with zeros`),
    });
    return {};
  },
};
