/**
 * STOMP 1.0 to 1.2: frames, heart-beats, receipts.
 *
 * Strategy: what a sender says is a stream of frames and line ends; a message may hold several, and a frame may go on in
 * the next message. RECEIPT and ERROR are paired with the frame that asked for the receipt, CONNECTED with CONNECT, and
 * of 1.2 ACK and NACK with the MESSAGE whose `ack` header they name.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { Session } from '../websocket/session-record.js';
import { clip, facts, quoted } from './bounded.js';
import { bodyFacts, bufferOf, octets } from './content.js';
import { MAX_UNITS, makeUnit, type Subprotocol, type Tools, type Unit, type UnitDecoder } from './decoder.js';
import { Remainder } from './held.js';
import { FrameScan, isLineEnd, type StompFrame } from './stomp-frame.js';

const PROTOCOL = 'stomp';
const NEGOTIATED = /^v1[0-2]\.stomp$/;
const CONTENT =
  /^(?:CONNECT|STOMP|CONNECTED|SEND|SUBSCRIBE|UNSUBSCRIBE|N?ACK|BEGIN|COMMIT|ABORT|DISCONNECT|MESSAGE|RECEIPT|ERROR)\r?\n(?:[^\n:]{1,64}:|\r?\n)/;
const GLANCE = 96;

export const stomp: Subprotocol = {
  name: PROTOCOL,
  expects: ({ handshake }) => (NEGOTIATED.test(handshake?.subprotocol ?? '') ? 1 : 0),
  bid({ content }) {
    if (content[0] < 0x41 || content[0] > 0x55) return 0;
    return CONTENT.test(bufferOf(content.subarray(0, GLANCE)).toString('latin1')) ? 0.9 : 0;
  },
  open: (session, tools) => new Stomp(session, tools),
};

/** Of one sender. */
interface Side {
  readonly rest: Remainder;
  readonly scan: FrameScan;
}

class Stomp implements UnitDecoder {
  private readonly sides: Readonly<Record<Sender, Side>>;
  private version: string | undefined;

  constructor(
    { handshake }: Session,
    private readonly tools: Tools,
  ) {
    const side = () => ({ rest: new Remainder(tools.held), scan: new FrameScan() });
    this.sides = { client: side(), server: side() };
    const negotiated = handshake?.subprotocol ?? '';
    this.version = NEGOTIATED.test(negotiated) ? `${negotiated[1]}.${negotiated[2]}` : undefined;
  }

  decode(message: Message): Unit[] | undefined {
    const { rest, scan } = this.sides[message.sender];
    const bytes = rest.with(message.content);
    if (bytes === undefined) {
      scan.reset();
      return undefined;
    }
    const units: Unit[] = [];
    let skipped = 0;
    let at = rest.length > 0 ? 0 : skipLineEnds(bytes, 0);
    while (at < bytes.length) {
      const scanned = scan.scan(bytes, at);
      if (scanned.kind === 'part') {
        if (!rest.keep(bytes, at)) scan.reset();
        if (units.length === 0) units.push(partUnit(scanned.command, bytes.length - at));
        return units;
      }
      scan.reset();
      if (scanned.kind === 'malformed') {
        const wasPart = rest.length > 0;
        rest.drop();
        if (units.length === 0 && !wasPart) return undefined;
        units.push(
          makeUnit(PROTOCOL, 'malformed', `malformed frame: ${scanned.reason}`, { reason: scanned.reason }),
        );
        return units;
      }
      if (units.length < MAX_UNITS) units.push(this.unitOf(scanned.frame, message));
      else skipped++;
      at = skipLineEnds(bytes, scanned.end);
    }
    rest.drop();
    if (skipped > 0) units.push(makeUnit(PROTOCOL, 'more', `${skipped} more`, { count: skipped }));
    if (units.length === 0 && message.content.length > 0)
      units.push(makeUnit(PROTOCOL, 'heart-beat', 'heart-beat', {}));
    return units.length === 0 ? undefined : units;
  }

  lost(sender: Sender): void {
    this.sides[sender].rest.drop();
    this.sides[sender].scan.reset();
  }

  close(): void {
    this.lost('client');
    this.lost('server');
  }

  private unitOf({ command, headers: written, body }: StompFrame, message: Message): Unit {
    const escapes = this.version !== '1.0' && command !== 'CONNECT' && command !== 'CONNECTED';
    const told = escapes
      ? [...written].map(([name, value]) => [decodeEscapes(name), decodeEscapes(value)])
      : written;
    const headers = new Map(told as Iterable<[string, string]>);
    if (command === 'CONNECTED') this.version ??= clip(headers.get('version') ?? '1.0', 8);
    const answers = this.pair(command, headers, message);
    const about = describe(command, headers);
    const size = body.length === 0 ? '' : `, ${octets(body.length)}`;
    return makeUnit(
      PROTOCOL,
      command,
      `${command}${about}${size}`,
      facts({ headers: Object.fromEntries(headers), ...(body.length === 0 ? {} : bodyFacts(body)) }),
      answers,
    );
  }

  private pair(command: string, headers: ReadonlyMap<string, string>, message: Message) {
    const { requests } = this.tools;
    const receipt = headers.get('receipt');
    if (receipt !== undefined && message.sender === 'client') requests.ask(`receipt ${receipt}`, message);
    if (command === 'CONNECT' || command === 'STOMP') requests.ask('connect', message);
    const ack = headers.get('ack');
    if (command === 'MESSAGE' && ack !== undefined) requests.ask(`ack ${ack}`, message);
    const key = answerKey(command, headers);
    return key === undefined ? undefined : requests.settle(key, message)?.answers;
  }
}

/** The key of what a frame answers. */
function answerKey(command: string, headers: ReadonlyMap<string, string>): string | undefined {
  const receipt = headers.get('receipt-id');
  const id = headers.get('id');
  if (command === 'CONNECTED') return 'connect';
  if (command === 'RECEIPT' || (command === 'ERROR' && receipt !== undefined)) return `receipt ${receipt}`;
  if (command === 'ERROR') return 'connect';
  if ((command === 'ACK' || command === 'NACK') && id !== undefined) return `ack ${id}`;
  return undefined;
}

function skipLineEnds(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isLineEnd(bytes[at])) at++;
  return at;
}

function partUnit(command: string | undefined, length: number): Unit {
  const of = command ?? 'a frame';
  return makeUnit(
    PROTOCOL,
    'part',
    `part of ${of}, ${octets(length)} so far`,
    facts({ of: command, length }),
  );
}

/** What matters most: where to, which subscription, why. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  CONNECTED: ['version'],
  RECEIPT: ['receipt-id'],
  ERROR: ['message'],
};
const TOLD_OF_OTHERS = ['destination', 'subscription', 'id', 'transaction'];

function describe(command: string, headers: ReadonlyMap<string, string>): string {
  const names = TOLD[command] ?? TOLD_OF_OTHERS;
  return names
    .filter((name) => headers.has(name))
    .map((name) => ` ${name === 'destination' ? '' : `${name} `}${quoted(headers.get(name)!)}`)
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\c': ':', '\\\\': '\\' };

/** "Value Encoding"; an escape that is not defined stays as it is. */
const decodeEscapes = (text: string): string =>
  text.includes('\\') ? text.replace(/\\[nrc\\]/g, (escaped) => ESCAPES[escaped]) : text;
