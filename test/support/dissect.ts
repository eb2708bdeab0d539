/**
 * A dissection of packets made by Talk, with all that it tells written down; and the bytes to talk about.
 */
import { type DissectionConsumer, Dissector, type DissectorOptions } from '../../src/dissector.js';
import { rules } from '../../src/rules/index.js';
import type { Defect } from '../../src/stream/defect.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import {
  encodeHandshakeRequest,
  encodeHandshakeResponse,
  type HandshakeRequestOptions,
  type HandshakeResponseOptions,
} from '../../src/websocket/handshake.js';
import type { Session, SessionSummary } from '../../src/websocket/session-record.js';
import { utf8 } from './splits.js';
import { CLIENT, deliver, SERVER, Talk } from './tcp.js';

const KEY = 0x37fa213d;

export const request = (target = '/chat', more: Partial<HandshakeRequestOptions> = {}) =>
  encodeHandshakeRequest({ target, ...more });
export const response = (options?: HandshakeResponseOptions) => encodeHandshakeResponse(options);
export const fromClient = (payload: string) =>
  encodeFrame({ opcode: 1, maskingKey: KEY, payload: utf8(payload) });
export const fromServer = (payload: string) => encodeFrame({ opcode: 1, payload: utf8(payload) });

export const refusal = response({
  status: 403,
  reason: 'Forbidden',
  headers: [{ name: 'Content-Length', value: '0' }],
});

/** SYN to 101: five packets. */
export function upgraded(talk = new Talk()): Uint8Array[] {
  return [...talk.handshake(), talk.send(CLIENT, request()), talk.send(SERVER, response())];
}

export function dissect(
  packets: readonly Uint8Array[],
  options: DissectorOptions = {},
  more: DissectionConsumer = {},
) {
  const frames: Frame[] = [];
  const opened: Session[] = [];
  const closed: SessionSummary[] = [];
  const defects: Defect[] = [];
  const dissector = new Dissector(
    {
      frame: (frame) => frames.push(frame),
      sessionOpened: (session) => opened.push(session),
      sessionClosed: (summary) => closed.push(summary),
      defect: (defect) => defects.push(defect),
      ...more,
    },
    { rules, ...options },
  );
  deliver(packets, (packet) => dissector.packet(packet));
  /** The sessions that were over before the end of the capture. */
  const closedBefore = [...closed];
  dissector.end();
  const payloads = frames.map(({ sender, payload }) => `${sender}: ${Buffer.from(payload)}`);
  return { frames, opened, closed, closedBefore, defects, dissector, payloads };
}
