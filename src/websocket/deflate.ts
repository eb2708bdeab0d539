/**
 * The compressed messages of one sender (RFC 7692 §7.2.2), or its compressed frames with the historical
 * `x-webkit-deflate-frame` (deflate-parameters.ts): wire payload → content, and what is true of it.
 *
 * Strategy: one Inflater is shared by all senders; a sender keeps only the window that its next message may
 * reach into. A sender that has sent some messages gets a NativeInflater beside it, up to the first message that is
 * not inflated by that, or for which all that it may reach into is not known. What was lost makes that window
 * unknown, not the sender's later messages undecodable: content that does not derive from lost octets is right, the rest is marked. Nothing is judged, and everything that
 * can be decoded is, also with a larger window or an older context than negotiated.
 */
import { isUtf8 } from 'node:buffer';
import { DEFAULT_LIMITS } from '../limits.js';
import type { Range } from './frame-record.js';
import { Inflater } from './inflate.js';
import { InflateWindow } from './inflate-window.js';
import { NativeInflater } from './native-inflate.js';

/** What is known of the sender whose messages are to be inflated. */
export interface InflaterOptions {
  /** False with the sender's `…_no_context_takeover` (§7.1.1). */
  readonly contextTakeover: boolean;
  /** 8 … 15, the sender's `…_max_window_bits` (§7.1.2); a larger window is stated, and decoded all the same. */
  readonly windowBits: number;
  /** Content octets per message. */
  readonly maxContent: number;
  /** Ranges of unknown octets stated per message; the last one covers what would be more. */
  readonly maxUnknownRanges?: number;
  /** False where the capture began in the middle: earlier messages may have been sent. */
  readonly contextKnown: boolean;
}

/** What a compressed message came to. */
export interface Inflated {
  /** A copy; unknown octets are 0. Ends before the fault, or at `maxContent`. */
  readonly content: Uint8Array;
  /** Of content, in octets; more would come out where `limited`. */
  readonly length: number;
  /** Content octets that derive from octets that the capture lost: all others are right. In order. */
  readonly unknown: readonly Range[];
  /**
   * Why, and at which offset of the wire payload, it cannot be inflated further, or what is wrong with its end;
   * undefined when nothing is.
   */
  readonly failure: string | undefined;
  /**
   * `failure` is about the end only: all content is there, and what follows can be inflated. Receivers that keep
   * their inflater from message to message fail on the next one: to them the trailer began a block.
   */
  readonly badEnd: boolean;
  /** `maxContent` was hit. */
  readonly limited: boolean;
  /** The greatest distance that a match reaches back, in octets; 0 without matches, or if it was not looked at. */
  readonly farthest: number;
  /** A distance is greater than 2^windowBits. */
  readonly exceedsWindow: boolean;
  /** Without context takeover: matches reach into earlier messages, and with these it can be inflated. */
  readonly usesContext: boolean;
  /** The payload ends as §7.2.1 asks for: in an empty stored block without its last four octets. */
  readonly endsProperly: boolean;
  /** A block with BFINAL set is among the data (§7.2.3.4). */
  readonly hasFinal: boolean;
}

const NOTHING: readonly Range[] = [];

/** Messages from which on a sender is worth a handle of zlib's. */
const MANY = 8;
/** The only window bits for which zlib checks the same distances as we do. */
const MAX_WINDOW_BITS = 15;
/** What is true of a message that zlib inflates. */
const USUAL = {
  unknown: NOTHING,
  failure: undefined,
  badEnd: false,
  limited: false,
  farthest: 0,
  exceedsWindow: false,
  usesContext: false,
  endsProperly: true,
  hasFinal: false,
};

/** Decoding is synchronous, so that all senders share its buffers and tables. */
const inflater = new Inflater();

/**
 * Inflates the compressed messages of one sender (RFC 7692 §7.2.2), in the order in which they were sent, since each may
 * refer to those before it.
 *
 * @example There and back
 * ```ts
 * import { MessageDeflater, MessageInflater } from 'wsdissect/websocket';
 *
 * const deflater = new MessageDeflater();
 * const inflater = new MessageInflater({
 *   contextTakeover: true,
 *   windowBits: 15,
 *   maxContent: 1024 * 1024,
 *   contextKnown: true,
 * });
 * for (const text of ['to be', 'or not to be']) {
 *   const wire = deflater.deflate(new TextEncoder().encode(text));
 *   const { content, failure } = inflater.inflate(wire, 0, wire.length, true);
 *   console.log(new TextDecoder().decode(content), failure); // to be undefined
 * }
 * inflater.close();
 * ```
 */
export class MessageInflater {
  /** Of the last message: ranges of unknown octets were taken together, with what lies between. */
  mergedRanges = false;
  private readonly window = new InflateWindow();
  private native: NativeInflater | undefined = undefined;
  /** Messages that are still to come before a handle is opened; Infinity: none will be. */
  private before = MANY;

  constructor(private readonly options: InflaterOptions) {
    if (!options.contextKnown) this.window.forget();
    if (options.windowBits !== MAX_WINDOW_BITS) this.before = Number.POSITIVE_INFINITY;
  }

