/**
 * Frames, messages and findings as JSON and back; sessions have a file of their own.
 */
import type { Finding } from '../rules/finding.js';
import type { Answer, Decoded, Unit } from '../subprotocol/decoder.js';
import type { Piece, Range } from '../websocket/frame-record.js';
import {
  bigint,
  boolean,
  bytes,
  type Codec,
  list,
  maybe,
  number,
  optional,
  plain,
  record,
  rule,
  session,
  text,
} from './codec.js';
import { closeBody, timestamp } from './session-codec.js';
import type { PageFrame, PageMessage } from './source.js';

const ranges = list(record<Range>({ offset: number, length: number }));

const pieces = list(
  record<Piece>({
    packet: number,
    packetOffset: maybe(number),
    sequence: number,
    streamOffset: number,
    length: number,
    comment: maybe(text),
  }),
);

/** `heldPayload`: octets of a payload that are kept. */
export function frameCodec(heldPayload: number): Codec<PageFrame> {
  return record<PageFrame>({
    number,
    session,
    sender: plain(),
    time: number,
    timestamp,
    firstTimestamp: timestamp,
    fin: boolean,
    rsv1: boolean,
    rsv2: boolean,
    rsv3: boolean,
    opcode: number,
    messageOpcode: number,
    compressed: boolean,
    masked: boolean,
    maskingKey: number,
    lengthForm: plain(),
    length: number,
    exactLength: bigint,
    headerLength: number,
    streamOffset: number,
    payload: bytes(heldPayload),
    complete: boolean,
    missing: ranges,
    truncated: boolean,
    confidence: number,
    pieces,
    message: maybe(number),
  });
}

const unit = {
  protocol: text,
  type: text,
  summary: text,
  value: plain<Unit['value']>(),
  answers: maybe(record<Answer>({ message: number, latency: number })),
};
const decoded = record<Decoded>({
  ...unit,
  parts: optional(list(record<Unit>(unit))) as Codec<readonly Unit[]>,
});

/** `heldPayload`: octets of content that are kept. */
export function messageCodec(heldPayload: number): Codec<PageMessage> {
  return record<PageMessage>({
    number,
    session,
    sender: plain(),
    opcode: number,
    timestamp,
    firstTimestamp: timestamp,
    content: bytes(heldPayload),
    length: number,
    unknownRanges: ranges,
    validText: boolean,
    close: maybe(closeBody),
    compressed: boolean,
    wireLength: number,
    failure: maybe(text),
    limited: boolean,
    frames: plain(),
    packets: plain(),
    complete: boolean,
    confidence: number,
    decoded: maybe(decoded),
  });
}

export const findingCodec = record<Finding>({
  rule,
  severity: plain(),
  breaker: plain(),
  session,
  frame: maybe(number),
  packet: number,
  timestamp,
  streamOffset: maybe(number),
  message: text,
});
