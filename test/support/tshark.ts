/**
 * What tshark sees of a capture's WebSocket frames, from its PDML: the peer that the frame lists are checked
 * against.
 */
import { execFileSync, spawnSync } from 'node:child_process';

export interface TsharkFrame {
  readonly packet: number;
  readonly tcpStream: number;
  readonly sourcePort: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly maskingKey: string | undefined;
  readonly lengthForm: number;
  readonly length: number;
  /** Unmasked payload in hexadecimal; undefined where tshark does not show it as one field. */
  readonly payload: string | undefined;
}

/**
 * Whether a program is there. In CI a missing one is a failure, never a skipped test.
 */
export function hasProgram(name: string): boolean {
  const found = spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found && process.env.CI) throw new Error(`${name} is not installed: CI needs it for this test`);
  return found;
}

/** The frames of a capture; `ports` are the server ports that tshark is told to decode as HTTP. */
export function tsharkFrames(file: string, ports: readonly number[]): TsharkFrame[] {
  const decodeAs = ports.flatMap((port) => ['-d', `tcp.port==${port},http`]);
  const pdml = execFileSync('tshark', ['-r', file, ...decodeAs, '-Y', 'websocket', '-T', 'pdml'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return pdml.split('<packet>').slice(1).flatMap(framesOf);
}

function framesOf(packet: string): TsharkFrame[] {
  const number = Number(show(packet, 'frame.number'));
  const tcpStream = Number(show(packet, 'tcp.stream'));
  const sourcePort = Number(show(packet, 'tcp.srcport'));
  return packet
    .split('<proto name="websocket"')
    .slice(1)
    .map((text) => text.slice(0, text.indexOf('</proto>')))
    .map((proto) => {
      const length = Number(show(proto, 'websocket.payload_length'));
      const rsv = show(proto, 'websocket.rsv');
      const extended = show(proto, `websocket.payload_length_ext_${length === 126 ? 16 : 64}`);
      return {
        packet: number,
        tcpStream,
        sourcePort,
        fin: show(proto, 'websocket.fin') === '1',
        rsv: Number(rsv),
        opcode: Number(show(proto, 'websocket.opcode')),
        masked: show(proto, 'websocket.mask') === '1',
        maskingKey: show(proto, 'websocket.masking_key')?.replaceAll(':', ''),
        lengthForm: length === 126 ? 16 : length === 127 ? 64 : 7,
        length: extended === undefined ? length : Number(extended),
        payload: payloadOf(proto),
      };
    });
}

function payloadOf(proto: string): string | undefined {
  const code = value(proto, 'websocket.payload.close.status_code');
  if (code !== undefined)
    return code.padStart(4, '0') + (value(proto, 'websocket.payload.close.reason') ?? '');
  for (const kind of ['text', 'ping', 'pong', 'continue', 'unknown']) {
    const hex = value(proto, `websocket.payload.${kind}`);
    if (hex !== undefined) return hex;
  }
  return undefined;
}

/** The `show` attribute of the first field of this name. */
function show(text: string, name: string): string | undefined {
  return attribute(text, name, 'show');
}

function value(text: string, name: string): string | undefined {
  return attribute(text, name, 'value')?.toLowerCase();
}

function attribute(text: string, name: string, which: 'show' | 'value'): string | undefined {
  const at = text.indexOf(`<field name="${name}"`);
  if (at < 0) return undefined;
  const tag = text.slice(at, text.indexOf('>', at));
  return new RegExp(` ${which}="([^"]*)"`).exec(tag)?.[1];
}
