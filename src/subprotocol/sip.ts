/**
 * SIP (RFC 3261) over WebSocket (RFC 7118), each message a message of the WebSocket (§5): requests, responses, keep-alives.
 *
 * Strategy: a response is paired by Call-ID and CSeq with the request of the other side: provisional ones go on, a final
 * one settles it (RFC 3261 §17.1).
 */
import type { Message } from '../websocket/message-record.js';
import { brief, facts } from './bounded.js';
import { bodyFacts, bufferOf } from './content.js';
import { makeUnit, otherSide, type Subprotocol, type Tools, type Unit } from './decoder.js';

const PROTOCOL = 'sip';
/** RFC 3261 §7.1, §7.2. */
const REQUEST = /^([A-Z]{2,20}) ([a-z]+:\S{1,1024}) SIP\/2\.0$/i;
const RESPONSE = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/;
const CONTENT =
  /^(?:SIP\/2\.0 [1-6]\d\d|(?:INVITE|ACK|BYE|CANCEL|OPTIONS|REGISTER|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE) (?:sips?|tel):)/;
const GLANCE = 24;
/** Octets of headers that are looked at. */
const MAX_HEAD = 64 * 1024;
/** RFC 3261 §7.3.3, §20; RFC 6665 §8.2.1; RFC 3515 §2.1. */
const COMPACT: Readonly<Record<string, string>> = {
  i: 'call-id',
  m: 'contact',
  e: 'content-encoding',
  l: 'content-length',
  c: 'content-type',
  f: 'from',
  s: 'subject',
  k: 'supported',
  t: 'to',
  v: 'via',
  o: 'event',
  u: 'allow-events',
  r: 'refer-to',
};

export const sip: Subprotocol = {
  name: PROTOCOL,
  // RFC 7118 §4.1.
  expects: ({ handshake }) => (/^sip$/i.test(handshake?.subprotocol ?? '') ? 1 : 0),
  bid({ content }) {
    if (content[0] < 0x41 || content[0] > 0x55) return 0;
    return CONTENT.test(bufferOf(content.subarray(0, GLANCE)).toString('latin1')) ? 0.9 : 0;
  },
  open: (_session, tools) => ({
    decode(message) {
      const unit = keepAlive(message, tools) ?? sipUnit(message, tools);
      return unit && [unit];
    },
  }),
};

/** RFC 5626 §3.5.1, RFC 7118 §6: two line ends ask for one. */
function keepAlive({ content, ...rest }: Message, { requests }: Tools): Unit | undefined {
  const message = { content, ...rest };
  if (content.length !== 2 && content.length !== 4) return undefined;
  const text = bufferOf(content).toString('latin1');
  const key = (asker: string) => `keep-alive ${asker}`;
  if (text === '\r\n\r\n') {
    requests.ask(key(message.sender), message);
    return makeUnit(PROTOCOL, 'keep-alive', 'keep-alive, asks', {});
  }
  if (text !== '\r\n') return undefined;
  const found = requests.settle(key(otherSide(message.sender)), message);
  return makeUnit(PROTOCOL, 'keep-alive', 'keep-alive, answers', {}, found?.answers);
}

type Headers = ReadonlyMap<string, readonly string[]>;

function sipUnit(message: Message, tools: Tools): Unit | undefined {
  const content = bufferOf(message.content);
  const headEnd = content.indexOf('\r\n\r\n');
  if (headEnd < 0 || headEnd > MAX_HEAD) return undefined;
  const [start, ...lines] = content.toString('utf8', 0, headEnd).split('\r\n');
  const headers = parseHeaders(lines);
  const body = content.subarray(headEnd + 4);
  const request = REQUEST.exec(start);
  if (request !== null) return requestUnit(request, headers, body, message, tools);
  const response = RESPONSE.exec(start);
  return response === null ? undefined : responseUnit(response, headers, body, message, tools);
}

/** Names in small letters, a line that begins with a space goes on in the one before (§7.3.1). */
function parseHeaders(lines: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of lines) {
    if (/^[ \t]/.test(line) && last !== undefined) {
      last.push(`${last.pop()} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const written = line.slice(0, colon).trim().toLowerCase();
    const name = Object.hasOwn(COMPACT, written) ? COMPACT[written] : written;
    last = headers.get(name) ?? [];
    last.push(line.slice(colon + 1).trim());
    headers.set(name, last);
  }
  return headers;
}

const one = (headers: Headers, name: string): string | undefined => headers.get(name)?.[0];

function requestUnit(
  [, method, uri]: RegExpExecArray,
  headers: Headers,
  body: Buffer,
  message: Message,
  { requests }: Tools,
): Unit {
  const key = keyOf(message.sender, headers);
  // An ACK has no response (§17.1.1.3).
  if (key !== undefined && method !== 'ACK') requests.ask(key, message, method);
  const summary = `${method} ${brief(uri)}${sequence(headers)}`;
  return makeUnit(PROTOCOL, method, summary, facts({ method, uri, ...common(headers, body) }));
}

function responseUnit(
  [, code, reason = '']: RegExpExecArray,
  headers: Headers,
  body: Buffer,
  message: Message,
  { requests }: Tools,
): Unit {
  const status = Number(code);
  const key = keyOf(otherSide(message.sender), headers);
  const found =
    key === undefined
      ? undefined
      : status < 200
        ? requests.find(key, message)
        : requests.settle(key, message);
  const method = one(headers, 'cseq')?.split(/\s+/)[1];
  const of = method === undefined ? '' : ` of ${brief(method)}`;
  return makeUnit(
    PROTOCOL,
    'response',
    `${status} ${brief(reason)}${of}${sequence(headers)}`,
    facts({ status, reason, method, ...common(headers, body) }),
    found?.answers,
  );
}

function keyOf(asker: string, headers: Headers): string | undefined {
  const [callId, cseq] = [one(headers, 'call-id'), one(headers, 'cseq')];
  return callId === undefined || cseq === undefined ? undefined : `${asker} ${cseq} ${callId}`;
}

function sequence(headers: Headers): string {
  const number = one(headers, 'cseq')?.split(/\s+/)[0];
  return number === undefined ? '' : `, CSeq ${brief(number)}`;
}

function common(headers: Headers, body: Buffer): Readonly<Record<string, unknown>> {
  const told = [...headers].map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
  return {
    callId: one(headers, 'call-id'),
    cseq: one(headers, 'cseq'),
    headers: Object.fromEntries(told),
    ...(body.length === 0 ? {} : bodyFacts(body)),
  };
}
