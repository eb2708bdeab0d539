/**
 * Puts the messages of all sessions into the order in which their last bytes were captured, and numbers them.
 *
 * Strategy: they come in that order, but for those whose bytes had to wait: behind a hole, for a handshake, or
 * until frames were found again. So a message is handed on at once while no bytes wait anywhere; while some do,
 * it is held back, bounded, since an older one may yet come. A sender's messages keep the order in which TCP
 * delivers them: one that can only be read when an earlier byte has come late does not go before that.
 */
import type { DecodedMessage, Message } from './message-record.js';

export interface MessageOrderOptions {
  /** Whether bytes wait anywhere whose messages may be older than what comes now. */
  readonly bytesWait: () => boolean;
  readonly message: (message: Message) => void;
  /** Told of a message that comes too late for its place, because more than `limit` was held back. */
  readonly late: (message: Message) => void;
  /** Most octets held back, HELD_COST for each message added. */
  readonly limit?: number | undefined;
}

interface Held {
  /** Number of the packet at whose capture it could be read. */
  readonly packet: number;
  readonly cost: number;
  readonly tell: () => void;
}

/** What a message costs beside its content. */
const HELD_COST = 512;

export const defaultMaxHeldMessages = 16 << 20;

export class MessageOrder {
  private held: Held[] = [];
  private cost = 0;
  private sorted = true;
  private told = 0;
  private latestPacket = 0;
  /** The latest packet of the messages that were not held back any longer. */
  private forcedPacket = 0;
  private readonly limit: number;

  constructor(private readonly options: MessageOrderOptions) {
    this.limit = options.limit ?? defaultMaxHeldMessages;
  }

  /** Takes a message that could be read when packet `packet` was captured. */
  add(message: DecodedMessage, packet: number): void {
    if (this.held.length === 0 && !this.options.bytesWait()) this.tell(message, packet);
    else this.hold(packet, message.content.length + HELD_COST, () => this.tell(message, packet));
  }

  /** Does something behind all messages that have come so far. */
  behind(tell: () => void): void {
    if (this.held.length === 0) tell();
    else this.hold(this.latestPacket, HELD_COST, tell);
  }

  /** Between packets: hands on what is held back, unless bytes still wait. */
  settle(): void {
    if (this.held.length > 0 && !this.options.bytesWait()) this.release();
  }

  /** Hands on the first `count` messages held back; by default all: nobody is to wait any longer. */
  release(count = this.held.length): void {
    this.sort();
    const released = this.held;
    this.held = released.slice(count);
    released.length = count;
    for (const { cost, tell } of released) {
      this.cost -= cost;
      tell();
    }
  }

  private hold(packet: number, cost: number, tell: () => void): void {
    if (packet < this.latestPacket) this.sorted = false;
    else this.latestPacket = packet;
    this.held.push({ packet, cost, tell });
    this.cost += cost;
    if (this.cost > this.limit) this.releaseHalf();
  }

  private releaseHalf(): void {
    const half = Math.ceil(this.held.length / 2);
    this.sort();
    const { packet } = this.held[half - 1];
    this.release(half);
    this.forcedPacket = Math.max(this.forcedPacket, packet);
  }

  private sort(): void {
    if (!this.sorted) this.held.sort((a, b) => a.packet - b.packet);
    this.sorted = true;
  }

  private tell(message: DecodedMessage, packet: number): void {
    message.number = ++this.told;
    if (packet < this.forcedPacket) this.options.late(message);
    this.options.message(message);
  }
}
