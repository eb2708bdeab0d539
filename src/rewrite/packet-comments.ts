/**
 * Messages and findings as comments of packets: one line each, in which nothing acts on a terminal.
 *
 * Strategy: they come while a capture is read, and are asked for, packet by packet, when it is read again; in between they
 * lie in a file, since a finding of the end of a session may be of a packet of long ago.
 */
import { visible } from '../bytes/visible.js';
import { atLimit } from '../limits.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { messageColumns } from '../output/message-columns.js';
import type { Finding } from '../rules/finding.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Message } from '../websocket/message-record.js';
import { SortedSpool } from './sorted-spool.js';

/** Characters of a comment. */
const MOST = 2000;

const CONTEXT: ColumnContext = { timeFormat: 'relative', start: () => ({ seconds: 0, nanoseconds: 0 }) };

export interface CommentOptions {
  /** Comments of a packet. */
  readonly most: number;
  /** What was said is not to be told. */
  readonly hidden: boolean;
  /** Told once that there are more. */
  readonly defect: (code: string, message: string, packet: number) => void;
}

export class PacketComments {
  private readonly spool = new SortedSpool();
  private isTold = false;

  constructor(private readonly options: CommentOptions) {}

  /** `decoded`: what it says in its subprotocol. */
  message(message: Message, decoded: Decoded | undefined): void {
    const packet = message.packets.at(-1);
    if (packet !== undefined) this.add(packet, messageComment(message, decoded, this.options.hidden));
  }

  finding(finding: Finding): void {
    this.add(finding.packet, findingComment(finding, this.options.hidden));
  }

  /** Those of a packet; to be asked in the order of packets, when all has been told. */
  take(packet: number): string[] {
    const { spool, options } = this;
    const comments: string[] = [];
    let left = 0;
    for (let one = spool.next(packet); one !== undefined; one = spool.next(packet)) {
      if (one.key < packet) continue;
      if (comments.length < options.most) comments.push(Buffer.from(one.bytes).toString('utf8'));
      else left++;
    }
    if (left > 0) {
      comments.push(`${left} more, without a comment`);
      this.tellOfMore(packet);
    }
    return comments;
  }

  close(): void {
    this.spool.close();
  }

  private add(packet: number, comment: string): void {
    this.spool.add(packet, Buffer.from(comment));
  }

  private tellOfMore(packet: number): void {
    if (this.isTold) return;
    this.isTold = true;
    const { most, defect } = this.options;
    const message = `a packet holds so many messages and findings that the last have no comment, and so may others ${atLimit('maxPacketComments', most)}`;
    defect('packet-comments-limit', message, packet);
  }
}

/** `message 3, session 1, client→server, text, 5 bytes: Hello`; without what it says if that is `hidden`. */
function messageComment(message: Message, decoded: Decoded | undefined, hidden: boolean): string {
  const columns = messageColumns(message, CONTEXT, () => decoded);
  const { number, session, direction, opcode, length, wire, remark, content } = columns;
  const facts = [`message ${number}`, `session ${session}`, direction, opcode];
  // How much a compressed content came to is told by what it was.
  if (!hidden || wire === '') facts.push(`${length} bytes`);
  if (wire !== '') facts.push(`deflate ${wire}`);
  if (message.frames.length > 1) facts.push(`${message.frames.length} frames`);
  const text = hidden || content === '' ? '' : `: ${content}`;
  return clip(`${facts.join(', ')}${remark === '' ? '' : ` ${remark}`}${text}`.trimEnd());
}

/** `error unmasked-client-frame, session 1, client, frame 3: the frame … (RFC 6455 §5.1)`; `hidden`: the title alone. */
function findingComment(finding: Finding, hidden: boolean): string {
  const { rule, severity, breaker, session, frame, message } = finding;
  const facts = [`${severity} ${rule.id}`, `session ${session.number}`, breaker];
  if (frame !== undefined) facts.push(`frame ${frame}`);
  return clip(`${facts.join(', ')}: ${hidden ? rule.title : visible(message)} (${rule.section})`);
}

function clip(text: string): string {
  if (text.length <= MOST) return text;
  // Not between the halves of a surrogate pair.
  return `${text.slice(0, MOST - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
