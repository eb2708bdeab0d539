/**
 * Heads as bytes: for samples, and for tests of everything that the decoder reads, well-formed or not.
 */
import type { HeaderField } from './head.js';

export interface HeadEncodeOptions {
  readonly headers?: readonly HeaderField[];
  /** Default `1.1`. */
  readonly version?: string;
  /** Default CRLF. */
  readonly lineEnd?: '\r\n' | '\n';
  /** Writes each SP of a header value as an obs-fold (RFC 9112 §5.2). */
  readonly fold?: boolean;
  /** Empty lines before the start line. */
  readonly leadingEmptyLines?: number;
  /** Lines written as they are behind the headers. */
  readonly rawLines?: readonly string[];
}

export interface RequestEncodeOptions extends HeadEncodeOptions {
  /** Default `GET`. */
  readonly method?: string;
  /** Default `/`. */
  readonly target?: string;
}

export interface ResponseEncodeOptions extends HeadEncodeOptions {
  /** Default 200. */
  readonly status?: number;
  /** Default `OK`. */
  readonly reason?: string;
}

/** A request head, up to and with its empty line. Characters are written as Latin-1. */
export function encodeRequest(options: RequestEncodeOptions = {}): Uint8Array {
  const { method = 'GET', target = '/', version = '1.1' } = options;
  return encodeHead(`${method} ${target} HTTP/${version}`, options);
}

/** A response head, up to and with its empty line. Characters are written as Latin-1. */
export function encodeResponse(options: ResponseEncodeOptions = {}): Uint8Array {
  const { status = 200, reason = 'OK', version = '1.1' } = options;
  return encodeHead(`HTTP/${version} ${String(status).padStart(3, '0')} ${reason}`, options);
}

function encodeHead(startLine: string, options: HeadEncodeOptions): Uint8Array {
  const { headers = [], lineEnd = '\r\n', fold = false, leadingEmptyLines = 0, rawLines = [] } = options;
  const written = (value: string) => (fold ? value.replaceAll(' ', `${lineEnd} `) : value);
  const fields = headers.map(({ name, value }) => `${name}: ${written(value)}`);
  const lines = [...Array(leadingEmptyLines).fill(''), startLine, ...fields, ...rawLines, '', ''];
  return new Uint8Array(Buffer.from(lines.join(lineEnd), 'latin1'));
}
