import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ByteQueue } from '../../src/bytes/queue.js';
import { type Block, isRepeatable, type OpenOptions, openSource } from '../../src/capture/open.js';
import { CaptureError, type CaptureErrorCode } from '../../src/stream/defect.js';
import { noise } from './helpers.js';

const directory = fs.mkdtempSync(path.join(tmpdir(), 'wsdissect-open-'));
const file = (name: string) => path.join(directory, name);
afterAll(() => fs.rmSync(directory, { recursive: true }));

const NO_INPUT = 'a capture is a path, a file: URL, a Uint8Array, or an async iterable of Uint8Array';

/** Reads a file through a queue that is never emptied, so that blocks straddle. */
function throughQueue(name: string, options: OpenOptions): { content: Buffer; position: number } {
  const source = openSource(name, options);
  const queue = new ByteQueue();
  const parts: Uint8Array[] = [];
  for (let block = source.read(); block !== null; block = source.read()) {
    if (block instanceof Promise) throw new Error('a regular file needs no promise');
    queue.push(block.bytes, block.start, block.end);
    const taken = Math.max(queue.length - 100, 0);
    parts.push(new Uint8Array(queue.bytes.subarray(queue.start, queue.start + taken)));
    queue.start += taken;
  }
  parts.push(queue.bytes.subarray(queue.start, queue.end));
  const { position } = source;
  source.close();
  return { content: Buffer.concat(parts), position };
}

describe('openSource', () => {
  it.each([{}, { blockSize: 1000 }, { blockSize: 5000, frugal: true }, { blockSize: 1 }])(
    'reads a file with %j',
    (options) => {
      const content = noise(12_345);
      fs.writeFileSync(file('plain'), content);
      const read = throughQueue(file('plain'), options);
      expect(Buffer.compare(read.content, content)).toBe(0);
      expect(read.position).toBe(12_345);
      expect(openSource(file('plain')).size).toBe(12_345);
    },
  );

  it('reads a file of several megabytes', () => {
    const content = noise(3_500_000);
    fs.writeFileSync(file('large'), content);
    expect(Buffer.compare(throughQueue(file('large'), {}).content, content)).toBe(0);
  });

  it('reads bytes and streams', async () => {
    const source = openSource(noise(10));
    expect(await source.read()).toEqual({ bytes: noise(10), start: 0, end: 10 });
    expect([await source.read(), source.size, source.position]).toEqual([null, 10, 10]);
    async function* chunks() {
      yield noise(3);
      yield new Uint8Array(0);
      yield noise(4);
    }
    const stream = openSource(chunks());
    expect((await stream.read())?.end).toBe(3);
    expect((await stream.read())?.end).toBe(4);
    expect([await stream.read(), stream.size, stream.position]).toEqual([null, undefined, 7]);
  });

  it('reads a named pipe as bytes come', async () => {
    execFileSync('mkfifo', [file('pipe')]);
    const writer = spawn('sh', [
      '-c',
      `exec 3>"$1"; printf one >&3; sleep 0.3; printf two >&3`,
      'sh',
      file('pipe'),
    ]);
    const source = openSource(file('pipe'));
    const seen: string[] = [];
    for (let block = await source.read(); block !== null; block = await source.read()) {
      seen.push(Buffer.from(block.bytes.subarray(block.start, block.end)).toString());
    }
    writer.kill();
    expect(seen).toEqual(['one', 'two']);
    expect(isRepeatable(file('pipe'))).toBe(false);
  });

  it('ends a read that waits when it is closed', async () => {
    const source = openSource({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }),
    });
    const read = source.read();
    source.close();
    expect(await read).toBeNull();
  });

  it.each([
    ['no/such\nfile', 'not-found', 'no/such\\nfile: no such file'],
    [
      directory,
      'is-a-directory',
      `${directory} is a directory; give the capture files in it, for example ${directory}/*.pcap`,
    ],
    [
      `${directory}//`,
      'is-a-directory',
      `${directory}// is a directory; give the capture files in it, for example ${directory}/*.pcap`,
    ],
    ['a\0b', 'unreadable', 'a\\x00b: cannot be read (ERR_INVALID_ARG_VALUE)'],
    [
      new URL('https://example.org/a.pcap'),
      'invalid-input',
      'https://example.org/a.pcap is no file: URL; download it first, or give its body as a stream',
    ],
    [new URL('file://host/a.pcap'), 'invalid-input', 'file://host/a.pcap names no file of this machine'],
    [pathToFileURL('/no/such file'), 'not-found', '/no/such file: no such file'],
    [7 as unknown as string, 'invalid-input', NO_INPUT],
    [undefined as unknown as string, 'invalid-input', NO_INPUT],
    [{} as unknown as string, 'invalid-input', NO_INPUT],
  ] as [string | URL, CaptureErrorCode, string][])('throws for %j', (name, code, message) => {
    expect(() => openSource(name)).toThrow(new CaptureError(code, message));
    expect(() => openSource(name)).toThrow(expect.objectContaining({ code }));
  });

  it('opens a file by its URL', () => {
    fs.writeFileSync(file('with space #1'), 'seen');
    const url = pathToFileURL(file('with space #1'));
    const source = openSource(url);
    const { bytes, start, end } = source.read() as Block;
    source.close();
    expect([source.name, Buffer.from(bytes.subarray(start, end)).toString()]).toEqual([
      file('with space #1'),
      'seen',
    ]);
    expect(isRepeatable(url)).toBe(true);
  });

  it('throws when a stream fails, or gives text', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* [];
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    }
    await expect(Promise.resolve(openSource(failing()).read())).rejects.toThrow(
      'the given stream: cannot be read (ECONNRESET)',
    );
    const text = (async function* () {
      yield 'text' as unknown as Uint8Array;
    })();
    await expect(Promise.resolve(openSource(text).read())).rejects.toThrow('gives text, not bytes');
  });

  it('knows what can be read twice', () => {
    fs.writeFileSync(file('plain2'), 'x');
    expect(['-', file('plain2'), 'no such file', '/dev/null'].map(isRepeatable)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isRepeatable(new Uint8Array(3))).toBe(true);
  });
});
