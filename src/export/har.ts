/**
 * Sessions as HAR 1.2, with their messages as the DevTools of Chromium write them: an entry of the resource type `websocket`
 * has `_webSocketMessages` (`send` is what the client said, times are seconds since the epoch, binary is base64).
 *
 * Strategy: an entry has all messages of its session together, so they are spooled until the session is over; what the
 * entries hold beside is small.
 */
import type { HeaderField } from '../http/head.js';
import { jsonString, jsonValue } from '../output/json.js';
import { formatEpoch } from '../output/time.js';
import type { TextWriter } from '../output/writer.js';
import { secondsBetween, type Timestamp } from '../stream/place.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, isControl, TEXT } from '../websocket/opcode.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import type { Exporter } from './exporter.js';
import { Spool } from './spool.js';

export interface HarWriter extends TextWriter {
  bytes(bytes: Uint8Array): void;
}

export class HarExport implements Exporter {
  private readonly spool = new Spool();
  /** Sessions under way that messages were told of, and those with one that a HAR has. */
  private readonly told = new Set<number>();
  private readonly begun = new Set<number>();
  private entries = 0;

  /** `chosen`: messages are those of a filter, so a session of which none is told has no entry. */
  constructor(
    private readonly writer: HarWriter,
    private readonly version: string,
    private readonly chosen = false,
  ) {}

  begin(): void {
    const creator = { name: 'wsdissect', version: this.version };
    this.writer.write(`{"log":{"version":"1.2","creator":${jsonValue(creator)},"pages":[],"entries":[`);
  }

  message(message: Message): void {
    const { session, opcode, sender, timestamp } = message;
    this.told.add(session.number);
    if (isControl(opcode)) return;
    const separator = this.begun.has(session.number) ? ',' : '';
    this.begun.add(session.number);
    this.spool.add(
      session.number,
      `${separator}\n{"type":"${sender === 'client' ? 'send' : 'receive'}","time":${formatEpoch(timestamp)},` +
        `${opcodeOf(message)},"data":${dataOf(message)}${message.complete ? '' : ',"_complete":false'}}`,
    );
  }

  closed(summary: SessionSummary): void {
    const { writer } = this;
    const { number } = summary.session;
    const isTold = this.told.delete(number);
    if (this.chosen && !isTold) return;
    const head = jsonValue(entryOf(summary));
    writer.write(`${this.entries++ === 0 ? '' : ','}\n${head.slice(0, -1)},"_webSocketMessages":[`);
    this.spool.take(number, (bytes) => writer.bytes(bytes));
    this.begun.delete(number);
    writer.write(']}');
  }

  end(): void {
    this.writer.write('\n]}}\n');
  }

  close(): void {
    this.spool.close();
  }
}

/** What is in base64 is binary to readers of a HAR; `_opcode` is what it was, where that is text. */
function opcodeOf({ opcode, validText }: Message): string {
  return opcode === TEXT && !validText ? `"opcode":${BINARY},"_opcode":${TEXT}` : `"opcode":${opcode}`;
}

/** Text as it is; what is no UTF-8, or binary, in base64. */
function dataOf({ content, validText }: Message): string {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return validText ? jsonString(bytes.toString('utf8')) : `"${bytes.toString('base64')}"`;
}

function entryOf(summary: SessionSummary): Record<string, unknown> {
  const { session, ended } = summary;
  const { handshake, opened, answered } = session;
  const waited = milliseconds(secondsBetween(opened, answered));
  const response = handshake?.response;
  const request = handshake?.request;
  return {
    _connectionId: String(session.connection),
    _resourceType: 'websocket',
    connection: String(session.connection),
    startedDateTime: isoOf(opened),
    time: milliseconds(secondsBetween(opened, ended)),
    request: {
      method: handshake?.method ?? 'GET',
      url: urlOf(session),
      httpVersion: versionOf(session),
      cookies: [],
      headers: headersOf(request?.headers),
      queryString: queryOf(session),
      headersSize: request?.byteLength ?? -1,
      bodySize: 0,
    },
    response: {
      status: handshake?.status ?? 0,
      statusText: handshake?.reason ?? '',
      httpVersion: versionOf(session),
      cookies: [],
      headers: headersOf(response?.headers),
      content: { size: 0, mimeType: 'x-unknown' },
      redirectURL: '',
      headersSize: response?.byteLength ?? -1,
      bodySize: -1,
    },
    cache: {},
    timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: waited, receive: 0 },
    serverIPAddress: session.server.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''),
  };
}

function urlOf({ carrier, host, server, path }: Session): string {
  return `${carrier.tls === undefined ? 'ws' : 'wss'}://${host ?? server}${path ?? '/'}`;
}

function queryOf({ path = '' }: Session): { readonly name: string; readonly value: string }[] {
  const at = path.indexOf('?');
  return at < 0 ? [] : [...new URLSearchParams(path.slice(at + 1))].map(([name, value]) => ({ name, value }));
}

function versionOf({ carrier }: Session): string {
  return carrier.http === 'h2' ? 'h2' : 'HTTP/1.1';
}

function headersOf(
  headers: readonly HeaderField[] = [],
): { readonly name: string; readonly value: string }[] {
  return headers.map(({ name, value }) => ({ name, value }));
}

function isoOf({ seconds, nanoseconds }: Timestamp): string {
  const date = new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6));
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

function milliseconds(seconds: number): number {
  return Math.max(0, Math.round(seconds * 1e6) / 1e3);
}
