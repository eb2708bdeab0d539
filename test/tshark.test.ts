/**
 * tshark sees the same frames, field by field, wherever it is right: of the recordings, the ring buffer among
 * them, and of the captures derived from them. Where it is wrong is written down here.
 *
 * Compared are packet, TCP stream, sender, FIN, RSV bits, opcode, mask bit, masking key, form and value of the
 * length, and the payload of every frame as it was on the wire (unmasked, still compressed; of each fragment its
 * own part). Of what tshark inflates, the text messages in one frame are compared with our messages: of
 * compressed fragments it shows the joined but not inflated bytes as text.
 *
 * Further captures (a folder named by WSDISSECT_EXTRA_CAPTURES) are compared too.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import type { Frame } from '../src/websocket/frame-record.js';
import { formatKey } from '../src/websocket/mask.js';
import type { Message } from '../src/websocket/message-record.js';
import { derivedCases, derivedRoot } from './support/derived.js';
import { fixtures } from './support/fixtures.js';
import { carriedCases } from './support/tls-recordings.js';
import { hasProgram, mergeCaptures, type TsharkFrame, tsharkFrames } from './support/tshark.js';

/** Derived captures of which tshark 4.0 does not tell the frames that there are, and why. */
const WRONG: Readonly<Record<string, string>> = {
  'http-folded.pcap': 'it does not join folded header lines, and sees no upgrade',
  'http-spaces.pcap': 'it takes blanks behind a header value for part of it, and sees no upgrade',
  'link-ethernet-mpls-pseudowire.pcap':
    'it reads the control word of the pseudowire as part of the addresses',
  'link-ethernet-qinq-9200.pcap': 'it does not know the tag 0x9200',
  'link-null-linux-v6.pcap': "it does not know Linux's number of AF_INET6",
  'link-ppp-pppd.pcap': 'it does not know the link type 166',
  'pcapng-other-blocks-big.pcapng': 'it numbers blocks that are no packets',
  'pcapng-other-blocks-little.pcapng': 'it numbers blocks that are no packets',
  'tcp-all-coalesced.pcap': 'it does not see the frames in the segment of the request',
  'tcp-frames-before-response.pcap': 'it does not see frames that were captured before the response',
  'tcp-response-first.pcap': 'it does not pair a response with a request captured behind it',
  // Its frames are whole only with a later segment, and some it does not see.
  'tcp-halfway-reversed.pcap': 'it does not see all frames of segments that come in the wrong order',
  'tcp-reversed-3.pcap': 'it does not see all frames of segments that come in the wrong order',
  'tcp-reversed-5.pcap': 'it does not see all frames of segments that come in the wrong order',
  'tcp-reversed-8.pcap': 'it does not see all frames of segments that come in the wrong order',
  'tcp-wrapping-reversed.pcap': 'it does not see all frames of segments that come in the wrong order',
  'loss-cut.pcap': 'it passes over the packet in which the capture ends',
  'loss-cut.pcap.gz': 'it passes over the packet in which the capture ends',
  'loss-cut.pcapng': 'it passes over the packet in which the capture ends',
  'loss-header.pcap': 'it sees no frame behind lost bytes',
  'loss-payload.pcap': 'it does not show a frame with lost bytes',
  'loss-several-holes.pcap': 'it does not show a frame with lost bytes',
  'loss-snap-length-96.pcap': 'it shows nothing of a payload that was not captured in the whole',
  'loss-snap-length-96-handshake.pcap': 'it knows no WebSocket whose handshake was not captured in the whole',
  'loss-snap-length-96-ipv6.pcap': 'it knows no WebSocket whose handshake was not captured in the whole',
  'loss-snap-length-96-two-frames.pcap':
    'it knows no WebSocket whose handshake was not captured in the whole',
  'loss-snap-length-112-handshake.pcap':
    'it knows no WebSocket whose handshake was not captured in the whole',
  'loss-snap-length-256.pcap': 'it shows nothing of a payload that was not captured in the whole',
  'loss-unacknowledged-end.pcap': 'it does not show the frame in which the capture ends',
};

/**
 * Streams of recorded TLS of which tshark 4.0 shows no frame: those with ARIA, and those in HTTP/2; of the one of TLS 1.1
 * it decrypts the records, but shows no WebSocket in them.
 */
const UNSEEN: Readonly<Record<string, readonly number[]>> = {
  'tls-lossy/client.pcap.gz': [4, 5],
  'tls-lossy/server.pcap.gz': [4, 5],
  'tls-suites/tls10-tls11.pcap.gz': [2],
  'tls-suites/tls12-aead.pcap.gz': [14, 15],
  'tls-suites/tls12-rsa.pcap.gz': [9],
};

/** It goes by the order of capture; we tell what a side sends behind what it acknowledges. */
const OTHER_ORDER: ReadonlySet<string> = new Set(['tcp-acknowledged-first.pcap']);

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-tshark-'));
afterAll(() => rmSync(folder, { recursive: true }));

