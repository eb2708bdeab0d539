/**
 * The network station: packet → whole TCP datagrams.
 *
 * Strategy: one LinkPayload and one IpHeader are overwritten for every packet. After the link layer comes a
 * loop: decode an IP header, reassemble if it is a fragment, and if the datagram is a tunnel take the tunnel
 * off and go round again, a bounded number of times. Only TCP is handed on; all else ends in a counter.
 */
import type { Packet } from '../capture/packet.js';
import { atLimit, DEFAULT_LIMITS, type Limits } from '../limits.js';
import { decodeLink, LinkPayload, LinkResult } from '../link/decode.js';
import { LinkType, linkTypeName } from '../link/link-types.js';
import { EtherType } from '../link/payload.js';
import type { Layer, ReportDefect } from '../stream/defect.js';
import type { DatagramSink } from './datagram.js';
import { IpHeader, IpProtocol, IpResult } from './header.js';
import { decodeIpv4, skipAuthentication } from './ipv4.js';
import { decodeIpv6, isExtension, walkExtensions } from './ipv6.js';
import { Reassembler, type ReassemblyLimits } from './reassembly.js';
import { carriesTunnel, decodeTunnel } from './tunnel.js';

export type NetworkLimits = ReassemblyLimits & Pick<Limits, 'maxTunnels' | 'maxEncapsulations'>;

export interface NetworkOptions {
  readonly sink: DatagramSink;
  readonly report: ReportDefect;
  readonly limits?: Partial<NetworkLimits>;
  /** Told which packets hold fragments of the same datagram; in the end what holds for `to` holds for the others. */
  readonly related?: ((packet: number, to: number) => void) | undefined;
}

/** What went through, for the summary. */
export class NetworkCounts {
  packets = 0;
  /** IP headers decoded, those inside tunnels included. */
  ipv4 = 0;
  ipv6 = 0;
  /** Datagrams handed on. */
  tcp = 0;
  /** Packets, or tunnels, without IP. */
  notIp = 0;
  fragments = 0;
  reassembled = 0;
  /** Tunnel headers taken off. */
  tunnelled = 0;
  /** Packets too short for their headers. */
  cut = 0;
  /** Packets with headers that contradict themselves, or too deep. */
  bad = 0;
  /** Packets of interfaces whose link type has no decoder. */
  unknownLinkType = 0;
}

/** Ethernet and IPv4 without options. */
const PLAIN_HEADERS = 14 + 20;
/** EtherType of IPv4, version 4, a header of five words. */
const PLAIN_TYPE = 0x0800_45;

export class NetworkDecoder {
  readonly counts = new NetworkCounts();
  /** Interface index → packets skipped because its link type has no decoder. */
  readonly skipped = new Map<number, number>();
  private readonly link: LinkPayload;
  private readonly header = new IpHeader();
  private readonly sink: DatagramSink;
  private readonly report: ReportDefect;
  private readonly maxTunnels: number;
  private readonly reassembler: Reassembler;

  constructor({ sink, report, limits, related }: NetworkOptions) {
    const all: NetworkLimits = { ...DEFAULT_LIMITS, ...limits };
    this.link = new LinkPayload(all.maxEncapsulations);
    this.sink = sink;
    this.report = report;
    this.maxTunnels = all.maxTunnels;
    this.reassembler = new Reassembler(all, report, related);
  }

  /** Decodes one packet and hands its TCP datagram on, if it has or completes one. */
  packet(packet: Packet): void {
    this.counts.packets++;
    if (packet.linkType !== LinkType.ethernet || this.isUnusual(packet)) this.decode(packet);
    else {
      this.counts.ipv4++;
      this.deliver();
    }
  }

