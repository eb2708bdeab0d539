/**
 * TLS in a connection: what it carries once it is opened is a connection of its own, with HTTP, sessions and all; what
 * cannot be opened is told with the reason.
 */
import { Holding } from '../http/holding.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { Connection } from '../tcp/connection.js';
import { TlsConnection } from '../tls/connection.js';
import type { TlsFacts, UnreadReason } from '../tls/facts.js';
import type { SessionCarrier } from '../websocket/session-record.js';
import { likelyClient, type Peers, peersOf } from './peers.js';
import type { Shared } from './shared.js';

/**
 * A TLS connection that could not be read, or one direction of it. Who is the client, where its hello was not captured, is
 * told by the SYN or the ports.
 */
export interface UnreadTls extends Peers {
  /** Number of the HTTP/2 stream that it comes in, as a tunnel. */
  readonly tunnel: number | undefined;
  readonly tls: TlsFacts;
  readonly reason: UnreadReason;
  /** Nothing of it could be read. */
  readonly whole: boolean;
}

/** What reading it takes in memory, beside the octets that are held. */
const TLS_COST = 6144;

export interface TlsCarrier {
  /** Of the HTTP/2 stream that it comes in. */
  readonly tunnel: number | undefined;
  readonly dissector: Shared;
  readonly connection: Connection;
  readonly holding: Holding;
  /** It is TLS beyond doubt. */
  recognised(): void;
  /** Makes what carries the plaintext. */
  inside(carrier: SessionCarrier): readonly [StreamSink, StreamSink];
}

export function carryTls(carrier: TlsCarrier): TlsConnection {
  const { dissector, connection, holding, tunnel } = carrier;
  const held = new Holding(dissector.secretsPool, () => tls.giveUpWaiting('maxTlsWaiting'));
  holding.add(TLS_COST);
  const close = () => {
    held.close();
    holding.close();
  };
  const tls: TlsConnection = new TlsConnection({
    place: dissector.place,
    context: dissector.tls,
    limits: dissector.limits,
    account: holding,
    waiting: held,
    owner: {
      recognised: () => carrier.recognised(),
      opened: (facts) => {
        dissector.totals.tlsRead++;
        // From here on it is what it carries that is held, or not.
        holding.close();
        return carrier.inside({
          http: facts.alpn === 'h2' ? 'h2' : 'http/1.1',
          stream: undefined,
          tunnel,
          tls: facts,
        });
      },
      over: close,
      unread: (facts, reason, whole) => {
        dissector.totals.tlsUnread++;
        const client = tls.clientSide ?? likelyClient(connection);
        dissector.consumer.tlsUnread?.({ ...peersOf(connection, client), tunnel, tls: facts, reason, whole });
        if (!whole) return;
        close();
        connection.abandon();
      },
      foreign: () => {
        close();
        connection.abandon();
      },
      defect: (code, message) => dissector.defect('tls', code, message),
    },
  });
  return tls;
}
