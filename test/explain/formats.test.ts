import { describe, expect, it } from 'vitest';
import { explanationJson } from '../../src/explain/json.js';
import { explanationMarkdown } from '../../src/explain/markdown.js';
import { explanationSvg } from '../../src/explain/svg.js';
import { explanationText } from '../../src/explain/text.js';
import { makeColors } from '../../src/output/colors.js';
import { explained } from './help.js';

const HELLO = '81 85 37 fa 21 3d 7f 9f 4d 51 58';
const plain = makeColors(false);
const ESCAPE = /\x1b\[\d+m/g;

describe('text', () => {
  const text = explanationText(explained(HELLO)[0], plain);

  it('has the figure of the RFC', () => {
    expect(text).toContain(`\
Bit by bit (RFC 6455 §5.2)
 0                   1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
+-+-+-+-+-------+-+-------------+-------------------------------+
|F|R|R|R|opcode |M| Payload len |          Masking-key          |
|I|S|S|S|       |A|             |                               |
|N|V|V|V|       |S|             |                               |
| |1|2|3|       |K|             |                               |
|1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|0 0 1 1 0 1 1 1 1 1 1 1 1 0 1 0|
+-+-+-+-+-------+-+-------------+-------------------------------+
|    Masking-key (continued)    |         Payload Data          |
|0 0 1 0 0 0 0 1 0 0 1 1 1 1 0 1|0 1 1 1 1 1 1 1 1 0 0 1 1 1 1 1|
+-------------------------------+---------------+---------------+
|           Payload Data (continued)            |
|0 1 0 0 1 1 0 1 0 1 0 1 0 0 0 1 0 1 0 1 1 0 0 0|
+-----------------------------------------------+
`);
  });

  it('has the bytes, the unmasking and the steps', () => {
    expect(text).toContain(`
The bytes, and below them their parts
  0000  81 85 37 fa 21 3d 7f 9f  4d 51 58
        FO ML KK KK KK KK PP PP  PP PP PP
  F FIN, RSV  O opcode  M MASK  L length  K key  P payload
`);
    expect(text).toContain("\n   0: 7f ^ 37 = 48 'H'\n   1: 9f ^ fa = 65 'e'\n");
    expect(text).toContain('\n  key        4 bytes  the masking key is known: the payload begins\n');
    expect(text).toContain('RSV1, RSV2, RSV3         3 bits, RFC 6455 §5.2\n  = 0: not set\n');
    expect(text).not.toContain('What is wrong');
  });

  it('has no letters below rows that are payload alone', () => {
    const [long] = explained(`81 7e 01 f4 ${'61'.repeat(500)}`).map((one) => explanationText(one, plain));
    const row = '61 61 61 61 61 61 61 61';
    expect(long).toContain(`
  0000  81 7e 01 f4 61 61 61 61  ${row}
        FO ML EE EE PP PP PP PP  PP PP PP PP PP PP PP PP
  0010  ${row}  ${row}
  0020  ${row}  ${row}
  0030  ${row}  ${row}
  0040  61 61 61 61
  … 436 more bytes
  F FIN, RSV  O opcode  M MASK  L length  E extended length  P payload
`);
  });

  it('has each digit in the colour of its part', () => {
    const coloured = explanationText(explained(HELLO)[0], makeColors(true)).split('\n');
    const row = coloured.findIndex((line) => line.startsWith('  0000'));
    const colorsOf = (line: string) =>
      [...line.matchAll(/\x1b\[(3\d)m([0-9a-fA-Z])/g)].map(([, color]) => color);
    const expected = ['31', '32', '34', '36', ...Array<string>(8).fill('35')];
    expect(colorsOf(coloured[row])).toEqual(expected);
    expect(colorsOf(coloured[row + 1])).toEqual(expected);
  });

  it('says in digits what a double would round', () => {
    const lost = explained('ff ff ff ff ff ff ff ff ff ff 00 00 00 00 41')[0];
    const told = explanationText(lost, plain);
    expect(told).toMatch(/^Frame 1: reserved \(15\), 18446744073709551615 bytes,/);
    expect(told.replace(/\n +/g, ' ')).toContain(
      'without its top bit it would be 9223372036854775807 bytes.',
    );
    expect(told).not.toContain('9223372036854776000');
    expect(told).toContain('… about 9.2e+18 more bytes of payload');
    expect(JSON.parse(explanationJson(lost)).length).toBe('18446744073709551615');
  });

  it('calls a reserved opcode so', () => {
    const [reserved] = explained('83 00').map((one) => explanationText(one, plain));
    expect(reserved).toMatch(/^Frame 1: reserved \(3\), 0 bytes, server → client\n/);
    expect(reserved).toContain('\n  = 3 (reserved): reserved for data frames\n');
  });

  it('is good at 80 columns, whatever the frame', () => {
    for (const hex of [
      HELLO,
      `81 7e 01 f4 ${'61'.repeat(500)}`,
      '88 05 03 e8 62 79 65',
      `a3 7d ${'00'.repeat(125)}`,
    ])
      for (const line of explanationText(explained(hex, 'client')[0], plain).split('\n'))
        expect(line.length, line).toBeLessThan(80);
  });

  it('is the same with colours', () => {
    const coloured = explanationText(explained(HELLO)[0], makeColors(true));
    expect(coloured).not.toBe(text);
    expect(coloured.replace(ESCAPE, '')).toBe(text);
  });

  it('tells what is wrong, and what the rule asks', () => {
    expect(explanationText(explained('81 05 48 65 6c 6c 6f', 'client')[0], plain)).toMatch(
      /What is wrong\nerror: A client frame is not masked \(RFC 6455 §5\.1\)\n {2}the frame with 5 bytes of payload is not masked\n/,
    );
  });
});

/** Payloads that would break out of what they are shown in. */
const HOSTILE = Buffer.from('\x1b[31m<img src=x onerror=alert(1)>|`**a**` [x](javascript:y) & "q"\r\n# h');
const hostile = explained(`81 ${HOSTILE.length.toString(16)} ${HOSTILE.toString('hex')}`)[0];

describe('what a payload says is never more than text', () => {
  it('on a terminal', () => {
    expect(explanationText(hostile, plain)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  it('in Markdown', () => {
    const markdown = explanationMarkdown(hostile);
    const row = markdown.split('\n').find((line) => line.startsWith('| Payload Data'))!;
    expect(row.match(/\|/g)!.length).toBe(7);
    expect(row).not.toMatch(/[<>`*[\]]/);
  });

  it('in SVG', () => {
    const svg = explanationSvg(hostile);
    expect(svg).not.toContain('<img');
    expect(
      svg.match(/<(\w+)/g)!.every((tag) => ['<svg', '<rect', '<g', '<text', '<title'].includes(tag)),
    ).toBe(true);
    for (const [tag] of svg.matchAll(/<[^>]*>/g)) expect(tag).not.toMatch(/\s(?:href|src|style|on\w+)=/);
  });
});

it('Markdown has the figure, the parts and the unmasking', () => {
  const markdown = explanationMarkdown(explained(HELLO)[0]);
  for (const part of [
    '# Frame 1: text, 5 bytes, client → server\n',
    '```text\n 0                   1                   2                   3\n',
    'Bytes: `81 85 37 fa 21 3d 7f 9f 4d 51 58`',
    '| Payload len | 7 bits | 5 | the length itself |',
    "0: 7f ^ 37 = 48 'H'\n1: 9f ^ fa = 65 'e'",
    '| key | 4 bytes | the masking key is known: the payload begins |',
  ])
    expect(markdown).toContain(part);
});

it('SVG has a cell for each part of each row, with its bits, and each byte', () => {
  const svg = explanationSvg(explained(HELLO)[0]);
  expect(svg.match(/<rect /g)!.length).toBe(1 + 11 + 2 * 11);
  const halves = [...svg.matchAll(/height="22" fill="(#\w+)"><title>([^<]+)</g)].map(([, color, title]) => [
    title,
    color,
  ]);
  expect(halves.slice(0, 6)).toEqual([
    ['FIN, RSV1, RSV2, RSV3', '#ffd8a8'],
    ['opcode', '#b2f2bb'],
    ['MASK, Payload len', '#ffc9c9'],
    ['Payload len', '#a5d8ff'],
    ['Masking-key', '#fcc2d7'],
    ['Masking-key', '#fcc2d7'],
  ]);
  expect(svg).toContain('<title>opcode 1 (text): begins a text message, UTF-8 (RFC 6455 §5.6)</title>');
  // The bits of the frame, the numbers 0 and 1 above them, and the 1 of RSV1.
  expect(svg.match(/>[01]<\/text>/g)!.length).toBe(88 + 2 + 1);
});

it('JSON has all of it under the documented names', () => {
  const told = JSON.parse(explanationJson(explained('81 05 48 65 6c 6c 6f', 'client')[0]));
  expect(Object.keys(told)).toEqual([
    'frame',
    'sender',
    'opcode',
    'length',
    'bytes',
    'parts',
    'diagram',
    'unmasking',
    'steps',
    'packets',
    'findings',
  ]);
  expect(told).toMatchObject({
    frame: 1,
    sender: 'client',
    opcode: 'text',
    length: 5,
    bytes: '81 05 48 65 6c 6c 6f',
  });
  expect(told.parts[4]).toMatchObject({
    name: 'opcode',
    title: 'opcode',
    startBit: 4,
    endBit: 8,
    value: '1 (text)',
  });
  expect(told.diagram[0][0]).toEqual({ part: 'fin', start: 0, end: 1, bits: '1' });
  expect(told.findings).toMatchObject([
    { rule: 'unmasked-client-frame', severity: 'error', breaker: 'client' },
  ]);
});