  /**
   * The hot path: decodes in one go what most packets are, Ethernet and a whole IPv4 datagram without options that
   * holds TCP, as decode() would. True, and nothing is decoded, where it is anything else.
   */
  private isUnusual(packet: Packet): boolean {
    const { header } = this;
    const { bytes, start, end } = packet;
    const payload = start + PLAIN_HEADERS;
    if (payload > end) return true;
    header.lend(bytes);
    const { view } = header;
    // EtherType, IP version and header length; then all fragmentation fields (but "do not fragment") and the protocol.
    if (view.getUint32(start + 12) >>> 8 !== PLAIN_TYPE) return true;
    if ((view.getInt32(start + 20) & 0x3fff_00ff) !== IpProtocol.tcp) return true;
    const length = view.getUint16(start + 16) - 20;
    if (length < 0 || payload + length > end) return true;
    if (header.packet !== packet) header.packet = packet;
    header.origin = start;
    header.addressLength = 4;
    header.source = start + 26;
    header.destination = start + 30;
    header.protocol = IpProtocol.tcp;
    header.start = payload;
    header.end = payload + length;
    header.length = length;
    return false;
  }

  private decode(packet: Packet): void {
    const { link, header } = this;
    const { bytes, start, end } = packet;
    const result = decodeLink(packet.linkType, bytes, start, end, link);
    if (result !== LinkResult.decoded) {
      this.undecodedLink(packet, result);
      return;
    }
    header.packet = packet;
    header.lend(bytes);
    header.origin = start;
    const missing = packet.originalLength - (end - start);
    if (!this.ip(Math.max(0, missing))) return;
    if (header.protocol === IpProtocol.tcp) this.deliver();
    else this.tunnels();
  }

  /** The capture is over: reports datagrams that never became whole. */
  end(): void {
    this.reassembler.end();
  }

  private deliver(): void {
    this.counts.tcp++;
    this.sink.datagram(this.header);
  }

  /** Takes tunnels off the datagram in `header` until TCP appears, or something else. */
  private tunnels(): void {
    const { header, link, counts } = this;
    for (let depth = 0; carriesTunnel(header.bytes, header); depth++) {
      if (depth >= this.maxTunnels) {
        counts.bad++;
        const message = `too many tunnels inside each other ${atLimit('maxTunnels', this.maxTunnels)}`;
        this.defect('network', 'tunnel-too-deep', message, header.start);
        return;
      }
      const missing = header.length - (header.end - header.start);
      const result = decodeTunnel(header.bytes, header, link);
      if (result !== LinkResult.decoded) {
        this.undecodedTunnel(result, missing);
        return;
      }
      counts.tunnelled++;
      if (!this.ip(missing)) return;
      if (header.protocol === IpProtocol.tcp) {
        this.deliver();
        return;
      }
    }
  }

  /** Decodes the IP header that `link` points at; true when `header` is a whole datagram. */
  private ip(missing: number): boolean {
    const { link, header, counts } = this;
    let result: IpResult;
    if (link.etherType === EtherType.ipv4) {
      counts.ipv4++;
      result = decodeIpv4(header.bytes, link.start, link.end, missing, header);
    } else {
      counts.ipv6++;
      result = decodeIpv6(header.bytes, link.start, link.end, missing, header, link.most);
    }
    return result === IpResult.whole || this.notWhole(result, link.start);
  }

  private notWhole(result: IpResult, at: number): boolean {
    if (result === IpResult.fragment) return this.fragment(at);
    const { counts, link } = this;
    const isIpv4 = link.etherType === EtherType.ipv4;
    const name = isIpv4 ? 'IPv4' : 'IPv6';
    if (result === IpResult.cut) {
      counts.cut++;
      this.defect('network', 'cut-packet', `the captured bytes end inside an ${name} header`, at);
    } else if (result === IpResult.bad) {
      counts.bad++;
      const code = isIpv4 ? 'bad-ipv4-header' : 'bad-ipv6-header';
      this.defect('network', code, `an ${name} header contradicts itself in version or lengths`, at);
    } else if (result === IpResult.tooDeep) {
      counts.bad++;
      const limit = atLimit('maxEncapsulations', link.most);
      this.defect(
        'network',
        'too-many-headers',
        `too many extension headers behind an IPv6 header ${limit}`,
        at,
      );
    }
    return false;
  }

