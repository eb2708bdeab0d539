/**
 * The masking keys of a client's frames (RFC 6455 §5.3), for the rules on them: whether one is zero, was used before,
 * or could have been predicted.
 *
 * Strategy: signs that chance does not give. The keys of four frames in a row differ by the same step (a counter;
 * 2^-64), an octet stays the same in a run of eight while others change (a number too small for its 32 bits, a
 * clock; 2^-54), one bit of 64 in a row changes each time or never (a congruential generator, one of 31 bits;
 * 2^-57), three in a row are one octet four times (one random octet; 2^-72), or eight in a row are printable
 * ASCII (letters or digits drawn; (95/256)^32, 2^-45). Each client frame comes through here, so that all is numbers
 * in one record: an object per sign has to come from far away in memory each, where many sessions take turns.
 */
import { swapOctets } from '../bytes/word.js';
import type { Sender } from '../websocket/frame-record.js';
import type { FrameFacts } from '../websocket/observer.js';
import { CloseWatch } from './close-watch.js';
import type { WatchedSession, Watcher } from './rule.js';

const STEPS = 3;
const OCTETS_RUN = 8;
const BITS_RUN = 64;
const SAME_OCTETS_RUN = 3;
const PRINTABLE_RUN = 8;
/** Keys that are remembered; a power of two. One of those before them is, too: it meets those that go round. */
const RECENT = 8;

/** Told once. */
export interface KeySigns {
  zero(facts: FrameFacts): void;
  /** The key is that of frame `earlier`, too. */
  repeated(facts: FrameFacts, earlier: number): void;
  /** `sign`: what the last keys have in common. */
  predictable(facts: FrameFacts, sign: string): void;
}

export class KeyWatch implements Watcher {
  // Of all keys; since the start, or a loss.
  private count = 0;
  private key = 0;
  /** How many in a row were this one. */
  private alike = 0;
  /** How far the last two lie apart, and how often in a row: read with the first octet as the highest, or the lowest. */
  private step = 0;
  private steps = 0;
  private littleStep = 0;
  private littleSteps = 0;
  /** Of a run of OCTETS_RUN: the first, and the bits in which others differ from it. */
  private first = 0;
  private changed = 0;
  /** Of a run of BITS_RUN: the bits that changed each time, and those that never did. */
  private changing = 0;
  private constant = 0;
  /** How many in a row are of one octet, and of printable characters. */
  private sameOctets = 0;
  private printable = 0;
  private isPredicted = false;
  // Of keys that are not zero.
  private drawn = 0;
  private repeats = 0;
  private anchor = 0;
  private anchorFrame = 0;
  private readonly keys = [0, 0, 0, 0, 0, 0, 0, 0];
  private readonly frames = [0, 0, 0, 0, 0, 0, 0, 0];
  private hasZero = false;
  private readonly closes: CloseWatch;
  private signs: Partial<KeySigns> = {};

  constructor(session: WatchedSession) {
    this.closes = session.share(CloseWatch);
  }

  /** Adds who is told. */
  on(signs: Partial<KeySigns>): void {
    this.signs = { ...this.signs, ...signs };
  }

  frame(facts: FrameFacts): void {
    if (facts.sender === 'client' && !this.closes.isLate) this.plain(facts);
  }

  /** Only of the client. */
  plain(facts: FrameFacts): void {
    const { masked, length, maskingKey } = facts.header;
    // Without payload any key will do, and constant Pings are common.
    if (!masked || length === 0) return;
    if (maskingKey === 0) this.zero(facts);
    else if (this.repeats < 2) this.compare(maskingKey, facts);
    if (!this.isPredicted) this.predict(maskingKey, facts);
  }

  lost(sender: Sender): void {
    if (sender === 'client') this.count = this.drawn = this.sameOctets = this.printable = 0;
  }

  private zero(facts: FrameFacts): void {
    if (!this.hasZero) this.signs.zero?.(facts);
    this.hasZero = true;
  }

  private compare(key: number, facts: FrameFacts): void {
    const { drawn, keys, frames } = this;
    const distance = distanceTo(keys, drawn, key);
    const earlier = distance > 0 ? frames[(drawn - distance) & (RECENT - 1)] : this.anchorFrame;
    const isRepeated = distance > 0 || (drawn > RECENT && key === this.anchor);
    // The first, second, fourth… key: sooner or later one lies as far back as the keys take to go round.
    if ((drawn & (drawn - 1)) === 0) {
      this.anchor = key;
      this.anchorFrame = facts.number;
    }
    keys[drawn & (RECENT - 1)] = key;
    frames[drawn & (RECENT - 1)] = facts.number;
    this.drawn++;
    if (!isRepeated) return;
    // One key that comes again a few frames later can be chance: in one of 600 million frames it is.
    this.repeats += distance === 1 ? 2 : 1;
    if (this.repeats >= 2) this.signs.repeated?.(facts, earlier);
  }

