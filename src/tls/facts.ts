/**
 * What is told of a TLS connection, whether it could be read or not: plain readonly objects.
 */

/** What the hellos of a TLS connection say. */
export interface TlsFacts {
  /** Such as `TLS 1.3`; undefined where the ServerHello was not captured. */
  readonly version: string | undefined;
  /** As IANA writes it. */
  readonly cipherSuite: string | undefined;
  /** What the client asked for (RFC 6066 §3). */
  readonly serverName: string | undefined;
  /** What was agreed on (RFC 7301); undefined where it was not, or is not known: TLS 1.3 tells it encrypted. */
  readonly alpn: string | undefined;
  /** What the client offered. */
  readonly offeredAlpn: readonly string[];
  /** The session goes on from an earlier one. */
  readonly resumed: boolean;
}

/**
 * Why a connection stays unread:
 * - `no-secrets`: no key log and no secrets block has any for it;
 * - `secrets-incomplete`: they have some, but not those of the bytes to be read;
 * - `secrets-do-not-fit`: nothing authenticates with them;
 * - `unsupported`: version or cipher suite are not known here;
 * - `no-hello`: the ClientHello was not captured, or not whole, so that it cannot be told which secrets are its;
 * - `no-server-hello`: there are secrets for it, but no ServerHello was captured, or not whole.
 */
export type UnreadReason =
  | 'no-secrets'
  | 'secrets-incomplete'
  | 'secrets-do-not-fit'
  | 'unsupported'
  | 'no-hello'
  | 'no-server-hello';
