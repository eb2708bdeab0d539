/** Frames, messages, findings, summaries and a writer for the tests of the outputs: whole records with anything in them overridable. */
import { Collected } from '../../src/cli/collected.js';
import { ByteWriter } from '../../src/output/byte-writer.js';
import type { Colors } from '../../src/output/colors.js';
import { notDecoded } from '../../src/output/decoded-text.js';
import type { ColumnContext } from '../../src/output/frame-columns.js';
import { FrameJson } from '../../src/output/frame-json.js';
import { FrameLines } from '../../src/output/frame-text.js';
import { MessageJson } from '../../src/output/message-json.js';
import { MessageLines } from '../../src/output/message-text.js';
import type { TimeFormat } from '../../src/output/time.js';
import type { Finding } from '../../src/rules/finding.js';
import { findRule } from '../../src/rules/index.js';
import type { Rule } from '../../src/rules/rule.js';
import { shortestForm } from '../../src/websocket/frame-encode.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import type { SessionSummary } from '../../src/websocket/session-record.js';
import { utf8 } from '../support/splits.js';
import { makeSession, permessageDeflate, type SessionOptions } from '../websocket/recorder.js';

export { makeSession };

export const session = makeSession();
export const deflateSession = makeSession({ response: { extensions: [permessageDeflate] } });

const START = 1_700_000_000;

export const context = (timeFormat: TimeFormat = 'relative'): ColumnContext => ({
  timeFormat,
  start: () => ({ seconds: START, nanoseconds: 0 }),
});

/** The masked text frame of RFC 6455 §5.7 in packet 6; its lengths follow from its payload. */
export function makeFrame(
  overrides: Partial<Omit<Frame, 'payload'>> & { payload?: Uint8Array | string } = {},
): Frame {
  const payload =
    typeof overrides.payload === 'string' ? utf8(overrides.payload) : (overrides.payload ?? utf8('Hello'));
  const length = overrides.length ?? payload.length;
  const lengthForm = overrides.lengthForm ?? shortestForm(length);
  const masked = overrides.masked ?? true;
  const headerLength = 2 + (lengthForm === 7 ? 0 : lengthForm / 8) + (masked ? 4 : 0);
  const opcode = overrides.opcode ?? 1;
  const timestamp = { seconds: START + 1, nanoseconds: 203_000 };
  return {
    number: 1,
    session,
    sender: 'client',
    time: timestamp.seconds + 0.000203,
    timestamp,
    firstTimestamp: timestamp,
    fin: true,
    rsv1: false,
    rsv2: false,
    rsv3: false,
    opcode,
    messageOpcode: opcode,
    compressed: false,
    masked,
    maskingKey: masked ? 0x37fa213d : 0,
    lengthForm,
    exactLength: BigInt(length),
    headerLength,
    streamOffset: 0,
    complete: overrides.missing === undefined,
    missing: [],
    truncated: false,
    pieces: [
      {
        packet: 6,
        packetOffset: 66,
        sequence: 0,
        streamOffset: 0,
        length: headerLength + payload.length,
        comment: undefined,
      },
    ],
    confidence: 1,
    ...overrides,
    length,
    payload,
  };
}

/** The text message "Hello" of one frame in packet 6; its lengths follow from its content. */
export function makeMessage(
  overrides: Partial<Omit<Message, 'content'>> & { content?: Uint8Array | string } = {},
): Message {
  const content =
    typeof overrides.content === 'string' ? utf8(overrides.content) : (overrides.content ?? utf8('Hello'));
  const length = overrides.length ?? content.length;
  const opcode = overrides.opcode ?? 1;
  return {
    number: 1,
    session,
    sender: 'client',
    opcode,
    timestamp: { seconds: START + 1, nanoseconds: 203_000 },
    firstTimestamp: { seconds: START + 1, nanoseconds: 0 },
    unknownRanges: [],
    validText: opcode === 1,
    close: undefined,
    compressed: false,
    wireLength: length,
    failure: undefined,
    limited: false,
    frames: [1],
    packets: [6],
    complete: overrides.unknownRanges === undefined && overrides.failure === undefined,
    confidence: 1,
    ...overrides,
    length,
    content,
  };
}

