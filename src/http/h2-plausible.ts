/**
 * How much speaks for a header of an h2Frame at some place: asked where a loss or the beginning of a capture leaves
 * open where h2Frames begin.
 *
 * Strategy: what RFC 9113 §6 says of each type leaves few values, and only some sixty of nine octets' 72 bits open.
 * What is legal but pointless, such as empty DATA, does not count: runs of zeros and of small integers have it.
 */
import { DEFAULT_FRAME_SIZE, H2, type H2FrameHeader } from './h2-frame.js';

/** By type: flags that it has. */
const FLAGS = [0x09, 0x2d, 0, 0, 0x01, 0x0c, 0x01, 0, 0, 0x04];
/** RFC 7838 ALTSVC, RFC 8336 ORIGIN, RFC 9218 PRIORITY_UPDATE. */
const EXTENSIONS = [0x0a, 0x0c, 0x10];
/** There are some ten settings. */
const MOST_SETTINGS = 64 * 6;
/** Streams that were not seen have smaller numbers than this: a busy connection opens a thousand a second. */
const MOST_STREAM = 2 ** 24;

type Fields = Pick<H2FrameHeader, 'length' | 'type' | 'flags' | 'stream'>;

/** Fixed in so many of its octets that it hardly comes by chance: see weightOf(). */
const FIXED = 2;
const OF_KNOWN_STREAM = 3;

/** What a header like this counts for as the next one: 0, it is none. `isKnown`: streams that were seen. */
export function weightOf(header: Fields, maxLength: number, isKnown: (stream: number) => boolean): number {
  const { type, flags, stream, length } = header;
  if (length > Math.max(maxLength, DEFAULT_FRAME_SIZE) || type >= FLAGS.length) return 0;
  if ((flags & ~FLAGS[type]) !== 0 || !hasForm(header)) return 0;
  if (stream === 0) return FIXED;
  if (isKnown(stream)) return OF_KNOWN_STREAM;
  // RFC 9113 §5.1.1: those of a client are odd; that servers push is a thing of the past.
  return stream % 2 === 1 && stream < MOST_STREAM ? 1 : 0;
}

/** Whether it may follow where h2Frames were found again: there, extensions are plausible, too. */
export function mayFollow(header: Fields, maxLength: number): boolean {
  const { type, length } = header;
  if (EXTENSIONS.includes(type)) return length <= Math.max(maxLength, DEFAULT_FRAME_SIZE);
  return type < FLAGS.length && (type === H2.data ? header.stream > 0 : hasForm(header));
}

/** RFC 9113 §6.1 … §6.10: lengths, and whether it is of a stream. */
function hasForm({ type, flags, stream, length }: Fields): boolean {
  const ofStream = stream !== 0;
  switch (type) {
    case H2.data:
      return ofStream && (length > 0 || flags !== 0);
    case H2.headers:
    case H2.pushPromise:
      return ofStream && length > 0;
    case H2.continuation:
      return ofStream;
    case H2.priority:
      return ofStream && length === 5;
    case H2.resetStream:
      return ofStream && length === 4;
    case H2.settings:
      return !ofStream && length % 6 === 0 && length <= MOST_SETTINGS && (flags === 0 || length === 0);
    case H2.ping:
      return !ofStream && length === 8;
    case H2.goAway:
      return !ofStream && length >= 8;
    default:
      return length === 4;
  }
}
