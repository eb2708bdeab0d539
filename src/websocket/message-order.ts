/**
 * Puts the messages of all sessions into the order in which their last bytes were captured, and numbers them.
 *
 * Strategy: they come in that order, but for those whose bytes had to wait: behind a hole, for a handshake, or
 * until frames were found again. So a message is handed on at once while no bytes wait anywhere; while some do,
 * it is held back, bounded, since an older one may yet come. A sender's messages keep the order in which TCP
 * delivers them: one that can only be read when an earlier byte has come late does not go before that.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import type { DecodedMessage, Message } from './message-record.js';

export interface MessageOrderOptions {
  /** Whether bytes wait anywhere whose messages may be older than what comes now. */
  readonly bytesWait: () => boolean;
  readonly message: (message: Message) => void;
  /** Told of a message that comes too late for its place, because others were not held back any longer. */
  readonly late: (message: Message) => void;
  /** Most octets held back, HELD_COST for each message added. */
  readonly limit?: number | undefined;
  /** Most seconds of capture time that a message is held back: somebody watches. */
  readonly patience?: number | undefined;
}

interface Held {
  /** Number of the packet at whose capture it could be read. */
  readonly packet: number;
  readonly cost: number;
  /** When its last byte was captured, seconds since the epoch. */
  readonly time: number;
  readonly tell: () => void;
}

/** What a message costs beside its content. */
const HELD_COST = 512;
/** How often in the time of patience it is looked whether that is over. */
const STEPS = 4;

export class MessageOrder {
  private held: Held[] = [];
  private cost = 0;
  private sorted = true;
  private told = 0;
  private latestPacket = 0;
  /** The latest packet of the messages that were not held back any longer. */
  private forcedPacket = 0;
  /** When it is to be looked at whether some were held back for too long. */
  private lookAt = 0;
  private readonly limit: number;

  constructor(private readonly options: MessageOrderOptions) {
    this.limit = options.limit ?? DEFAULT_LIMITS.maxHeldMessages;
  }

  /** Takes a message that could be read when packet `packet` was captured. */
  add(message: DecodedMessage, packet: number): void {
    if (this.held.length === 0 && !this.options.bytesWait()) this.tell(message, packet);
    else {
      const time = message.timestamp.seconds + message.timestamp.nanoseconds / 1e9;
      const cost = message.content.length + HELD_COST;
      this.hold({ packet, cost, time, tell: () => this.tell(message, packet) });
      if (time >= this.lookAt) this.releaseOld(time);
    }
  }

  /** Does something behind all messages that have come so far. */
  behind(tell: () => void): void {
    if (this.held.length === 0) tell();
    else this.hold({ packet: this.latestPacket, cost: HELD_COST, time: 0, tell });
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

  private hold(held: Held): void {
    const { packet, cost } = held;
    if (packet < this.latestPacket) this.sorted = false;
    else this.latestPacket = packet;
    this.held.push(held);
    this.cost += cost;
    if (this.cost > this.limit) this.releaseHalf();
  }

  private releaseHalf(): void {
    this.sort();
    this.force(Math.ceil(this.held.length / 2));
  }

  /** By the clock of the capture, looked at in steps: what comes when does not hang on how the bytes were read. */
  private releaseOld(now: number): void {
    const { patience = Number.POSITIVE_INFINITY } = this.options;
    this.lookAt = now + patience / STEPS;
    this.sort();
    const recent = this.held.findIndex(({ time }) => time > now - patience);
    if (recent > 0) this.force(recent);
  }

  private force(count: number): void {
    const { packet } = this.held[count - 1];
    this.release(count);
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
