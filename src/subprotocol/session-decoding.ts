/**
 * Which decoder is asked for the messages of one session.
 *
 * Strategy: first whom the handshake names, then whoever took the last message; if that one declines, the others bid, and
 * the highest bidder is asked. A session that nobody has taken a message of is given up after some: most of what is
 * captured speaks none of these, and shall not pay for those that do. A decoder that throws is contained: its message
 * stays undecoded, and after some of them it is asked no more.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { isControl } from '../websocket/opcode.js';
import type { Session } from '../websocket/session-record.js';
import {
  type Decoded,
  joinUnits,
  type Subprotocol,
  type Tools,
  type Unit,
  type UnitDecoder,
} from './decoder.js';

/** Octets of content; longer messages are not decoded. */
const MAX_CONTENT = 1024 * 1024;
/** Messages that nobody took, until nobody is asked any more. */
const PATIENCE = 64;
/** Messages that a decoder may throw at. */
const MAX_FAILURES = 3;

interface Opened {
  readonly subprotocol: Subprotocol;
  readonly decoder: UnitDecoder;
  failures: number;
}

export class SessionDecoding {
  private readonly opened: Opened[] = [];
  /** Who is asked first. */
  private first: Opened | undefined;
  private declined = 0;
  /** Somebody has taken a message. */
  private taken = false;
  /** Nobody is asked any more. */
  private isOver = false;
  private readonly confidence = { client: 1, server: 1 };

  constructor(
    private readonly session: Session,
    private readonly subprotocols: readonly Subprotocol[],
    private readonly tools: Tools,
    /** Told once of a decoder that is asked no more. */
    private readonly gaveUp: (name: string, message: Message) => void,
  ) {
    this.first = this.expected();
  }

  decode(message: Message): Decoded | undefined {
    if (this.isOver || isControl(message.opcode)) return undefined;
    this.noteConfidence(message);
    if (!isWhole(message)) {
      this.lost(message.sender);
      return undefined;
    }
    const units = this.askFirst(message) ?? this.askOthers(message);
    if (units === undefined) {
      this.declined++;
      this.isOver = !this.taken && this.declined >= PATIENCE;
      if (this.isOver) this.close();
      return undefined;
    }
    this.taken = true;
    return joinUnits(units);
  }

  close(): void {
    for (const { decoder } of this.opened) decoder.close?.();
    this.opened.length = 0;
    this.first = undefined;
    this.tools.requests.close();
  }

  /** Frames that were found again behind a loss: what came before does not go on. */
  private noteConfidence({ sender, confidence }: Message): void {
    if (confidence < this.confidence[sender]) this.lost(sender);
    this.confidence[sender] = confidence;
  }

  private lost(sender: Sender): void {
    for (const { decoder } of this.opened) decoder.lost?.(sender);
  }

  private expected(): Opened | undefined {
    const found = highest(this.subprotocols, (subprotocol) =>
      this.contained(() => subprotocol.expects(this.session), 0),
    );
    return found && this.open(found);
  }

  private open(subprotocol: Subprotocol): Opened {
    const known = this.opened.find((one) => one.subprotocol === subprotocol);
    if (known !== undefined) return known;
    const decoder = subprotocol.open(this.session, this.tools);
    const opened = { subprotocol, decoder, failures: 0 };
    this.opened.push(opened);
    return opened;
  }

  private askFirst(message: Message): readonly Unit[] | undefined {
    return this.first && this.ask(this.first, message);
  }

  private askOthers(message: Message): readonly Unit[] | undefined {
    const { first } = this;
    const found = highest(this.subprotocols, (subprotocol) =>
      subprotocol === first?.subprotocol ? 0 : this.contained(() => subprotocol.bid(message), 0),
    );
    if (found === undefined) return undefined;
    const bidder = this.open(found);
    const units = this.ask(bidder, message);
    if (units !== undefined) this.first = bidder;
    return units;
  }

  private ask(opened: Opened, message: Message): readonly Unit[] | undefined {
    if (opened.failures >= MAX_FAILURES) return undefined;
    try {
      return opened.decoder.decode(message);
    } catch {
      opened.failures++;
      if (opened.failures === MAX_FAILURES) this.gaveUp(opened.subprotocol.name, message);
      this.contained(() => opened.decoder.lost?.(message.sender), undefined);
      return undefined;
    }
  }

  private contained<T>(ask: () => T, otherwise: T): T {
    try {
      return ask();
    } catch {
      return otherwise;
    }
  }
}

/** Nothing of it is missing or left out, it is not too long, and its beginning is there. */
function isWhole({ complete, unknownRanges, content, length, opcode }: Message): boolean {
  return (
    complete &&
    unknownRanges.length === 0 &&
    content.length === length &&
    length <= MAX_CONTENT &&
    opcode !== 0
  );
}

/** The first one of those with the highest number, if it is above 0. */
function highest(
  subprotocols: readonly Subprotocol[],
  measure: (one: Subprotocol) => number,
): Subprotocol | undefined {
  let best: Subprotocol | undefined;
  let most = 0;
  for (const one of subprotocols) {
    const measured = measure(one);
    if (measured <= most) continue;
    most = measured;
    best = one;
  }
  return best;
}
