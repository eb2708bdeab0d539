/**
 * MPLS label stacks (RFC 3032). The stack does not say what it carries: RFC 4928 §3 has the first nibble
 * behind it tell IPv4 (4), IPv6 (6) and the control word of a pseudowire (0) apart.
 */
import { concat, u32 } from '../bytes/concat.js';
import { EtherType, ipEtherType, type LinkPayload, LinkResult } from './payload.js';

/** Decodes the label stack at out.start and names what follows. */
export function decodeMpls(bytes: Uint8Array, out: LinkPayload): LinkResult {
  let at = out.start;
  for (let label = 0; label < out.most; label++) {
    if (out.end - at < 4) return LinkResult.cut;
    const bottom = (bytes[at + 2] & 1) === 1;
    at += 4;
    if (bottom) return payload(bytes, at, out);
  }
  return LinkResult.tooDeep;
}

function payload(bytes: Uint8Array, at: number, out: LinkPayload): LinkResult {
  if (out.end - at < 4) return LinkResult.cut;
  out.start = at;
  out.etherType = ipEtherType(bytes[at]);
  if (out.etherType !== 0) return LinkResult.decoded;
  if (bytes[at] >>> 4 !== 0) return LinkResult.notIp;
  // RFC 4448 §4.6: the control word starts with 16 zero bits; without one the Ethernet frame starts here.
  if (bytes[at] === 0 && bytes[at + 1] === 0) out.start = at + 4;
  out.etherType = EtherType.ethernet;
  return LinkResult.decoded;
}

/** A stack of these labels, outermost first, in front of an IP datagram or a pseudowire's payload. */
export function encodeMpls(labels: readonly number[], payload: Uint8Array): Uint8Array {
  const stack = labels.map((label, index) => {
    const bottom = index === labels.length - 1 ? 1 : 0;
    return u32((label << 12) | (bottom << 8) | 64);
  });
  return concat(...stack, payload);
}

/** The control word of an Ethernet pseudowire (RFC 4448 §4.6) in front of an Ethernet frame. */
export function encodeControlWord(ethernetFrame: Uint8Array, sequence = 0): Uint8Array {
  return concat(u32(sequence & 0xffff), ethernetFrame);
}
