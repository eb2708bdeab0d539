/**
 * The least that any reader of a pcap file does: reads it in blocks and goes from record to record.
 */
import { closeSync, openSync, readSync } from 'node:fs';

const file = openSync(process.argv[2], 'r');
const buffer = Buffer.alloc(1 << 20);
let held = 0;
let packets = 0;
let bytes = 0;
let at = 24;
for (;;) {
  const read = readSync(file, buffer, held, buffer.length - held, null);
  if (read === 0) break;
  const end = held + read;
  while (at + 16 <= end) {
    const length = buffer[at + 8] | (buffer[at + 9] << 8) | (buffer[at + 10] << 16) | (buffer[at + 11] << 24);
    if (at + 16 + length > end) break;
    packets++;
    bytes += length;
    at += 16 + length;
  }
  buffer.copyWithin(0, at, end);
  held = end - at;
  at = 0;
}
closeSync(file);
console.log(packets, bytes);
