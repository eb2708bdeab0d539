/**
 * An explanation as JSON; its names are a contract, documented in the README.
 */
import { jsonInteger } from '../bytes/json-integer.js';
import { opcodeName } from '../websocket/opcode.js';
import type { Explanation } from './explanation.js';
import type { Joined } from './joined.js';
import { wireHex } from './part.js';

/** A line, without its end. */
export function explanationJson({
  frame,
  bytes,
  parts,
  diagram,
  unmasking,
  steps,
  joined,
  pieces,
  findings,
  assumed,
}: Explanation): string {
  return JSON.stringify({
    frame: frame.number,
    sender: frame.sender,
    opcode: opcodeName(frame.opcode),
    length: jsonInteger(frame.exactLength),
    bytes: wireHex(frame, bytes).join(' '),
    parts,
    diagram: diagram.rows.map((row) => row.map(({ part, start, end, bits }) => ({ part, start, end, bits }))),
    unmasking,
    steps,
    ...(joined !== undefined && { message: messageJson(joined) }),
    packets: pieces.map(({ packet, packetOffset, streamOffset, length, comment }) => ({
      packet,
      offset: packetOffset ?? null,
      from: streamOffset - frame.streamOffset,
      length,
      ...(comment !== undefined && { comment }),
    })),
    findings: findings.map(({ rule, severity, breaker, message }) => ({
      rule: rule.id,
      severity,
      breaker,
      section: rule.section,
      message,
    })),
    ...(assumed.length > 0 && { assumed }),
  });
}

function messageJson({ message, content, wrong }: Joined) {
  const { frames, compressed, wireLength, length, validText } = message;
  return { frames, compressed, wireLength, length, kind: validText ? 'text' : 'binary', content, wrong };
}
