/**
 * Who answers whom, by messages: tells a message that a Ping or a Close brought about from one that would have come
 * anyway; and how much each side has sent, and when last. Shared by the rules on answers.
 *
 * Strategy: each message answers one of the other side, where there is one to answer. Who sends a message where
 * nothing is due, and another one behind that, sends on its own. A message behind a Ping may be what its sender says to
 * that: it counts for neither, unless a Pong shows that it was not.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { FrameFacts } from '../websocket/observer.js';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../websocket/opcode.js';
import type { WatchedSession, Watcher } from './rule.js';

/** What a side has sent. */
export interface Spoken {
  readonly frames: number;
  /** Of these, plain messages. */
  readonly plain: number;
  /** When the last frame came, seconds since the epoch. */
  readonly lastFrame: number;
}

class Speaker implements Spoken {
  frames = 0;
  plain = 0;
  seconds = 0;
  nanoseconds = 0;
  /** Sends several messages in a row unasked. */
  streams = false;
  /** Messages of the other side that it has not answered. */
  due = 0;
  /** How often it has answered. */
  replies = 0;
  /** It has got a Ping, and sent nothing since. */
  isPinged = false;
  /** The first thing that it sent behind a Ping was a message, with nothing due. */
  spokeBehindPing = false;

  /** Whole numbers take up no memory of their own, as one with a fraction does. */
  get lastFrame(): number {
    return this.seconds + this.nanoseconds / 1e9;
  }
}

export class Talk implements Watcher {
  private readonly client = new Speaker();
  private readonly server = new Speaker();
  private last: Speaker | undefined = undefined;
  /** Somebody has sent a Close: what comes now may be a reaction to that. */
  private isOver = false;
  private readonly fromStart: boolean;

  constructor({ handshake }: WatchedSession) {
    this.fromStart = handshake !== undefined;
  }

  /** Up to now, and from now on. */
  by(sender: Sender): Spoken {
    return this.sideOf(sender);
  }

  plain({ sender, seconds, nanoseconds }: FrameFacts): void {
    const { client, server } = this;
    const own = sender === 'client' ? client : server;
    own.frames++;
    own.plain++;
    own.seconds = seconds;
    own.nanoseconds = nanoseconds;
    this.said(own, own === client ? server : client);
  }

  frame({ sender, seconds, nanoseconds, header: { opcode } }: FrameFacts): void {
    const { client, server } = this;
    const own = sender === 'client' ? client : server;
    const peer = own === client ? server : client;
    own.frames++;
    own.seconds = seconds;
    own.nanoseconds = nanoseconds;
    if (opcode === TEXT || opcode === BINARY) this.said(own, peer);
    else if (opcode === CLOSE) this.isOver = true;
    else if (opcode === PING) peer.isPinged = true;
    else if (opcode === PONG) {
      own.isPinged = false;
      if (own.spokeBehindPing) own.streams = true;
    }
  }

  /** Messages may have been among what was lost. */
  lost(): void {
    this.client.streams = this.server.streams = true;
  }

  /** Nothing that `sender` sends now can be anything but a reply to what it received last. */
  wouldReplyOnly(sender: Sender): boolean {
    const { due, streams } = this.sideOf(sender);
    return due === 0 && !streams;
  }

  /** That is so, and it has shown `replies` times that it replies. */
  isReplier(sender: Sender, replies: number): boolean {
    return this.fromStart && this.sideOf(sender).replies >= replies && this.wouldReplyOnly(sender);
  }

  /** It was seen to send on its own. */
  isStreaming(sender: Sender): boolean {
    return this.sideOf(sender).streams;
  }

  private sideOf(sender: Sender): Speaker {
    return sender === 'client' ? this.client : this.server;
  }

  private said(own: Speaker, peer: Speaker): void {
    // Of sides that both send on their own nothing more is to be learnt.
    if (this.isOver || (own.streams && peer.streams)) return;
    const { isPinged } = own;
    own.isPinged = false;
    if (own.due > 0) {
      own.due--;
      own.replies++;
    } else if (isPinged) {
      own.spokeBehindPing = true;
      return;
    } else if (this.last === own) own.streams = true;
    peer.due++;
    this.last = own;
  }
}
