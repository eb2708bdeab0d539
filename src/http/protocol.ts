/**
 * Which protocol a direction of a connection speaks, told by its first bytes.
 *
 * Strategy: pure and stateless; the caller asks again with more bytes while the answer is `undecided`. A method
 * that IANA lists is believed at once. Any other token may be one too (RFC 9110 §9.1), but uppercase text begins
 * other protocols (SMTP, FTP, SIP): then it takes the request line as far as `HTTP/1.` behind its target.
 */
import { PROXY_V1_SIGNATURE, PROXY_V2_SIGNATURE } from './proxy-header.js';
import { TOKEN } from './text.js';

export type Recognised =
  | 'http1-request'
  | 'http1-response'
  | 'proxy-v1'
  | 'proxy-v2'
  | 'tls'
  | 'http2'
  | 'undecided'
  | 'unknown';

/** Not HTTP/1, but HTTP is in it. */
export type ForeignProtocol = Extract<Recognised, 'tls' | 'http2'>;

/** https://www.iana.org/assignments/http-methods, without PRI (RFC 9113 §3.4). */
const METHODS = (
  'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY ' +
  'MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT ' +
  'QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'
).split(' ');

/** Longest method that is looked for, beside the listed ones. */
const MAX_METHOD = 32;
/** Longest method and target together (RFC 9112 §3 asks for 8,000 octets of request line). */
const MAX_REQUEST_LINE = 8000;
const SP = 0x20;
/** RFC 9113 §4.1 and §6.5. */
const H2_FRAME_HEADER = 9;
const H2_SETTINGS = 4;
/** By code: 1 for what a token may hold (RFC 9110 §5.6.2). */
const TOKEN_CHARACTERS = Uint8Array.from({ length: 128 }, (_, byte) =>
  TOKEN.test(String.fromCharCode(byte)) ? 1 : 0,
);

interface Opening {
  readonly bytes: Uint8Array;
  readonly protocol: Recognised;
}

const OPENINGS: readonly Opening[] = [
  ...METHODS.map((method) => opening(`${method} `, 'http1-request')),
  opening('HTTP/1.', 'http1-response'),
  opening('PRI * HTTP/2.0', 'http2'),
  opening(PROXY_V1_SIGNATURE, 'proxy-v1'),
];
const PROXY_V2 = opening(PROXY_V2_SIGNATURE, 'proxy-v2');
const VERSION = opening(' HTTP/1.', 'http1-request');

/**
 * Recognises chunk[start, end), the first bytes of a direction or of a head. Empty lines before an HTTP
 * head are passed over (RFC 9112 §2.2). `undecided`: too few bytes, all a prefix of something known.
 */
export function recognise(chunk: Uint8Array, start: number, end: number): Recognised {
  let at = start;
  while (at < end && (chunk[at] === 0x0d || chunk[at] === 0x0a)) at++;
  if (at === end) return 'undecided';
  const first = chunk[at];
  if (at === start && first >= 0x14 && first <= 0x17) return recogniseTls(chunk, at, end);
  if (first === 0) {
    const proxy = match(PROXY_V2, chunk, at, end);
    return proxy === 'unknown' && at === start ? recogniseSettings(chunk, at, end) : proxy;
  }
  if (!isTokenCharacter(first)) return 'unknown';
  let undecided = false;
  for (const candidate of OPENINGS) {
    const answer = match(candidate, chunk, at, end);
    if (answer === 'undecided') undecided = true;
    else if (answer !== 'unknown') return answer;
  }
  return undecided ? 'undecided' : recogniseRequestLine(chunk, at, end);
}

function match({ bytes, protocol }: Opening, chunk: Uint8Array, start: number, end: number): Recognised {
  const length = Math.min(bytes.length, end - start);
  for (let i = 0; i < length; i++) if (bytes[i] !== chunk[start + i]) return 'unknown';
  return length === bytes.length ? protocol : 'undecided';
}

/** method SP request-target SP HTTP-version, RFC 9112 §3. */
function recogniseRequestLine(chunk: Uint8Array, start: number, end: number): Recognised {
  let at = start;
  const methodEnd = Math.min(end, start + MAX_METHOD);
  while (at < methodEnd && isTokenCharacter(chunk[at])) at++;
  if (at === end) return 'undecided';
  if (chunk[at] !== SP) return 'unknown';
  const target = ++at;
  const targetEnd = Math.min(end, start + MAX_REQUEST_LINE);
  while (at < targetEnd && chunk[at] > SP && chunk[at] !== 0x7f) at++;
  if (at === end) return 'undecided';
  return at === target ? 'unknown' : match(VERSION, chunk, at, end);
}

function isTokenCharacter(byte: number): boolean {
  return byte < 128 && TOKEN_CHARACTERS[byte] === 1;
}

/** A record header: content type 20 … 23, version 3.0 … 3.4 (RFC 8446 §5.1). */
function recogniseTls(chunk: Uint8Array, start: number, end: number): Recognised {
  if (start + 1 < end && chunk[start + 1] !== 3) return 'unknown';
  if (start + 2 < end) return chunk[start + 2] <= 4 ? 'tls' : 'unknown';
  return 'undecided';
}

/** RFC 9113 §3.4: a server begins with SETTINGS; here only those of one octet of length, no ACK, on stream 0. */
function recogniseSettings(chunk: Uint8Array, start: number, end: number): Recognised {
  const length = Math.min(end - start, H2_FRAME_HEADER);
  for (let i = 0; i < length; i++) {
    const byte = chunk[start + i];
    if (i === 2 ? byte % 6 !== 0 : byte !== (i === 3 ? H2_SETTINGS : 0)) return 'unknown';
  }
  return length === H2_FRAME_HEADER ? 'http2' : 'undecided';
}

function opening(text: string, protocol: Recognised): Opening {
  return { bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)), protocol };
}
