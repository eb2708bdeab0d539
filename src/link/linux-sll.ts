/**
 * Linux "cooked" captures, as recorded from the `any` interface: SLL and SLL2 replace the link header of
 * each device by one of 16 or 20 bytes that ends or begins with the EtherType.
 * https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and …_SLL2.html
 */
import { concat, u16, u32 } from '../bytes/concat.js';
import { type LinkPayload, LinkResult } from './payload.js';

const SLL_LENGTH = 16;
const SLL2_LENGTH = 20;
/** ARPHRD_ values whose protocol field is not an EtherType: netlink. */
const ARPHRD_NETLINK = 824;
const ARPHRD_ETHERNET = 1;

/** Decodes an SLL header: packet type, ARPHRD, address length, address, EtherType. */
export function decodeLinuxSll(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end - start < SLL_LENGTH) return LinkResult.cut;
  if (((bytes[start + 2] << 8) | bytes[start + 3]) === ARPHRD_NETLINK) return LinkResult.notIp;
  out.etherType = (bytes[start + 14] << 8) | bytes[start + 15];
  out.start = start + SLL_LENGTH;
  out.end = end;
  return LinkResult.decoded;
}

/** Decodes an SLL2 header: EtherType, reserved, interface index, ARPHRD, packet type, address. */
export function decodeLinuxSll2(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end - start < SLL2_LENGTH) return LinkResult.cut;
  if (((bytes[start + 8] << 8) | bytes[start + 9]) === ARPHRD_NETLINK) return LinkResult.notIp;
  out.etherType = (bytes[start] << 8) | bytes[start + 1];
  out.start = start + SLL2_LENGTH;
  out.end = end;
  return LinkResult.decoded;
}

export interface LinuxSllHeader {
  readonly etherType: number;
  /** 0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 from us. */
  readonly packetType?: number;
  readonly arphrd?: number;
  /** Up to eight bytes. */
  readonly address?: Uint8Array;
  /** SLL2 only. */
  readonly interfaceIndex?: number;
}

const ADDRESS = Uint8Array.of(0x02, 0, 0, 0, 0, 0x01);

/** LINKTYPE_LINUX_SLL. */
export function encodeLinuxSll(header: LinuxSllHeader, payload: Uint8Array): Uint8Array {
  const { etherType, packetType = 0, arphrd = ARPHRD_ETHERNET, address = ADDRESS } = header;
  const padding = new Uint8Array(8 - address.length);
  return concat(u16(packetType), u16(arphrd), u16(address.length), address, padding, u16(etherType), payload);
}

/** LINKTYPE_LINUX_SLL2. */
export function encodeLinuxSll2(header: LinuxSllHeader, payload: Uint8Array): Uint8Array {
  const { etherType, packetType = 0, arphrd = ARPHRD_ETHERNET, address = ADDRESS } = header;
  const device = concat(u32(header.interfaceIndex ?? 1), u16(arphrd), [packetType, address.length]);
  return concat(u16(etherType), [0, 0], device, address, new Uint8Array(8 - address.length), payload);
}
