/**
 * Plays a script: from what is said to the blocks of a pcapng capture, by way of messages, frames, masks and packets, each
 * made by the encoder that lies beside our decoder.
 */
import { createHash } from 'node:crypto';
import { PcapngEncoder } from '../capture/pcapng-encode.js';
import { encodeClose } from '../websocket/close.js';
import { MessageDeflater } from '../websocket/deflate-encode.js';
import type { Extension } from '../websocket/extensions.js';
import { encodeFrame } from '../websocket/frame-encode.js';
import type { Sender } from '../websocket/frame-record.js';
import { encodeHandshakeRequest, encodeHandshakeResponse } from '../websocket/handshake.js';
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from '../websocket/opcode.js';
import { PacketWriter } from './packet-writer.js';
import type { Said, Script } from './script.js';

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;
/** RFC 7692 §7.1.1: every message by itself, in both directions. */
const NO_TAKEOVER = [
  { name: 'client_no_context_takeover', value: undefined, quoted: false },
  { name: 'server_no_context_takeover', value: undefined, quoted: false },
];

export function playScript(script: Script, write: (block: Uint8Array) => void): void {
  const encoder = new PcapngEncoder();
  write(encoder.sectionHeader());
  write(encoder.interfaceDescription({ linkType: ETHERNET, resolution: 9 }));
  new Play(script, new PacketWriter(encoder, write)).play();
}

class Play {
  private readonly deflaters: Readonly<Record<Sender, MessageDeflater>>;
  private drawn = 0;

  constructor(
    private readonly script: Script,
    private readonly packets: PacketWriter,
  ) {
    const contextTakeover = script.deflate !== 'no-takeover';
    this.deflaters = {
      client: new MessageDeflater({ contextTakeover }),
      server: new MessageDeflater({ contextTakeover }),
    };
  }

  play(): void {
    const { packets, script } = this;
    packets.open(script.title);
    this.handshake();
    for (const step of script.steps)
      if ('wait' in step) packets.wait(step.wait);
      else if (step.said.end !== undefined) packets.end(step.by, step.said.end, step.said.comment);
      else packets.send(step.by, this.bytesOf(step.by, step.said), step.said);
  }

  private handshake(): void {
    const {
      path = '/',
      host = 'example.test',
      subprotocol,
      deflate,
      request,
      response,
      early = '',
    } = this.script;
    const key = /^Sec-WebSocket-Key: *(\S+)/im.exec(request ?? '')?.[1] ?? this.random(16).toString('base64');
    const extensions: Extension[] =
      deflate === undefined || deflate === false
        ? []
        : [{ name: 'permessage-deflate', parameters: deflate === 'no-takeover' ? NO_TAKEOVER : [] }];
    const agreed = { key, ...(extensions.length > 0 && { extensions }) };
    const asked = encodeHandshakeRequest({
      target: path,
      host,
      ...agreed,
      ...(subprotocol !== undefined && { subprotocols: [subprotocol] }),
    });
    const answered = encodeHandshakeResponse({
      ...agreed,
      ...(subprotocol !== undefined && { subprotocol }),
    });
    const head = request === undefined ? asked : headOf(request);
    this.packets.send('client', Buffer.concat([head, octets(early)]));
    this.packets.send('server', response === undefined ? answered : headOf(response));
  }

  private bytesOf(by: Sender, said: Said): Uint8Array {
    const { text, binary, ping, pong, close, bytes, reason = '' } = said;
    if (bytes !== undefined) return octets(bytes);
    if (text !== undefined) return this.message(by, TEXT, Buffer.from(text), said);
    if (binary !== undefined) return this.message(by, BINARY, octets(binary), said);
    if (close !== undefined)
      return this.frame(by, CLOSE, close === 0 ? new Uint8Array(0) : encodeClose(close, reason));
    return ping === undefined
      ? this.frame(by, PONG, Buffer.from(pong ?? ''))
      : this.frame(by, PING, Buffer.from(ping));
  }

  private message(by: Sender, opcode: number, content: Uint8Array, said: Said): Uint8Array {
    const { deflate } = this.script;
    const rsv1 = deflate !== undefined && deflate !== false && said.compressed !== false;
    const payload = rsv1 ? this.deflaters[by].deflate(content) : content;
    const count = said.fragments ?? 1;
    const size = Math.ceil(payload.length / count);
    const frames: Uint8Array[] = [];
    for (let i = 0; i < count; i++)
      frames.push(
        encodeFrame({
          opcode: i === 0 ? opcode : CONTINUATION,
          fin: i === count - 1,
          rsv1: rsv1 && i === 0,
          payload: payload.subarray(i * size, (i + 1) * size),
          maskingKey: this.maskOf(by),
        }),
      );
    return Buffer.concat(frames);
  }

  private frame(by: Sender, opcode: number, payload: Uint8Array): Uint8Array {
    return encodeFrame({ opcode, payload, maskingKey: this.maskOf(by) });
  }

  /** RFC 6455 §5.1: of the client's frames, and a new one each time. */
  private maskOf(by: Sender): number | undefined {
    return by === 'client' ? this.random(4).readInt32BE() : undefined;
  }

  /** The same ones for the same seed. */
  private random(length: number): Buffer {
    const { seed = 1 } = this.script;
    return createHash('sha256')
      .update(`${seed} ${++this.drawn}`)
      .digest()
      .subarray(0, length);
  }
}

function octets(hexadecimal: string): Uint8Array {
  return Buffer.from(hexadecimal.replace(/\s/g, ''), 'hex');
}

function headOf(lines: string): Uint8Array {
  return Buffer.from(`${lines.trim().split(/\r?\n/).join('\r\n')}\r\n\r\n`, 'latin1');
}
