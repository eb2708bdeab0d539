/**
 * One capture being read: its source opened, unpacked and recognised, with the reader that suits it.
 *
 * Strategy: the first bytes decide. They are taken off the source, looked at, and given back in front of it;
 * what was packed is looked at again, at most twice (a .pcap.gz within a .zst is somebody's backup, deeper is
 * an attack).
 */
import { visible } from '../bytes/visible.js';
import { CaptureError } from '../stream/defect.js';
import type { Trouble } from './block-decoder.js';
import { decompress } from './decompress.js';
import { type CaptureFormat, type Compression, detect, ENOUGH_TO_DETECT, notACapture } from './detect.js';
import { concat } from './integers.js';
import { NpmPcapParserReader } from './npm-pcap-parser.js';
import { type Block, type BlockSource, type Input, type OpenOptions, openSource } from './open.js';
import type { CaptureReader, ReaderContext } from './packet.js';
import { PcapReader } from './pcap.js';
import { PcapngReader } from './pcapng.js';

const MAX_COMPRESSIONS = 2;

/** Which reader: our own, or the npm package pcap-parser. */
export type ReaderName = 'own' | 'pcap-parser';

export class OpenCapture {
  readonly format: CaptureFormat;
  readonly compression: readonly Compression[];
  readonly reader: CaptureReader;
  readonly source: BlockSource;
  private exhausted = false;
  private closed = false;

  private constructor(
    source: BlockSource,
    format: CaptureFormat,
    compression: readonly Compression[],
    reader: CaptureReader,
  ) {
    this.source = source;
    this.format = format;
    this.compression = compression;
    this.reader = reader;
  }

  /** Opens an input and recognises it; throws CaptureError if it is no capture. */
  static async open(
    input: Input,
    readerName: ReaderName,
    context: ReaderContext,
    options?: OpenOptions,
    watch?: (source: BlockSource) => void,
  ): Promise<OpenCapture> {
    let source = openSource(input, options);
    watch?.(source);
    const trouble: Trouble = (code, message) =>
      context.report({ layer: 'capture', code, message, packet: 0, capture: context.capture });
    try {
      const compression: Compression[] = [];
      for (;;) {
        const head = await readHead(source);
        const format = detect(head.bytes, head.start, head.end);
        if (format === undefined) throw unusable(source.name, compression, head);
        source = new HeadedSource(source, head);
        if (format === 'pcap' || format === 'pcapng') {
          return new OpenCapture(source, format, compression, makeReader(format, readerName, context));
        }
        if (compression.push(format) > MAX_COMPRESSIONS) {
          throw new CaptureError(
            'unsupported',
            `${visible(source.name)} is compressed more than ${MAX_COMPRESSIONS} times over`,
          );
        }
        source = await decompress(source, format, trouble, context);
      }
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** Gives the reader its next block, or the news that there is none; false if nothing is left to do. */
  async fill(): Promise<boolean> {
    const { reader } = this;
    if (this.exhausted || reader.finished) return false;
    const read = this.source.read();
    const block = read instanceof Promise ? await read : read;
    if (this.closed) return false;
    if (block !== null) this.push(block);
    else {
      this.exhausted = true;
      reader.end();
    }
    return true;
  }

  /** Decodes the first packet; false if there is none. */
  async nextPacket(): Promise<boolean> {
    while (!this.reader.next()) if (!(await this.fill())) return false;
    return true;
  }

  /** A reader does not know the name of its capture. */
  private push(block: Block): void {
    try {
      this.reader.push(block.bytes, block.start, block.end);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      throw new CaptureError(error.code, `${visible(this.source.name)}: ${error.message}`);
    }
  }

  close(): void {
    this.closed = true;
    this.source.close();
  }
}

function makeReader(format: CaptureFormat, readerName: ReaderName, context: ReaderContext): CaptureReader {
  if (readerName === 'pcap-parser') {
    if (format === 'pcap') return new NpmPcapParserReader(context);
    const advice = 'use the default reader (leave out --reader pcap-parser)';
    throw new CaptureError('unsupported', `pcap-parser cannot read pcapng; ${advice}`);
  }
  return format === 'pcap' ? new PcapReader(context) : new PcapngReader(context);
}

function unusable(name: string, compression: readonly Compression[], head: Block): CaptureError {
  const packing = compression.at(-1);
  if (packing === undefined) return notACapture(name, head.bytes, head.start, head.end);
  if (head.start === head.end) {
    return new CaptureError('empty', `${visible(name)}: nothing can be unpacked from it (${packing})`);
  }
  return notACapture(`the ${packing} content of ${name}`, head.bytes, head.start, head.end);
}

/** The first block, or as many as make up the bytes that decide. */
async function readHead(source: BlockSource): Promise<Block> {
  let head: Block = { bytes: new Uint8Array(0), start: 0, end: 0 };
  while (head.end - head.start < ENOUGH_TO_DETECT) {
    const block = await source.read();
    if (block === null) break;
    const bytes = [head, block].map((one) => one.bytes.subarray(one.start, one.end));
    head =
      head.end === 0
        ? { ...block }
        : { bytes: concat(bytes), start: 0, end: bytes[0].length + bytes[1].length };
  }
  return head;
}

/** A source with a block given back. */
class HeadedSource implements BlockSource {
  readonly name: string;
  readonly size: number | undefined;
  private readonly source: BlockSource;
  private head: Block | undefined;

  constructor(source: BlockSource, head: Block) {
    this.source = source;
    this.head = head;
    this.name = source.name;
    this.size = source.size;
  }

  get position(): number {
    return this.source.position;
  }

  read(): Block | null | Promise<Block | null> {
    const { head } = this;
    this.head = undefined;
    return head ?? this.source.read();
  }

  close(): void {
    this.source.close();
  }
}
