/**
 * A capture as pcapng with a Decryption Secrets Block (draft-ietf-opsawg-pcapng §4.7), so that Wireshark and others show
 * it decrypted.
 *
 * Strategy: a pcapng capture stays as it is, block for block and octet for octet, but for its blocks of TLS secrets; the
 * new one stands behind the first section header. Where a block's length cannot be right, the rest is copied as it is. Any
 * other capture is written anew from its packets.
 */
import { ByteQueue } from '../bytes/queue.js';
import type { ReportDefect } from '../stream/defect.js';
import { nanosecondsOf } from '../stream/place.js';
import { readCaptures } from './captures.js';
import { u32 } from './integers.js';
import type { Input } from './open.js';
import { OpenCapture } from './open-capture.js';
import { defaultCaptureLimits, type Packet } from './packet.js';
import * as block from './pcapng-blocks.js';
import { PcapngEncoder } from './pcapng-encode.js';

/** if_tsresol: nanoseconds. */
const NANOSECONDS = 9;
/** Type, length and secrets type. */
const ENOUGH = 12;

/** `keyLog`: what to embed; `write` is lent the octets in turn. */
export async function embedSecrets(
  input: Input,
  keyLog: Uint8Array,
  write: (bytes: Uint8Array) => void,
  report: ReportDefect,
): Promise<void> {
  const context = { ...defaultCaptureLimits, capture: 0, interfaces: { next: 0 }, report };
  const capture = await OpenCapture.open(input, 'own', context);
  try {
    if (capture.format === 'pcapng') await copyBlocks(capture, keyLog, write);
  } finally {
    capture.close();
  }
  if (capture.format !== 'pcapng') await writePackets(input, keyLog, write, report);
}

async function copyBlocks(
  { source }: OpenCapture,
  keyLog: Uint8Array,
  write: (bytes: Uint8Array) => void,
): Promise<void> {
  const copier = new BlockCopier(keyLog, write);
  for (let read = await source.read(); read !== null; read = await source.read())
    copier.push(read.bytes, read.start, read.end);
  copier.end();
}

class BlockCopier {
  private readonly queue = new ByteQueue();
  private little = true;
  private isEmbedded = false;
  /** Octets of the block at hand that are still to be copied, or dropped. */
  private left = 0;
  private drops = false;
  /** No block can be told apart any more. */
  private isLost = false;

  constructor(
    private readonly keyLog: Uint8Array,
    private readonly write: (bytes: Uint8Array) => void,
  ) {}

  push(bytes: Uint8Array, start: number, end: number): void {
    this.queue.push(bytes, start, end);
    while (this.pass()) if (this.queue.length === 0) break;
  }

  /** The capture may end within a block. */
  end(): void {
    this.isLost = true;
    this.pass();
  }

  /** Copies what of the block is there, or begins the next one; false: more is needed. */
  private pass(): boolean {
    const { queue } = this;
    if (this.isLost) this.left = queue.length;
    if (this.left > 0) {
      const length = Math.min(this.left, queue.length);
      if (!this.drops) this.write(queue.bytes.subarray(queue.start, queue.start + length));
      queue.start += length;
      this.left -= length;
      if (this.left === 0 && !this.isLost) this.embed();
      return this.left === 0 && queue.length > 0;
    }
    if (queue.length < ENOUGH) return false;
    this.begin();
    return true;
  }

  private begin(): void {
    const { bytes, start } = this.queue;
    if (u32(bytes, start, true) === block.SECTION_HEADER)
      this.little = block.byteOrder(bytes, start + 8) ?? this.little;
    const length = u32(bytes, start + 4, this.little);
    this.isLost = length < block.MIN_BLOCK || length % 4 !== 0;
    this.left = length;
    const isSecrets = u32(bytes, start, this.little) === block.DECRYPTION_SECRETS;
    this.drops = !this.isLost && isSecrets && u32(bytes, start + 8, this.little) === block.TLS_KEY_LOG;
  }

  /** Behind the first block, which is the section header. */
  private embed(): void {
    if (this.isEmbedded) return;
    this.isEmbedded = true;
    this.write(new PcapngEncoder({ little: this.little }).decryptionSecrets(block.TLS_KEY_LOG, this.keyLog));
  }
}

async function writePackets(
  input: Input,
  keyLog: Uint8Array,
  write: (bytes: Uint8Array) => void,
  report: ReportDefect,
): Promise<void> {
  const encoder = new PcapngEncoder();
  const interfaces = new Map<number, number>();
  write(encoder.sectionHeader());
  write(encoder.decryptionSecrets(block.TLS_KEY_LOG, keyLog));
  const interfaceOf = ({ linkType }: Packet): number => {
    const known = interfaces.get(linkType);
    if (known !== undefined) return known;
    write(encoder.interfaceDescription({ linkType, resolution: NANOSECONDS }));
    interfaces.set(linkType, interfaces.size);
    return interfaces.size - 1;
  };
  await readCaptures(
    [input],
    { report },
    {
      packet: (packet) => {
        const { bytes, start, end, originalLength } = packet;
        const interfaceId = interfaceOf(packet);
        const timestamp = nanosecondsOf(packet);
        write(
          encoder.enhancedPacket({
            interfaceId,
            timestamp,
            data: bytes.subarray(start, end),
            originalLength,
          }),
        );
      },
    },
  );
}
