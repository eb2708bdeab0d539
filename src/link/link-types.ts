/**
 * LINKTYPE numbers as capture files carry them, https://www.tcpdump.org/linktypes.html: those that decode.ts
 * knows, and the names of others that people really record, so that a defect can say what it met.
 */

export const LinkType = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  /** DLT_RAW of most systems, found in files that were written without translation. */
  rawBsd: 12,
  /** DLT_RAW of OpenBSD. */
  rawOpenBsd: 14,
  pppHdlc: 50,
  pppEther: 51,
  raw: 101,
  ciscoHdlc: 104,
  loop: 108,
  linuxSll: 113,
  pppPppd: 166,
  pppWithDirection: 204,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

const UNSUPPORTED = new Map<number, string>([
  [6, 'IEEE802_5'],
  [7, 'ARCNET_BSD'],
  [8, 'SLIP'],
  [10, 'FDDI'],
  [100, 'ATM_RFC1483'],
  [105, 'IEEE802_11'],
  [107, 'FRELAY'],
  [117, 'PFLOG'],
  [119, 'IEEE802_11_PRISM'],
  [122, 'IP_OVER_FC'],
  [127, 'IEEE802_11_RADIOTAP'],
  [138, 'APPLE_IP_OVER_IEEE1394'],
  [147, 'USER0'],
  [163, 'IEEE802_11_AVS'],
  [187, 'BLUETOOTH_HCI_H4'],
  [189, 'USB_LINUX'],
  [192, 'PPI'],
  [195, 'IEEE802_15_4_WITHFCS'],
  [201, 'BLUETOOTH_HCI_H4_WITH_PHDR'],
  [220, 'USB_LINUX_MMAPPED'],
  [227, 'CAN_SOCKETCAN'],
  [239, 'NFLOG'],
  [242, 'IPOIB'],
  [247, 'INFINIBAND'],
  [249, 'USBPCAP'],
  [251, 'BLUETOOTH_LE_LL'],
  [253, 'NETLINK'],
  [254, 'BLUETOOTH_LINUX_MONITOR'],
  [258, 'PKTAP'],
  [274, 'ETHERNET_MPACKET'],
]);

/** Name of a link type that has no decoder here, without the LINKTYPE_ prefix; undefined if not known. */
export function linkTypeName(linkType: number): string | undefined {
  return UNSUPPORTED.get(linkType);
}
