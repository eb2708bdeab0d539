/**
 * A session with nothing around it: bytes, gaps and ends go in at places that the test chooses, and what the
 * decoder says is written down.
 */
import { HeadDecoder, type RequestHead, type ResponseHead } from '../../src/http/head.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { Place } from '../../src/stream/place.js';
import type { Extension } from '../../src/websocket/extensions.js';
import type { Frame, Sender } from '../../src/websocket/frame-record.js';
import {
  decodeHandshake,
  encodeHandshakeRequest,
  encodeHandshakeResponse,
  type HandshakeRequestOptions,
  type HandshakeResponseOptions,
} from '../../src/websocket/handshake.js';
import type { Message } from '../../src/websocket/message-record.js';
import { PayloadBudget } from '../../src/websocket/payload-budget.js';
import { WindowBudget } from '../../src/websocket/segment-window.js';
import { SessionDecoder } from '../../src/websocket/session.js';
import { PLAIN_HTTP1, type Session, type SessionSummary } from '../../src/websocket/session-record.js';
import { embedded } from '../support/splits.js';

export const permessageDeflate: Extension = { name: 'permessage-deflate', parameters: [] };

function headOf(bytes: Uint8Array): RequestHead | ResponseHead {
  const decoder = new HeadDecoder(new Place());
  decoder.push(bytes, 0, bytes.length, 0);
  if (decoder.head === undefined) throw new Error('no whole head');
  return decoder.head;
}

export interface SessionOptions {
  readonly number?: number;
  /** Undefined: the request was not captured. */
  readonly request?: HandshakeRequestOptions | undefined;
  readonly response?: HandshakeResponseOptions;
}

export function makeSession(options: SessionOptions = {}): Session {
  const { number = 1, response } = options;
  const wanted = 'request' in options ? options.request : { target: '/chat' };
  const request = wanted && (headOf(encodeHandshakeRequest(wanted)) as RequestHead);
  const handshake = decodeHandshake(request, headOf(encodeHandshakeResponse(response)) as ResponseHead);
  return {
    number,
    connection: 0,
    client: '10.0.0.1:40000',
    server: '10.0.0.2:80',
    carrier: PLAIN_HTTP1,
    handshake,
    path: handshake.target,
    host: handshake.host,
    confidence: 1,
    earlyClientBytes: 0,
    opened: { seconds: 1_700_000_000, nanoseconds: 0 },
    answered: { seconds: 1_700_000_000, nanoseconds: 1_000_000 },
    openedPacket: 5,
  };
}

export interface RecorderOptions {
  readonly deflate?: boolean;
  readonly payloadLimit?: number;
  readonly maxPayload?: number;
  /** False: frames are only counted. */
  readonly frames?: boolean;
  readonly messages?: boolean;
  readonly maxMessage?: number;
  readonly budget?: PayloadBudget;
}

export class SessionRecorder {
  readonly frames: Frame[] = [];
  readonly messages: Message[] = [];
  readonly summaries: SessionSummary[] = [];
  readonly defects: [code: string, message: string][] = [];
  readonly place = new Place();
  readonly decoder: SessionDecoder;
  private frameCount = 0;
  private readonly sequences = { client: 1000, server: 2000 };

  constructor(options: RecorderOptions = {}) {
    const { deflate, payloadLimit = 1e9, maxPayload = 1e9, maxMessage = 1e9, frames = true } = options;
    this.decoder = new SessionDecoder(
      makeSession(deflate ? { response: { extensions: [permessageDeflate] } } : {}),
      {
        place: this.place,
        payloadLimit,
        limits: { ...DEFAULT_LIMITS, maxPayload, maxMessage },
        windowBudget: new WindowBudget(),
        payloadBudget: options.budget ?? new PayloadBudget(),
        nextFrameNumber: () => ++this.frameCount,
      },
      {
        frame: frames ? (frame) => void this.frames.push(frame) : undefined,
        message: options.messages
          ? (message) => void this.messages.push({ ...message, number: this.messages.length + 1 })
          : undefined,
        closed: (summary) => void this.summaries.push(summary),
        defect: (code, message) => void this.defects.push([code, message]),
      },
    );
    this.at(1);
  }

  /** What follows comes in packet `packet`, as many seconds after the beginning. */
  at(packet: number, comment?: string): this {
    this.place.packet = packet;
    this.place.seconds = 1_700_000_000 + packet;
    this.place.nanoseconds = packet * 1000;
    this.place.comment = comment;
    return this;
  }

  /** Bytes in the middle of a chunk, of which the packet begins `before` bytes before them. */
  send(sender: Sender, piece: Uint8Array, before = 54): this {
    const [chunk, start, end] = embedded(piece);
    this.place.origin = start - before;
    this.place.sequence = this.sequences[sender] - start;
    this.sequences[sender] += end - start;
    this.decoder[sender].bytes(chunk, start, end);
    chunk.fill(0xdd);
    return this;
  }

  gap(sender: Sender, length: number): this {
    this.decoder[sender].gap(length);
    this.sequences[sender] += length;
    return this;
  }

  end(): this {
    this.decoder.client.end('fin');
    this.decoder.server.end('fin');
    return this;
  }
}
