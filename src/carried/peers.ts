/**
 * Who the two ends of a connection are.
 */
import { formatEndpoint } from '../network/address.js';
import { type Connection, other, type Side } from '../tcp/connection.js';

export interface Peers {
  /** Number of the TCP connection. */
  readonly connection: number;
  /** `ip:port`, an IPv6 address in brackets. */
  readonly client: string;
  readonly server: string;
}

export function peersOf({ number, endpoints }: Connection, clientSide: Side): Peers {
  const [client, server] = [endpoints[clientSide], endpoints[other(clientSide)]];
  return {
    connection: number,
    client: formatEndpoint(client.address, client.port),
    server: formatEndpoint(server.address, server.port),
  };
}

/** Who opened the connection; else the side of the larger port: servers listen on small ones. */
export function likelyClient({ initiator, endpoints }: Connection): Side {
  return initiator ?? (endpoints[0].port <= endpoints[1].port ? 1 : 0);
}
