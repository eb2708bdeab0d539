/**
 * The packet: one captured link-layer unit with a timestamp, and the interface of the readers that
 * produce it.
 *
 * Strategy: a reader owns ONE mutable Packet and overwrites it for each packet (a new object per packet
 * costs five times the dispatch). Nothing in it may be kept beyond the call; whoever keeps bytes copies.
 */
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Defect } from '../stream/defect.js';

/** One captured link-layer unit. A reader has one record, overwritten by the next packet: copy what you keep. */
export class Packet {
  /**
   * 1-based, counted over all captures of a run, as Wireshark's frame.number. (A reader counts its own
   * capture; readCaptures renumbers.)
   */
  number = 0;
  /** Whole seconds since the epoch; negative only in a damaged capture. */
  seconds = 0;
  /** 0 … 999 999 999. */
  nanoseconds = 0;
  /** The block that holds the packet; borrowed until the reader's next call. */
  bytes: Uint8Array = EMPTY;
  /** The captured bytes are bytes[start, end). */
  start = 0;
  end = 0;
  /** Bytes on the wire; more than end - start when a snap length cut the packet. */
  originalLength = 0;
  /** LINKTYPE_ value, see https://www.tcpdump.org/linktypes.html. */
  linkType = 0;
  /** Index of the capture interface, counted over all captures and sections of a run. */
  interfaceIndex = 0;
  /** Index of the capture among those given. */
  capture = 0;
  /** 1-based, counted over this capture alone; set by readCaptures. */
  numberInCapture = 0;
  /** Offset of bytes[start] in the (decompressed) capture. */
  captureOffset = 0;
  /** pcapng opt_comment of this packet. */
  comment: string | undefined = undefined;
  /** Type of the pcapng block that holds it, and its byte order; 0: of another format. */
  blockType = 0;
  little = true;
  /** The options of that block are bytes[optionsStart, optionsEnd). */
  optionsStart = 0;
  optionsEnd = 0;
}

const EMPTY = new Uint8Array(0);

/**
 * Decodes one capture. Sans-I/O: the caller pushes blocks and then asks for packets until there is none.
 *
 *   reader.push(bytes, start, end); while (reader.next()) use(reader.packet);  …
 *   reader.end(); while (reader.next()) use(reader.packet);
 */
export interface CaptureReader {
  /** The one record that next() overwrites. */
  readonly packet: Packet;
  /** Nothing more will come, whatever is pushed: the capture ended, or is damaged beyond finding a way on. */
  readonly finished: boolean;
  /** Capture interfaces described so far. */
  readonly interfaces: number;
  /**
   * Lends the block bytes[start, end) until the next push. What lies before `start` is headroom: the
   * reader may write there (the rest of a straddling record, so that the block need not be copied).
   * Call only when next() has returned false.
   */
  push(bytes: Uint8Array, start: number, end: number): void;
  /** Says that no more blocks come; a cut record is then reported as a defect. */
  end(): void;
  /** Decodes the next packet into `packet`; false: more bytes are needed, or the capture is at its end. */
  next(): boolean;
}

/** Those of the limits that bound the reading of captures. */
export type CaptureLimits = Pick<
  Limits,
  | 'maxSalvageInput'
  | 'maxSalvaged'
  | 'maxPacketLength'
  | 'maxBlockLength'
  | 'maxResync'
  | 'maxComment'
  | 'maxSectionComments'
  | 'maxSecrets'
  | 'maxInterfaces'
>;

/** The defaults of these. */
export const defaultCaptureLimits: CaptureLimits = DEFAULT_LIMITS;

/** A Decryption Secrets Block (draft-ietf-opsawg-pcapng §4.7): type 0x544c534b is a TLS key log. */
export interface CaptureSecrets {
  readonly type: number;
  readonly data: Uint8Array;
}

/** A block of a pcapng capture that is no packet, or what another format says in the same place. */
export interface CaptureBlock {
  /** Index of the capture among those given. */
  readonly capture: number;
  readonly type: number;
  readonly little: boolean;
  /** What stands between the two lengths; borrowed. */
  readonly body: Uint8Array;
  /** Packet.interfaceIndex of the interfaces that the section has described so far, by their number in it. */
  readonly interfaces: readonly number[];
}

/** What a reader needs to know of its surroundings, its limits among it. */
export interface ReaderContext extends CaptureLimits {
  /** Index of the capture among those given: goes into Packet.capture. */
  readonly capture: number;
  /** Next free interface index, counted over all captures of a run: a reader takes one per interface. */
  readonly interfaces: { next: number };
  /** Told of bytes that could not be decoded. */
  readonly report: (defect: Defect) => void;
  /** Takes what a capture has of secrets, as it comes. */
  readonly secrets?: ((secrets: CaptureSecrets) => void) | undefined;
  /** Takes all blocks that are no packets, in their place among these: for who writes the capture anew. */
  readonly blocks?: ((block: CaptureBlock) => void) | undefined;
}
