/**
 * Rules about what messages carry: UTF-8, and compression.
 */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findRule } from '../../src/rules/index.js';
import type { Extension, ExtensionParameter } from '../../src/websocket/extensions.js';
import type { Script, Step } from './harness.js';
import { client, payloadOf, server, type TalkCase, told } from './talk.js';

const cut = { fin: false } as const;
const rsv1 = { rsv1: true } as const;

/** permessage-deflate with parameters in the answer, all of which were asked for. */
function deflated(...parameters: string[]): Script {
  const list = parameters.map((one): ExtensionParameter => {
    const [name, value] = one.split('=');
    return { name, value, quoted: false };
  });
  const hint = { name: 'client_max_window_bits', value: undefined, quoted: false };
  const offered = list.some(({ name }) => name === hint.name) ? list : [...list, hint];
  const extension = (all: readonly ExtensionParameter[]): Extension => ({
    name: 'permessage-deflate',
    parameters: all,
  });
  return { request: { extensions: [extension(offered)] }, response: { extensions: [extension(list)] } };
}
const other: Script = {
  request: { extensions: [{ name: 'x-rot13', parameters: [] }] },
  response: { extensions: [{ name: 'x-rot13', parameters: [] }] },
};

const hex = (bytes: Uint8Array) => `hex:${Buffer.from(bytes).toString('hex')}`;
const compress = (content: string | Uint8Array, dictionary?: string) =>
  hex(
    deflateRawSync(typeof content === 'string' ? payloadOf(content) : content, {
      finishFlush: 2,
      ...(dictionary !== undefined && { dictionary: payloadOf(dictionary) }),
    }).subarray(0, -4),
  );

const utf8: TalkCase[] = [
  ['good text', [server.text('Hi é!'), server.text('')], []],
  ['good text in fragments within characters', [server.text('hex:c3', cut), server.more('hex:a9')], []],
  ['the same as binary', [server.binary('hex:486920e921')], []],
  [
    'Latin-1',
    [server.text('hex:486920e921')],
    [
      'invalid-utf8 server #1: the text message is not UTF-8 at offset 3 (e9 21); that shows with its last byte, not before',
    ],
  ],
  [
    'a surrogate long before the end',
    [client.text(`hex:${'61'.repeat(9)}eda080${'61'.repeat(8)}`)],
    [
      'invalid-utf8 client #1: the text message is not UTF-8 at offset 9 (ed a0); a receiver can know it after 11 of 20 bytes',
    ],
  ],
  [
    'a cut character in fragments',
    [client.text('hex:6f6b', cut), client.ping('x'), client.more('hex:e282')],
    [
      'invalid-utf8 client #1: the text message in frames 1 to 3 is not UTF-8 at offset 2 (e2 82); that shows with its last byte, not before',
    ],
  ],
  [
    'a message that the other side did not let end',
    [client.text('hex:c0', cut)],
    [
      'invalid-utf8 client #1: the text message is not UTF-8 at offset 0 (c0); a receiver can know it after 1 byte',
    ],
  ],
  ['a message that may go on', [client.text('hex:e2', cut)], []],
  ['a continuation of a text that was not captured', [server.gap(9), server.more('hex:ff')], []],
  [
    'bytes behind a loss within',
    [['server', Buffer.from('810461c3', 'hex')], server.gap(1), ['server', Buffer.from('ff', 'hex')]],
    [],
  ],
  [
    'bytes before a loss within',
    [['server', Buffer.from('8104ff61', 'hex')], server.gap(2)],
    [
      'invalid-utf8 server #1: the text message is not UTF-8 at offset 0 (ff); a receiver can know it after 1 byte',
    ],
  ],
  [
    'a frame with RSV1 that was not agreed to',
    [server.text('hex:ff', rsv1)],
    ['rsv-without-extension server #1: RSV1 is set in the text frame, and no extension defines that'],
  ],
  [
    'a frame with RSV2',
    [server.text('hex:ff', { rsv2: true })],
    ['rsv-without-extension server #1: RSV2 is set in the text frame, and no extension defines that'],
  ],
  ['text under an extension that is not known', [server.text('hex:ff')], [], other],
  [
    'compressed Latin-1',
    [server.text(compress('hex:486920e921'), rsv1)],
    [
      'invalid-utf8 server #1: the text message is not UTF-8 at offset 3 (e9 21) of its content, once inflated; that shows with its last byte, not before',
    ],
    deflated(),
  ],
  [
    'compressed text, nobody knows how',
    [server.text('hex:ff', rsv1)],
    [],
    { session: { handshake: undefined } },
  ],
  [
    'text without a handshake',
    [server.text('hex:ff')],
    [
      'invalid-utf8 server #1: the text message is not UTF-8 at offset 0 (ff); that shows with its last byte, not before',
    ],
    { session: { handshake: undefined } },
  ],
];

const words = 'The same words again: who keeps the context writes a reference. ';
const noise = (length: number) =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 0xff);
const start = noise(320);
/** Length 3, distance 256 and 320, in fixed Huffman codes. */
const FAR_256 = 'hex:02 fa 1f 00';
const FAR_320 = 'hex:02 86 1f 00';
const stored = hex(deflateRawSync(start, { level: 0, finishFlush: 2 }).subarray(0, -4));

const hellos = {
  good: 'hex:f248cdc9c90700',
  kept: 'hex:f248cdc9c907000000ffff',
  final: 'hex:f348cdc9c9070000',
  bare: 'hex:f348cdc9c90700',
};
const ends = (sender: string, wire: string, content: string, fault: string) =>
  `deflate-undecodable ${sender} #1: the compressed message of ${wire} ends wrongly behind ${content} of content: ${fault}`;

