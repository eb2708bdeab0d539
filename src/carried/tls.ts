/**
 * TLS in a connection: what it carries once it is opened is a connection of its own, with HTTP, sessions and all; what
 * cannot be opened is told with the reason.
 */
import type { Holding } from '../http/holding.js';
import { atLimit } from '../limits.js';
import { formatEndpoint } from '../network/address.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { Connection, Side } from '../tcp/connection.js';
import { TlsConnection } from '../tls/connection.js';
import type { TlsFacts, UnreadReason } from '../tls/facts.js';
import type { SessionCarrier } from '../websocket/session-record.js';
import type { Shared } from './shared.js';

/** A TLS connection that could not be read, or one direction of it. */
export interface UnreadTls {
  /** Number of the TCP connection. */
  readonly connection: number;
  /** `ip:port`; who is the client, where its hello was not captured, is told by the SYN or the ports. */
  readonly client: string;
  readonly server: string;
  readonly tls: TlsFacts;
  readonly reason: UnreadReason;
  /** Nothing of it could be read. */
  readonly whole: boolean;
}

export interface TlsCarrier {
  readonly dissector: Shared;
  readonly connection: Connection;
  readonly holding: Holding;
  /** It is TLS beyond doubt. */
  recognised(): void;
  /** Makes what carries the plaintext. */
  inside(carrier: SessionCarrier): readonly [StreamSink, StreamSink];
}

export function carryTls(carrier: TlsCarrier): TlsConnection {
  const { dissector, connection, holding } = carrier;
  const tls: TlsConnection = new TlsConnection({
    place: dissector.place,
    context: dissector.tls,
    maxHeld: dissector.limits.maxHeldForSecrets,
    maxTried: dissector.limits.maxTlsTried,
    account: holding,
    owner: {
      recognised: () => carrier.recognised(),
      opened: (facts) => {
        dissector.totals.tlsRead++;
        return carrier.inside({
          http: facts.alpn === 'h2' ? 'h2' : 'http/1.1',
          stream: undefined,
          tls: facts,
        });
      },
      over: () => holding.close(),
      unread: (facts, reason, whole) => {
        dissector.totals.tlsUnread++;
        const client = clientOf(tls, connection);
        dissector.consumer.tlsUnread?.({ ...peersOf(connection, client), tls: facts, reason, whole });
        if (!whole) return;
        holding.close();
        connection.abandon();
      },
      heldTooMuch: () =>
        dissector.defect(
          'tls',
          'tls-held-limit',
          'a TLS connection waits for its secrets, or for its hellos, and is given up: too much of it is held ' +
            atLimit('maxHeldForSecrets', dissector.limits.maxHeldForSecrets),
        ),
      triedTooMuch: (sender) =>
        dissector.defect(
          'tls',
          'tls-tried-limit',
          `too much of TLS is missing to tell which record of the ${sender ?? 'peer'} is the next one ` +
            atLimit('maxTlsTried', dissector.limits.maxTlsTried),
        ),
      foreign: () => {
        holding.close();
        connection.abandon();
      },
      defect: (code, message) => dissector.defect('tls', code, message),
    },
  });
  return tls;
}

/** By its hello; else who opened the connection, or has the larger port: servers listen on small ones. */
function clientOf(tls: TlsConnection, { initiator, endpoints: [a, b] }: Connection): Side {
  const { sender } = tls.sides[0];
  if (sender !== undefined) return sender === 'client' ? 0 : 1;
  return initiator ?? (a.port > b.port ? 0 : 1);
}

function peersOf(
  { number, endpoints }: Connection,
  client: Side,
): Pick<UnreadTls, 'connection' | 'client' | 'server'> {
  const [a, b] = client === 0 ? endpoints : [endpoints[1], endpoints[0]];
  return {
    connection: number,
    client: formatEndpoint(a.address, a.port),
    server: formatEndpoint(b.address, b.port),
  };
}
