/**
 * Writes one of the captures of the benchmark: `node test/bench/generate.js NAME OUT.pcap`.
 */
import { CAPTURES, writeCapture } from './captures.js';

const [, , name, path] = process.argv;
if (CAPTURES[name] === undefined || path === undefined) {
  console.error(
    `usage: node test/bench/generate.js NAME OUT.pcap, where NAME is one of ${Object.keys(CAPTURES).join(', ')}`,
  );
  process.exit(1);
}
const { bytes, packets, messages } = writeCapture(name, path);
console.log(`${path}: ${bytes} bytes, ${packets} packets, ${messages} messages`);
