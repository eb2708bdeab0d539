/**
 * The fields of a frame in wire order, as data: bits, value, meaning, the section that defines it, and its
 * byte range. The detail tree prints them; whatever else explains a frame takes them from here too.
 */
import { formatHex } from '../bytes/hex.js';
import { visible } from '../bytes/visible.js';
import { closeCodeName, decodeClose } from '../websocket/close.js';
import type { Extension } from '../websocket/extensions.js';
import type { Frame } from '../websocket/frame-record.js';
import { formatKey } from '../websocket/mask.js';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  isControl,
  isReserved,
  opcodeName,
  PING,
  PONG,
  TEXT,
} from '../websocket/opcode.js';
import { preview } from './preview.js';

export interface FrameField {
  readonly name: string;
  /** The byte as bits with dots for the bits of other fields, `1... ....`; undefined for whole bytes. */
  readonly bits: string | undefined;
  readonly value: string;
  readonly meaning: string;
  /** `RFC 6455 §5.2`. */
  readonly section: string;
  /** Byte range in the frame: [start, end). */
  readonly start: number;
  readonly end: number;
}

const FRAMING = 'RFC 6455 §5.2';

const opcodeMeanings: Readonly<Record<number, string>> = {
  [CONTINUATION]: 'continues a fragmented message',
  [TEXT]: 'begins a text message, UTF-8',
  [BINARY]: 'begins a binary message',
  [CLOSE]: 'control: begins or answers the closing handshake',
  [PING]: 'control: asks for a Pong',
  [PONG]: 'control: answers a Ping, or a sign of life',
};

/** All fields of the frame; of the payload only if there is any. */
export function frameFields(frame: Frame): FrameField[] {
  return [...firstByte(frame), ...lengthFields(frame), ...keyField(frame), ...payloadFields(frame)];
}

function firstByte(frame: Frame): FrameField[] {
  const field = (name: string, bit: number, value: boolean, meaning: string): FrameField => ({
    name,
    bits: oneBit(bit, value),
    value: String(Number(value)),
    meaning,
    section: FRAMING,
    start: 0,
    end: 1,
  });
  const reserved = (value: boolean) => (value ? 'set: only an extension gives it a meaning' : 'not set');
  return [
    field('FIN', 0, frame.fin, frame.fin ? 'last frame of its message' : 'more frames of the message follow'),
    rsv1Field(frame, field),
    field('RSV2', 2, frame.rsv2, reserved(frame.rsv2)),
    field('RSV3', 3, frame.rsv3, reserved(frame.rsv3)),
    {
      name: 'Opcode',
      bits: `.... ${binary(frame.opcode, 4)}`,
      value: `${frame.opcode} (${isReserved(frame.opcode) ? 'reserved' : opcodeName(frame.opcode)})`,
      meaning:
        opcodeMeanings[frame.opcode] ?? `reserved for ${isControl(frame.opcode) ? 'control' : 'data'} frames`,
      section: sectionOf(frame),
      start: 0,
      end: 1,
    },
  ];
}

/** RSV1 is the Per-Message Compressed bit where permessage-deflate was negotiated, RFC 7692 §6. */
function rsv1Field(
  frame: Frame,
  field: (name: string, bit: number, value: boolean, meaning: string) => FrameField,
): FrameField {
  const { handshake } = frame.session;
  const deflate = handshake === undefined ? frame.rsv1 : handshake.extensions.extensions.some(isCompression);
  if (!deflate)
    return field('RSV1', 1, frame.rsv1, frame.rsv1 ? 'set, and no extension gives it a meaning' : 'not set');
  return { ...field('RSV1', 1, frame.rsv1, compression(frame)), section: 'RFC 7692 §6' };
}

function isCompression({ name }: Extension): boolean {
  return name === 'permessage-deflate' || name === 'x-webkit-deflate-frame';
}

