/**
 * Captures that begin in the middle: recordings without their first packets. What is left of their sessions
 * is recognised by its frames alone, or because the user says so, and nothing else is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCaptures } from '../../src/capture/captures.js';
import { encodePcap, type PacketToEncode } from '../../src/capture/pcap-encode.js';
import { runDissection } from '../../src/dissect.js';
import type { Session } from '../../src/websocket/session-record.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-midstream-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function readPackets(file: string): Promise<{ packets: PacketToEncode[]; linkType: number }> {
  const packets: PacketToEncode[] = [];
  let linkType = 1;
  await readCaptures(
    [file],
    { report: () => {} },
    {
      packet(packet) {
        const { seconds, nanoseconds, originalLength, bytes, start, end } = packet;
        linkType = packet.linkType;
        packets.push({ seconds, nanoseconds, originalLength, data: bytes.slice(start, end) });
      },
    },
  );
  return { packets, linkType };
}

const whole = (name: string) => `${fixturesRoot}${name}/capture.pcap`;

/** The recording without its first packets. */
async function without(name: string, dropped: number): Promise<string> {
  const { packets, linkType } = await readPackets(whole(name));
  const file = join(folder, `${name}-${dropped}.pcap`);
  writeFileSync(file, encodePcap(packets.slice(dropped), { linkType }));
  return file;
}

interface Listed {
  readonly [name: string]: unknown;
  readonly session: number;
  readonly sender: string;
  readonly packets: readonly number[];
  readonly confidence?: number;
}

interface ListedMessage extends Listed {
  readonly length: number;
  readonly content?: string;
  readonly contentBase64?: string;
  readonly complete: boolean;
  readonly unknownRanges: readonly { readonly offset: number; readonly length: number }[];
}

function list<T = Listed>(command: string, file: string, ...options: string[]): T[] {
  const ran = wsdissect([command, '-q', '-T', 'json', ...options, file]);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(ran.stdout);
}

/** What a frame or message is, wherever the capture begins. */
function facts({ frame, message, frames, path, subprotocol, streamOffset, confidence, ...rest }: Listed) {
  return rest;
}

/** Those of which all packets are left, as they are numbered then. */
const left = <T extends Listed>(rows: readonly T[], dropped: number): T[] =>
  rows
    .filter(({ packets }) => packets[0] > dropped)
    .map((row) => ({ ...row, packets: row.packets.map((packet) => packet - dropped) }));

/** By packet: what is searched for is told when it is found, and the other side may have gone on by then. */
const ordered = <T extends Listed>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => a.packets.at(-1)! - b.packets.at(-1)!);

describe('a capture that begins in the middle', () => {
  // Behind the handshake; within a frame of three packets; within a message of several frames.
  it.each([7, 17, 78])(
    'has the frames and messages that are left: ws-echo without %i packets',
    async (dropped) => {
      const file = await without('ws-echo', dropped);
      for (const command of ['frames', 'messages']) {
        const rows = list(command, file);
        expect(rows.length).toBeGreaterThan(2);
        const expected = left(list(command, whole('ws-echo')), dropped);
        const isCut = ({ opcode }: Listed) => opcode === '0';
        expect(ordered(rows.filter((row) => !isCut(row))).map(facts)).toEqual(ordered(expected).map(facts));
      }
    },
  );

  it('says how sure it is of them', async () => {
    const file = await without('ws-echo', 7);
    const [session] = list('sessions', file);
    const confidence = session.confidence as number;
    expect(confidence).toBeGreaterThan(0.99);
    expect(confidence).toBeLessThan(1);
    expect(session).toMatchObject({
      client: '127.0.0.1:54200',
      server: '127.0.0.1:9001',
      host: null,
      path: null,
      status: null,
      subprotocol: null,
      extensions: [],
      frames: { client: 27, server: 29 },
      closedBy: 'client',
      closed: 'client closed with 1000 (Normal Closure) "done", server answered, server ended TCP first',
    });
    expect(list('frames', file)[0].confidence).toBe(confidence);
    expect(wsdissect(['frames', file]).stdout).toMatch(/^ +1 .* 99\.\d %\]/);
  });

  it('says in text and table that the handshake is missing, and that nothing else is', async () => {
    const file = await without('ws-echo', 7);
    const { stdout, stderr } = wsdissect(['sessions', file]);
    expect(stdout).toContain('  -  (handshake not captured)  subprotocol -  extensions -  frames 27 / 29  ');
    expect(stderr).not.toContain('frames-lost');
    const [, , , row] = wsdissect(['sessions', '-T', 'table', file]).stdout.split('\n');
    expect(row).toMatch(/│ not captured +│ - +│/);
  });

  it('has compressed messages, as far as they do not depend on what was before', async () => {
    const dropped = 10;
    const file = await without('deflate', dropped);
    const [first, second] = list('sessions', file);
    expect(first).toMatchObject({ path: null, frames: { client: 7, server: 6 } });
    expect(first.confidence).toBeLessThan(1);
    expect(second).toMatchObject({ path: '/no-takeover', frames: { client: 9, server: 7 }, confidence: 1 });

    const originals = left(list<ListedMessage>('messages', whole('deflate')), dropped);
    const messages = list<ListedMessage>('messages', file);
    expect(messages.map(({ sender, length }) => [sender, length])).toEqual(
      originals.map(({ sender, length }) => [sender, length]),
    );
    messages.forEach((message, i) => {
      const [bytes, original] = [contentOf(message), contentOf(originals[i])];
      for (const { offset, length } of message.unknownRanges) {
        bytes.fill(0, offset, offset + length);
        original.fill(0, offset, offset + length);
      }
      expect(bytes).toEqual(original);
      expect(message.complete).toBe(message.unknownRanges.length === 0);
    });
    const incomplete = messages.filter(({ complete }) => !complete);
    expect(incomplete.length).toBeGreaterThan(0);
    expect(incomplete.every(({ session }) => session === first.session)).toBe(true);
    expect(
      messages.filter(({ complete, session }) => complete && session === first.session).length,
    ).toBeGreaterThan(5);
  });
});

