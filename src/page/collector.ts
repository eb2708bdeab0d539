/**
 * Takes what the dissector tells, and makes blocks of it for the page.
 *
 * Strategy: nothing is kept but the block under way of each table; whoever takes the blocks writes them to a file. So
 * memory depends on none of the captures.
 */
import { atLimit } from '../limits.js';
import type { Finding } from '../rules/finding.js';
import type { Rule } from '../rules/rule.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';
import type { PageIndex } from './index-record.js';
import { findingCodec, frameCodec, messageCodec } from './record-codecs.js';
import { sessionCodec } from './session-codec.js';
import type { PageFrame, PageMessage } from './source.js';
import { TableWriter, type TakeBlock } from './table-writer.js';

const REPORT_LIMIT = 'report-limit';

export interface CollectorOptions {
  /** Octets kept of a payload. */
  readonly maxPagePayload: number;
  /** Octets of blocks, behind which there are only sessions. */
  readonly maxReport: number;
  readonly take: TakeBlock;
  /** Told of the first hit of a limit. */
  report(code: string, message: string): void;
}

export class Collector {
  private readonly frames: TableWriter<PageFrame>;
  private readonly messages: TableWriter<PageMessage>;
  private readonly sessions: TableWriter<SessionSummary>;
  private readonly findings: TableWriter<Finding>;
  private readonly rules: Rule[] = [];
  private readonly ruleNumbers = new Map<Rule, number>();
  private readonly hit = new Set<string>();
  private size = 0;

  constructor(private readonly options: CollectorOptions) {
    const { maxPagePayload, take } = options;
    const taken: TakeBlock = (table, packed, index) => {
      this.size += packed.length;
      take(table, packed, index);
    };
    const rule = (rule: Rule) => this.numberOf(rule);
    this.frames = new TableWriter('frames', frameCodec(maxPagePayload), taken, rule);
    this.messages = new TableWriter('messages', messageCodec(maxPagePayload), taken, rule);
    this.sessions = new TableWriter('sessions', sessionCodec, taken, rule);
    this.findings = new TableWriter('findings', findingCodec, taken, rule);
  }

  /** `message`: the data message that it ends, which has been told before. */
  frame(frame: Frame, message?: Message): void {
    if (this.isFull()) return;
    this.measure(frame.payload);
    this.frames.add({ ...frame, message: message && this.rowOf(message) });
  }

  /** In the order of their numbers, each of them. */
  message(message: Message, decoded: Decoded | undefined): void {
    if (this.isFull()) return;
    this.measure(message.content);
    this.messages.add({ ...message, decoded });
    if (message.number !== this.messages.count)
      throw new Error(`message ${message.number} is told as number ${this.messages.count}`);
  }

  finding(finding: Finding): void {
    if (this.isFull()) return;
    this.findings.add(finding);
  }

  /** In the order of their numbers, each of them. */
  session(summary: SessionSummary): void {
    this.sessions.add(summary);
    if (summary.session.number !== this.sessions.count)
      throw new Error(`session ${summary.session.number} is told as number ${this.sessions.count}`);
  }

  /** The last blocks, and where all are. */
  end(): Pick<PageIndex, 'rules' | 'tables'> {
    const { frames, messages, sessions, findings } = this;
    const tables = { frames, messages, sessions, findings };
    for (const table of Object.values(tables)) table.flush();
    return {
      rules: this.rules,
      tables: {
        frames: frames.blocks,
        messages: messages.blocks,
        sessions: sessions.blocks,
        findings: findings.blocks,
      },
    };
  }

  /** It was full before all was told. */
  get leftOut(): boolean {
    return this.hit.has(REPORT_LIMIT);
  }

  /** Undefined: it was left out. */
  private rowOf({ number }: Message): number | undefined {
    return number <= this.messages.count ? number - 1 : undefined;
  }

  private isFull(): boolean {
    const { maxReport } = this.options;
    if (this.size <= maxReport) return false;
    this.report(
      REPORT_LIMIT,
      `the report is too large: further frames, messages and findings are left out; wsdissect serve shows all ${atLimit('maxReport', maxReport)}`,
    );
    return true;
  }

  private measure({ length }: Uint8Array): void {
    const { maxPagePayload } = this.options;
    if (length > maxPagePayload)
      this.report(
        'page-payload-limit',
        `the page does not hold long payloads in whole ${atLimit('maxPagePayload', maxPagePayload)}`,
      );
  }

  private report(code: string, message: string): void {
    if (this.hit.has(code)) return;
    this.hit.add(code);
    this.options.report(code, message);
  }

  private numberOf(rule: Rule): number {
    let number = this.ruleNumbers.get(rule);
    if (number === undefined) {
      number = this.rules.push(rule) - 1;
      this.ruleNumbers.set(rule, number);
    }
    return number;
  }
}
