/**
 * Whether compressed frames refer back to earlier messages: the examples of RFC 7692 §7.2.3, and what a handshake rules out.
 */
import { expect, test } from 'vitest';
import { framesOfBytes } from '../../src/explain/of-bytes.js';
import { refersBack } from '../../src/explain/refers-back.js';
import { deflateMessage } from '../../src/websocket/deflate-encode.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import { makeSession } from '../websocket/recorder.js';
import { bytesOf } from './help.js';

const frameOf = (hex: string, deflate = true) =>
  framesOfBytes(bytesOf(hex), [], { sender: 'server', deflate }).frames[0];
const long = encodeFrame({ opcode: 2, rsv1: true, payload: deflateMessage(new Uint8Array((1 << 20) + 1)) });

test.each([
  ['§7.2.3.1', 'c107f248cdc9c90700', 'no'],
  ['§7.2.3.2', 'c105f200110000', 'yes'],
  ['§7.2.3.3: a stored block', 'c10b000500faff48656c6c6f00', 'no'],
  ['§7.2.3.6: empty', 'c10100', 'no'],
  ['a fragment', '4103f248cd', 'maybe'],
  ['cut off', 'c107f248', 'maybe'],
  ['no DEFLATE', 'c102ffff', 'maybe'],
  ['more than is looked through', Buffer.from(long).toString('hex'), 'maybe'],
  ['not compressed', '810548656c6c6f', undefined],
])('%s', (_, hex, told) => {
  expect(refersBack(frameOf(hex))).toBe(told);
});

test.each([
  [undefined, 'maybe'],
  ['client_no_context_takeover', 'maybe'],
  ['server_no_context_takeover', 'no'],
])('a fragment of the server, agreed on: %s', (name, told) => {
  const parameters = name === undefined ? [] : [{ name, value: undefined, quoted: false }];
  const session = makeSession({ response: { extensions: [{ name: 'permessage-deflate', parameters }] } });
  expect(refersBack({ ...frameOf('4103f248cd'), session })).toBe(told);
});