  /** Keeps a fragment; true when it made a datagram whole. */
  private fragment(at: number): boolean {
    const { header, counts, reassembler } = this;
    counts.fragments++;
    if (!mayHoldTcp(header.protocol)) return false;
    const isFirstOfUdp = header.protocol === IpProtocol.udp && header.fragmentOffset === 0;
    if (isFirstOfUdp && !carriesTunnel(header.bytes, header)) {
      reassembler.ignore(header);
      return false;
    }
    if (!reassembler.add(header)) return false;
    counts.reassembled++;
    const result = this.afterReassembly();
    // RFC 8200 §4.1: a Fragment header occurs once in a datagram.
    return (
      result === IpResult.whole || this.notWhole(result === IpResult.fragment ? IpResult.bad : result, at)
    );
  }

  private afterReassembly(): IpResult {
    const { header } = this;
    if (header.addressLength === 16)
      return walkExtensions(header.bytes, header.protocol, header, this.link.most);
    return header.protocol === IpProtocol.authentication
      ? skipAuthentication(header.bytes, header)
      : IpResult.whole;
  }

  private undecodedLink(packet: Packet, result: LinkResult): void {
    this.header.packet = packet;
    this.header.origin = packet.start;
    if (result === LinkResult.unknownLinkType) this.skip(packet);
    else this.undecoded('link', result, `link type ${packet.linkType}`, packet.start);
  }

  private undecodedTunnel(result: LinkResult, missing: number): void {
    const { header, counts } = this;
    const isGuess = header.protocol === IpProtocol.udp;
    if (result === LinkResult.cut && isGuess && missing === 0) counts.notIp++;
    else this.undecoded('network', result, `IP protocol ${header.protocol}`, header.start);
  }

  private undecoded(layer: Layer, result: LinkResult, carrier: string, at: number): void {
    const { counts } = this;
    if (result === LinkResult.notIp) counts.notIp++;
    else if (result === LinkResult.cut) {
      counts.cut++;
      this.defect(layer, 'cut-packet', `the captured bytes end inside the headers of ${carrier}`, at);
    } else {
      counts.bad++;
      this.defect(
        layer,
        'too-many-headers',
        `too many tags, labels or headers inside ${carrier} ${atLimit('maxEncapsulations', this.link.most)}`,
        at,
      );
    }
  }

  private skip(packet: Packet): void {
    const { linkType, interfaceIndex } = packet;
    const before = this.skipped.get(interfaceIndex) ?? 0;
    this.skipped.set(interfaceIndex, before + 1);
    this.counts.unknownLinkType++;
    if (before > 0) return;
    const name = linkTypeName(linkType);
    const type = `link type ${linkType}${name === undefined ? '' : ` (${name})`}`;
    const message = `interface ${interfaceIndex} has ${type}, which has no decoder: its packets are skipped`;
    this.defect('link', 'unknown-link-type', message, packet.start);
  }

  /** `at` is an offset in header.bytes; in a reassembled datagram the packet's own offset has to do. */
  private defect(layer: Layer, code: string, message: string, at: number): void {
    const { packet, origin } = this.header;
    const inPacket = Number.isNaN(origin) ? 0 : at - origin;
    const captureOffset = packet.captureOffset + inPacket;
    this.report({ layer, code, message, packet: packet.number, captureOffset, capture: packet.capture });
  }
}

function mayHoldTcp(protocol: number): boolean {
  switch (protocol) {
    case IpProtocol.tcp:
    case IpProtocol.udp:
    case IpProtocol.ipv4:
    case IpProtocol.ipv6:
    case IpProtocol.gre:
      return true;
    default:
      return isExtension(protocol);
  }
}
