/**
 * Plays a script: from what is said to the blocks of a pcapng capture, by way of messages, frames, masks and packets, each
 * made by the encoder that lies beside our decoder.
 */
import { TLS_KEY_LOG } from '../capture/pcapng-blocks.js';
import { PcapngEncoder } from '../capture/pcapng-encode.js';
import { encodeClose } from '../websocket/close.js';
import { MessageDeflater } from '../websocket/deflate-encode.js';
import { type Extension, encodeExtensions } from '../websocket/extensions.js';
import { encodeFrame } from '../websocket/frame-encode.js';
import type { Sender } from '../websocket/frame-record.js';
import { encodeHandshakeRequest, encodeHandshakeResponse } from '../websocket/handshake.js';
import { BINARY, CLOSE, CONTINUATION, isControl, PING, PONG, TEXT } from '../websocket/opcode.js';
import { Draw } from './draw.js';
import { fieldsOf, SampleHttp2 } from './http2.js';
import { PacketWriter, type SegmentOptions } from './packet-writer.js';
import type { Said, Script } from './script.js';
import { SampleTls } from './tls.js';

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;
const DEFAULT_HOST = 'example.test';
/** RFC 7692 §7.1.1: every message by itself, in both directions. */
const NO_TAKEOVER = [
  { name: 'client_no_context_takeover', value: undefined, quoted: false },
  { name: 'server_no_context_takeover', value: undefined, quoted: false },
];

/** The whole capture. */
export function sampleCapture(script: Script): Uint8Array {
  const blocks: Uint8Array[] = [];
  playScript(script, (block) => void blocks.push(block));
  return Buffer.concat(blocks);
}

/** Block by block, for long ones. */
export function playScript(script: Script, write: (block: Uint8Array) => void): void {
  const encoder = new PcapngEncoder();
  write(encoder.sectionHeader());
  write(encoder.interfaceDescription({ linkType: ETHERNET, resolution: 9 }));
  const play = new Play(script, new PacketWriter(encoder, write, script.tls === true ? 443 : 80));
  if (play.tls !== undefined)
    write(encoder.decryptionSecrets(TLS_KEY_LOG, Buffer.from(play.tls.keyLog, 'latin1')));
  play.play();
}

class Play {
  private readonly draw: Draw;
  private readonly deflaters: Readonly<Record<Sender, MessageDeflater>>;
  readonly tls: SampleTls | undefined;
  private readonly http2: SampleHttp2 | undefined;
  /** That TCP has not seen yet. */
  private readonly ends: [by: Sender, comment: string | undefined][] = [];

  constructor(
    private readonly script: Script,
    private readonly packets: PacketWriter,
  ) {
    this.draw = new Draw(String(script.seed ?? 1));
    const contextTakeover = script.deflate !== 'no-takeover';
    this.deflaters = {
      client: new MessageDeflater({ contextTakeover }),
      server: new MessageDeflater({ contextTakeover }),
    };
    const { tls = false, http2 = false, host = DEFAULT_HOST } = script;
    if (tls) this.tls = new SampleTls((length) => this.draw.bytes(length), host, http2 ? 'h2' : 'http/1.1');
    if (http2) this.http2 = new SampleHttp2();
  }

  play(): void {
    const { packets, script } = this;
    packets.open(script.title);
    for (const [by, bytes] of this.tls?.handshake ?? []) packets.send(by, bytes);
    if (this.http2 === undefined) this.handshake();
    else this.connect(this.http2);
    for (const step of script.steps)
      if ('wait' in step) packets.wait(step.wait);
      else if (step.said.end !== undefined) this.end(step.by, step.said);
      else this.say(step.by, step.said);
  }

  /** RFC 8441 §5.1. */
  private connect(http2: SampleHttp2): void {
    const { path = '/', host = DEFAULT_HOST, subprotocol, tls, request, response } = this.script;
    const protocols = subprotocol === undefined ? [] : [`sec-websocket-protocol: ${subprotocol}`];
    const extensions = this.extensions();
    const asked = [
      ':method: CONNECT',
      ':protocol: websocket',
      `:scheme: ${tls === true ? 'https' : 'http'}`,
      `:path: ${path}`,
      `:authority: ${host}`,
      'sec-websocket-version: 13',
      ...protocols,
    ];
    const answered = [':status: 200', ...protocols];
    if (extensions.length > 0)
      for (const head of [asked, answered])
        head.push(`sec-websocket-extensions: ${encodeExtensions(extensions)}`);
    this.send('client', http2.begin('client', true));
    this.send('server', http2.begin('server', this.script.http2 === true));
    this.send('client', http2.acknowledge());
    this.send('client', http2.head('client', fieldsOf(request ?? asked.join('\n'))));
    this.send('server', http2.head('server', fieldsOf(response ?? answered.join('\n'))));
  }

