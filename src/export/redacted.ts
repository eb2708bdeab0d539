/**
 * Messages and sessions without what was said, for exports that are to be shared: each x stands for an octet.
 */
import type { Finding } from '../rules/finding.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { CLOSE } from '../websocket/opcode.js';
import type { ObservedClose, Session, SessionSummary } from '../websocket/session-record.js';
import type { Exporter } from './exporter.js';
import {
  redactedExtensionList,
  redactedFields,
  redactedOrigin,
  redactedReason,
  redactedTarget,
  redactedValue,
} from './redacted-head.js';

/** The letter x. */
export const FILLER = 0x78;
/** RFC 6455 §5.5.1: octets of a Close code, which stays. */
export const CODE_LENGTH = 2;

/** Hands on to `exporter` what may be told. */
export function redacting(exporter: Exporter): Exporter {
  return {
    begin: () => exporter.begin(),
    message: (message) => exporter.message(redactedMessage(message)),
    ...(exporter.frame && { frame: (frame) => exporter.frame?.(redactedFrame(frame)) }),
    ...(exporter.finding && { finding: (finding) => exporter.finding?.(redactedFinding(finding)) }),
    ...(exporter.unread && { unread: (connection) => exporter.unread?.(connection) }),
    closed: (summary) => exporter.closed(redactedSummary(summary)),
    end: () => exporter.end(),
    ...(exporter.remarks && { remarks: () => exporter.remarks?.() ?? [] }),
    close: () => exporter.close(),
  };
}

function redactedMessage(message: Message): Message {
  const { opcode, content, close } = message;
  const blank = new Uint8Array(content.length).fill(FILLER);
  if (opcode === CLOSE) blank.set(content.subarray(0, CODE_LENGTH));
  return {
    ...message,
    session: redactedSession(message.session),
    content: blank,
    close: close && { ...close, reason: 'x'.repeat(Math.max(0, content.length - CODE_LENGTH)) },
  };
}

function redactedFrame(frame: Frame): Frame {
  const { opcode, payload } = frame;
  const blank = new Uint8Array(payload.length).fill(FILLER);
  if (opcode === CLOSE) blank.set(payload.subarray(0, CODE_LENGTH));
  return { ...frame, session: redactedSession(frame.session), payload: blank };
}

/** Its sentence may quote what was said, so it says what the rule is called. */
export function redactedFinding(finding: Finding): Finding {
  return { ...finding, session: redactedSession(finding.session), message: finding.rule.title };
}

export function redactedSummary(summary: SessionSummary): SessionSummary {
  const { client, server } = summary.close;
  return {
    ...summary,
    session: redactedSession(summary.session),
    close: { client: redactedClose(client), server: redactedClose(server) },
  };
}

/** Of a reason that is no UTF-8 it is not known any more how many octets it had. */
function redactedClose(close: ObservedClose | undefined): ObservedClose | undefined {
  if (close?.body === undefined) return close;
  const { code, reason } = close.body;
  return { ...close, body: { code, reason: 'x'.repeat(Buffer.byteLength(reason)) } };
}

/** Tokens are sent as names of subprotocols, since scripts in browsers cannot set headers. */
function redactedToken(name: string): string {
  return redactedValue('sec-websocket-protocol', name);
}

function redactedSession(session: Session): Session {
  const { handshake, path, host } = session;
  return {
    ...session,
    host: host && redactedOrigin(host),
    path: path === undefined ? undefined : redactedTarget(path),
    handshake: handshake && {
      ...handshake,
      target: handshake.target && redactedTarget(handshake.target),
      offeredSubprotocols: handshake.offeredSubprotocols.map(redactedToken),
      host: handshake.host && redactedOrigin(handshake.host),
      origin: handshake.origin && redactedOrigin(handshake.origin),
      userAgent: handshake.userAgent && redactedValue('user-agent', handshake.userAgent),
      reason: redactedReason(handshake.response),
      offeredExtensions: redactedExtensionList(handshake.offeredExtensions),
      extensions: redactedExtensionList(handshake.extensions),
      subprotocol: handshake.subprotocol && redactedToken(handshake.subprotocol),
      request: handshake.request && {
        ...handshake.request,
        target: redactedTarget(handshake.request.target),
        headers: redactedFields(handshake.request),
      },
      response: {
        ...handshake.response,
        reason: redactedReason(handshake.response),
        headers: redactedFields(handshake.response),
      },
    },
  };
}
