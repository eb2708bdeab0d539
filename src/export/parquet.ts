/**
 * What a capture holds as four tables in Parquet, for DuckDB, pandas and the like: frames, messages, sessions, findings.
 *
 * Strategy: names and values are those of the JSON lists, in snake case; lists of packets are their first and last one. Times are
 * seconds as there, and nanoseconds, exact.
 */

import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { textOf } from '../bytes/utf8.js';
import type { Finding } from '../rules/finding.js';
import { nanosecondsOf, type Timestamp } from '../stream/place.js';
import type { Frame, Sender } from '../websocket/frame-record.js';
import { formatKey } from '../websocket/mask.js';
import type { Message } from '../websocket/message-record.js';
import { messageOpcodeName, opcodeName, TEXT } from '../websocket/opcode.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import type { Exporter } from './exporter.js';
import { makeFolder } from './new-folder.js';
import { ParquetTable } from './parquet-table.js';

const TIME = { time: 'real', time_ns: 'number' } as const;
const SESSION = { session: 'number', client: 'text', server: 'text', path: 'text' } as const;

const FRAMES = {
  frame: 'number',
  ...TIME,
  ...SESSION,
  sender: 'text',
  opcode: 'text',
  fin: 'boolean',
  rsv1: 'boolean',
  rsv2: 'boolean',
  rsv3: 'boolean',
  masked: 'boolean',
  masking_key: 'text',
  length: 'number',
  stream_offset: 'number',
  first_packet: 'number',
  last_packet: 'number',
  complete: 'boolean',
  text: 'text',
  payload: 'bytes',
} as const;

const MESSAGES = {
  message: 'number',
  ...TIME,
  ...SESSION,
  host: 'text',
  subprotocol: 'text',
  sender: 'text',
  opcode: 'text',
  length: 'number',
  compressed: 'boolean',
  wire_length: 'number',
  frames: 'number',
  first_packet: 'number',
  last_packet: 'number',
  complete: 'boolean',
  close_code: 'number',
  text: 'text',
  content: 'bytes',
} as const;

const SESSIONS = {
  ...SESSION,
  ...TIME,
  connection: 'number',
  host: 'text',
  http: 'text',
  tls: 'text',
  status: 'number',
  subprotocol: 'text',
  end_time: 'real',
  end_time_ns: 'number',
  client_frames: 'number',
  server_frames: 'number',
  client_bytes: 'number',
  server_bytes: 'number',
  client_missing_bytes: 'number',
  server_missing_bytes: 'number',
  closed_by: 'text',
  client_close_code: 'number',
  server_close_code: 'number',
} as const;

const FINDINGS = {
  rule: 'text',
  severity: 'text',
  section: 'text',
  breaker: 'text',
  ...SESSION,
  frame: 'number',
  packet: 'number',
  ...TIME,
  message: 'text',
} as const;

export class ParquetFiles implements Exporter {
  private readonly frames: ParquetTable<keyof typeof FRAMES>;
  private readonly messages: ParquetTable<keyof typeof MESSAGES>;
  private readonly sessions: ParquetTable<keyof typeof SESSIONS>;
  private readonly findings: ParquetTable<keyof typeof FINDINGS>;

  /** Throws OutputError as makeFolder() does. */
  constructor(folder: string) {
    makeFolder(folder);
    this.frames = new ParquetTable(join(folder, 'frames.parquet'), FRAMES);
    this.messages = new ParquetTable(join(folder, 'messages.parquet'), MESSAGES);
    this.sessions = new ParquetTable(join(folder, 'sessions.parquet'), SESSIONS);
    this.findings = new ParquetTable(join(folder, 'findings.parquet'), FINDINGS);
  }

  begin(): void {}

  frame(frame: Frame): void {
    const { number, session, sender, opcode, payload, pieces, masked, maskingKey } = frame;
    const isText = frame.messageOpcode === TEXT && !frame.compressed && isUtf8(payload);
    this.frames.row({
      frame: number,
      ...timeOf(frame.timestamp),
      ...namesOf(session),
      sender,
      opcode: opcodeName(opcode),
      fin: frame.fin,
      rsv1: frame.rsv1,
      rsv2: frame.rsv2,
      rsv3: frame.rsv3,
      masked,
      masking_key: masked ? formatKey(maskingKey) : undefined,
      length: frame.length,
      stream_offset: frame.streamOffset,
      first_packet: pieces[0]?.packet,
      last_packet: pieces.at(-1)?.packet,
      complete: frame.complete,
      ...said(payload, isText, 'payload'),
    });
  }

  message(message: Message): void {
    const { number, session, sender, opcode, content, packets, close } = message;
    this.messages.row({
      message: number,
      ...timeOf(message.timestamp),
      ...namesOf(session),
      host: session.host,
      subprotocol: session.handshake?.subprotocol,
      sender,
      opcode: messageOpcodeName(opcode),
      length: message.length,
      compressed: message.compressed,
      wire_length: message.wireLength,
      frames: message.frames.length,
      first_packet: packets[0],
      last_packet: packets.at(-1),
      complete: message.complete,
      close_code: close?.code,
      ...said(content, message.validText, 'content'),
    });
  }

  finding({ rule, severity, breaker, session, frame, packet, timestamp, message }: Finding): void {
    const { id, section } = rule;
    this.findings.row({
      rule: id,
      severity,
      section,
      breaker,
      ...namesOf(session),
      frame,
      packet,
      ...timeOf(timestamp),
      message,
    });
  }

  closed(summary: SessionSummary): void {
    const { session, ended, frames, payloadBytes, missingBytes, close, closedBy } = summary;
    const { time, time_ns } = timeOf(ended);
    const code = (sender: Sender) => close[sender]?.body?.code;
    this.sessions.row({
      ...namesOf(session),
      ...timeOf(session.opened),
      connection: session.connection,
      host: session.host,
      http: session.carrier.http,
      tls: session.carrier.tls?.version,
      status: session.handshake?.status,
      subprotocol: session.handshake?.subprotocol,
      end_time: time,
      end_time_ns: time_ns,
      client_frames: frames.client,
      server_frames: frames.server,
      client_bytes: payloadBytes.client,
      server_bytes: payloadBytes.server,
      client_missing_bytes: missingBytes.client,
      server_missing_bytes: missingBytes.server,
      closed_by: closedBy,
      client_close_code: code('client'),
      server_close_code: code('server'),
    });
  }

  end(): void {
    for (const table of [this.frames, this.messages, this.sessions, this.findings]) table.end();
  }

  close(): void {}
}

function timeOf(timestamp: Timestamp) {
  const { seconds, nanoseconds } = timestamp;
  return { time: seconds + Math.floor(nanoseconds / 1000) / 1e6, time_ns: nanosecondsOf(timestamp) };
}

function namesOf({ number, client, server, path }: Session) {
  return { session: number, client, server, path };
}

/** Text as it is, all else as octets, which are lent and so copied. */
function said<Name extends 'payload' | 'content'>(bytes: Uint8Array, isText: boolean, name: Name) {
  const text = isText ? textOf(bytes) : undefined;
  return { text, [name]: isText ? undefined : bytes.slice() } as Record<'text', string | undefined> &
    Record<Name, Uint8Array | undefined>;
}