  private say(by: Sender, said: Said): void {
    const bytes = this.bytesOf(by, said);
    this.send(by, this.http2?.data(bytes) ?? bytes, said);
  }

  /** What carries the conversation ends first; TCP below HTTP/2 only when both sides have ended the stream. */
  private end(by: Sender, said: Said): void {
    if (said.end === 'reset') {
      this.packets.end(by, 'reset', said.comment);
      return;
    }
    this.ends.push([by, said.comment]);
    if (this.http2 !== undefined) this.send(by, this.http2.end());
    if (this.http2 !== undefined && this.ends.length < 2) return;
    for (const [sender, comment] of this.ends.splice(0)) {
      if (this.tls !== undefined) this.packets.send(sender, this.tls.close(sender));
      this.packets.end(sender, 'fin', comment);
    }
  }

  private send(by: Sender, bytes: Uint8Array, options: SegmentOptions = {}): void {
    this.packets.send(by, this.tls?.seal(by, bytes) ?? bytes, options);
  }

  private extensions(): readonly Extension[] {
    const { deflate = false } = this.script;
    if (deflate === false) return [];
    return [{ name: 'permessage-deflate', parameters: deflate === 'no-takeover' ? NO_TAKEOVER : [] }];
  }

  private handshake(): void {
    const { path = '/', host = DEFAULT_HOST, subprotocol, request, response, early = '' } = this.script;
    const key =
      /^Sec-WebSocket-Key: *(\S+)/im.exec(request ?? '')?.[1] ?? this.draw.bytes(16).toString('base64');
    const extensions = this.extensions();
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
    this.send('client', Buffer.concat([head, octets(early)]));
    this.send('server', response === undefined ? answered : headOf(response));
  }

  private bytesOf(by: Sender, said: Said): Uint8Array {
    const { text, binary, ping, pong, close, bytes, reason = '' } = said;
    if (bytes !== undefined) return octets(bytes);
    if (text !== undefined) return this.message(by, TEXT, Buffer.from(text), said);
    if (binary !== undefined) return this.message(by, BINARY, octets(binary), said);
    if (close !== undefined)
      return this.message(by, CLOSE, close === 0 ? new Uint8Array(0) : encodeClose(close, reason), said);
    return ping === undefined
      ? this.message(by, PONG, Buffer.from(pong ?? ''), said)
      : this.message(by, PING, Buffer.from(ping), said);
  }

  private message(by: Sender, opcode: number, content: Uint8Array, said: Said): Uint8Array {
    const { deflate = false } = this.script;
    const rsv1 = said.compressed ?? (deflate !== false && !isControl(opcode));
    const payload = rsv1 ? this.deflaters[by].deflate(content) : content;
    const count = said.fragments ?? 1;
    // Fragments that no octet is left for come last.
    const filled = Math.max(1, Math.min(count, payload.length));
    const begin = (i: number) => Math.ceil((Math.min(i, filled) * payload.length) / filled);
    const frames: Uint8Array[] = [];
    for (let i = 0; i < count; i++)
      frames.push(
        encodeFrame({
          opcode: i === 0 ? opcode : CONTINUATION,
          fin: i === count - 1,
          rsv1: rsv1 && i === 0,
          payload: payload.subarray(begin(i), begin(i + 1)),
          maskingKey: this.maskOf(by, said),
        }),
      );
    return Buffer.concat(frames);
  }

  /** RFC 6455 §5.1: of the client's frames, and a new one each time, unless the script has it another way. */
  private maskOf(by: Sender, { mask = by === 'client' }: Said): number | undefined {
    if (typeof mask === 'string') return Buffer.from(octets(mask)).readInt32BE();
    return mask ? this.draw.bytes(4).readInt32BE() : undefined;
  }
}

function octets(hexadecimal: string): Uint8Array {
  return Buffer.from(hexadecimal.replace(/\s/g, ''), 'hex');
}

function headOf(lines: string): Uint8Array {
  return Buffer.from(`${lines.trim().split(/\r?\n/).join('\r\n')}\r\n\r\n`, 'latin1');
}
