/**
 * The columns of the frame list: each field of a frame as text, shared by the table and the text lines.
 */
import { count } from '../rules/count.js';
import type { Timestamp } from '../stream/place.js';
import type { Frame } from '../websocket/frame-record.js';
import { formatKey } from '../websocket/mask.js';
import { CLOSE, isReserved } from '../websocket/opcode.js';
import { formatRemarks, type ListColumns, listColumns } from './list-columns.js';
import { preview } from './preview.js';
import type { TimeFormat } from './time.js';

/** What the columns need to know beside the frame. */
export interface ColumnContext {
  readonly timeFormat: TimeFormat;
  /** Time of the first packet. */
  start(): Timestamp;
}

export interface FrameColumns extends ListColumns {
  readonly fin: string;
  readonly rsv: string;
  readonly mask: string;
  readonly length: string;
  readonly form: string;
  readonly remark: string;
  readonly payload: string;
}

export function frameColumns(frame: Frame, context: ColumnContext): FrameColumns {
  return {
    ...listColumns(frame, context),
    fin: formatFin(frame),
    rsv: formatRsv(frame),
    mask: frame.masked ? formatKey(frame.maskingKey) : '-',
    length: String(frame.length > Number.MAX_SAFE_INTEGER ? frame.exactLength : frame.length),
    form: `${frame.lengthForm}-bit`,
    remark: remarkText(frame),
    payload: preview(frame),
  };
}

export function formatFin({ fin }: Frame): string {
  return fin ? 'FIN' : '---';
}

/** `1-3` where RSV1 and RSV3 are set. */
export function formatRsv({ rsv1, rsv2, rsv3 }: Frame): string {
  return `${rsv1 ? '1' : '-'}${rsv2 ? '2' : '-'}${rsv3 ? '3' : '-'}`;
}

/** All remarks as one text, mostly none. */
export function remarkText(frame: Frame): string {
  const { confidence, missing, opcode } = frame;
  const isUsual = confidence === 1 && missing.length === 0 && !isReserved(opcode) && !isMalformed(frame);
  return isUsual ? '' : formatRemarks(remarks(frame));
}

/** What is remarkable of a frame, as facts; verdicts are the rules' business. */
export function remarks(frame: Frame): string[] {
  const list: string[] = [];
  if (frame.confidence < 1) list.push(formatDoubt(frame));
  if (isMalformed(frame)) list.push('malformed');
  if (isReserved(frame.opcode)) list.push('reserved opcode');
  const tail = frame.truncated ? 1 : 0;
  const gaps = frame.missing.slice(0, frame.missing.length - tail);
  const lost = gaps.reduce((sum, { length }) => sum + length, 0);
  if (gaps.length > 0) list.push(`gap: ${count(lost, 'byte')} missing`);
  if (frame.truncated)
    list.push(`truncated: ${count(frame.missing[frame.missing.length - 1].length, 'byte')} missing`);
  return list;
}

const MOST_SIGNIFICANT_BIT = 1n << 63n;

/**
 * Bytes that the grammar has no meaning for: a 64-bit length with its most significant bit set (RFC 6455
 * §5.2), and a Close body of one octet, where a code has two (§5.5.1).
 */
export function isMalformed(frame: Frame): boolean {
  return frame.exactLength >= MOST_SIGNIFICANT_BIT || (frame.opcode === CLOSE && frame.length === 1);
}

/** `found again, 99.9 %`: why it is not certain, and how sure it is, never rounded up to certainty. */
export function formatDoubt({ session, confidence }: Pick<Frame, 'session' | 'confidence'>): string {
  const why = session.handshake === undefined ? 'recognised' : 'found again';
  return `${why}, ${(Math.floor(confidence * 1000) / 10).toFixed(1)} %`;
}
