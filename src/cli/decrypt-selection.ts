/**
 * `decrypt -Y`: the connections that have a hit, which secrets they need, and their packets.
 *
 * Strategy: the first reading of the capture, with all secrets, tells which connections these are. The second is of their
 * packets alone, with the same secrets: what opens something there is theirs, also what a server's key or a session before
 * has told, and inner TLS. The third writes them.
 */
import { CaptureWriter } from '../capture/capture-writer.js';
import { readCaptures } from '../capture/captures.js';
import type { Packet } from '../capture/packet.js';
import type { RunConsumer } from '../dissect.js';
import { Dissector, type DissectorOptions } from '../dissector.js';
import { NumberSet } from '../rewrite/number-set.js';
import { PacketConnections } from '../rewrite/packet-connections.js';
import type { Timestamp } from '../stream/place.js';
import { connectionFilter } from './connection-filter.js';
import type { Write } from './write-into.js';

/** What is written. */
export interface Written {
  readonly packets: number;
  /** TLS connections that are read, and others. */
  readonly read: number;
  readonly unread: number;
}

export class Selection {
  readonly tracker = new PacketConnections();
  private readonly kept = new NumberSet();

  /** Of the first reading. Throws UsageError for a filter that is wrong. */
  async consumer(displayFilter: string): Promise<RunConsumer> {
    let start: Timestamp = { seconds: 0, nanoseconds: 0 };
    const options = { displayFilter, limit: {}, decoder: [], proto: [] };
    const filter = await connectionFilter(options, { start: () => start }, ({ connection }) =>
      this.kept.add(connection),
    );
    return {
      ...filter,
      opened: (dissector) => {
        start = dissector.start;
      },
    };
  }

  /** The second reading: `secrets` count as used only if these connections use them. */
  async use(
    capture: string,
    options: Required<Pick<DissectorOptions, 'secrets' | 'rsaKeys'>>,
  ): Promise<Written> {
    options.secrets.forgetUse();
    const dissector = new Dissector({}, options);
    let packets = 0;
    // The first reading has told what is wrong with the capture.
    await readCaptures(
      [capture],
      { report() {} },
      {
        packet: (packet) => {
          if (!this.keeps(packet)) return;
          packets++;
          dissector.packet(packet);
        },
      },
    );
    dissector.end();
    const { tlsRead, tlsUnread } = dissector.totals;
    return { packets, read: tlsRead, unread: tlsUnread };
  }

  async write(capture: string, keyLog: Uint8Array, write: Write): Promise<void> {
    const writer = new CaptureWriter(write, { keyLog });
    await readCaptures(
      [capture],
      { report() {}, blocks: (block) => writer.block(block) },
      {
        packet: (packet) => {
          if (this.keeps(packet)) writer.packet(packet);
        },
      },
    );
    writer.end();
  }

  close(): void {
    this.tracker.close();
  }

  private keeps({ number }: Packet): boolean {
    return this.tracker.isOf(number, this.kept);
  }
}
