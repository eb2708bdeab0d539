/**
 * What the rules on Pings share: a ledger of the Pings of each sender, kept from the events of a session.
 */
import { atLimit } from '../limits.js';
import { SENDERS, type Sender } from '../websocket/frame-record.js';
import type { FrameFacts, MessageFacts } from '../websocket/observer.js';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../websocket/opcode.js';
import type { OpenPing, WrongPong } from './ping-list.js';
import { PingLedger } from './pings.js';
import { peerOf, type WatchedSession, type Watcher } from './rule.js';
import { patienceWith } from './seconds.js';
import { Talk } from './talk.js';

export class PingWatch implements Watcher {
  readonly ledgers: { readonly client: PingLedger; readonly server: PingLedger };
  /** When each side sent its Close. */
  readonly closeTimes: { client?: number; server?: number } = {};
  private readonly talk: Talk;

  constructor(watched: WatchedSession) {
    const { session, maxOpenPings } = watched;
    this.talk = watched.share(Talk);
    const ledger = (sender: Sender) =>
      new PingLedger(patienceWith(session, peerOf(sender)), this.talk.by(peerOf(sender)), maxOpenPings, () =>
        watched.defect(
          'open-pings-limit',
          `session ${session.number}: too many Pings of the ${sender} have no Pong to tell them apart ` +
            atLimit('maxOpenPings', maxOpenPings),
        ),
      );
    this.ledgers = { client: ledger('client'), server: ledger('server') };
  }

  get calm(): boolean {
    const { client, server } = this.ledgers;
    const { closeTimes } = this;
    const isClosing = closeTimes.client !== undefined || closeTimes.server !== undefined;
    return !isClosing && !client.awaitsReply && !server.awaitsReply;
  }

  frame(facts: FrameFacts): void {
    const { sender, header, confidence, time } = facts;
    const peer = peerOf(sender);
    if (confidence < 1) {
      this.lost();
      return;
    }
    if (header.opcode === TEXT || header.opcode === BINARY || header.opcode === CLOSE)
      this.ledgers[sender].spoke();
    if (header.opcode === PING) {
      const { talk } = this;
      const { client, server } = this.closeTimes;
      const isClosing = client !== undefined || server !== undefined;
      this.ledgers[sender].ping(facts, isClosing, talk.wouldReplyOnly(peer), talk.isReplier(peer, 1));
    } else if (header.opcode === PONG) {
      this.ledgers[peer].pong(facts);
    } else if (header.opcode === CLOSE && this.closeTimes[sender] === undefined) {
      this.closeTimes[sender] = time;
      this.ledgers[sender].closed();
    }
    this.ledgers[peer].frame(facts);
  }

  message(facts: MessageFacts): void {
    this.ledgers[peerOf(facts.sender)].message(facts);
  }

  /** Pings, Pongs or Closes may have been among what was lost. */
  lost(): void {
    this.ledgers.client.forget();
    this.ledgers.server.forget();
  }

  /** Calls `tell` for each Pong with a payload of its own that came in place of one that never did. */
  eachWrong(tell: (pong: WrongPong, sender: Sender) => void): void {
    for (const sender of SENDERS) {
      const wrong = Array.from(this.ledgers[peerOf(sender)].open, (ping) => ping.wrong);
      for (const pong of new Set(wrong)) if (pong !== undefined) tell(pong, sender);
    }
  }

  /** Calls `tell` for each Ping of `sender` that a Pong is due to, with what came in its place. */
  eachOwed(tell: (ping: OpenPing, sender: Sender, answer: OpenPing['answer']) => void): void {
    for (const sender of SENDERS)
      for (const ping of this.ledgers[sender].open)
        if (ping.owed) tell(ping, sender, this.answerTo(ping, sender));
  }

  /** Who answers a Ping by data sends no Pongs; of who streams, only the payload itself shows that it is an answer. */
  private answerTo({ answer, sign }: OpenPing, sender: Sender): OpenPing['answer'] {
    const isAnswer = sign !== undefined && !this.ledgers[sender].hasPong;
    return answer === 'none' && isAnswer && !this.talk.isStreaming(peerOf(sender)) ? 'data' : answer;
  }
}
