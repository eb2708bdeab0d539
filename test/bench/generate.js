/**
 * Writes one of the captures of the benchmark: `node test/bench/generate.js NAME OUT.pcap`; `small` also of another
 * size, with longer messages, or more sessions: `… small OUT.pcap MEGABYTES [MESSAGE_BYTES [SESSIONS]]`; `many` and
 * `idle` of another number of sessions: `… many OUT.pcap SESSIONS`.
 */
import { CAPTURES, writeCapture } from './captures.js';

const [, , name, path, ...numbers] = process.argv;
const [megabytes, size, sessions] =
  name === 'many' || name === 'idle' ? [undefined, undefined, numbers[0]] : numbers;
if (CAPTURES[name] === undefined || path === undefined) {
  console.error(`usage: node test/bench/generate.js ${Object.keys(CAPTURES).join('|')} OUT.pcap`);
  process.exit(1);
}
const { bytes, packets, messages } = writeCapture(name, path, {
  ...(megabytes === undefined ? {} : { bytes: Number(megabytes) * 1e6 }),
  ...(size === undefined ? {} : { size: Number(size) }),
  ...(sessions === undefined ? {} : { sessions: Number(sessions) }),
});
console.log(`${path}: ${bytes} bytes, ${packets} packets, ${messages} messages`);
