/**
 * The table `messages`. Names and values are those of the JSON.
 */
import { textOfOctets } from '../bytes/octets.js';
import { type Decode, decodedJson } from '../output/decoded-text.js';
import { plainJson } from '../output/plain-json.js';
import type { Message } from '../websocket/message-record.js';
import { messageOpcodeName } from '../websocket/opcode.js';
import { type CaptureOf, type Column, column, copied, exactTime, RANGES } from './column.js';
import { ranges } from './frames-table.js';

export function messageColumns(captureOf: CaptureOf, decode: Decode): Column<Message>[] {
  const of = column<Message>;
  return [
    of('capture', 'VARCHAR', 'the file that holds its last packet', ({ packets }) =>
      captureOf(packets[packets.length - 1] ?? 0),
    ),
    of('message', 'BIGINT', 'number, from 1', ({ number }) => number),
    of('session', 'BIGINT', 'number of its session', ({ session }) => session.number),
    of('client', 'VARCHAR', 'ip:port', ({ session }) => session.client),
    of('server', 'VARCHAR', 'ip:port', ({ session }) => session.server),
    of('path', 'VARCHAR', 'request target of the handshake', ({ session }) => session.path),
    of('subprotocol', 'VARCHAR', 'that the server chose', ({ session }) => session.handshake?.subprotocol),
    of('sender', 'VARCHAR', 'client or server', ({ sender }) => sender),
    of('opcode', 'VARCHAR', 'text, binary, close, ping, pong, or a number', ({ opcode }) =>
      messageOpcodeName(opcode),
    ),
    of('time', 'TIME', 'of its last byte, seconds since the epoch', ({ timestamp }) => exactTime(timestamp)),
    of('firstTime', 'TIME', 'of its first byte', ({ firstTimestamp }) => exactTime(firstTimestamp)),
    of('length', 'BIGINT', 'bytes of content, after inflation', ({ length }) => length),
    of('content', 'VARCHAR', 'of a text message that is valid UTF-8', ({ validText, content }) =>
      validText ? textOfOctets(content) : undefined,
    ),
    of('contentBlob', 'BLOB', 'of any other (contentBase64 in JSON)', ({ validText, content }) =>
      validText ? undefined : copied(content),
    ),
    of('contentKept', 'BIGINT', 'bytes of content that are here', ({ content }) => content.length),
    of('closeCode', 'INTEGER', 'of a Close frame', ({ close }) => close?.code),
    of('closeReason', 'VARCHAR', 'of a Close frame', ({ close }) => close?.reason),
    of('compressed', 'BOOLEAN', 'its content was inflated', ({ compressed }) => compressed),
    of('wireLength', 'BIGINT', 'bytes of payload on the wire', ({ wireLength }) => wireLength),
    of('frames', { list: 'BIGINT' }, 'numbers of its frames', ({ frames }) => frames),
    of('packets', { list: 'BIGINT' }, 'numbers of the packets that carried it', ({ packets }) => packets),
    of('complete', 'BOOLEAN', 'nothing of it is missing', ({ complete }) => complete),
    of('unknownRanges', RANGES, 'of its content', ({ unknownRanges }) => ranges(unknownRanges)),
    of('confidence', 'DOUBLE', 'that of its least certain frame', ({ confidence }) => confidence),
    of('decoded', 'JSON', 'what it says in its subprotocol, or as JSON', (message) => {
      const decoded = decode(message);
      return decoded === undefined ? plainJson(message) : decodedJson(decoded);
    }),
  ];
}
