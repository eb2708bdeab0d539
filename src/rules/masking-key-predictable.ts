/**
 * RFC 6455 §5.3: keys cannot be predicted.
 *
 * Strategy: signs that chance does not give. The keys of four frames in a row differ by the same step (a counter;
 * 2^-64), an octet stays the same in a run of eight while others change (a number too small for its 32 bits, a
 * clock; 2^-54), one bit of 64 in a row changes each time or never (a congruential generator, one of 31 bits;
 * 2^-57), three in a row are one octet four times (one random octet; 2^-72), or eight in a row are printable
 * ASCII (letters or digits drawn; (95/256)^32, 2^-45). Keys that do not change at all have rules of their own.
 */
import { swapOctets } from '../bytes/word.js';
import type { FrameFacts } from '../websocket/observer.js';
import { formatKey, hasKey } from './masking-keys.js';
import type { Rule } from './rule.js';

const STEPS = 3;
const RUN = 8;
const BITS_RUN = 64;
const SAME_OCTETS_RUN = 3;
const PRINTABLE_RUN = 8;

export const maskingKeyPredictable: Rule = {
  id: 'masking-key-predictable',
  section: 'RFC 6455 §5.3',
  severity: 'warning',
  title: 'Masking keys can be predicted',
  asks:
    'Keys MUST come from a strong source of entropy, and those seen so far MUST NOT make it simple to predict ' +
    'the next one.',
  why:
    'Who can tell the next key can choose a payload that looks on the wire as they like, a request to a proxy for ' +
    'example. That is the attack which masks are there for (§10.3).',
  causes:
    'A counter or a clock in place of random numbers; rand() of C, where it gives 15 bits only, so that part of ' +
    'the key stays zero. One random octet for all four; a string of random letters or hexadecimal digits.',
  client: 'Draw all four octets from a cryptographic source, such as crypto.getRandomValues or getrandom().',
  server: 'Nothing: the frames are valid.',
  example: {
    bytes: '81 81 00 00 00 07 61 81 81 00 00 00 08 62 81 81 00 00 00 09 63 81 81 00 00 00 0a 64',
    explanation: 'Four frames of one character with the keys 7, 8, 9 and 10.',
  },
  watch: (_session, report) => {
    const bigEndian = new Steps();
    const littleEndian = new Steps();
    const octets = new ConstantOctets();
    const bits = new RegularBits();
    const same = new Alike(SAME_OCTETS_RUN);
    const printable = new Alike(PRINTABLE_RUN);
    let reported = false;
    const look = (facts: FrameFacts): void => {
      if (reported || !hasKey(facts)) return;
      const { maskingKey } = facts.header;
      const step = smaller(bigEndian.add(maskingKey), littleEndian.add(swapOctets(maskingKey)));
      const constant = octets.add(maskingKey);
      const isSame = same.add(maskingKey, isSameOctet(maskingKey));
      const isText = printable.add(maskingKey, isPrintable(maskingKey));
      const regular = bits.add(maskingKey);
      let sign = constant ?? regular;
      if (step !== 0) sign = `${STEPS + 1} masking keys in a row differ by ${step} each`;
      else if (isSame) sign = `${SAME_OCTETS_RUN} masking keys in a row are one octet four times`;
      else if (isText) sign = `${PRINTABLE_RUN} masking keys in a row are printable ASCII characters`;
      if (sign === undefined) return;
      reported = true;
      report('client', `${sign}; the last one is ${formatKey(maskingKey)}`);
    };
    return {
      plain: look,
      plainOf: 'client',
      frame: look,
      lost(sender) {
        if (sender !== 'client') return;
        bigEndian.reset();
        littleEndian.reset();
        octets.reset();
        bits.reset();
        same.reset();
        printable.reset();
      },
    };
  },
};

/** Numbers that differ by one step. */
class Steps {
  private last = 0;
  private step = 0;
  /** How many steps in a row were this one. */
  private same = 0;
  private empty = true;

  /** The step, once it was the same often enough; 0 otherwise. */
  add(value: number): number {
    const step = (value - this.last) | 0;
    this.same = step === this.step ? this.same + 1 : 1;
    if (this.empty) this.same = 0;
    this.empty = false;
    this.last = value;
    this.step = step;
    return this.same >= STEPS ? step : 0;
  }

  reset(): void {
    this.empty = true;
  }
}

/** Octets that are the same in a run of keys, of which others are not. */
class ConstantOctets {
  private first = 0;
  private changed = 0;
  private count = 0;

  add(key: number): string | undefined {
    if (this.count === 0) {
      this.first = key;
      this.changed = 0;
    }
    this.changed |= key ^ this.first;
    if (++this.count < RUN) return undefined;
    this.count = 0;
    return hasZeroOctet(this.changed) ? this.sign() : undefined;
  }

  private sign(): string | undefined {
    const constant = [1, 2, 3, 4].filter((octet) => ((this.changed >>> (32 - 8 * octet)) & 0xff) === 0);
    if (constant.length === 0 || constant.length === 4) return undefined;
    const which = constant.length === 1 ? `octet ${constant[0]} is` : `octets ${constant.join(' and ')} are`;
    return `in ${RUN} masking keys in a row ${which} always the same`;
  }

  reset(): void {
    this.count = 0;
  }
}

/** Bits that change with each key of a run, or with none. */
class RegularBits {
  private last = 0;
  private count = 0;
  /** Bits that changed each time, and those that never did. */
  private changing = 0;
  private constant = 0;

  add(key: number): string | undefined {
    const change = key ^ this.last;
    this.last = key;
    if (this.count === 0) this.changing = this.constant = -1;
    else {
      this.changing &= change;
      this.constant &= ~change;
    }
    if (++this.count < BITS_RUN) return undefined;
    this.count = 0;
    const regular = this.changing | this.constant;
    // Of all bits: one key, or two by turns.
    if (regular === 0 || regular === -1) return undefined;
    const how = this.changing !== 0 ? 'changes each time' : 'is always the same';
    return `in ${BITS_RUN} masking keys in a row a bit ${how}`;
  }

  reset(): void {
    this.count = 0;
  }
}

/** Keys in a row that are all of one kind, and not all the same. */
class Alike {
  private count = 0;
  private first = 0;
  private hasChanged = false;

  constructor(private readonly run: number) {}

  /** Whether the run is long enough. */
  add(key: number, isOfKind: boolean): boolean {
    if (!isOfKind) {
      this.count = 0;
      this.hasChanged = false;
      return false;
    }
    if (this.count === 0) this.first = key;
    if (key !== this.first) this.hasChanged = true;
    return ++this.count >= this.run && this.hasChanged;
  }

  reset(): void {
    this.count = 0;
    this.hasChanged = false;
  }
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
