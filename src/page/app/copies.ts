/**
 * What is copied of a frame: its octets in hexadecimal, its facts as JSON, and a command that says the same to the server.
 *
 * Strategy: what a capture says gets into a shell only within quotes that nothing can end, in any POSIX shell; what holds
 * characters that a terminal acts upon does not get there at all.
 */

import { formatHex } from '../../bytes/hex.js';
import { jsonInteger } from '../../bytes/json-integer.js';
import { type Frame, isWholeMessage } from '../../websocket/frame-record.js';
import { formatKey } from '../../websocket/mask.js';
import type { Message } from '../../websocket/message-record.js';
import { CONTINUATION, isControl, opcodeName, TEXT } from '../../websocket/opcode.js';
import type { Session } from '../../websocket/session-record.js';
import { frameOctets } from './octets.js';

export const hexCopy = (frame: Frame): string => formatHex(frameOctets(frame, true));

export function jsonCopy(frame: Frame): string {
  const { number, session, sender, time, fin, rsv1, rsv2, rsv3, opcode, masked, exactLength, payload } =
    frame;
  const text = textOf(payload);
  const facts = {
    number,
    session: session.number,
    sender,
    time,
    fin,
    rsv1,
    rsv2,
    rsv3,
    opcode,
    opcodeName: opcodeName(opcode),
    maskingKey: masked ? formatKey(frame.maskingKey) : null,
    length: jsonInteger(exactLength),
    complete: frame.complete,
    packets: frame.pieces.map(({ packet }) => packet),
    ...(frame.messageOpcode === TEXT && !frame.compressed && text !== undefined ? { text } : {}),
    payload: formatHex(payload),
  };
  return JSON.stringify(facts, undefined, 2);
}

/** Why there is no such command, or the command. */
export interface Command {
  readonly command: string | undefined;
  readonly reason: string;
}

/**
 * `wscat` connects to the session's address and says what the frame says, or, where that is no text of its own, what its
 * message says, joined and inflated; it knows text only. `message`: that of the frame, if the page has it.
 */
export function wscatCopy(frame: Frame, message: Message | undefined): Command {
  const { session, sender, messageOpcode: opcode } = frame;
  if (sender === 'server') return refused('the server said this, and wscat is a client');
  if (opcode === CONTINUATION) return refused('the beginning of its message was not captured');
  if (opcode !== TEXT)
    return refused(`wscat sends text, not ${isControl(opcode) ? 'control frames' : 'binary'}`);
  const text = isWholeMessage(frame) ? frameText(frame) : message && messageText(message);
  if (text === undefined) return refused('the page has no whole text of it');
  const subprotocol = session.handshake?.subprotocol;
  const origin = session.handshake?.origin;
  const words = ['wscat', '-c', urlOf(session)];
  if (subprotocol !== undefined) words.push('-s', subprotocol);
  if (origin !== undefined) words.push('-o', origin);
  words.push('-x', text);
  if (words.some((word) => ACTED_UPON.test(word)))
    return refused('it holds characters that a terminal would act upon');
  return { command: words.map(shellWord).join(' '), reason: '' };
}

const refused = (reason: string): Command => ({ command: undefined, reason });

function frameText({ payload, length }: Frame): string | undefined {
  return payload.length < length ? undefined : textOf(payload);
}

/** All that was said, as far as it is certain. */
function messageText(message: Message): string | undefined {
  const { content, length, complete, limited, failure, unknownRanges } = message;
  const isWhole = complete && !limited && failure === undefined && unknownRanges.length === 0;
  return isWhole && content.length === length ? textOf(content) : undefined;
}

/** `ws://host/path`, of what the handshake says, else of the address. */
export function urlOf({ host, path, server, carrier }: Session): string {
  return `${carrier.tls === undefined ? 'ws' : 'wss'}://${host ?? server}${path ?? '/'}`;
}

/** Control characters but tabs and ends of lines, and what changes direction or cannot be seen; joiners make emoji. */
const ACTED_UPON = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** As it is where a shell takes it so; else in single quotes, in which POSIX knows no escapes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return undefined;
  }
}