const deflate: TalkCase[] = [
  [
    'with context takeover',
    [client.text(compress(words), rsv1), client.text(compress(words, words), rsv1)],
    [],
    deflated(),
  ],
  [
    'data of zlib',
    [server.text('hex:789cf348cdc9c907000 58c01f5'.replace(' ', ''), rsv1)],
    [
      'deflate-undecodable server #1: the compressed message of 13 bytes cannot be inflated beyond 0 bytes of content: ' +
        'a stored block whose two lengths disagree, at wire offset 4',
    ],
    deflated(),
  ],
  ['data of zlib, incomplete', [server.text('hex:789cf348cdc9', { ...rsv1, fin: false })], [], deflated()],
  [
    'data of zlib without a handshake',
    [server.text('hex:789cf348', rsv1)],
    [],
    { session: { handshake: undefined } },
  ],
  [
    'the window to its end',
    [server.binary(stored, rsv1), server.binary(FAR_256, rsv1)],
    [],
    deflated('server_max_window_bits=8'),
  ],
  [
    'a reference beyond the window',
    [server.binary(stored, rsv1), server.binary(FAR_320, rsv1)],
    [
      'deflate-window-exceeded server #2: a reference reaches 320 bytes back, further than server_max_window_bits=8 (256 bytes) allows',
    ],
    deflated('server_max_window_bits=8'),
  ],
  [
    'a window of the other side',
    [server.binary(stored, rsv1), server.binary(FAR_320, rsv1)],
    [],
    deflated('client_max_window_bits=8'),
  ],
  [
    'the window of the client',
    [client.binary(stored, rsv1), client.binary(FAR_320, rsv1)],
    [
      'deflate-window-exceeded client #2: a reference reaches 320 bytes back, further than client_max_window_bits=8 (256 bytes) allows',
    ],
    deflated('client_max_window_bits=8'),
  ],
  [
    'no takeover, and none used',
    [server.text(compress(words), rsv1), server.text(compress(words), rsv1)],
    [],
    deflated('server_no_context_takeover'),
  ],
  [
    'no takeover, and yet used',
    [server.text(compress(words), rsv1), server.text(compress(words, words), rsv1)],
    [
      'deflate-context-used server #2: the compressed message refers to content of an earlier one, though server_no_context_takeover was agreed',
    ],
    deflated('server_no_context_takeover'),
  ],
  [
    'no takeover of the other side',
    [client.text(compress(words), rsv1), client.text(compress(words, words), rsv1)],
    [],
    deflated('server_no_context_takeover'),
  ],
  [
    'no data, and what follows',
    [client.text('', rsv1), client.text(compress('the next one'), rsv1)],
    [ends('client', '0 bytes', '0 bytes', 'there is no data, not even the octet 00 of an empty message')],
    deflated(),
  ],
  ['the octet 00', [client.text('hex:00', rsv1), client.text(compress(words), rsv1)], [], deflated()],
  [
    'the last four octets left on, also without takeover',
    [server.text(hellos.kept, rsv1)],
    [ends('server', '11 bytes', '5 bytes', 'the last four octets, 00 00 ff ff, were not removed')],
    deflated('server_no_context_takeover'),
  ],
  [
    'no empty block, in fragments',
    [server.text('hex:f248', { ...rsv1, fin: false }), server.more('hex:cdc9c907')],
    [ends('server', '6 bytes', '5 bytes', 'the data does not end with an empty stored block')],
    deflated(),
  ],
  ['no end at all: it was lost', [['server', payloadOf('hex:c107f248')], server.gap(5)], [], deflated()],
  [
    'BFINAL, and nothing behind it',
    [server.text(hellos.bare, rsv1)],
    [ends('server', '7 bytes', '5 bytes', 'no octet 00 follows the block with BFINAL set')],
    deflated(),
  ],
  [
    'BFINAL with takeover',
    [server.text(hellos.final, rsv1), client.text('x'), server.text(hellos.good, rsv1)],
    ['deflate-final-block server #1: a block of the compressed message of 8 bytes has BFINAL set'],
    deflated('client_no_context_takeover'),
  ],
  ['BFINAL without takeover', [server.text(hellos.final, rsv1)], [], deflated('server_no_context_takeover')],
  [
    'a reference to what was never sent',
    [server.binary(compress(words, words), rsv1)],
    [expect.stringMatching(/^deflate-undecodable server #1: .* content: a match /) as unknown as string],
    deflated(),
  ],
  [
    'a reference to what was lost',
    [server.gap(5), server.text(compress(words, words), rsv1)],
    [],
    deflated(),
  ],
];

describe.each([
  ['text', utf8],
  ['compression', deflate],
])('%s', (_title, cases) => {
  it.each(cases)('%s', (_name, steps, expected, script) => {
    expect(told(steps, script)).toEqual(expected);
  });
});

describe('the example of', () => {
  const examples: [id: string, before: Step[], script: Script][] = [
    ['invalid-utf8', [], {}],
    ['deflate-undecodable', [], deflated()],
    ['deflate-window-exceeded', [server.binary(stored, rsv1)], deflated('server_max_window_bits=8')],
    ['deflate-context-used', [], deflated('server_no_context_takeover')],
    ['deflate-final-block', [], deflated()],
  ];
  it.each(examples)('%s breaks that rule and no other', (id, before, script) => {
    const bytes = payloadOf(`hex:${findRule(id)!.example.bytes}`);
    expect(told([...before, ['server', bytes]], script).map((line) => line.split(' ').slice(0, 2))).toEqual([
      [id, 'server'],
    ]);
  });
});
