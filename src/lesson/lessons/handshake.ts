/** The opening handshake: from an HTTP request to frames. */
import { createHash } from 'node:crypto';
import { formatHex } from '../../bytes/hex.js';
import { visible } from '../../bytes/visible.js';
import type { Head } from '../../http/head.js';
import { GUID } from '../../websocket/handshake.js';
import { FRAMES, type Lesson, worked } from '../lesson.js';
import type { Seen } from '../seen.js';

const headLines = (start: string, { headers }: Head) => [
  visible(start),
  ...headers.map(({ name, value }) => visible(`${name}: ${value}`)),
];

function workedAccept({ handshake: { key = '', accept } }: Seen): string[] {
  const digest = createHash('sha1').update(`${key}${GUID}`).digest();
  const made = digest.toString('base64');
  return [
    `key and GUID  ${key}${GUID}`,
    `SHA-1         ${formatHex(digest)}`,
    `in Base64     ${made}`,
    `the answer    ${accept}${accept === made ? '  (the same)' : '  (another one!)'}`,
  ];
}

export const handshake: Lesson = {
  name: 'handshake',
  title: 'The opening handshake',
  question: 'How do two programs agree that what follows is a WebSocket?',
  sample: 'hello-world',
  steps: [
    {
      says: ({ handshake: { method, version } }) =>
        `A WebSocket begins as HTTP/1.1: the client sends a ${method} that asks for another protocol on this connection ` +
        `(RFC 6455 §4.1). Upgrade says which one, Connection says that Upgrade is meant for the next hop, and version ` +
        `${version} is the only one in use. Sec-WebSocket-Key is new for each connection.`,
      shows: [
        worked('The request', ({ handshake: { request, target } }) =>
          headLines(`GET ${target} HTTP/1.1`, request!),
        ),
      ],
    },
    {
      says: ({ handshake: { keyBytes } }) =>
        `The key is ${keyBytes} random bytes, in Base64 (§4.1). It is no secret and locks nothing. It only makes the ` +
        'question new, so that an old answer, of a cache for instance, does not fit.',
      shows: [
        worked('The key', ({ handshake: { key = '' } }) => [
          `in Base64   ${key}`,
          `the bytes   ${formatHex(Buffer.from(key, 'base64'))}`,
        ]),
      ],
    },
    {
      says: () =>
        'The server shows that it has read the key and knows the protocol. It puts a fixed text behind the key, the same ' +
        'in all the world, takes the SHA-1 of both, and writes that in Base64 into Sec-WebSocket-Accept (§4.2.2). A ' +
        'server that knows nothing of WebSockets would not come up with this.',
      shows: [worked('From the key to the Accept', workedAccept)],
    },
    {
      says: ({ handshake: { status, reason } }) =>
        `The answer is ${status} ${visible(reason)}. The client checks the status, Upgrade, Connection and the Accept; ` +
        'if one of them is wrong or missing, no WebSocket is opened (§4.1).',
      shows: [
        worked('The response', ({ handshake: { response, status, reason } }) =>
          headLines(`HTTP/1.1 ${status} ${reason}`, response),
        ),
      ],
    },
    {
      says: ({ frames: [first] }) =>
        `The empty line behind the response is the last of HTTP. From the next byte on there are frames, in both ` +
        `directions at any time. Here the ${first.sender} speaks first; it may do so only when it has the response (§4.1).`,
      shows: [FRAMES],
    },
  ],
};
