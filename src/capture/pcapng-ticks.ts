/**
 * A time in the units of an interface (draft-ietf-opsawg-pcapng §4.2), as the two halves that a packet block has.
 *
 * Strategy: what everybody writes, microseconds and nanoseconds, is multiplied in halves of 16 bits, each exact as a
 * double; all else takes BigInt.
 */

/** `resolution`: the octet of if_tsresol; `offset`: if_tsoffset in seconds. */
export function ticksOf(
  { seconds, nanoseconds }: { readonly seconds: number; readonly nanoseconds: number },
  resolution: number,
  offset: bigint,
): readonly [high: number, low: number] {
  if ((resolution === 6 || resolution === 9) && offset === 0n && seconds >= 0) {
    const [perSecond, rest] = resolution === 9 ? [1e9, nanoseconds] : [1e6, Math.floor(nanoseconds / 1e3)];
    const low = (seconds % 0x10000) * perSecond + rest;
    const high = Math.floor(seconds / 0x10000) * perSecond + Math.floor(low / 0x10000);
    return [Math.floor(high / 0x10000) >>> 0, (high % 0x10000) * 0x10000 + (low % 0x10000)];
  }
  const perSecond = (resolution < 0x80 ? 10n : 2n) ** BigInt(resolution & 0x7f);
  const ticks = (BigInt(seconds) - offset) * perSecond + (BigInt(nanoseconds) * perSecond) / 1_000_000_000n;
  const unsigned = BigInt.asUintN(64, ticks);
  return [Number(unsigned >> 32n), Number(unsigned & 0xffff_ffffn)];
}
