/**
 * tshark sees the same frames, field by field, wherever it is right. Where it is wrong is written down here.
 *
 * Further captures (a folder named by WSDISSECT_EXTRA_CAPTURES) are compared too.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import type { Frame } from '../src/websocket/frame-record.js';
import { formatKey } from '../src/websocket/mask.js';
import { fixtures } from './support/fixtures.js';
import { hasProgram, type TsharkFrame, tsharkFrames } from './support/tshark.js';

const extra = process.env.WSDISSECT_EXTRA_CAPTURES;
const others = extra ? readdirSync(extra).filter((file) => /\.pcap(ng)?$/.test(file)) : [];
const captures: [name: string, file: string][] = [
  ...fixtures.flatMap(({ name, recordings }) =>
    // tshark reads one file at a time, so a ring buffer's connection is cut at the first file's end.
    recordings
      .filter((files) => files.length === 1)
      .map(([file]): [string, string] => [`${name}/${base(file)}`, file]),
  ),
  ...others.map((file): [string, string] => [file, `${extra}/${file}`]),
];

/**
 * tshark shows a payload only once its message is complete (fragments: at the last frame, reassembled), and
 * a compressed one inflated: those payloads are checked against what the applications logged instead.
 */
function comparablePayload(frame: Frame): boolean {
  const control = frame.opcode >= 8;
  return control || (frame.fin && frame.opcode !== 0 && !frame.compressed);
}

function ours(frame: Frame): Omit<TsharkFrame, 'payload'> {
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
  };
}

describe.skipIf(!hasProgram('tshark'))('tshark agrees on', () => {
  it.each(captures)('%s', async (_name, file) => {
    const frames: Frame[] = [];
    await runDissection(file, { frame: (frame) => void frames.push(frame) });
    const ports = new Set(frames.map(({ session }) => Number(session.server.split(':').pop())));
    const theirs = tsharkFrames(file, [...ports]);
    expect(frames.map(ours)).toEqual(theirs.map(({ payload: _, ...fields }) => fields));
    expect(frames.length).toBeGreaterThan(0);
    let compared = 0;
    frames.forEach((frame, i) => {
      const { payload } = theirs[i];
      if (payload === undefined || !comparablePayload(frame)) return;
      compared++;
      expect(Buffer.from(frame.payload).toString('hex'), `frame ${frame.number}`).toBe(payload);
    });
    expect(compared > 0 || !frames.some(comparablePayload)).toBe(true);
  });
});

function base(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