/** The bit has its meaning on the first frame of a data message only. */
function compression({ opcode, rsv1, compressed }: Frame): string {
  const isFirst = opcode !== CONTINUATION && !isControl(opcode);
  if (rsv1) return isFirst ? 'the message is compressed' : 'set, and has no meaning on this frame';
  return compressed ? 'not the first frame' : 'not compressed';
}

function lengthFields(frame: Frame): FrameField[] {
  const { lengthForm, exactLength } = frame;
  const marker = lengthForm === 7 ? Number(exactLength) : lengthForm === 16 ? 126 : 127;
  const meaning =
    lengthForm === 7
      ? 'the length itself'
      : `the length follows in ${lengthForm === 16 ? 'two bytes' : 'eight bytes'}`;
  const fields: FrameField[] = [
    {
      name: 'Mask',
      bits: oneBit(0, frame.masked),
      value: String(Number(frame.masked)),
      meaning: frame.masked ? 'the payload is masked' : 'the payload is not masked',
      section: 'RFC 6455 §5.3',
      start: 1,
      end: 2,
    },
    {
      name: 'Payload length',
      bits: `.${binary(marker, 7).slice(0, 3)} ${binary(marker, 7).slice(3)}`,
      value: String(marker),
      meaning,
      section: FRAMING,
      start: 1,
      end: 2,
    },
  ];
  if (lengthForm !== 7)
    fields.push({
      name: `Extended payload length (${lengthForm} bits)`,
      bits: undefined,
      value: String(exactLength),
      meaning:
        exactLength >= 1n << 63n ? 'malformed: the most significant bit must be 0' : 'the payload length',
      section: FRAMING,
      start: 2,
      end: 2 + lengthForm / 8,
    });
  return fields;
}

function keyField(frame: Frame): FrameField[] {
  if (!frame.masked) return [];
  return [
    {
      name: 'Masking key',
      bits: undefined,
      value: formatKey(frame.maskingKey),
      meaning: 'byte i of the payload is XORed with byte i mod 4 of it',
      section: 'RFC 6455 §5.3',
      start: frame.headerLength - 4,
      end: frame.headerLength,
    },
  ];
}

function sectionOf({ opcode }: Frame): string {
  if (isReserved(opcode)) return FRAMING;
  return isControl(opcode) ? 'RFC 6455 §5.5' : 'RFC 6455 §5.6';
}

function payloadFields(frame: Frame): FrameField[] {
  if (frame.length === 0) return [];
  const start = frame.headerLength;
  const end = start + frame.length;
  const what = frame.compressed && !isControl(frame.opcode) ? 'RFC 7692 §6' : sectionOf(frame);
  const name = frame.masked ? 'Payload, unmasked' : 'Payload';
  const whole: FrameField = {
    name,
    bits: undefined,
    value: preview(frame),
    meaning: '',
    section: what,
    start,
    end,
  };
  if (frame.opcode !== CLOSE) return [whole];
  return [whole, ...closeFields(frame, start, end)];
}

function closeFields(frame: Frame, start: number, end: number): FrameField[] {
  const body = decodeClose(frame.payload);
  if (body === undefined) return [];
  const code: FrameField = {
    name: 'Status code',
    bits: undefined,
    value: String(body.code),
    meaning: closeCodeName(body.code),
    section: 'RFC 6455 §7.4',
    start,
    end: start + 2,
  };
  if (body.reason === '') return [code];
  const value = formatHex(frame.payload.subarray(2), 16);
  return [
    code,
    {
      ...code,
      name: 'Reason',
      value,
      meaning: visible(body.reason),
      section: 'RFC 6455 §7.1.6',
      start: start + 2,
      end,
    },
  ];
}

/** One bit of a byte: oneBit(0, true) is `1... ....`. */
function oneBit(bit: number, value: boolean): string {
  const eight = Array.from({ length: 8 }, (_, i) => (i === bit ? String(Number(value)) : '.')).join('');
  return `${eight.slice(0, 4)} ${eight.slice(4)}`;
}

function binary(value: number, bits: number): string {
  return value.toString(2).padStart(bits, '0');
}