const extra = process.env.WSDISSECT_EXTRA_CAPTURES;
const others = extra ? readdirSync(extra).filter((file) => /\.pcap(ng)?$/.test(file)) : [];
const recorded: [name: string, files: readonly string[]][] = [
  ...fixtures.flatMap(({ name, recordings }) =>
    recordings.map((files): [string, readonly string[]] => [`${name}/${files.map(base).join(' ')}`, files]),
  ),
  ...others.map((file): [string, readonly string[]] => [file, [`${extra}/${file}`]]),
];
const derived = derivedCases.map(({ name, files }): [string, readonly string[]] => [
  name,
  files.map((file) => derivedRoot + file),
]);

function ours(frame: Frame): Omit<TsharkFrame, 'text'> {
  const { session, sender, opcode, masked, lengthForm, length } = frame;
  return {
    packet: frame.pieces[frame.pieces.length - 1].packet,
    tcpStream: session.connection,
    sourcePort: Number((sender === 'client' ? session.client : session.server).split(':').pop()),
    fin: frame.fin,
    rsv: (frame.rsv1 ? 4 : 0) | (frame.rsv2 ? 2 : 0) | (frame.rsv3 ? 1 : 0),
    opcode,
    masked,
    maskingKey: masked ? formatKey(frame.maskingKey) : undefined,
    lengthForm,
    length,
    payload: hex(frame.payload),
  };
}

async function compare(name: string, files: readonly string[], keyLog?: string) {
  const frames: Frame[] = [];
  const messages: Message[] = [];
  await runDissection(
    files,
    {
      frame: (frame) => void frames.push(frame),
      message: (message) => void messages.push(message),
    },
    keyLog === undefined ? {} : { keyLogs: [keyLog] },
  );
  const ports = new Set(frames.map(({ session }) => Number(session.server.split(':').pop())));
  // tshark takes one file.
  const one = files.length === 1 ? files[0] : join(folder, name.replace(/[^a-z0-9]/gi, '-'));
  if (files.length > 1) await mergeCaptures(files, one);
  // Of TLS it finds out itself that there is HTTP in it.
  const theirs = await tsharkFrames(one, keyLog === undefined ? [...ports] : [], keyLog);
  const inflated = messages.filter(isInflatedText);
  return {
    ours: frames.map(ours),
    theirs: theirs.map(({ text: _, ...fields }) => fields),
    inflated: inflated.map(({ content }) => hex(content)),
    inflatedByTshark: inflated.map((message) => theirs[message.frames[0] - 1]?.text),
  };
}

const isInflatedText = ({ compressed, opcode, frames }: Message): boolean =>
  compressed && opcode === 1 && frames.length === 1;

const hasTshark = hasProgram('tshark') && hasProgram('mergecap');

describe.skipIf(!hasTshark)('tshark agrees on', () => {
  it.concurrent.each(recorded)('%s', async (name, files) => {
    const found = await compare(name, files);
    expect(found.ours).toEqual(found.theirs);
    expect(found.inflated).toEqual(found.inflatedByTshark);
    expect(found.ours.length).toBeGreaterThan(0);
  });

  it.concurrent.each(carriedCases(/^tls-/))(
    '$folder/$file',
    async ({ folder: name, file, capture, keyLogs }) => {
      const found = await compare(file, [capture], keyLogs[0]);
      const seen = new Set(found.theirs.map(({ tcpStream }) => tcpStream));
      const unseen = new Set(
        found.ours.map(({ tcpStream }) => tcpStream).filter((stream) => !seen.has(stream)),
      );
      expect([...unseen]).toEqual(UNSEEN[`${name}/${file}`] ?? []);
      // Of bytes that waited for a lost packet it names the one that filled the hole, we the one that they came in.
      const isLossy = name === 'tls-lossy';
      const byStream = (frames: typeof found.ours) =>
        [...seen].map((stream) =>
          frames
            .filter(({ tcpStream }) => tcpStream === stream)
            .map((frame) => (isLossy ? { ...frame, packet: 0 } : frame)),
        );
      expect(byStream(found.ours)).toEqual(byStream(found.theirs));
    },
  );

  it.concurrent.each(derived.filter(([name]) => !(name in WRONG)))('derived/%s', async (name, files) => {
    const found = await compare(name, files);
    if (OTHER_ORDER.has(name)) {
      expect(found.ours).not.toEqual(found.theirs);
      found.ours.sort((a, b) => a.packet - b.packet);
    }
    expect(found.ours).toEqual(found.theirs);
    expect(found.ours.length).toBeGreaterThan(0);
  });
});

// So that the table above stays true: what tshark has learnt is to be struck out.
describe.skipIf(!hasTshark)('tshark is wrong on', () => {
  it.concurrent.each(derived.filter(([name]) => name in WRONG))('derived/%s', async (name, files) => {
    const found = await compare(name, files);
    expect(found.theirs, WRONG[name]).not.toEqual(found.ours);
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function base(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
