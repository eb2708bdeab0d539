/**
 * What the message says that a frame ends: the examples of RFC 6455 §5.7 and RFC 7692 §7.2.3, and what was recorded.
 */
import { describe, expect, it, test } from 'vitest';
import { joinedOf } from '../../src/explain/joined.js';
import { framesOfBytes } from '../../src/explain/of-bytes.js';
import { wsdissect } from '../support/cli.js';

const FROM_HEX: [what: string, hex: string, told: string, content: string, wrong?: string[]][] = [
  ['RFC 6455 §5.7: fragments', '0103 48656c 8002 6c6f', 'frames 1 and 2, 5 bytes of text', 'Hello'],
  ['§7.2.3.1', 'c107f248cdc9c90700', 'frame 1, 7 bytes, inflated to 5 bytes of text', 'Hello'],
  [
    '§7.2.3.1, fragmented',
    '4103f248cd 8004c9c90700',
    'frames 1 and 2, 7 bytes, inflated to 5 bytes of text',
    'Hello',
  ],
  [
    '§7.2.3.2: the window of the message before',
    'c107f248cdc9c90700 c105f200110000',
    'frame 2, 5 bytes, inflated to 5 bytes of text',
    'Hello',
  ],
  [
    '§7.2.3.2, without the message before',
    'c105f200110000',
    'frame 1, 5 bytes, inflated to 5 bytes of text',
    'H????',
    [
      '4 bytes of it are not known, shown as ?: they repeat what is not here: earlier messages, or bytes that were not captured (RFC 7692 §7.2.3.2)',
    ],
  ],
  [
    'the same in a binary message',
    'c205f200110000',
    'frame 1, 5 bytes, inflated to 5 bytes of binary',
    '48 ?? ?? ?? ??',
    [
      '4 bytes of it are not known, shown as ??: they repeat what is not here: earlier messages, or bytes that were not captured (RFC 7692 §7.2.3.2)',
    ],
  ],
  [
    'continuations of what is not here',
    '0001 61 8002 6263',
    'frames 1 and 2, 3 bytes of a message without its beginning',
    '61 62 63',
  ],
  [
    '§7.2.3.3: a stored block',
    'c10b000500faff48656c6c6f00',
    'frame 1, 11 bytes, inflated to 5 bytes of text',
    'Hello',
  ],
  ['§7.2.3.4: BFINAL', 'c108f348cdc9c9070000', 'frame 1, 8 bytes, inflated to 5 bytes of text', 'Hello'],
  [
    '§7.2.3.5: two blocks',
    'c10df248050000 00ffffcac9c90700',
    'frame 1, 13 bytes, inflated to 5 bytes of text',
    'Hello',
  ],
  ['octets', '0202 00ff 8001 1b', 'frames 1 and 2, 3 bytes of binary', '00 ff 1b'],
  ['what a terminal acts upon', '0101 41 8001 1b', 'frames 1 and 2, 2 bytes of text', 'A\\x1b'],
];

describe('of bytes', () => {
  test.each(FROM_HEX)('%s', (_, hex, told, content, wrong = []) => {
    const { messages } = framesOfBytes(Buffer.from(hex.replaceAll(' ', ''), 'hex'), [], { sender: 'server' });
    const joined = joinedOf(messages.at(-1)!);
    expect([joined.told, joined.content, joined.wrong]).toEqual([told, content, wrong]);
  });

  it('is none where a frame is the whole message', () => {
    expect(framesOfBytes(Buffer.from('810548656c6c6f', 'hex'), [], { sender: 'server' }).messages).toEqual(
      [],
    );
  });

  it('says why it cannot be inflated', () => {
    const { messages } = framesOfBytes(Buffer.from('c102ffff', 'hex'), [], { sender: 'server' });
    expect(joinedOf(messages[0]).wrong[0]).toMatch(/^it cannot be inflated as it should: /);
  });
});

const explained = (...args: string[]) => wsdissect(['explain', '-q', ...args]).stdout;

describe('of a capture', () => {
  const capture = 'fixtures/deflate/capture.pcap';
  const content = '{"type":"ticker","symbol":"ETH-EUR","price":2411.75,"note":"größer"}';

  it.each([
    [
      'text',
      `The message that it ends (RFC 7692 §7.2.2)\n  frame 3, 9 bytes, inflated to 70 bytes of text\n  = ${content}\n\nWhere it lay`,
    ],
    [
      'markdown',
      `## The message that it ends (RFC 7692 §7.2.2)\n\nframe 3, 9 bytes, inflated to 70 bytes of text.\n\n\`\`\`\`text\n${content}\n\`\`\`\`\n`,
    ],
  ])('as %s', (format, expected) => {
    expect(explained('--frame', '3', '-T', format, capture)).toContain(expected);
  });

  it('as JSON', () => {
    const { message } = JSON.parse(explained('--frame', '3', '-T', 'json', capture));
    expect(message).toEqual({
      frames: [3],
      compressed: true,
      wireLength: 9,
      length: 70,
      kind: 'text',
      content,
      wrong: [],
    });
    expect(
      JSON.parse(explained('--frame', '1', '-T', 'json', 'fixtures/ws-hello/capture.pcap')),
    ).not.toHaveProperty('message');
  });

  it('with a filter that asks what it says, and with one that does not', () => {
    for (const filter of ['websocket.payload.text contains "ETH"', 'frame.number == 10'])
      expect(explained('-Y', filter, '-c', '1', '-T', 'json', capture)).toContain('ETH-EUR');
  });
});
