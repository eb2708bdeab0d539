/**
 * The header that a load balancer puts before all else that it sends to a server, to tell whose connection it
 * forwards: the PROXY protocol, https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt.
 *
 * Strategy: protocol.ts recognises the signature; from there the header is passed over, unread.
 */

/** §2.1; addresses and ports follow as text, up to CRLF. */
export const PROXY_V1_SIGNATURE = 'PROXY ';
/** §2.2, without its first four octets, CR LF CR LF: those are empty lines to HTTP. */
export const PROXY_V2_SIGNATURE = '\0\r\nQUIT\n';

/** §2.1: no line is longer than 107 octets. */
const MAX_V1 = 107 - PROXY_V1_SIGNATURE.length;
/** §2.2: version and command, family and protocol, two octets of length. */
const V2_FIELDS = 4;
const LF = 0x0a;

export class ProxyHeader {
  done = false;
  /** It is no PROXY header after all. */
  failed = false;
  private taken = 0;
  private length = 0;

  constructor(private readonly version: 1 | 2) {}

  /** Takes what follows the signature; returns the index behind the last byte of the header. */
  push(chunk: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.done && !this.failed) {
      if (this.version === 1) this.takeText(chunk[at++]);
      else if (this.taken < V2_FIELDS) this.takeField(chunk[at++]);
      else {
        const skipped = Math.min(this.length, end - at);
        at += skipped;
        this.length -= skipped;
        this.done = this.length === 0;
      }
    }
    return at;
  }

  private takeText(byte: number): void {
    this.done = byte === LF;
    this.failed = !this.done && ++this.taken >= MAX_V1;
  }

  private takeField(byte: number): void {
    this.failed = this.taken === 0 && byte >> 4 !== 2;
    if (this.taken >= 2) this.length = (this.length << 8) | byte;
    this.done = ++this.taken === V2_FIELDS && this.length === 0;
  }
}
