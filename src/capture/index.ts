/// <reference types="node" preserve="true" />
/**
 * Capture files in, packets out, and encoders for both formats. {@link readCaptures} reads any number of files, pipes or bytes
 * in time order, packed or not; {@link PcapReader} and {@link PcapngReader} read one without any I/O; {@link encodePcap} and
 * {@link PcapngEncoder} write.
 *
 * @module wsdissect/capture
 */

export type { CaptureErrorCode, Defect, ReportDefect } from '../stream/defect.js';
export { CaptureError } from '../stream/defect.js';
export {
  type CaptureSummary,
  type CaptureTotals,
  type PacketConsumer,
  type ReadOptions,
  readCaptures,
  type Time,
} from './captures.js';
export { type CaptureFormat, type Compression, detect } from './detect.js';
export { NpmPcapParserReader } from './npm-pcap-parser.js';
export type { Block, BlockSource, Input, OpenOptions } from './open.js';
export { openSource } from './open.js';
export type { ReaderName } from './open-capture.js';
export {
  type CaptureBlock,
  type CaptureLimits,
  type CaptureReader,
  defaultCaptureLimits,
  Packet,
  type ReaderContext,
} from './packet.js';
export { PcapReader, type PcapVariant } from './pcap.js';
export {
  encodePcap,
  encodePcapHeader,
  encodePcapRecord,
  type PacketToEncode,
  type PcapToEncode,
} from './pcap-encode.js';
export { type CaptureSecrets, PcapngReader } from './pcapng.js';
export {
  type EnhancedPacketToEncode,
  type InterfaceToEncode,
  type OptionToEncode,
  PcapngEncoder,
} from './pcapng-encode.js';
