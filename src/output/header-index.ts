/**
 * What all frames with the same bits, the same opcode and the same sender share in a list is encoded once, in a
 * table with this index.
 */
import type { Frame } from '../websocket/frame-record.js';

/** 0 … 1023: the first octet of the frame, then whether it is masked, then its sender. */
export function headerIndex({ fin, rsv1, rsv2, rsv3, opcode, masked, sender }: Frame): number {
  return (
    opcode |
    (rsv3 ? 0x10 : 0) |
    (rsv2 ? 0x20 : 0) |
    (rsv1 ? 0x40 : 0) |
    (fin ? 0x80 : 0) |
    (masked ? 0x100 : 0) |
    (sender === 'client' ? 0x200 : 0)
  );
}
