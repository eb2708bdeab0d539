/**
 * What is said of TLS connections that could not be read: why, and what to do about it.
 */
import { visible } from '../bytes/visible.js';
import type { UnreadTls } from '../carried/tls.js';
import type { TlsFacts, UnreadReason } from '../tls/facts.js';
import { jsonOrNull, jsonString } from './json.js';

/** How to get the secrets: one sentence. */
export const HOW_TO_GET_SECRETS =
  'record them while the connection is made: SSLKEYLOGFILE=keys.log in the environment of a browser, curl or Python, ' +
  "node --tls-keylog=keys.log, or an agent for Java's TLS that writes a key log; then give --keylog keys.log";

const REASONS: Readonly<Record<UnreadReason, string>> = {
  'no-secrets': 'no secrets for it',
  'secrets-incomplete': 'not all of its secrets are known',
  'secrets-do-not-fit': 'nothing authenticates with the secrets given for it',
  unsupported: 'its version or cipher suite is not supported',
  'no-hello': 'its beginning was not captured, which tells whose secrets are its',
  'no-server-hello': 'its ServerHello was not captured, and its records do not tell what it agreed on',
};

/** A clause. */
export function unreadReason({ reason, whole }: Pick<UnreadTls, 'reason' | 'whole'>): string {
  return whole ? REASONS[reason] : `${REASONS[reason]}; one direction was read`;
}

/** `TLS 1.3 TLS_AES_128_GCM_SHA256`, as far as it is known. */
export function tlsName({ version, cipherSuite }: TlsFacts): string {
  return version === undefined ? 'TLS' : [version, cipherSuite].join(' ');
}

/** What was agreed on, or else offered. */
export function alpnOf({ alpn, offeredAlpn }: TlsFacts): string {
  if (alpn !== undefined) return visible(alpn);
  return offeredAlpn.length === 0 ? '-' : `${offeredAlpn.map(visible).join(', ')} offered`;
}

/** `tls  127.0.0.1:4000 → 127.0.0.1:443  example.org  ALPN …  TLS 1.3 …  no secrets for it` */
export function unreadLine(connection: UnreadTls): string {
  const { client, server, tls } = connection;
  return [
    '  tls',
    `${client} → ${server}`,
    tls.serverName === undefined ? '-' : visible(tls.serverName),
    `ALPN ${alpnOf(tls)}`,
    tlsName(tls),
    unreadReason(connection),
  ].join('  ');
}

/** The member `tls` of JSON objects. */
export function tlsJson(facts: TlsFacts | undefined): string {
  if (facts === undefined) return 'null';
  const { version, cipherSuite, serverName, alpn, offeredAlpn, resumed } = facts;
  return (
    `{"version":${jsonOrNull(version)},"cipherSuite":${jsonOrNull(cipherSuite)},` +
    `"serverName":${jsonOrNull(serverName)},"alpn":${jsonOrNull(alpn)},` +
    `"offeredAlpn":[${offeredAlpn.map(jsonString).join(',')}],"resumed":${resumed}}`
  );
}

/** One line, without the line end; `session` is null, since it is not known whether there is one. */
export function unreadJson({ connection, client, server, tunnel, tls, reason, whole }: UnreadTls): string {
  return (
    `{"session":null,"client":${jsonString(client)},"server":${jsonString(server)},"connection":${connection},` +
    `"carrier":{"http":null,"stream":null,"tunnel":${tunnel ?? null},"tls":${tlsJson(tls)}},"unread":${jsonString(reason)},"whole":${whole}}`
  );
}
