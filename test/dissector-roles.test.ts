/**
 * A capture that begins within a server's message that is made of masked frames: who is the client is concluded
 * from what both sides send, and both are listed.
 */
import { describe, expect, it } from 'vitest';
import { dissect, fromClient, fromServer } from './support/dissect.js';
import { concat } from './support/splits.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';

const questions = ['one', 'two', 'three', 'four'].map((word) => `{"ask":"${word}"}`);
const answers = questions.map((question) => question.replace('ask', 'say'));

describe.each([
  ['recognised', {}],
  ['decoded as one', { decodeAs: [80] }],
])('a WebSocket without its handshake, %s', (_name, options) => {
  it.each([1, 2, 8])('that begins with %i masked frames of the server’s payload', (count) => {
    const talk = new Talk();
    const inner = concat(...Array.from({ length: count }, (_, i) => fromClient(`inner ${i} `.repeat(3))));
    const { closed, defects, opened, payloads } = dissect(
      [
        talk.send(SERVER, inner),
        ...questions.flatMap((question, i) => [
          talk.send(CLIENT, fromClient(question)),
          talk.send(SERVER, fromServer(answers[i])),
        ]),
        talk.fin(CLIENT),
        talk.fin(SERVER),
      ],
      options,
    );
    expect(opened).toMatchObject([{ client: '10.0.0.1:40000', server: '10.0.0.2:80' }]);
    expect([...payloads].sort()).toEqual(
      [...questions.map((text) => `client: ${text}`), ...answers.map((text) => `server: ${text}`)].sort(),
    );
    expect(closed).toMatchObject([
      { frames: { client: 4, server: 4 }, undecodedBytes: { client: 0, server: inner.length } },
    ]);
    expect(defects).toEqual([]);
  });
});
