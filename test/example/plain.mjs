/**
 * The parts on their own, by JavaScript: frames encoded and decoded, messages compressed and inflated, a handshake, and a
 * capture that is read and written anew. Prints one JSON document.
 *
 *   npm install && npm run plain -- CAPTURE
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dissect } from 'wsdissect';
import { detect, encodePcap, PcapngEncoder, readCaptures } from 'wsdissect/capture';
import {
  CLOSE,
  decodeClose,
  decodeHandshake,
  decodeHead,
  encodeClose,
  encodeFrame,
  encodeHandshakeRequest,
  encodeHandshakeResponse,
  FrameDecoder,
  formatKey,
  MessageDeflater,
  MessageInflater,
  maskInto,
  opcodeName,
  TEXT,
} from 'wsdissect/websocket';

const [capture] = process.argv.slice(2);

/** Two frames as a client sends them, taken byte by byte. */
function frames() {
  const told = [];
  let payload = new Uint8Array(0);
  const decoder = new FrameDecoder({
    header: (header) => {
      payload = new Uint8Array(header.length);
    },
    payload: ({ maskingKey }, chunk, start, end, offset) =>
      maskInto(payload, offset, chunk, start, end, maskingKey, offset),
    missing: () => {},
    finished: ({ opcode, maskingKey, lengthForm }) =>
      told.push({
        opcode: opcodeName(opcode),
        key: formatKey(maskingKey),
        lengthForm,
        payload: opcode === CLOSE ? decodeClose(payload) : Buffer.from(payload).toString(),
      }),
    lost: () => {},
  });
  const wire = Buffer.concat([
    // RFC 6455 §5.7: "Hello", masked.
    encodeFrame({ opcode: TEXT, maskingKey: 0x37fa213d, payload: Buffer.from('Hello') }),
    encodeFrame({ opcode: CLOSE, maskingKey: 1, payload: encodeClose(1001, 'off'), lengthForm: 16 }),
  ]);
  for (const byte of wire) decoder.push(Uint8Array.of(byte));
  decoder.end();
  return { wire: wire.toString('hex'), told };
}

/** The same text twice: the second time it refers to the first. */
function deflate() {
  const deflater = new MessageDeflater();
  const inflater = new MessageInflater({
    contextTakeover: true,
    windowBits: 15,
    maxContent: 1000,
    contextKnown: true,
  });
  // RFC 7692 §7.2.3.1 and §7.2.3.2.
  const wires = ['Hello', 'Hello'].map((text) => deflater.deflate(Buffer.from(text)));
  const contents = wires.map((wire) => inflater.inflate(wire, 0, wire.length, true).content);
  inflater.close();
  return {
    wires: wires.map((wire) => Buffer.from(wire).toString('hex')),
    contents: contents.map((content) => Buffer.from(content).toString()),
  };
}

/** RFC 6455 §1.3. */
function handshake() {
  const request = decodeHead(encodeHandshakeRequest({ target: '/chat', host: 'server.example.com' }));
  const response = decodeHead(encodeHandshakeResponse());
  const { target, host, accept, expectedAccept, isWebSocketResponse } = decodeHandshake(request, response);
  return { target, host, accept, expectedAccept, isWebSocketResponse };
}

/** A capture read, and written in both formats; what is in them stays the same. */
async function captures() {
  const packets = [];
  const { captures } = await readCaptures(
    [capture],
    { report: ({ message }) => console.error(message) },
    {
      packet: ({ seconds, nanoseconds, bytes, start, end, linkType }) => {
        packets.push({ seconds, nanoseconds, data: bytes.slice(start, end), linkType });
      },
    },
  );
  const { linkType } = packets[0];
  const encoder = new PcapngEncoder();
  const blocks = [
    encoder.sectionHeader(),
    encoder.interfaceDescription({ linkType, resolution: 9 }),
    ...packets.map(({ seconds, nanoseconds, data }) =>
      encoder.enhancedPacket({ timestamp: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds), data }),
    ),
  ];
  writeFileSync('written.pcapng', Buffer.concat(blocks));
  writeFileSync('written.pcap', encodePcap(packets, { linkType, nanoseconds: true }));
  const told = { format: captures[0].format, packets: packets.length };
  for (const file of ['written.pcapng', 'written.pcap']) {
    const times = [];
    for await (const frame of dissect(file).frames()) times.push(frame.timestamp.nanoseconds);
    told[file] = { format: detect(readFileSync(file), 0, 16), times };
  }
  return told;
}

console.log(
  JSON.stringify({
    frames: frames(),
    deflate: deflate(),
    handshake: handshake(),
    captures: await captures(),
  }),
);
