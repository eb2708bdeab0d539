/**
 * The tables `frames` and `findings`. Names and values are those of the JSON.
 */
import { isUtf8 } from 'node:buffer';
import { textOfOctets } from '../bytes/octets.js';
import { packetNumbers } from '../output/frame-json.js';
import type { Finding } from '../rules/finding.js';
import { decodeClose } from '../websocket/close.js';
import type { Frame } from '../websocket/frame-record.js';
import { formatKey } from '../websocket/mask.js';
import { CLOSE, opcodeName, TEXT } from '../websocket/opcode.js';
import { type CaptureOf, type Column, column, copied, exactTime, RANGES } from './column.js';

export function frameColumns(captureOf: CaptureOf): Column<Frame>[] {
  const of = column<Frame>;
  return [
    of('capture', 'VARCHAR', 'the file that holds its last packet', ({ pieces }) =>
      captureOf(pieces[pieces.length - 1]?.packet ?? 0),
    ),
    of('frame', 'BIGINT', 'number, from 1', ({ number }) => number),
    of('time', 'TIME', 'of its last byte, seconds since the epoch', ({ timestamp }) => exactTime(timestamp)),
    of('session', 'BIGINT', 'number of its session', ({ session }) => session.number),
    of('client', 'VARCHAR', 'ip:port', ({ session }) => session.client),
    of('server', 'VARCHAR', 'ip:port', ({ session }) => session.server),
    of('path', 'VARCHAR', 'request target of the handshake', ({ session }) => session.path),
    of('sender', 'VARCHAR', 'client or server', ({ sender }) => sender),
    of('fin', 'BOOLEAN', 'the last of its message', ({ fin }) => fin),
    of('rsv1', 'BOOLEAN', 'the message is compressed', ({ rsv1 }) => rsv1),
    of('rsv2', 'BOOLEAN', 'reserved', ({ rsv2 }) => rsv2),
    of('rsv3', 'BOOLEAN', 'reserved', ({ rsv3 }) => rsv3),
    of('opcode', 'VARCHAR', 'continuation, text, binary, close, ping, pong, or a number', ({ opcode }) =>
      opcodeName(opcode),
    ),
    of('masked', 'BOOLEAN', 'has a masking key', ({ masked }) => masked),
    of('maskingKey', 'VARCHAR', 'eight hexadecimal digits', ({ masked, maskingKey }) =>
      masked ? formatKey(maskingKey) : undefined,
    ),
    of('lengthForm', 'INTEGER', '7, 16 or 64: bits of the length', ({ lengthForm }) => lengthForm),
    of('length', 'UBIGINT', 'declared payload length', ({ length, exactLength }) =>
      length > Number.MAX_SAFE_INTEGER ? exactLength : length,
    ),
    of('payload', 'VARCHAR', 'unmasked, of a text message, if UTF-8 and not compressed', (frame) =>
      isText(frame) ? textOfOctets(frame.payload) : undefined,
    ),
    of('payloadBlob', 'BLOB', 'any other payload (payloadBase64 in JSON)', (frame) =>
      isText(frame) ? undefined : copied(frame.payload),
    ),
    of('payloadKept', 'BIGINT', 'bytes of payload that are here', ({ payload }) => payload.length),
    of('closeCode', 'INTEGER', 'of a Close frame', (frame) => closeOf(frame)?.code),
    of('closeReason', 'VARCHAR', 'of a Close frame', (frame) => closeOf(frame)?.reason),
    of('streamOffset', 'BIGINT', "behind its sender's handshake", ({ streamOffset }) => streamOffset),
    of('packets', { list: 'BIGINT' }, 'numbers of the packets that carried it', packetNumbers),
    of('complete', 'BOOLEAN', 'no byte is missing', ({ complete }) => complete),
    of('truncated', 'BOOLEAN', 'the stream ended inside it', ({ truncated }) => truncated),
    of('missing', RANGES, 'of its payload', ({ missing }) => ranges(missing)),
    of('confidence', 'DOUBLE', 'the probability that this is a frame', ({ confidence }) => confidence),
  ];
}

export function findingColumns(captureOf: CaptureOf): Column<Finding>[] {
  const of = column<Finding>;
  return [
    of('capture', 'VARCHAR', 'the file that holds its packet', ({ packet }) => captureOf(packet)),
    of('rule', 'VARCHAR', 'id, as in wsdissect rules', ({ rule }) => rule.id),
    of('severity', 'VARCHAR', 'error, warning or note', ({ severity }) => severity),
    of('section', 'VARCHAR', 'where the rule is written', ({ rule }) => rule.section),
    of('breaker', 'VARCHAR', 'client or server', ({ breaker }) => breaker),
    of('session', 'BIGINT', 'number of its session', ({ session }) => session.number),
    of('client', 'VARCHAR', 'ip:port', ({ session }) => session.client),
    of('server', 'VARCHAR', 'ip:port', ({ session }) => session.server),
    of('path', 'VARCHAR', 'request target of the handshake', ({ session }) => session.path),
    of('frame', 'BIGINT', 'number, if it is about one', ({ frame }) => frame),
    of('packet', 'BIGINT', 'number of the packet where it was certain', ({ packet }) => packet),
    of('time', 'TIME', 'of that packet, seconds since the epoch', ({ timestamp }) => exactTime(timestamp)),
    of('streamOffset', 'BIGINT', 'of the frame', ({ streamOffset }) => streamOffset),
    of('message', 'VARCHAR', 'this case in one sentence', ({ message }) => message),
  ];
}

export function ranges(list: readonly { readonly offset: number; readonly length: number }[]) {
  return list.map(({ offset, length }) => ({ offset, length }));
}

/** As in JSON: whole and valid UTF-8 within the frame. */
function isText({ compressed, messageOpcode, payload }: Frame): boolean {
  return messageOpcode === TEXT && !compressed && isUtf8(payload);
}

function closeOf({ opcode, payload }: Frame) {
  return opcode === CLOSE ? decodeClose(payload) : undefined;
}