function contentOf({ content, contentBase64 }: ListedMessage): Buffer {
  return content === undefined ? Buffer.from(contentBase64!, 'base64') : Buffer.from(content);
}

describe('--decode-as', () => {
  const forced = ['--decode-as', 'tcp.port==9001,websocket'];

  it('tells a session of which a few bytes are left', async () => {
    // The server's Close and two FINs.
    const file = await without('ws-echo', 82);
    expect(list('sessions', file)).toEqual([]);
    expect(wsdissect(['sessions', file]).stderr).toContain('may need --decode-as tcp.port==N,websocket');
    expect(list('sessions', file, ...forced)).toEqual([
      expect.objectContaining({
        client: '127.0.0.1:54200',
        server: '127.0.0.1:9001',
        path: null,
        frames: { client: 0, server: 1 },
        confidence: 1,
        // The Close of the client came before: who closed is unknown.
        closed:
          'server closed with 1000 (Normal Closure) "done", no Close of the client was captured, ' +
          'server ended TCP first; no frames of the client found',
      }),
    ]);
    for (const command of ['frames', 'messages'])
      expect(list(command, file, ...forced)).toEqual([
        expect.objectContaining({ sender: 'server', opcode: 'close', closeCode: 1000, closeReason: 'done' }),
      ]);
  });

  it('is of the ports it names only, and may be repeated', async () => {
    const file = await without('ws-echo', 82);
    expect(list('sessions', file, '--decode-as', 'tcp.port==9002,websocket')).toEqual([]);
    expect(list('sessions', file, '--decode-as', 'tcp.port==9002,websocket', ...forced)).toHaveLength(1);
    expect(list('sessions', file, '--decode-as', 'tcp.port == 54200 , websocket')).toHaveLength(1);
  });

  it.each([
    ['sessions', 'tcp.port==9001,http'],
    ['frames', 'tcp.port==9001'],
    ['messages', 'tcp.port=9001,websocket'],
    ['check', 'tcp.port==65536,websocket'],
    ['sessions', 'udp.port==9001,websocket'],
    ['sessions', '9001'],
    ['sessions', ''],
  ])('of %s does not take %j', (command, value) => {
    const ran = wsdissect([command, '--decode-as', value, whole('ws-echo')]);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toContain('It must look like tcp.port==8080,websocket.');
  });
});

describe('what is no WebSocket', () => {
  // Plain HTTP, with all statuses and bodies; long polling; tunnels.
  it.each([
    'refused/capture.pcap',
    'http-connect/capture.pcap',
    'messages-socketio/capture.pcap.gz',
    'messages-python-socketio/capture.pcap.gz',
  ])('is not recognised as one, wherever the capture begins: %s', async (name) => {
    const { packets, linkType } = await readPackets(fixturesRoot + name);
    const upgraded = new Set<string>();
    const dissect = async (capture: Uint8Array, take: (session: Session) => void) =>
      runDissection(capture, { sessionClosed: ({ session }) => take(session) });
    await dissect(encodePcap(packets, { linkType }), ({ client, server, handshake }) => {
      if (handshake?.status === 101) upgraded.add(`${client} ${server}`);
    });
    expect(upgraded.size).toBeGreaterThan(0);
    const step = Math.ceil(packets.length / 100);
    let recognised = 0;
    for (let dropped = 1; dropped < packets.length; dropped += step)
      await dissect(encodePcap(packets.slice(dropped), { linkType }), ({ client, server, handshake }) => {
        if (handshake !== undefined) return;
        recognised++;
        expect(upgraded).toContain(`${client} ${server}`);
      });
    expect(recognised).toBeGreaterThan(0);
  });

  it('is not listed', async () => {
    // The first request, refused, has no head left; the last session is whole.
    const { packets, linkType } = await readPackets(whole('refused'));
    const file = join(folder, 'refused-first.pcap');
    writeFileSync(file, encodePcap(packets.slice(4, 10), { linkType }));
    expect(list('sessions', file).filter(({ status }) => status === null)).toEqual([]);
    expect(list('frames', file)).toEqual([]);
    expect(list('messages', file)).toEqual([]);
  });
});
