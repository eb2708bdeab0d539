/**
 * Which protocol a direction of a connection speaks, told by its first bytes.
 *
 * Strategy: pure and stateless; the caller asks again with more bytes while the answer is `undecided`.
 * A method counts only if IANA lists it, so that uppercase text of other protocols (SMTP, FTP) does not.
 */
export type Recognised = 'http1-request' | 'http1-response' | 'tls' | 'http2' | 'undecided' | 'unknown';

/** https://www.iana.org/assignments/http-methods, without PRI (RFC 9113 §3.4). */
const METHODS = (
  'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY ' +
  'MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT ' +
  'QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'
).split(' ');

interface Opening {
  readonly bytes: Uint8Array;
  readonly protocol: Recognised;
}

const OPENINGS: readonly Opening[] = [
  ...METHODS.map((method) => opening(`${method} `, 'http1-request')),
  opening('HTTP/1.', 'http1-response'),
  opening('PRI * HTTP/2.0', 'http2'),
];

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
  if (first < 0x41 || first > 0x5a) return 'unknown';
  let undecided = false;
  for (const { bytes, protocol } of OPENINGS) {
    let same = 0;
    while (same < bytes.length && at + same < end && bytes[same] === chunk[at + same]) same++;
    if (same === bytes.length) return protocol;
    if (at + same === end) undecided = true;
  }
  return undecided ? 'undecided' : 'unknown';
}

/** A record header: content type 20 … 23, version 3.0 … 3.4 (RFC 8446 §5.1). */
function recogniseTls(chunk: Uint8Array, start: number, end: number): Recognised {
  if (start + 1 < end && chunk[start + 1] !== 3) return 'unknown';
  if (start + 2 < end) return chunk[start + 2] <= 4 ? 'tls' : 'unknown';
  return 'undecided';
}

function opening(text: string, protocol: Recognised): Opening {
  return { bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)), protocol };
}
