/**
 * One input of a run on its way: waiting until its time has come, open, or closed with what was learnt of it.
 */
import { CaptureError } from '../stream/defect.js';
import type { CaptureFormat, Compression } from './detect.js';
import type { BlockSource, Input, OpenOptions } from './open.js';
import { OpenCapture, type ReaderName } from './open-capture.js';
import type { Packet, ReaderContext } from './packet.js';
import { type CaptureSecrets, PcapngReader } from './pcapng.js';

/** A point in time, exact: whole seconds since the epoch and 0 … 999 999 999 nanoseconds. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What is known of one capture when it was read. */
export interface CaptureSummary {
  /** Path, or a few words where it has none; not escaped. */
  readonly name: string;
  /** Undefined where it is empty or was not reached. */
  readonly format: CaptureFormat | undefined;
  /** From the outside inwards; empty when not compressed. */
  readonly compression: readonly Compression[];
  readonly packets: number;
  /** Of the first and of the last packet delivered. */
  readonly firstTime: Time | undefined;
  readonly lastTime: Time | undefined;
  readonly interfaces: number;
  /** pcapng comments of sections. */
  readonly comments: readonly string[];
}

export class Lane {
  readonly index: number;
  readonly input: Input;
  open: OpenCapture | undefined = undefined;
  /** The error that it is empty. */
  empty: CaptureError | undefined = undefined;
  /** Time of its first packet, when it is opened: infinite when it has none. */
  dueSeconds = Number.NEGATIVE_INFINITY;
  dueNanoseconds = 0;
  /** Bytes of the file, and read of it so far. */
  size: number | undefined = undefined;
  bytes = 0;
  secrets: readonly CaptureSecrets[] = [];
  private source: BlockSource | undefined = undefined;
  private name = '';
  private format: CaptureFormat | undefined = undefined;
  private compression: readonly Compression[] = [];
  private comments: readonly string[] = [];
  private interfaces = 0;
  packets = 0;
  private firstTime: Time | undefined = undefined;
  private lastSeconds = 0;
  private lastNanoseconds = 0;

  constructor(index: number, input: Input) {
    this.index = index;
    this.input = input;
  }

  /** The packet that its reader decoded last. Only while it is open. */
  get packet(): Packet {
    return this.open!.reader.packet;
  }

  /** Whether it is due only after the packet. */
  isAfter(packet: Packet): boolean {
    const { dueSeconds } = this;
    return (
      dueSeconds > packet.seconds ||
      (dueSeconds === packet.seconds && this.dueNanoseconds > packet.nanoseconds)
    );
  }

  /**
   * Opens it and decodes its first packet; false if it has none. Throws CaptureError if it is no capture, but
   * notes only that it is empty.
   */
  async start(reader: ReaderName, context: ReaderContext, options: OpenOptions): Promise<boolean> {
    this.empty = undefined;
    try {
      this.open = await OpenCapture.open(this.input, reader, context, options, (source) => {
        this.source = source;
        this.name = source.name;
        this.size = source.size;
      });
    } catch (error) {
      if (!(error instanceof CaptureError && error.code === 'empty')) throw error;
      this.empty = error;
      return false;
    }
    this.format = this.open.format;
    this.compression = this.open.compression;
    return this.open.nextPacket();
  }

  /** Numbers a packet that is being delivered. */
  count(packet: Packet): void {
    const { seconds, nanoseconds } = packet;
    if (this.packets++ === 0) this.firstTime = { seconds, nanoseconds };
    packet.numberInCapture = this.packets;
    this.lastSeconds = seconds;
    this.lastNanoseconds = nanoseconds;
  }

  /** Takes over what is known of the open capture by now. */
  note(): void {
    if (this.open === undefined) return;
    const { source, reader } = this.open;
    this.bytes = source.position;
    this.interfaces = reader.interfaces;
    if (reader instanceof PcapngReader) {
      this.comments = reader.sectionComments;
      this.secrets = reader.secrets;
    }
  }

  close(): void {
    this.note();
    this.open?.close();
    this.source?.close();
    this.open = undefined;
    this.source = undefined;
  }

  summary(): CaptureSummary {
    const { name, format, compression, packets, firstTime, interfaces, comments } = this;
    const last = { seconds: this.lastSeconds, nanoseconds: this.lastNanoseconds };
    const lastTime = packets > 0 ? last : undefined;
    return { name, format, compression, packets, firstTime, lastTime, interfaces, comments };
  }
}
