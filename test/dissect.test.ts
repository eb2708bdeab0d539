/**
 * The library: dissect() and its iterations, runDissection() and its callbacks.
 */
import { spawn } from 'node:child_process';
import { EventEmitter, getEventListeners, once } from 'node:events';
import {
  copyFileSync,
  createReadStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Input } from '../src/capture/open.js';
import { type DissectionEvent, type DissectOptions, dissect, runDissection } from '../src/dissect.js';
import { CaptureError, type Defect } from '../src/stream/defect.js';
import type { Frame } from '../src/websocket/frame-record.js';
import type { SessionSummary } from '../src/websocket/session-record.js';
import { generate } from './cli/helpers.js';
import { asExpected, asSessions, fixtures, fixturesRoot, normalise, root } from './support/fixtures.js';

const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const derived = `${fixturesRoot}derived/`;
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
/** Some megabytes: several blocks. */
const long = join(folder, 'long.pcap');
beforeAll(() => generate(long, 4));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = readFileSync(hello);
const ring = fixtures.find(({ name }) => name === 'ring-buffer')!;
const expected = (name: string) => fixtures.find((fixture) => fixture.name === name)!.sessions.map(normalise);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function sessionsOf(input: Input | Input[], options: DissectOptions = {}) {
  const dissection = dissect(input, options);
  return asSessions(await all(dissection.sessions()), await all(dissection.frames()));
}

/** Chunks of so many bytes, each a buffer of its own. */
async function* chunks(of: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < of.length; at += size) yield of.slice(at, at + size);
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Open descriptors of files in the test's folder. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}

const rejections: unknown[] = [];
const note = (reason: unknown) => rejections.push(reason);
process.on('unhandledRejection', note);
afterAll(() => void process.off('unhandledRejection', note));
afterEach(() => {
  expect(openFiles()).toEqual([]);
  expect(rejections).toEqual([]);
});

