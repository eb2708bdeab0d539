import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { frameTree } from '../../src/output/frame-tree.js';
import type { Piece } from '../../src/websocket/frame-record.js';
import { utf8 } from '../support/splits.js';
import { context, hostileTexts, makeFrame, makeSession, UNSAFE } from './samples.js';

const tree = (overrides: Parameters<typeof makeFrame>[0] = {}) =>
  frameTree(makeFrame(overrides), context(), makeColors(false));
const line = (text: string, start: string) =>
  text
    .split('\n')
    .find((row) => row.trim().startsWith(start))
    ?.trim();

const piece = (more: Partial<Piece>): Piece => ({
  packet: 6,
  packetOffset: 66,
  sequence: 0,
  streamOffset: 0,
  length: 11,
  comment: undefined,
  ...more,
});

describe('frameTree', () => {
  it('of the example of RFC 6455 §5.7, to the letter', () => {
    expect(tree()).toBe(
      [
        'Frame 1: text, 5 bytes, client → server',
        '    Session 1: 10.0.0.1:40000 → 10.0.0.2:80, path /chat (TCP stream 0)',
        '    Time: 1.000203 s since the first packet, 2023-11-14 22:13:21.000203Z (1700000001.000203)',
        '    1... .... = FIN: 1 (last frame of its message)  [RFC 6455 §5.2; stream 0; packet 6 bytes 66]',
        '    .0.. .... = RSV1: 0 (not set)  [RFC 6455 §5.2; stream 0; packet 6 bytes 66]',
        '    ..0. .... = RSV2: 0 (not set)  [RFC 6455 §5.2; stream 0; packet 6 bytes 66]',
        '    ...0 .... = RSV3: 0 (not set)  [RFC 6455 §5.2; stream 0; packet 6 bytes 66]',
        '    .... 0001 = Opcode: 1 (text) (begins a text message, UTF-8)  [RFC 6455 §5.6; stream 0; packet 6 bytes 66]',
        '    1... .... = Mask: 1 (the payload is masked)  [RFC 6455 §5.3; stream 1; packet 6 bytes 67]',
        '    .000 0101 = Payload length: 5 (the length itself)  [RFC 6455 §5.2; stream 1; packet 6 bytes 67]',
        '    Masking key: 37fa213d (byte i of the payload is XORed with byte i mod 4 of it)  ' +
          '[RFC 6455 §5.3; stream 2–5; packet 6 bytes 68–71]',
        '    Payload, unmasked: Hello  [RFC 6455 §5.6; stream 6–10; packet 6 bytes 72–76]',
        '',
      ].join('\n'),
    );
  });

  it('names each packet that carried bytes of a field, at every split of the frame', () => {
    for (let at = 1; at < 11; at++) {
      const pieces = [
        piece({ packet: 4, packetOffset: 54, sequence: 0, streamOffset: 100, length: at }),
        piece({ packet: 9, packetOffset: 200, sequence: 0, streamOffset: 100 + at, length: 11 - at }),
      ];
      const payload = line(tree({ streamOffset: 100, pieces }), 'Payload, unmasked');
      const range = (from: number, to: number) => (from === to ? `${from}` : `${from}–${to}`);
      const places = [
        ...(at > 6 ? [`packet 4 bytes ${range(60, 53 + at)}`] : []),
        `packet 9 bytes ${range(200 + Math.max(0, 6 - at), 210 - at)}`,
      ];
      expect(payload).toBe(`Payload, unmasked: Hello  [RFC 6455 §5.6; stream 106–110; ${places.join('; ')}]`);
    }
  });

  it('says where a packet has no bytes of its own, and names eight packets at most', () => {
    const fragments = tree({ pieces: [piece({ packetOffset: undefined })] });
    expect(line(fragments, 'Payload, unmasked')).toContain(
      'stream 6–10; packet 6 reassembled from fragments]',
    );
    const pieces = Array.from({ length: 20 }, (_, i) => piece({ packet: i, streamOffset: i, length: 1 }));
    const many = line(tree({ payload: 'x'.repeat(14), pieces }), 'Payload, unmasked');
    expect(many).toContain('; packet 6 bytes 66; packet 7 bytes 66;');
    expect(many).toMatch(/; packet 13 bytes 66; …\]$/);
  });

  it('tells comments, missing bytes and remarks behind the fields', () => {
    const text = tree({
      sender: 'server',
      opcode: 3,
      length: 9,
      truncated: true,
      missing: [
        { offset: 1, length: 1 },
        { offset: 5, length: 4 },
      ],
      pieces: [piece({ comment: 'odd\x1b[2J\none' })],
    });
    expect(text.split('\n').slice(-7)).toEqual([
      '    Comment on packet 6: odd\\x1b[2J\\none',
      '    [payload bytes 1 are not in the capture]',
      '    [payload bytes 5–8 are not in the capture]',
      '    [reserved opcode]',
      '    [gap: 1 byte missing]',
      '    [truncated: 4 bytes missing]',
      '',
    ]);
    expect(text).toMatch(/^Frame 1: 3, 9 bytes, server → client\n/);
  });

  it('leaves out a path that was not captured', () => {
    const session = makeSession({ request: undefined });
    expect(line(tree({ session }), 'Session')).toBe('Session 1: 10.0.0.1:40000 → 10.0.0.2:80 (TCP stream 0)');
  });

  it('makes the path safe to print', () => {
    const session = makeSession({ request: { target: '/\x80\x9b31m' } });
    expect(line(tree({ session }), 'Session')).toContain('path /\\x80\\x9b31m (');
  });

  it('colours the title, the places and the remarks', () => {
    const colored = frameTree(makeFrame({ opcode: 3 }), context(), makeColors(true));
    expect(colored).toMatch(/^\x1b\[1mFrame 1: 3, 5 bytes, client → server\x1b\[22m\n/);
    expect(colored).toContain('\x1b[31m[reserved opcode]\x1b[39m');
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(tree({ opcode: 3 }));
  });

  it.each(hostileTexts)('is safe to print and has no line too many: %s', (_name, text) => {
    for (const opcode of [1, 2, 8, 9]) {
      const payload = utf8(opcode === 8 ? `\x03\x60${text}` : text);
      const lines = tree({ opcode, payload, pieces: [piece({ comment: text })] }).split('\n');
      expect(lines.length).toBe(opcode === 8 ? 16 : 14);
      for (const row of lines) expect(row).not.toMatch(UNSAFE);
    }
  });
});

it('names the first gaps and comments of very many', () => {
  const missing = Array.from({ length: 1000 }, (_, i) => ({ offset: 2 * i + 1, length: 1 }));
  const pieces: Piece[] = Array.from({ length: 1000 }, (_, i) => ({
    packet: i + 1,
    packetOffset: 66,
    sequence: 0,
    streamOffset: 2 * i,
    length: 1,
    comment: `comment ${i}`,
  }));
  const text = tree({ payload: new Uint8Array(2000), missing, pieces });
  expect(text.match(/are not in the capture/g)).toHaveLength(32);
  expect(text).toContain('    [968 more gaps in the payload]\n');
  expect(text.match(/Comment on packet/g)).toHaveLength(32);
  expect(text).toContain('    Comments on 968 more packets\n');
  expect(text.length).toBeLessThan(12_000);
});
