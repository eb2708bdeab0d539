/**
 * The samples: conversations that show one thing each, with a comment at each packet that matters.
 */
import { formatHex } from '../bytes/hex.js';
import type { Script } from './script.js';

export interface Scenario {
  readonly name: string;
  /** What it shows, in a line. */
  readonly summary: string;
  readonly script: Script;
}

const END = [
  {
    by: 'client',
    said: { close: 1000, reason: 'bye', comment: 'The client is done: a Close frame with code 1000' },
  },
  { by: 'server', said: { close: 1000, comment: 'The server answers with the same code' } },
  { by: 'server', said: { end: 'fin', comment: 'Only now TCP ends, and the server ends it first' } },
  { by: 'client', said: { end: 'fin' } },
] as const;

function scenario(name: string, summary: string, script: Script): Scenario {
  return { name, summary, script: { title: summary, ...script } };
}

const long = (length: number) =>
  'The quick brown fox jumps over the lazy dog. '.repeat(length).slice(0, length);

const hex = (text: string) => formatHex(Buffer.from(text));

export const SCENARIOS: readonly Scenario[] = [
  scenario('hello-world', 'One message each way: "Hello" masked, "Hello" not masked, as in RFC 6455 §5.7', {
    steps: [
      { by: 'client', said: { text: 'Hello', comment: 'A frame of a client is masked' } },
      { by: 'server', said: { text: 'Hello', comment: 'A frame of a server is not' } },
      ...END,
    ],
  }),
  scenario('lengths', 'The three forms of the payload length: 7 bits, 16 bits, 64 bits', {
    steps: [
      { by: 'client', said: { text: long(125), comment: '125 bytes fit into 7 bits' } },
      { by: 'client', said: { text: long(126), comment: '126 bytes need 16 more bits' } },
      { by: 'server', said: { text: long(65_535), comment: '65,535 bytes: the most that 16 bits hold' } },
      { by: 'server', said: { text: long(65_536), comment: '65,536 bytes need 64 bits' } },
      ...END,
    ],
  }),
  scenario(
    'masking',
    'The same text three times: each time another masking key, so other bytes on the wire',
    {
      steps: [
        { by: 'client', said: { text: 'the same text', comment: 'A key is drawn' } },
        { by: 'client', said: { text: 'the same text', comment: 'And a new one' } },
        {
          by: 'client',
          said: { text: 'the same text', comment: 'And a new one: nobody can choose the bytes on the wire' },
        },
        ...END,
      ],
    },
  ),
  scenario('fragments', 'A message in three frames, with a Ping and its Pong in between', {
    steps: [
      {
        by: 'client',
        said: { bytes: '01 83 00 11 22 33 48 74 4e', comment: 'FIN is 0, opcode 1: the first fragment' },
      },
      { by: 'server', said: { ping: 'still there?', comment: 'A control frame may come between fragments' } },
      { by: 'client', said: { pong: 'still there?', comment: 'And is answered before the message goes on' } },
      { by: 'client', said: { bytes: '00 81 0a 1b 2c 3d 66', comment: 'FIN is 0, opcode 0: it goes on' } },
      {
        by: 'client',
        said: {
          bytes: '80 81 51 62 73 84 3e',
          comment: 'FIN is 1, opcode 0: now the message is whole: Hello',
        },
      },
      ...END,
    ],
  }),
  scenario('ping-pong', 'Heartbeats of both sides, and a Pong that nobody asked for', {
    steps: [
      { by: 'server', said: { ping: '1', comment: 'A Ping with a payload' } },
      { by: 'client', said: { pong: '1', comment: 'The Pong has the same payload' } },
      { wait: 10 },
      { by: 'client', said: { ping: '' } },
      { by: 'server', said: { pong: '' } },
      { by: 'server', said: { pong: 'unsolicited', comment: 'A Pong that answers nothing is allowed' } },
      ...END,
    ],
  }),
  scenario('close', 'The closing handshake, begun by the server', {
    steps: [
      { by: 'client', said: { text: 'one more thing' } },
      { by: 'server', said: { close: 1001, reason: 'going away', comment: 'The server shuts down: 1001' } },
      { by: 'client', said: { close: 1001, comment: 'The client answers with the same code' } },
      { by: 'server', said: { end: 'fin' } },
      { by: 'client', said: { end: 'fin' } },
    ],
  }),
  scenario(
    'deflate',
    'permessage-deflate with context takeover: what was said before makes the next message shorter',
    {
      deflate: true,
      steps: [
        { by: 'client', said: { text: long(90), comment: 'RSV1 is 1: the message is compressed' } },
        {
          by: 'client',
          said: { text: long(90), comment: 'The same again takes but a few bytes: it refers to the first' },
        },
        {
          by: 'server',
          said: { text: 'short', compressed: false, comment: 'RSV1 is 0: this one is as it is' },
        },
        ...END,
      ],
    },
  ),
  scenario(
    'deflate-no-takeover',
    'permessage-deflate without context takeover: each message stands by itself',
    {
      deflate: 'no-takeover',
      steps: [
        { by: 'client', said: { text: long(90) } },
        {
          by: 'client',
          said: { text: long(90), comment: 'The same again takes as many bytes as the first' },
        },
        ...END,
      ],
    },
  ),
  scenario('segments', 'A frame in five TCP segments, and a segment that comes late', {
    steps: [
      { by: 'client', said: { text: long(100), segments: 5, comment: 'A fifth of the frame' } },
      {
        by: 'server',
        said: { text: long(300), segments: 3, packet: 'late', comment: 'It comes behind the others' },
      },
      ...END,
    ],
  }),
  scenario('retransmission', 'A segment that is sent twice: its frame is there but once', {
    steps: [
      {
        by: 'client',
        said: {
          text: 'once',
          packet: 'twice',
          comment: 'Sent twice, since no acknowledgement comes for the first',
        },
      },
      { by: 'server', said: { text: 'understood' } },
      ...END,
    ],
  }),
  scenario('gap', 'A packet that the capture lost inside a payload: the frame stays, with a hole', {
    steps: [
      { by: 'server', said: { text: 'before' } },
      {
        by: 'server',
        said: {
          bytes: `81 1b ${hex('the hole')}`,
          comment: 'The header says 27 bytes of payload; the first 8 of them come along',
        },
      },
      { by: 'server', said: { bytes: hex(' is not here, '), packet: 'lost' } },
      { by: 'server', said: { bytes: hex('still'), comment: 'The last 5 bytes: 14 between are missing' } },
      { by: 'server', said: { text: 'after' } },
      ...END,
    ],
  }),
  scenario(
    'loss',
    'A packet that the capture lost, in the middle of a message: what is missing, and what is not',
    {
      steps: [
        { by: 'server', said: { text: 'before' } },
        { by: 'server', said: { text: long(4000), segments: 3 } },
        { by: 'server', said: { text: 'lost with its header', packet: 'lost' } },
        { by: 'server', said: { text: 'after' } },
        { by: 'server', said: { text: 'and after' } },
        ...END,
      ],
    },
  ),
  scenario('tls', 'wss: within TLS 1.3, whose secrets the capture has embedded', {
    tls: true,
    steps: [
      { by: 'client', said: { text: 'Hello', comment: 'Encrypted; the secrets are in the capture' } },
      { by: 'server', said: { text: 'Hello to you' } },
      ...END,
    ],
  }),
  scenario('http2', 'Over HTTP/2: an extended CONNECT opens a stream, and frames are its data (RFC 8441)', {
    http2: true,
    steps: [
      { by: 'client', said: { text: 'Hello', comment: 'Masked as ever, within DATA of stream 1' } },
      { by: 'server', said: { text: 'Hello to you' } },
      ...END,
    ],
  }),
];
