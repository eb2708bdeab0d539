/**
 * Why a part of a frame is as it is: a sentence or two for who sees a frame for the first time.
 */
import { count } from '../rules/count.js';
import { shortestForm } from '../websocket/frame-encode.js';
import type { Frame } from '../websocket/frame-record.js';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  CONTROL_LIMIT,
  isControl,
  PING,
  PONG,
  TEXT,
} from '../websocket/opcode.js';
import type { PartName } from './part.js';
import { refersBack } from './refers-back.js';

export function whyPart(name: PartName, frame: Frame): string {
  return WHY[name](frame);
}

const WHY: Readonly<Record<PartName, (frame: Frame) => string>> = {
  fin: whyFin,
  rsv1: whyRsv1,
  rsv2: whyReserved,
  rsv3: whyReserved,
  opcode: whyOpcode,
  mask: whyMask,
  length: whyLength,
  'extended-length': whyExtended,
  key: () =>
    'Four bytes that the sender has to draw anew for each frame, from a source that nobody can guess (§5.3). Sent along, ' +
    'they keep nothing secret, but whoever chose the payload cannot choose what goes over the wire (§10.3).',
  payload: whyPayload,
};

function whyFin({ fin, opcode }: Frame): string {
  if (isControl(opcode))
    return fin
      ? 'A control frame is always whole (§5.5): it has to fit between the fragments of other messages.'
      : 'A control frame must not be fragmented (§5.5), so this bit ought to be 1.';
  if (fin && opcode !== CONTINUATION)
    return 'No fragment follows: this one frame is the whole message (§5.4).';
  return fin
    ? 'With this frame the fragmented message is whole (§5.4).'
    : 'The sender did not want to wait until it knew the end of the message (§5.4); control frames may come in between.';
}

function whyRsv1({ rsv1, opcode, session, compressed }: Frame): string {
  const { handshake } = session;
  if (!rsv1 && compressed && opcode === CONTINUATION)
    return 'RSV1 stands in the first frame of a message only, and counts for all of them (RFC 7692 §6): this one is compressed, too.';
  const agreed = handshake?.extensions.extensions.some(({ name }) => name === 'permessage-deflate');
  if (agreed === true && isControl(opcode))
    return 'permessage-deflate was agreed on, but it never compresses control frames (RFC 7692 §6.1).';
  if (agreed === true && opcode === CONTINUATION)
    return 'permessage-deflate sets it on the first frame of a message only; the others follow that one (RFC 7692 §6.1).';
  if (agreed === true)
    return rsv1
      ? 'permessage-deflate was agreed on in the handshake; with this bit the sender says that it compressed the message.'
      : 'permessage-deflate was agreed on, yet each message may be sent as it is: short ones often do not get shorter.';
  if (handshake === undefined && rsv1 && (isControl(opcode) || opcode === CONTINUATION))
    return 'The handshake is not at hand; permessage-deflate sets it on the first frame of a message only, and never on a control frame (RFC 7692 §6.1).';
  if (handshake === undefined && compressed)
    return 'The handshake is not at hand; the only extension in use that sets this bit is permessage-deflate (RFC 7692).';
  return whyReserved({ rsv1, rsv2: false, rsv3: false });
}

function whyReserved({ rsv1, rsv2, rsv3 }: Pick<Frame, 'rsv1' | 'rsv2' | 'rsv3'>): string {
  return rsv1 || rsv2 || rsv3
    ? 'Kept for extensions. One that is set without an extension that both sides agreed on ends the connection.'
    : 'Kept for extensions that both sides agree on in the handshake; without one it must be 0.';
}