export function ruleOf(id: string): Rule {
  const rule = findRule(id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
}

/** An unmasked frame of the client in packet 12; another rule by its id, with its severity. */
export function makeFinding({
  rule: id = 'unmasked-client-frame',
  ...overrides
}: Partial<Omit<Finding, 'rule'>> & { rule?: string } = {}): Finding {
  const rule = ruleOf(id);
  return {
    rule,
    severity: rule.severity,
    breaker: 'client',
    session,
    frame: 3,
    packet: 12,
    timestamp: { seconds: START + 1, nanoseconds: 203_000 },
    streamOffset: 40,
    message: 'the frame with 5 bytes of payload is not masked',
    ...overrides,
  };
}

export function makeSummary(
  overrides: Partial<SessionSummary> = {},
  options?: SessionOptions,
): SessionSummary {
  return {
    session: options === undefined ? session : makeSession(options),
    frames: { client: 3, server: 4 },
    unansweredPings: { client: 0, server: 0 },
    endedFirst: 'client',
    endedFirstAt: { seconds: START + 2, nanoseconds: 400_000_000 },
    undecodedBytes: { client: 0, server: 0 },
    payloadBytes: { client: 30, server: 40 },
    missingBytes: { client: 0, server: 0 },
    lostAt: { client: undefined, server: undefined },
    close: { client: undefined, server: undefined },
    closedBy: undefined,
    closesCrossed: false,
    end: { client: 'fin', server: 'fin' },
    cutHeader: { client: undefined, server: undefined },
    endAcknowledges: { client: undefined, server: undefined },
    delivered: { client: undefined, server: undefined },
    endedInTurn: 'server',
    ended: { seconds: START + 2, nanoseconds: 500_000_000 },
    ...overrides,
  };
}

export class MemoryWriter extends ByteWriter {
  flushes = 0;
  private written = '';
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  override flush(): void {
    this.flushes++;
    super.flush();
  }

  protected drain(bytes: Uint8Array, length: number): void {
    this.written += this.decoder.decode(bytes.subarray(0, length), { stream: true });
  }

  get text(): string {
    super.flush();
    return this.written;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

/** What `write` writes. */
export function written(write: (writer: MemoryWriter) => void): string {
  const writer = new MemoryWriter();
  write(writer);
  return writer.text;
}

export const frameLine = (frame: Frame, context: ColumnContext, colors: Colors): string =>
  written((writer) => new FrameLines(writer, context, colors).write(frame));

export const messageLine = (message: Message, context: ColumnContext, colors: Colors): string =>
  written((writer) => new MessageLines(writer, context, colors).write(message));

export const frameJson = (frame: Frame): string => written((writer) => new FrameJson(writer).write(frame));

export const messageJson = (message: Message, plainJson = false): string =>
  written((writer) => new MessageJson(writer, plainJson ? notDecoded : undefined).write(message));

/**
 * Whatever drives a terminal or deceives its reader: C0 (the line end too), DEL, C1, bidi controls, zero width
 * and other format characters, tags, lone surrogates.
 */
export const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}\p{Cf}]|\p{Surrogate}/u;

/** Texts that a peer could send to that end. */
export const hostileTexts: readonly [name: string, text: string][] = [
  ['an erased screen', '\x1b[2J\x1b[H'],
  ['a window title', '\x1b]0;owned\x07'],
  ['a C1 escape', '\x9b31mred\x9c'],
  ['forged lines', 'a\r\n    2  0.1  forged\u0085\u2028x'],
  ['a bidi override', 'invoice\u202egpj.exe\u202c'],
  ['bidi isolates', '\u2066a\u2069\u061c\u200f'],
  ['a byte order mark', '\ufeffx'],
  ['what nobody sees', 'pay\u200bpal \u2060\u{e0041}\u{e0042}\u200d\xad'],
  ['NUL and DEL', 'a\0b\x7fc\b'],
  ['lone surrogates', 'a\ud800b\udc00'],
  ['quotes and backslashes', '"\\u0041"</script>'],
];

/** Findings as `check` has them at its end; `summaries` of the sessions without any, too. */
export function collect(
  findings: readonly Finding[],
  summaries: readonly SessionSummary[] = [],
  most = Number.POSITIVE_INFINITY,
): Collected {
  const collected = new Collected(most, summaries.length > 0);
  for (const finding of findings) collected.add(finding);
  const sessions = new Map(findings.map(({ session }) => [session.number, makeSummary({ session })]));
  for (const summary of summaries) sessions.set(summary.session.number, summary);
  for (const summary of sessions.values()) collected.closed(summary);
  return collected;
}
