/**
 * The text of a complete head → its start line, header fields and quirks (RFC 9112 §3 … §5).
 *
 * Strategy: tolerant as deployed recipients are: bare LF, folded lines and broken lines are read and noted.
 * Only a start line that is neither a request line nor a status line of HTTP/1 is refused. Every step is
 * linear in the length of the text.
 */
import type { HeaderField, HeadQuirk, RequestHead, ResponseHead } from './head.js';
import { isWhitespace, TOKEN, trimWhitespace } from './text.js';

export type StartLine =
  | Pick<RequestHead, 'kind' | 'method' | 'target' | 'version'>
  | Pick<ResponseHead, 'kind' | 'status' | 'reason' | 'version'>;

export interface ParsedHead extends Pick<RequestHead, 'headers' | 'quirks' | 'malformedLines'> {
  readonly startLine: StartLine;
}

/** Of most heads: what is kept of a session is to be small. */
const NO_QUIRKS: readonly HeadQuirk[] = [];
const NO_LINES: readonly string[] = [];

/** Names and values of most handshakes: one string for all of them. */
const COMMON = new Map(
  (
    'Host Upgrade upgrade Connection connection Origin User-Agent Accept Accept-Encoding Accept-Language Cookie ' +
    'Pragma Cache-Control Date Server Content-Length Transfer-Encoding Sec-WebSocket-Key Sec-WebSocket-Version ' +
    'Sec-WebSocket-Protocol Sec-WebSocket-Extensions Sec-WebSocket-Accept Set-Cookie websocket WebSocket 13 ' +
    'permessage-deflate no-cache 0'
  )
    .split(' ')
    .map((text) => [text, text]),
);
const LONGEST_COMMON = 24;

/** Parses a head that ends with its empty line; undefined: its start line is none of HTTP/1. */
export function parseHead(text: string, emptyLinesBefore: boolean): ParsedHead | undefined {
  const quirks: HeadQuirk[] = [];
  if (emptyLinesBefore) note(quirks, 'leading-empty-line');
  const lines = text.split('\n');
  lines.pop();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (line.endsWith('\r')) lines[i] = line.slice(0, -1);
    else note(quirks, 'bare-lf');
    if (lines[i].includes('\r')) note(quirks, 'bare-cr');
  }
  const startLine = parseStartLine(trimWhitespace(lines[0]));
  if (startLine === undefined) return undefined;
  const malformedLines: string[] = [];
  const headers = parseFields(lines, malformedLines, quirks);
  if (malformedLines.length > 0) note(quirks, 'malformed-line');
  return {
    startLine,
    headers,
    quirks: quirks.length === 0 ? NO_QUIRKS : quirks,
    malformedLines: malformedLines.length === 0 ? NO_LINES : malformedLines,
  };
}

/** Each kind once. */
function note(quirks: HeadQuirk[], quirk: HeadQuirk): void {
  if (!quirks.includes(quirk)) quirks.push(quirk);
}

const STATUS_LINE = /^HTTP\/(1\.\d) +(\d{3})(?: (.*))?$/s;
/** At the end of a request line. */
const VERSION = / HTTP\/1\.\d$/;

function parseStartLine(line: string): StartLine | undefined {
  const status = line.startsWith('HTTP/') ? STATUS_LINE.exec(line) : null;
  if (status !== null) {
    return { kind: 'response', version: status[1], status: Number(status[2]), reason: status[3] ?? '' };
  }
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const version = VERSION.test(line) ? line.slice(-'1.1'.length) : undefined;
  const method = line.slice(0, first);
  const target = trimWhitespace(line.slice(first, last));
  if (first < 0 || version === undefined || target === '' || !TOKEN.test(method)) return undefined;
  return { kind: 'request', method, target, version };
}

function parseFields(lines: readonly string[], malformed: string[], quirks: HeadQuirk[]): HeaderField[] {
  const headers: { name: string; value: string }[] = [];
  let current: { name: string; value: string } | undefined;
  for (let i = 1; i < lines.length - 1; i++) {
    const line = lines[i];
    if (isWhitespace(line, 0)) {
      // obs-fold (RFC 9112 §5.2), or whitespace before the first field (§2.2)
      if (current === undefined) malformed.push(line);
      else {
        note(quirks, 'obs-fold');
        const more = trimWhitespace(line);
        if (more !== '') current.value += current.value === '' ? more : ` ${more}`;
      }
      continue;
    }
    const colon = line.indexOf(':');
    const written = line.slice(0, Math.max(colon, 0));
    const name = trimWhitespace(written);
    const known = COMMON.get(name);
    current =
      known !== undefined || TOKEN.test(name)
        ? { name: known ?? name, value: common(trimWhitespace(line.slice(colon + 1))) }
        : undefined;
    if (current === undefined || name !== written) malformed.push(line);
    if (current !== undefined) headers.push(current);
  }
  // Without the room that an array has which has grown.
  return headers.slice();
}

function common(value: string): string {
  return value.length > LONGEST_COMMON ? value : (COMMON.get(value) ?? value);
}
