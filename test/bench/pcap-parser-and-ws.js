/**
 * What one would put together from the registry: `pcap-parser` for the packets, the Receiver of `ws` for the
 * frames; streams by addresses and ports in the order of the packets, without reassembly.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { parse } = require('pcap-parser');
const { Receiver } = require('ws');

const streams = new Map();
let messages = 0;

function streamOf(key, isServer) {
  let stream = streams.get(key);
  if (stream === undefined) {
    const receiver = new Receiver({ isServer, allowSynchronousEvents: true });
    receiver.on('message', () => messages++);
    receiver.on('error', () => {});
    streams.set(key, (stream = { receiver, upgraded: false }));
  }
  return stream;
}

const parser = parse(process.argv[2]);
parser.on('packet', ({ data }) => {
  const port = data.readUInt16BE(34);
  const toPort = data.readUInt16BE(36);
  const payload = data.subarray(34 + (data[46] >> 4) * 4);
  if (payload.length === 0) return;
  const stream = streamOf(
    `${data.readUInt32BE(26)}:${port}-${data.readUInt32BE(30)}:${toPort}`,
    toPort === 80,
  );
  if (stream.upgraded) stream.receiver.write(payload);
  else stream.upgraded = payload.indexOf('\r\n\r\n') === payload.length - 4;
});
parser.on('end', () => console.log(messages));