const OPCODES: Readonly<Record<number, string>> = {
  [CONTINUATION]: 'It adds to the message under way; what kind that is was said by its first frame.',
  [TEXT]:
    'The payload is text, which a receiver must check to be UTF-8 (§8.1) before it hands the message on.',
  [BINARY]: 'The payload is whatever the applications agreed on: nobody on the way looks into it.',
  [CLOSE]:
    'Both sides say that they are done before TCP ends (§7.1.2), so that neither mistakes a broken line for an end.',
  [PING]:
    'A sign of life is asked for (§5.5.2): the receiver sends the same bytes back in a Pong, as soon as it can.',
  [PONG]:
    'It answers a Ping with the same bytes; one that nobody asked for is allowed, and says "I am still here" (§5.5.3).',
};

function whyOpcode({ opcode }: Frame): string {
  return (
    OPCODES[opcode] ??
    'Nothing defines this number (§5.2): a receiver that does not know what it means has to end the connection.'
  );
}

function whyMask({ masked, sender }: Frame): string {
  if (sender === 'server')
    return masked
      ? 'A server must not mask (§5.1): a client that sees this ends the connection.'
      : 'Servers never mask (§5.1): only a client can be made to run the script of a stranger.';
  return masked
    ? 'Every frame of a client must be masked (§5.1), so that a script cannot choose bytes that a proxy on the way ' +
        'takes for HTTP, and stores for others (§10.3).'
    : 'Every frame of a client must be masked (§5.1): a server that sees this ends the connection.';
}

function whyLength({ lengthForm, exactLength }: Frame): string {
  if (lengthForm === 7)
    return exactLength === 0n
      ? 'There is no payload.'
      : 'Up to 125 bytes the length fits here; 126 and 127 would say that it follows.';
  return lengthForm === 16
    ? '126 is no length: it says that the length follows in two bytes, which hold 126 to 65,535.'
    : '127 is no length: it says that the length follows in eight bytes, for payloads of 65,536 bytes and more.';
}

function whyExtended({ lengthForm, exactLength, opcode }: Frame): string {
  const shortest = shortestForm(exactLength);
  const order = 'Most significant byte first.';
  if (exactLength >> 63n !== 0n)
    return `${order} The most significant bit must be 0 (§5.2): this is no length, and the connection fails.`;
  if (isControl(opcode) && exactLength > CONTROL_LIMIT)
    return `${order} A control frame has at most ${CONTROL_LIMIT} bytes (§5.5), for which this form is never needed: the connection fails.`;
  return shortest === lengthForm
    ? `${order} The shortest form that holds the length must be used, and this is it.`
    : `${order} The shortest form that holds the length must be used: ${shortest} bits would have done.`;
}

const REFERS_BACK = {
  yes: ' It refers back to what this side said in earlier messages (context takeover, RFC 7692 §7.1.1, §7.2.3.2): without them it cannot be inflated.',
  maybe:
    ' It may refer back to what this side said in earlier messages (context takeover, RFC 7692 §7.1.1, §7.2.3.2), which are then needed to inflate it.',
  no: '',
} as const;

function whyPayload(frame: Frame): string {
  const { opcode, compressed, masked, length, exactLength } = frame;
  const unmasked = masked ? 'Shown unmasked. ' : '';
  if (exactLength >> 63n !== 0n)
    return `${unmasked}No receiver gets here, since the length is none; without its top bit it would be ${count(exactLength & ~(1n << 63n), 'byte')}.`;
  if (opcode === CLOSE)
    return length < 2
      ? `${unmasked}A Close is empty, or begins with a code of two bytes: one byte is an error.`
      : `${unmasked}The first two bytes are the code, the rest a reason in UTF-8 that is meant for logs (§5.5.1).`;
  if (opcode === PING || opcode === PONG)
    return `${unmasked}Up to 125 bytes of any kind; many programs send a counter or a time.`;
  if (compressed)
    return `${unmasked}Compressed with DEFLATE, without the four bytes 00 00 ff ff at the end of the message (RFC 7692 §7.2.1).${REFERS_BACK[refersBack(frame) ?? 'no']}`;
  if (OPCODES[opcode] === undefined)
    return `${unmasked}What it means nothing defines, as little as the opcode (§5.2).`;
  return `${unmasked}What the application said, or this part of it.`;
}
