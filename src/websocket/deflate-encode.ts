/**
 * The encoder of compressed messages (RFC 7692 §7.2.1), by `node:zlib`: content → wire payload.
 *
 * Strategy: zlib has no synchronous compressor that lives on, so that context takeover is done with a
 * dictionary of what was sent last, which gives the same matches. Encoders write violations too: no option is
 * checked, and the dictionary or the window may be other than negotiated.
 */
import { constants, deflateRawSync } from 'node:zlib';
import { concat } from '../bytes/concat.js';

/** How content is to be compressed, by zlib; what is left out is as RFC 7692 §7.2.1 asks for. */
export interface DeflateOptions {
  /** 0 (stored blocks) … 9; default 6. */
  readonly level?: number;
  /** `zlib.constants.Z_FIXED` (fixed codes), `Z_HUFFMAN_ONLY` (no matches), `Z_RLE` …; default Z_DEFAULT_STRATEGY. */
  readonly strategy?: number;
  /** 1 … 9; small ones end blocks earlier. Default 8. */
  readonly memLevel?: number;
  /** 8 … 15, default 15. With 8 zlib uses 512 octets, but matches reach back no further than 250. */
  readonly windowBits?: number;
  /** What was sent before; matches may reach into it. */
  readonly dictionary?: Uint8Array;
  /**
   * How the payload ends. `flush`: as §7.2.1 asks for. `unstripped`: the last four octets are not removed.
   * `final`: a block with BFINAL set, then the octet 00 (§7.2.3.4). `bare`: that without the 00.
   */
  readonly ending?: 'flush' | 'unstripped' | 'final' | 'bare';
  /** Lengths of the parts that become DEFLATE data of their own, one behind the other (§7.2.3.5); the last is the rest. */
  readonly parts?: readonly number[];
}

const TRAILER_LENGTH = 4;

/** The wire payload of one message; without content the 00 of §7.2.3.6. */
export function deflateMessage(content: Uint8Array, options: DeflateOptions = {}): Uint8Array {
  const payload: Uint8Array[] = [];
  let sent = options.dictionary ?? new Uint8Array(0);
  let rest = content;
  for (const length of options.parts ?? []) {
    const part = rest.subarray(0, length);
    payload.push(compress(part, sent, options, options.ending === 'final' || options.ending === 'bare'));
    sent = concat(sent, part);
    rest = rest.subarray(length);
  }
  payload.push(lastPart(rest, sent, options));
  return concat(...payload);
}

function lastPart(content: Uint8Array, sent: Uint8Array, options: DeflateOptions): Uint8Array {
  const { ending = 'flush' } = options;
  const final = ending === 'final' || ending === 'bare';
  const data = compress(content, sent, options, final);
  if (ending === 'final') return concat(data, [0]);
  return ending === 'flush' ? data.subarray(0, -TRAILER_LENGTH) : data;
}

function compress(
  content: Uint8Array,
  sent: Uint8Array,
  options: DeflateOptions,
  final: boolean,
): Uint8Array {
  const { level, strategy, memLevel, windowBits = 15 } = options;
  const dictionary = sent.subarray(-(1 << windowBits));
  return deflateRawSync(content, {
    windowBits,
    ...(level !== undefined && { level }),
    ...(strategy !== undefined && { strategy }),
    ...(memLevel !== undefined && { memLevel }),
    ...(dictionary.length > 0 && { dictionary }),
    finishFlush: final ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
  });
}

/** Compresses the messages of one sender, in the order in which they are sent; with context takeover by default. */
export class MessageDeflater {
  private sent: Uint8Array = new Uint8Array(0);

  constructor(private readonly options: DeflateOptions & { readonly contextTakeover?: boolean } = {}) {}

  /** The wire payload of the next message; `options` apply to it alone. */
  deflate(content: Uint8Array, options: DeflateOptions = {}): Uint8Array {
    const payload = deflateMessage(content, { dictionary: this.sent, ...this.options, ...options });
    // RFC 1951 §2: no match reaches back further than 32 KiB.
    if (this.options.contextTakeover !== false) this.sent = concat(this.sent, content).slice(-32_768);
    return payload;
  }
}
