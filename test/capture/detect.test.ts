import { describe, expect, it } from 'vitest';
import { detect, notACapture } from '../../src/capture/detect.js';
import { encodePcapHeader } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const of = (...values: number[]) => Uint8Array.from([...values, ...Array<number>(16).fill(0)]);

describe('detect', () => {
  it.each([
    ['pcap', encodePcapHeader()],
    ['pcap', encodePcapHeader({ little: false })],
    ['pcap', encodePcapHeader({ nanoseconds: true })],
    ['pcap', encodePcapHeader({ nanoseconds: true, little: false })],
    ['pcap', encodePcapHeader({ modified: true })],
    ['pcapng', new PcapngEncoder().sectionHeader()],
    ['pcapng', new PcapngEncoder({ little: false }).sectionHeader()],
    ['gzip', of(0x1f, 0x8b, 8)],
    ['zstd', of(0x28, 0xb5, 0x2f, 0xfd)],
    ['lz4', of(0x04, 0x22, 0x4d, 0x18)],
    ['lz4', of(0x02, 0x21, 0x4c, 0x18)],
    ['zstd', of(0x50, 0x2a, 0x4d, 0x18, 200)],
    ['zstd', of(0x5f, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 9, 9, 9, 9, 0x28, 0xb5, 0x2f, 0xfd)],
    ['lz4', of(0x5f, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 9, 9, 9, 9, 0x04, 0x22, 0x4d, 0x18)],
    ['zstd', of(0x5f, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff)],
    [undefined, of(0x0a, 0x0d, 0x0d, 0x0a)],
    [undefined, of(1, 2, 3, 4)],
    [undefined, Uint8Array.of(0x1f, 0x8b)],
    [undefined, new Uint8Array(0)],
  ])('%s', (expected, head) => {
    expect(detect(head, 0, head.length)).toBe(expected);
    const moved = new Uint8Array(head.length + 5);
    moved.set(head, 3);
    expect(detect(moved, 3, 3 + head.length)).toBe(expected);
  });

  it.each([
    ['', 'x is empty (0 bytes)'],
    ['ab', 'x has only 2 bytes: not a pcap or pcapng capture'],
    ['snoop\0\0\0\0\0\0\x02', 'x is a Solaris snoop capture: convert it with editcap -F pcapng IN OUT'],
    ['GMBU\0\x02', 'x is a Microsoft Network Monitor capture: convert it with editcap -F pcapng IN OUT'],
    ['RTSS\0\x01', 'x is a Microsoft Network Monitor capture: convert it with editcap -F pcapng IN OUT'],
    ['btsnoop\0', 'x is a Bluetooth snoop capture: convert it with editcap -F pcapng IN OUT'],
    ['\xfd7zXZ\0\0', 'x is packed: unpack it first with xz -d'],
    ['PK\x03\x04', 'x is packed: unpack it first with unzip'],
    ['BZh9', 'x is packed: unpack it first with bzip2 -d'],
    ['\n<!DOCTYPE html><html>', 'x is a web page or XML, not a capture: save the pcap or pcapng file itself'],
    ['<?xml version="1.0"?>', 'x is a web page or XML, not a capture: save the pcap or pcapng file itself'],
    ['GET / HTTP/1.1\r\n', 'x is a text file, not a capture: a hex dump becomes one with text2pcap IN OUT'],
    ['\x00\x01\x02\x03\x04', 'x is not a pcap or pcapng capture: unknown magic number 00010203'],
  ])('says of %j: %s', (text, message) => {
    const head = bytes(text);
    const error = notACapture('x', head, 0, head.length);
    expect([error.name, error.message]).toEqual(['CaptureError', message]);
  });

  it('escapes the name', () => {
    expect(notACapture('a\x1b[2Jb\n', new Uint8Array(0), 0, 0).message).toBe(
      'a\\x1b[2Jb\\n is empty (0 bytes)',
    );
  });
});
