/**
 * What tshark sees of a capture's WebSocket frames: the peer that the frame lists are checked against.
 *
 * Of a payload tshark shows two things, and both are taken: the bytes of each frame as they lie in the stream
 * (its "raw" fields), which are unmasked here and nothing else; and, of a text message in one compressed frame,
 * what it inflates them to.
 */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

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
  /** Payload on the wire, unmasked and still compressed, in hexadecimal. */
  readonly payload: string;
  /** What it shows as the text of the payload, in hexadecimal; undefined where it shows none. */
  readonly text: string | undefined;
}

/**
 * Whether a program is there. In CI a missing one is a failure, never a skipped test.
 */
export function hasProgram(name: string): boolean {
  const found = spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found && process.env.CI) throw new Error(`${name} is not installed: CI needs it for this test`);
  return found;
}

const execute = promisify(execFile);

/** The frames of a capture; `ports` are the server ports that tshark is told to decode as HTTP. `keyLog`: its secrets. */
export async function tsharkFrames(
  file: string,
  ports: readonly number[],
  keyLog?: string,
): Promise<TsharkFrame[]> {
  const decodeAs = ports.flatMap((port) => ['-d', `tcp.port==${port},http`]);
  const inOrder = ['-o', 'tcp.reassemble_out_of_order:TRUE'];
  const layers = ['-J', 'frame tcp websocket', '-T', 'json', '-x', '--no-duplicate-keys'];
  const { stdout } = await execute(
    'tshark',
    [
      '-r',
      file,
      ...inOrder,
      ...(keyLog === undefined ? [] : ['-o', `tls.keylog_file:${keyLog}`]),
      ...decodeAs,
      '-Y',
      'websocket',
      ...layers,
    ],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  ).catch((error: { stdout: string }) => error); // of a cut capture it shows what there is, and fails
  return (JSON.parse(stdout || '[]') as Packet[]).flatMap(framesOf);
}

/** Files as one, in the order of time. */
export async function mergeCaptures(files: readonly string[], into: string): Promise<void> {
  await execute('mergecap', ['-w', into, ...files]);
}

/** A field's text by its name, its bytes in hexadecimal first in the list named `…_raw`, and layers within. */
type Layer = { readonly [name: string]: string | Layer | readonly unknown[] | undefined };

interface Packet {
  readonly _source: { readonly layers: Readonly<Record<string, Layer | readonly Layer[]>> };
}

function framesOf({ _source: { layers } }: Packet): TsharkFrame[] {
  const tcp = list(layers.tcp).at(-1)!;
  return list(layers.websocket).map((frame) => {
    const length = Number(frame['websocket.payload_length']);
    const extended = frame[`websocket.payload_length_ext_${length === 126 ? 16 : 64}`];
    const key = frame['websocket.masking_key'] as string | undefined;
    const maskingKey = key?.replaceAll(':', '');
    const wire = raw(frame, `websocket.${maskingKey === undefined ? '' : 'masked_'}payload`) ?? '';
    return {
      packet: Number(list(layers.frame)[0]['frame.number']),
      tcpStream: Number(tcp['tcp.stream']),
      sourcePort: Number(tcp['tcp.srcport']),
      fin: frame['websocket.fin'] === '1',
      rsv: Number(frame['websocket.rsv']),
      opcode: Number(frame['websocket.opcode']),
      masked: frame['websocket.mask'] === '1',
      maskingKey,
      lengthForm: length === 126 ? 16 : length === 127 ? 64 : 7,
      length: extended === undefined ? length : Number(extended),
      payload: maskingKey === undefined ? wire : unmask(wire, maskingKey),
      text: raw((frame['websocket.payload'] ?? {}) as Layer, 'websocket.payload.text'),
    };
  });
}

function list<T>(one: T | readonly T[] | undefined): readonly T[] {
  if (one === undefined) return [];
  return Array.isArray(one) ? one : [one as T];
}

function raw(layer: Layer, name: string): string | undefined {
  return (layer[`${name}_raw`] as readonly string[] | undefined)?.[0];
}

function unmask(hex: string, keyHex: string): string {
  const key = Buffer.from(keyHex, 'hex');
  return Buffer.from(Buffer.from(hex, 'hex').map((octet, i) => octet ^ key[i % 4])).toString('hex');
}
