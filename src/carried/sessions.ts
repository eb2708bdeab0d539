/**
 * Makes the sessions of one connection, whatever carries them: from a handshake, or from frames that were recognised
 * without one; and tells whoever watches them.
 */
import type { Exchange } from '../http/connection.js';
import { type HeadQuirk, hostOf, type RequestHead, type ResponseHead } from '../http/head.js';
import type { SessionWatch } from '../rules/engine.js';
import type { StreamSink } from '../stream/stream-sink.js';
import { type Connection, other, type Side } from '../tcp/connection.js';
import type { Beginning } from '../websocket/direction-owner.js';
import type { Handshake } from '../websocket/handshake.js';
import type { Recognition } from '../websocket/recognise.js';
import { SessionDecoder } from '../websocket/session.js';
import {
  type BySender,
  refusedSession,
  type Session,
  type SessionCarrier,
} from '../websocket/session-record.js';
import { peersOf } from './peers.js';
import type { Shared } from './shared.js';

const QUIRKS: Readonly<Record<HeadQuirk, string>> = {
  'bare-lf': 'has lines that end in LF without CR',
  'bare-cr': 'has a CR without LF',
  'obs-fold': 'has a header that goes on in the next line (RFC 9112 §5.2)',
  'malformed-line': 'has a line that is no header field',
  'leading-empty-line': 'comes behind an empty line',
};

/** A session that has begun, and who judges it. */
export interface OpenSession {
  readonly decoder: SessionDecoder;
  readonly watch: SessionWatch | undefined;
}

export class SessionMaker {
  constructor(
    private readonly dissector: Shared,
    private readonly connection: Connection,
    private readonly carrier: SessionCarrier,
  ) {}

  /** The server agreed. `cut`: the whole lines of the request, where a gap cut its head. */
  open(exchange: Exchange, handshake: Handshake, cut?: RequestHead): OpenSession {
    return this.decoderOf(this.session(exchange, handshake, cut));
  }

  /** The server did not agree. */
  refuse(exchange: Exchange, handshake: Handshake, cut?: RequestHead): void {
    const { consumer, engine, place } = this.dissector;
    const session = this.session(exchange, handshake, cut);
    engine?.observe(session);
    consumer.sessionClosed?.(refusedSession(session, place));
  }

  /** Frames were recognised without a handshake; `request`: that of the handshake, as far as it was captured. */
  openMidstream(
    { clientSide, starts, undecoded, expected, confidence, begun }: Recognition,
    request: RequestHead | undefined,
  ): readonly [StreamSink, StreamSink] {
    const { dissector } = this;
    const { packet, seconds, nanoseconds } = begun;
    const beginning = (side: Side): Beginning => ({
      start: starts[side],
      undecoded: undecoded[side],
      expected: expected[side],
    });
    const { decoder } = this.decoderOf(
      {
        number: ++dissector.sessionCount,
        ...peersOf(this.connection, clientSide),
        carrier: this.carrier,
        handshake: undefined,
        path: request?.target === '' ? undefined : request?.target,
        host: request && hostOf(request),
        confidence,
        earlyClientBytes: 0,
        opened: { seconds, nanoseconds },
        answered: { seconds, nanoseconds },
        openedPacket: packet,
      },
      { client: beginning(clientSide), server: beginning(other(clientSide)) },
    );
    return clientSide === 0 ? [decoder.client, decoder.server] : [decoder.server, decoder.client];
  }

  private decoderOf(session: Session, beginnings?: BySender<Beginning>): OpenSession {
    const { consumer, decoding, engine } = this.dissector;
    consumer.sessionOpened?.(session);
    const watch = engine?.observe(session);
    const decoder = new SessionDecoder(
      session,
      beginnings === undefined ? decoding.options : { ...decoding.options, beginnings },
      watch === undefined ? decoding.consumer : { ...decoding.consumer, observer: watch },
    );
    return { decoder, watch };
  }

  private session(exchange: Exchange, handshake: Handshake, cut: RequestHead | undefined): Session {
    const { request, response, clientSide } = exchange;
    this.reportQuirks(request);
    this.reportQuirks(response);
    const { dissector } = this;
    const head = request ?? response;
    return {
      number: ++dissector.sessionCount,
      ...peersOf(this.connection, clientSide),
      carrier: this.carrier,
      handshake,
      path: cut?.target ?? handshake.target,
      host: (cut && hostOf(cut)) ?? handshake.host,
      confidence: 1,
      earlyClientBytes: exchange.earlyBytes,
      opened: { seconds: head.firstSeconds, nanoseconds: head.firstNanoseconds },
      answered: { seconds: response.seconds, nanoseconds: response.nanoseconds },
      openedPacket: response.packet,
    };
  }

  /** What a strict decoder would have stopped at. */
  private reportQuirks(head: RequestHead | ResponseHead | undefined): void {
    for (const quirk of head?.quirks ?? [])
      this.dissector.defect('http', quirk, `the head of the ${head!.kind} ${QUIRKS[quirk]}`);
  }
}
