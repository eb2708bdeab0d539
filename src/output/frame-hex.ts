/**
 * The bytes of a frame in hexadecimal and ASCII (-x): as on the wire, and its payload unmasked.
 */
import { hexDump } from '../bytes/hex.js';
import { encodeFrameHeader } from '../websocket/frame-encode.js';
import type { Frame } from '../websocket/frame-record.js';
import { mask } from '../websocket/mask.js';
import type { Colors } from './colors.js';

/**
 * Masking is its own inverse, so the wire bytes are made again from the frame's facts; octets that are
 * missing in the capture are shown as 00 (the remark says which).
 */
export function frameHex(frame: Frame, colors: Colors): string {
  const wire = wireBytes(frame);
  let text = `    ${colors.dim(`Frame as on the wire (${wire.length} bytes)`)}\n${hexDump(wire, '    ')}`;
  if (frame.masked && frame.payload.length > 0)
    text += `    ${colors.dim(`Payload unmasked (${frame.payload.length} bytes)`)}\n${hexDump(frame.payload, '    ')}`;
  return text;
}

/** Header and wire payload, as far as the payload was kept. */
export function wireBytes(frame: Frame): Uint8Array {
  const header = encodeFrameHeader({
    ...frame,
    maskingKey: frame.masked ? frame.maskingKey : undefined,
    length: frame.exactLength,
  });
  const payload = mask(frame.payload, frame.maskingKey);
  for (const { offset, length } of frame.missing) payload.fill(0, offset, offset + length);
  const bytes = new Uint8Array(header.length + payload.length);
  bytes.set(header);
  bytes.set(payload, header.length);
  return bytes;
}