  /** No match within the negotiated window can meet unknown octets. */
  get certain(): boolean {
    return !this.options.contextTakeover || this.window.known >= 1 << this.options.windowBits;
  }

  /** Something of this sender was missed: how much its window moved, and what it holds, is unknown. */
  lost(): void {
    this.window.forget();
    this.closeNative();
  }

  /** Nothing more comes: gives back what zlib holds for it. */
  close(): void {
    this.closeNative();
  }

  /**
   * Inflates one message: wire[start, end) is the payload of all its frames, unmasked and joined. Not `whole`:
   * only its beginning, the rest was lost. To be called in the order sent; uncompressed messages do not count.
   * Never throws. After a failure before the end, a limit or a loss the context is unknown.
   */
  inflate(wire: Uint8Array, start: number, end: number, whole: boolean): Inflated {
    this.mergedRanges = false;
    return (
      (whole ? this.inflateUsual(wire, start, end) : undefined) ?? this.inflateAny(wire, start, end, whole)
    );
  }

  /**
   * Whether there is nothing to tell of the message with the payload wire[start, end) but its content, which is not
   * told; text has to be UTF-8. False: it is still to be inflated.
   *
   * @internal
   */
  isPlain(isText: boolean, wire: Uint8Array, start: number, end: number): boolean {
    const length = this.native === undefined ? -1 : this.inflateNatively(wire, start, end);
    if (length < 0) return false;
    const { output } = NativeInflater;
    if (isText && !isUtf8(output.subarray(0, length))) {
      // It has got the message, which is inflated once more.
      this.closeNative();
      return false;
    }
    this.window.append(output, undefined, length);
    return true;
  }

  /** By zlib; undefined where that cannot say all. */
  private inflateUsual(wire: Uint8Array, start: number, end: number): Inflated | undefined {
    const length = this.inflateNatively(wire, start, end);
    if (length < 0) return undefined;
    const content = NativeInflater.output.slice(0, length);
    this.window.append(content, undefined, length);
    return { content, length, ...USUAL };
  }

  /** To NativeInflater.output, which the window has to take over; -1 where that does not do. */
  private inflateNatively(wire: Uint8Array, start: number, end: number): number {
    const { contextTakeover, maxContent } = this.options;
    if (this.native === undefined && (--this.before > 0 || !this.openNative())) return -1;
    if (!contextTakeover) this.native!.reset();
    const length = this.native!.inflate(wire, start, end, maxContent);
    if (length >= 0) return length;
    this.closeNative();
    this.before = Number.POSITIVE_INFINITY;
    return -1;
  }

  private openNative(): boolean {
    const { window } = this;
    if (window.known < 1 << MAX_WINDOW_BITS) return false;
    this.native = NativeInflater.open(this.options.contextTakeover ? window.last() : undefined);
    if (this.native === undefined) this.before = Number.POSITIVE_INFINITY;
    return this.native !== undefined;
  }

  /** It is opened again once all is known that it has to know. */
  private closeNative(): void {
    this.native?.close();
    this.native = undefined;
  }

  private inflateAny(wire: Uint8Array, start: number, end: number, whole: boolean): Inflated {
    const { window, options } = this;
    // It has not got this message.
    this.closeNative();
    inflater.inflate(window, wire, start, end, whole, options.maxContent);
    const { limited, farthest, endsProperly, badEnd, hasFinal } = inflater;
    const reached = !options.contextTakeover && inflater.reachedLength >= 0;
    const failed = inflater.fault !== undefined;
    // Without context takeover a match before the message is the first fault of one that cannot be decoded.
    const length = failed && reached ? inflater.reachedLength : inflater.length;
    const failure = failed ? this.describeFailure(reached) : badEnd;
    const content = inflater.output.slice(0, length);
    const unknown = inflater.marks === undefined ? NOTHING : this.ranges(inflater.marks.subarray(0, length));
    if (whole && !failed && !limited) window.append(content, inflater.marks, length);
    else window.forget();
    return {
      content,
      length,
      unknown,
      failure,
      badEnd: badEnd !== undefined,
      limited,
      farthest,
      exceedsWindow: farthest > 1 << options.windowBits,
      usesContext: reached && !failed,
      endsProperly,
      hasFinal,
    };
  }

  /** Where marks are 1. */
  private ranges(marks: Uint8Array): readonly Range[] {
    let offset = marks.indexOf(1);
    if (offset < 0) return NOTHING;
    const { maxUnknownRanges = DEFAULT_LIMITS.maxUnknownRanges } = this.options;
    const found: Range[] = [];
    while (offset >= 0) {
      let end = marks.indexOf(0, offset);
      if (end < 0) end = marks.length;
      let next = marks.indexOf(1, end);
      if (next >= 0 && found.length === maxUnknownRanges - 1) {
        this.mergedRanges = true;
        end = marks.lastIndexOf(1) + 1;
        next = -1;
      }
      found.push({ offset, length: end - offset });
      offset = next;
    }
    return found;
  }

  private describeFailure(reached: boolean): string {
    const [fault, offset] = reached
      ? ['a match that begins before the message, without context takeover', inflater.reachedOffset]
      : [inflater.fault, inflater.faultOffset];
    return `${fault}, at wire offset ${offset}`;
  }
}