  private predict(key: number, facts: FrameFacts): void {
    const { count } = this;
    const last = this.key;
    const isFirst = count === 0;
    this.key = key;
    this.count++;
    this.alike = key === last && !isFirst ? this.alike + 1 : 1;
    const step = (key - last) | 0;
    this.steps = isFirst ? 0 : step === this.step ? this.steps + 1 : 1;
    this.step = step;
    const littleStep = (swapOctets(key) - swapOctets(last)) | 0;
    this.littleSteps = isFirst ? 0 : littleStep === this.littleStep ? this.littleSteps + 1 : 1;
    this.littleStep = littleStep;
    this.sameOctets = isSameOctet(key) ? this.sameOctets + 1 : 0;
    this.printable = isPrintable(key) ? this.printable + 1 : 0;
    this.compareBits(key, key ^ last, count);
    const sign = this.signOfRun(count) ?? this.signOfKeys();
    if (sign === undefined) return;
    this.isPredicted = true;
    this.signs.predictable?.(facts, sign);
  }

  private compareBits(key: number, change: number, count: number): void {
    if (count % OCTETS_RUN === 0) {
      this.first = key;
      this.changed = 0;
    } else this.changed |= key ^ this.first;
    if (count % BITS_RUN === 0) this.changing = this.constant = -1;
    else {
      this.changing &= change;
      this.constant &= ~change;
    }
  }

  /** Keys in a row that are of one kind, and not all the same: those have a rule of their own. */
  private signOfKeys(): string | undefined {
    const step = smaller(
      this.steps >= STEPS ? this.step : 0,
      this.littleSteps >= STEPS ? this.littleStep : 0,
    );
    if (step !== 0) return `${STEPS + 1} masking keys in a row differ by ${step} each`;
    if (this.sameOctets >= SAME_OCTETS_RUN && this.alike < this.sameOctets)
      return `${SAME_OCTETS_RUN} masking keys in a row are one octet four times`;
    if (this.printable >= PRINTABLE_RUN && this.alike < this.printable)
      return `${PRINTABLE_RUN} masking keys in a row are printable ASCII characters`;
    return undefined;
  }

  /** What stays, or changes, all through a run that the key with index `count` ends. */
  private signOfRun(count: number): string | undefined {
    if (count % OCTETS_RUN < OCTETS_RUN - 1) return undefined;
    return this.constantOctets() ?? (count % BITS_RUN === BITS_RUN - 1 ? this.regularBit() : undefined);
  }

  private constantOctets(): string | undefined {
    const { changed } = this;
    if (!hasZeroOctet(changed)) return undefined;
    const constant = [1, 2, 3, 4].filter((octet) => ((changed >>> (32 - 8 * octet)) & 0xff) === 0);
    if (constant.length === 4) return undefined;
    const which = constant.length === 1 ? `octet ${constant[0]} is` : `octets ${constant.join(' and ')} are`;
    return `in ${OCTETS_RUN} masking keys in a row ${which} always the same`;
  }

  private regularBit(): string | undefined {
    const regular = this.changing | this.constant;
    // Of all bits: one key, or two by turns.
    if (regular === 0 || regular === -1) return undefined;
    const how = this.changing !== 0 ? 'changes each time' : 'is always the same';
    return `in ${BITS_RUN} masking keys in a row a bit ${how}`;
  }
}

/** How many frames ago the key was used; 0: not among the recent ones. */
function distanceTo(keys: readonly number[], count: number, key: number): number {
  const farthest = count < RECENT ? count : RECENT - 1;
  for (let distance = 1; distance <= farthest; distance++)
    if (keys[(count - distance) & (RECENT - 1)] === key) return distance;
  return 0;
}

/** Only of an octet that is zero 1 is borrowed for its highest bit. */
function hasZeroOctet(word: number): boolean {
  return ((word - 0x0101_0101) & ~word & 0x8080_8080) !== 0;
}

function isSameOctet(key: number): boolean {
  return key === Math.imul(key & 0xff, 0x0101_0101);
}

/** 20 … 7e, in all four octets: none has its highest bit, nor borrows less 20, nor carries plus 1. */
function isPrintable(key: number): boolean {
  return ((key | (key - 0x2020_2020) | (key + 0x0101_0101)) & 0x8080_8080) === 0;
}

/** Of two steps the one that says more: a counter read in the wrong order of octets has a large one. */
function smaller(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b;
  return Math.abs(a) <= Math.abs(b) ? a : b;
}
