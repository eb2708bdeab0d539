/**
 * The detail tree of a frame (-V), as Wireshark's detail pane: each field with its bits, value and meaning,
 * the section that defines it, its bytes in the stream, and the packets that carried them.
 */
import { visible } from '../bytes/visible.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import { opcodeName } from '../websocket/opcode.js';
import type { SessionCarrier } from '../websocket/session-record.js';
import type { Colors } from './colors.js';
import { decodedTree } from './decoded-text.js';
import { type ColumnContext, remarks } from './frame-columns.js';
import { type FrameField, frameFields } from './frame-fields.js';
import { formatEpoch, formatTime } from './time.js';
import { tlsName } from './tls-text.js';

/** Packets named per field; a frame of thousands of segments would drown the tree. */
const MAX_PACKETS = 8;
/** Comments and gaps named, likewise. */
const MAX_LINES = 32;

/** `decoded`: what the message says that the frame ends. */
export function frameTree(
  frame: Frame,
  context: ColumnContext,
  colors: Colors,
  decoded?: Decoded | undefined,
): string {
  const { session } = frame;
  const { path } = session;
  const lines = [
    colors.label(
      `Frame ${frame.number}: ${opcodeName(frame.opcode)}, ${frame.exactLength} bytes, ` +
        `${frame.sender === 'client' ? 'client → server' : 'server → client'}`,
    ),
    `    Session ${session.number}: ${session.client} → ${session.server}` +
      `${path === undefined ? '' : `, path ${visible(path)}`} (TCP stream ${session.connection}${carriedText(session.carrier)})`,
    `    Time: ${formatTime(frame.timestamp, 'relative', context.start())} s since the first packet, ` +
      `${formatTime(frame.timestamp, 'utc', context.start())} (${formatEpoch(frame.timestamp)})`,
  ];
  for (const field of frameFields(frame)) lines.push(`    ${fieldLine(field, frame, colors)}`);
  const commented = frame.pieces.filter(({ comment }) => comment !== undefined);
  for (const { packet, comment } of commented.slice(0, MAX_LINES))
    lines.push(`    Comment on packet ${packet}: ${visible(comment!)}`);
  if (commented.length > MAX_LINES)
    lines.push(`    Comments on ${commented.length - MAX_LINES} more packets`);
  for (const { offset, length } of frame.missing.slice(0, MAX_LINES))
    lines.push(`    ${colors.remark(`[payload bytes ${byteRange(offset, length)} are not in the capture]`)}`);
  if (frame.missing.length > MAX_LINES)
    lines.push(`    ${colors.remark(`[${frame.missing.length - MAX_LINES} more gaps in the payload]`)}`);
  for (const remark of remarks(frame)) lines.push(`    ${colors.remark(`[${remark}]`)}`);
  if (decoded !== undefined) lines.push(...decodedTree(decoded, colors).map((line) => `    ${line}`));
  return `${lines.join('\n')}\n`;
}

function carriedText({ stream, tunnel, tls }: SessionCarrier): string {
  const h2 = stream === undefined ? '' : `, HTTP/2 stream ${stream}`;
  const secured = tls === undefined ? h2 : `${h2}, ${tlsName(tls)}`;
  return tunnel === undefined ? secured : `${secured}, in HTTP/2 stream ${tunnel}`;
}

function fieldLine(field: FrameField, frame: Frame, colors: Colors): string {
  const bits = field.bits === undefined ? '' : `${field.bits} = `;
  const meaning = field.meaning === '' ? '' : ` (${field.meaning})`;
  const value = field.value === '' ? '' : `: ${field.value}`;
  const start = frame.streamOffset + field.start;
  const where = [
    field.section,
    `stream ${byteRange(start, field.end - field.start)}`,
    ...places(frame, start, field),
  ];
  return `${bits}${field.name}${value}${meaning}  ${colors.dim(`[${where.join('; ')}]`)}`;
}

/** `packet 4 bytes 66–70` for each packet that carried bytes of the field. */
function places(frame: Frame, start: number, field: FrameField): string[] {
  const end = frame.streamOffset + field.end;
  const list: string[] = [];
  const wherefrom = frame.session.carrier.tls === undefined ? 'reassembled from fragments' : 'decrypted';
  for (const piece of frame.pieces) {
    const from = Math.max(start, piece.streamOffset);
    const length = Math.min(end, piece.streamOffset + piece.length) - from;
    if (length <= 0) continue;
    if (list.length === MAX_PACKETS) return [...list, '…'];
    const offset = piece.packetOffset;
    const where =
      offset === undefined ? wherefrom : `bytes ${byteRange(offset + from - piece.streamOffset, length)}`;
    list.push(`packet ${piece.packet} ${where}`);
  }
  return list;
}

/** `66` or `66–70`: the last byte is meant too. */
function byteRange(start: number, length: number): string {
  return length <= 1 ? String(start) : `${start}–${start + length - 1}`;
}
