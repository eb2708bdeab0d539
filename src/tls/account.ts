/**
 * Where the octets are counted that a TLS connection holds.
 */

export interface Account {
  /** Less than 0 for what is let go. */
  add(bytes: number): void;
}