describe('dissect(input)', () => {
  it('frames() gives frames in order', async () => {
    const frames = await all(dissect(hello).frames());
    expect(frames.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const [{ clientFrames, serverFrames }] = expected('ws-hello');
    expect(frames.filter(({ sender }) => sender === 'client').map(asExpected)).toEqual(clientFrames);
    expect(frames.filter(({ sender }) => sender === 'server').map(asExpected)).toEqual(serverFrames);
  });

  it('sessions() gives summaries as they end, refused upgrades among them', async () => {
    const summaries = await all(dissect(`${fixturesRoot}refused/capture.pcap`).sessions());
    expect(summaries.map(({ session, end }) => [session.handshake!.status, end !== undefined])).toEqual([
      [401, false],
      [403, false],
      [404, false],
      [426, false],
      [302, false],
      [200, false],
      [101, true],
    ]);
    expect(summaries[6]).toMatchObject({
      session: {
        number: 7,
        server: '127.0.0.1:9009',
        handshake: { target: '/feed', subprotocol: 'feed.v1' },
      },
      frames: { client: 2, server: 2 },
      closedBy: 'client',
    });
  });

  it('takes the URL of a file, alone or among others', async () => {
    const url = pathToFileURL(hello);
    expect(await sessionsOf(url)).toEqual(expected('ws-hello'));
    expect(await sessionsOf([pathToFileURL(ring.recordings[0][0]), ...ring.recordings[0].slice(1)])).toEqual(
      expected('ring-buffer'),
    );
  });

  it('tells of which capture a defect is, and of which packet in it', async () => {
    const defects: Defect[] = [];
    await runDissection([`${fixturesRoot}ipv6/capture.pcap`, `${derived}loss-last-frame.pcap`], {
      defect: (defect) => void defects.push(defect),
    });
    const [{ packet, capture, packetInCapture }] = defects;
    expect([defects[0].code, capture]).toEqual(['frames-lost', 1]);
    expect(packetInCapture).toBeLessThan(packet);
  });

  it('itself gives all events in order', async () => {
    const events = await all(dissect(hello));
    expect(events.map(({ type }) => type)).toEqual([
      'session-opened',
      ...Array.from({ length: 10 }, () => ['frame', 'message']).flat(),
      'session-closed',
    ]);
    const [opened] = events;
    const closed = events[21];
    if (opened.type !== 'session-opened' || closed.type !== 'session-closed') throw new Error('wrong types');
    expect(closed.summary.session).toBe(opened.session);
    for (const event of events) if (event.type === 'frame') expect(event.frame.session).toBe(opened.session);
  });

  it('itself gives defects where they are met', async () => {
    const events = await all(dissect(`${derived}loss-header.pcap`));
    const at = events.findIndex(({ type }) => type === 'defect');
    const event = events[at] as DissectionEvent & { type: 'defect' };
    expect(event.defect).toMatchObject({ layer: 'websocket', code: 'frames-lost', packet: 11 });
    expect(events[at - 1].type).toBe('frame');
    expect(events.at(-1)!.type).toBe('session-closed');
  });

  it.each([
    ['a path', () => hello],
    ['a list of one path', () => [hello]],
    ['bytes', () => new Uint8Array(bytes)],
    [
      'bytes in the middle of a larger buffer',
      () => Buffer.concat([Buffer.alloc(9, 1), bytes, bytes]).subarray(9, 9 + bytes.length),
    ],
    ['chunks of 1 byte', () => chunks(bytes, 1)],
    ['chunks of 97 bytes', () => chunks(bytes, 97)],
    ['one chunk', () => chunks(bytes, bytes.length)],
    ['a Node stream', () => createReadStream(hello, { highWaterMark: 500 })],
    ['a Node stream in a list', () => [createReadStream(hello)]],
  ] as [string, () => Input | Input[]][])('takes %s', async (_name, input) => {
    const frames = await all(dissect(input()).frames());
    const reference = await all(dissect(hello).frames());
    expect(frames).toEqual(reference);
  });

  it('takes several inputs as one capture, in time order', async () => {
    const files = ring.recordings[0];
    expect(files.length).toBeGreaterThan(2);
    const wanted = ring.sessions.map(normalise);
    expect(await sessionsOf([...files])).toEqual(wanted);
    expect(await sessionsOf([...files].reverse())).toEqual(wanted);
    const mixed = files.map((file, i) => (i % 2 === 0 ? readFileSync(file) : file));
    expect(await sessionsOf(mixed)).toEqual(wanted);
  });

  it('passes its options on', async () => {
    expect(await sessionsOf(hello, { reader: 'pcap-parser' })).toEqual(expected('ws-hello'));
    const [cut] = await all(dissect(hello, { limits: { maxPayload: 3 } }).frames());
    expect(Buffer.from(cut.payload).toString()).toBe('Hel');
    const defects = (await all(dissect(hello, { limits: { maxPayload: 3 } }))).filter(
      ({ type }) => type === 'defect',
    );
    expect(defects).toHaveLength(10);
    expect(await all(dissect(hello, { previewPayload: 3 }))).toHaveLength(22);
  });

  it('tells how far it is', async () => {
    const told: [number, number | undefined][] = [];
    await all(dissect(long, { progress: (read, total) => void told.push([read, total]) }).sessions());
    const size = readFileSync(long).length;
    expect(told.length).toBeGreaterThan(3);
    expect(told.every(([, total]) => total === size)).toBe(true);
    expect(told.map(([read]) => read)).toEqual(told.map(([read]) => read).sort((a, b) => a - b));
    expect(told.at(-1)![0]).toBe(size);
    const streamed: unknown[] = [];
    await all(dissect(chunks(bytes, 500), { progress: (_, total) => void streamed.push(total) }).frames());
    expect(new Set(streamed)).toEqual(new Set([undefined]));
  });
});

describe('iterations', () => {
  it('each reads anew', async () => {
    const dissection = dissect(hello);
    const first = await all(dissection.frames());
    expect(await all(dissection.frames())).toEqual(first);
    expect(await all(dissection.sessions())).toHaveLength(1);
    expect(await all(dissection)).toHaveLength(22);
  });

  it('reads nothing before it is begun', async () => {
    const unused = dissect(join(folder, 'missing.pcap')).frames();
    expect(await unused.return()).toEqual({ done: true, value: undefined });
  });

  it('two at once do not disturb each other', async () => {
    const dissection = dissect(long);
    // In words, since to compare thousands of records one by one takes half a minute.
    const told = (frames: readonly Frame[]) =>
      frames.map(({ number, sender, payload }) => `${number} ${sender} ${Buffer.from(payload)}`).join('\n');
    const reference = await all(dissection.frames());
    const [first, second, sessions] = await Promise.all([
      all(dissection.frames()),
      all(dissection.frames()),
      all(dissection.sessions()),
    ]);
    expect(told(first) === told(reference)).toBe(true);
    expect(told(second) === told(reference)).toBe(true);
    expect(sessions).toEqual(await all(dissection.sessions()));
    // In step, one item of each at a time; one of them is left early.
    const [a, b] = [dissection.frames(), dissection.frames()];
    for (let i = 0; i < 1000; i++) {
      const [one, other] = [await a.next(), await b.next()];
      expect(one.value?.number).toBe(i + 1);
      expect(other.value?.number).toBe(i + 1);
    }
    await a.return();
    expect((await all(b)).length).toBe(reference.length - 1000);
  });

  it('the summary is set at the end of one', async () => {
    const dissection = dissect(hello);
    expect(dissection.summary).toBeUndefined();
    for await (const _ of dissection.frames()) expect(dissection.summary).toBeUndefined();
    expect(dissection.summary).toMatchObject({
      frames: 10,
      sessions: 1,
      packets: 20,
      skippedPackets: 0,
      connections: 1,
      capture: {
        skipped: 0,
        bytes: bytes.length,
        truncated: false,
        captures: [{ name: hello, format: 'pcap', interfaces: 1 }],
      },
    });

    const left = dissect(hello);
    for await (const _ of left.frames()) break;
    expect(left.summary).toBeUndefined();

    const cut = dissect(`${derived}loss-cut.pcap`);
    await all(cut.sessions());
    expect(cut.summary).toMatchObject({ sessions: 1, capture: { truncated: true } });
  });

  it('without any item are over at once', async () => {
    const dissection = dissect(bytes.subarray(0, 24));
    expect(await all(dissection)).toEqual([]);
    expect(dissection.summary).toMatchObject({ frames: 0, sessions: 0, packets: 0 });
  });
});

describe('leaving the loop', () => {
  it('closes the file', async () => {
    let seen = 0;
    for await (const frame of dissect(long).frames()) {
      expect(openFiles()).toEqual([long]);
      seen = frame.number;
      if (seen === 3) break;
    }
    expect(seen).toBe(3);
    expect(openFiles()).toEqual([]);
  });

  it('closes every one of several files', async () => {
    const copies = [1, 2, 3].map((i) => join(folder, `long-${i}.pcap`));
    for (const copy of copies) copyFileSync(long, copy);
    for await (const _ of dissect(copies).frames()) {
      expect(openFiles().sort()).toEqual(copies);
      break;
    }
    expect(openFiles()).toEqual([]);
  });

  it('by an error closes the file and lets the error through', async () => {
    const loop = async () => {
      for await (const frame of dissect(long).frames())
        if (frame.number === 5) throw new Error('of the consumer');
    };
    await expect(loop()).rejects.toThrow('of the consumer');
    expect(openFiles()).toEqual([]);
  });

  it('reads no further', async () => {
    let read = 0;
    const size = readFileSync(long).length;
    const progress = (bytesRead: number) => {
      read = bytesRead;
    };
    for await (const _ of dissect(long, { progress }).frames()) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(read).toBeLessThan(size);
  });

  it.each([
    ['plain', bytes],
    ['packed', readFileSync(`${derived}compressed.pcap.gz`)],
  ])('does not wait for a stream that stays open: %s', async (_name, content) => {
    const stream = new PassThrough();
    stream.write(content);
    let seen = 0;
    for await (const _ of dissect(stream).frames()) {
      seen++;
      // By now the reader waits for the next chunk.
      await new Promise((resolve) => setTimeout(resolve, 20));
      break;
    }
    expect(seen).toBe(1);
    expect(stream.destroyed).toBe(true);
  });

  it('returns the iterator of a source that is one', async () => {
    let returned = false;
    async function* source() {
      try {
        for (const chunk of await all(chunks(bytes, 700))) yield chunk;
      } finally {
        returned = true;
      }
    }
    for await (const _ of dissect(source()).frames()) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(returned).toBe(true);
  });

  it('lets the process end though standard input stays open', async () => {
    const library = pathToFileURL(`${root}dist/index.js`).href;
    const script = `import { dissect } from '${library}';
      for await (const frame of dissect('-').frames()) { console.log(frame.number); break; }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.write(bytes);
    const [status] = await once(child, 'exit');
    expect([status, output]).toEqual([0, '1\n']);
  }, 20_000);
});

describe('errors', () => {
  it.each([
    ['a missing file', () => join(folder, 'missing.pcap'), 'not-found', /missing\.pcap: no such file$/],
    ['a directory', () => folder, 'is-a-directory', /is a directory/],
    ['no capture', () => bytesOf('dear diary, nothing happened'), 'not-a-capture', /^the given bytes/],
    ['what is too short', () => bytesOf('abc'), 'not-a-capture', /only 3 bytes/],
    ['random bytes', () => new Uint8Array(99).fill(0x05), 'not-a-capture', /unknown magic number/],
    ['another capture format', () => bytesOf('snoop\0\0\0rest'), 'unsupported', /editcap/],
    ['another packer', () => bytesOf('BZh91AY&SY'), 'unsupported', /bzip2 -d/],
    ['nothing', () => new Uint8Array(0), 'empty', /the given bytes.*empty/],
    [
      'one of several',
      () => [hello, join(folder, 'missing.pcap')],
      'not-found',
      /missing\.pcap: no such file$/,
    ],
    ['no input', () => [], 'no-input', /^no capture given$/],
    ['standard input twice', () => ['-', '-'], 'invalid-input', /can be read only once/],
    ['a URL of the web', () => new URL('https://example.org/a'), 'invalid-input', /download it first/],
    ['what is no input', () => 5 as unknown as Input, 'invalid-input', /^a capture is a path, a file: URL/],
  ] as [string, () => Input | Input[], string, RegExp][])(
    '%s rejects',
    async (_name, input, code, message) => {
      const dissection = dissect(input());
      for (const iterate of [() => dissection.frames(), () => dissection.sessions(), () => dissection]) {
        const error = await all<unknown>(iterate()).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(CaptureError);
        expect((error as CaptureError).code).toBe(code);
        expect((error as Error).message).toMatch(message);
        expect((error as Error).message).not.toContain('\n');
      }
      await expect(runDissection(input(), {})).rejects.toBeInstanceOf(CaptureError);
      expect(dissection.summary).toBeUndefined();
    },
  );

  it('of a source comes behind the frames read before it', async () => {
    async function* failing() {
      yield bytes.subarray(0, bytes.length - 500);
      throw Object.assign(new Error('the wire broke'), { code: 'EIO' });
    }
    const frames: Frame[] = [];
    const loop = async () => {
      for await (const frame of dissect(failing()).frames()) frames.push(frame);
    };
    await expect(loop()).rejects.toThrow(/^the given stream: cannot be read \(EIO\)$/);
    expect(frames.length).toBeGreaterThan(3);
  });

  it('of a callback ends the reading and closes the file', async () => {
    const frame = () => {
      throw new Error('of the callback');
    };
    await expect(runDissection(long, { frame })).rejects.toThrow('of the callback');
    await expect(
      runDissection(long, { block: () => Promise.reject(new Error('of the block')) }),
    ).rejects.toThrow('of the block');
    expect(openFiles()).toEqual([]);
  });
});

describe('AbortSignal', () => {
  it('aborted beforehand: nothing is read', async () => {
    const dissection = dissect(long, { signal: AbortSignal.abort() });
    expect(await all(dissection)).toEqual([]);
    expect(dissection.summary).toMatchObject({ packets: 0, frames: 0 });
  });

  it('ends the reading; what was read is dissected to its end', async () => {
    const whole = await all(dissect(long).frames());
    const controller = new AbortController();
    const events: DissectionEvent[] = [];
    for await (const event of dissect(long, { signal: controller.signal })) {
      if (event.type === 'frame' && event.frame.number === 10) {
        controller.abort();
        expect(openFiles()).toEqual([]);
      }
      events.push(event);
    }
    const frames = events.filter(({ type }) => type === 'frame');
    expect(frames.length).toBeGreaterThanOrEqual(10);
    expect(frames.length).toBeLessThan(whole.length);
    const closed = events.flatMap((event) => (event.type === 'session-closed' ? [event.summary] : []));
    expect(closed).toHaveLength(50);
    expect(closed[0].end).toEqual({ client: 'capture-end', server: 'capture-end' });
  });

  it('ends the wait for a stream', async () => {
    const stream = new PassThrough();
    stream.write(bytes);
    const controller = new AbortController();
    const dissection = dissect(stream, { signal: controller.signal });
    let seen = 0;
    for await (const _ of dissection.frames()) if (++seen === 10) setTimeout(() => controller.abort(), 20);
    expect(seen).toBe(10);
    expect(dissection.summary).toMatchObject({ frames: 10, sessions: 1 });
    expect(stream.destroyed).toBe(true);
  });

  // Files are read synchronously: without turns of the event loop no timer would ever fire.
  it('from a timer is heard while a file is read', async () => {
    const frames = { seen: 0 };
    const signal = AbortSignal.timeout(1);
    const block = () => {
      const until = Date.now() + 60;
      while (Date.now() < until);
    };
    const summary = await runDissection(long, { frame: () => void frames.seen++, block }, { signal });
    expect(signal.aborted).toBe(true);
    expect(summary.capture.bytes).toBeLessThan(readFileSync(long).length);
    expect(summary.frames).toBe(frames.seen);
  });

  it('is not listened to longer than needed', async () => {
    const { signal } = new AbortController();
    await all(dissect(hello, { signal }).frames());
    for await (const _ of dissect(hello, { signal }).frames()) break;
    await all(dissect(join(folder, 'missing.pcap'), { signal })).catch(() => {});
    await runDissection(hello, {}, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a slow consumer', () => {
  it('holds up the reading', async () => {
    const content = readFileSync(long);
    let pulled = 0;
    async function* source() {
      for await (const chunk of chunks(content, 20_000)) {
        pulled++;
        yield chunk;
      }
    }
    const iterator = dissect(source()).frames();
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const ahead = pulled;
    expect(ahead).toBeLessThan(10);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pulled).toBe(ahead);
    // It loses nothing by it.
    const reference = await all(dissect(long).frames());
    const rest = await all(iterator);
    expect(rest.length).toBe(reference.length - 1);
    expect(rest.at(-1)).toEqual(reference.at(-1));
  });

  it('gets every frame, in order', async () => {
    const numbers: number[] = [];
    for await (const frame of dissect(chunks(bytes, 200)).frames()) {
      numbers.push(frame.number);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('may be quicker than the source', async () => {
    const numbers: number[] = [];
    const source = new EventEmitter();
    async function* slow() {
      for await (const chunk of chunks(bytes, 400)) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        source.emit('chunk');
        yield chunk;
      }
    }
    let chunksAtFirst = 0;
    let given = 0;
    source.on('chunk', () => given++);
    for await (const frame of dissect(slow()).frames()) {
      if (numbers.push(frame.number) === 1) chunksAtFirst = given;
    }
    expect(numbers).toHaveLength(10);
    expect(chunksAtFirst).toBeLessThan(given);
  });
});

describe('runDissection', () => {
  it('calls back in order, and gives the summary', async () => {
    const calls: string[] = [];
    let start = 0;
    const frames: Frame[] = [];
    const summaries: SessionSummary[] = [];
    const defects: Defect[] = [];
    const summary = await runDissection(hello, {
      opened: (dissector) => {
        calls.push('opened');
        start = dissector.start.seconds;
      },
      sessionOpened: ({ number }) => void calls.push(`session ${number}`),
      frame: (frame) => {
        calls.push(`frame ${frame.number}`);
        frames.push(frame);
      },
      sessionClosed: (closed) => {
        calls.push('closed');
        summaries.push(closed);
      },
      defect: (defect) => void defects.push(defect),
      block: () => void calls.push('block'),
    });
    const blocks = calls.filter((call) => call === 'block').length;
    expect(blocks).toBeGreaterThanOrEqual(1);
    expect(calls.filter((call) => call !== 'block')).toEqual([
      'opened',
      'session 1',
      ...frames.map(({ number }) => `frame ${number}`),
      'closed',
    ]);
    expect(start).toBe(1795246377);
    expect(defects).toEqual([]);
    expect(asSessions(summaries, frames)).toEqual(expected('ws-hello'));
    expect(summary).toMatchObject({ frames: 10, sessions: 1, packets: summary.capture.packets });
  });

  it('works without any callback', async () => {
    const { packets } = await runDissection(hello, { frame: () => {} });
    expect(await runDissection(hello, {})).toMatchObject({ sessions: 1, packets });
  });

  it('asks `more` after each packet, and stops at once', async () => {
    let asked = 0;
    const summary = await runDissection(long, { more: () => ++asked < 12 });
    expect([asked, summary.packets]).toEqual([12, 12]);
    const closed: SessionSummary[] = [];
    let frames = 0;
    const second = await runDissection(long, {
      frame: () => void frames++,
      more: () => frames < 1,
      sessionClosed: (session) => void closed.push(session),
    });
    expect([frames, second.frames]).toEqual([1, 1]);
    expect(closed).toHaveLength(50);
    expect(openFiles()).toEqual([]);
  });

  it('awaits the promise of `block` before it goes on', async () => {
    let waiting = false;
    let blocks = 0;
    let frames = 0;
    await runDissection(long, {
      frame: () => {
        expect(waiting).toBe(false);
        frames++;
      },
      block: async () => {
        blocks++;
        waiting = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        waiting = false;
      },
    });
    expect(blocks).toBeGreaterThan(3);
    expect(frames).toBeGreaterThan(1000);
  });

  it('gives the event loop its turns', async () => {
    let turns = 0;
    let running = true;
    const count = () => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    const summary = await runDissection(Array<string>(12).fill(long), {});
    running = false;
    expect(summary.packets).toBeGreaterThan(100_000);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('borrowPayloads', () => {
  it('gives the callbacks the same payloads, and the iterations ones that stay', async () => {
    const given = (await all(dissect(long).frames())).map(({ payload }) =>
      Buffer.from(payload).toString('hex'),
    );
    const borrowed: string[] = [];
    await runDissection(
      long,
      { frame: ({ payload }) => borrowed.push(Buffer.from(payload).toString('hex')) },
      { borrowPayloads: true },
    );
    expect(borrowed).toEqual(given);
    const kept = await all(dissect(long, { borrowPayloads: true }).frames());
    expect(kept.map(({ payload }) => Buffer.from(payload).toString('hex'))).toEqual(given);
  });
});
