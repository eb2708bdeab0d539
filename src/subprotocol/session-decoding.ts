/**
 * Which decoder is asked for the messages of one session.
 *
 * Strategy: first whom the handshake names, then whoever took the last message, unless one that is preferred bids as much as
 * that one did; if it declines, the others bid, and they are asked from the highest bid on. A session that nobody has taken a message of is given up after some: most of what is
 * captured speaks none of these, and shall not pay for those that do. A decoder that throws is contained: its message
 * stays undecoded, and after some of them it is asked no more. A decoder that finds messages within messages has them
 * decoded by a SessionDecoding of its own, without itself.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { isControl } from '../websocket/opcode.js';
import type { Session } from '../websocket/session-record.js';
import { jsonText } from './content.js';
import {
  type Decoded,
  joinUnits,
  type SharedTools,
  type Subprotocol,
  type Unit,
  type UnitDecoder,
} from './decoder.js';

/** Octets of content; longer messages are not decoded. */
const MAX_CONTENT = 1024 * 1024;
/** Messages that nobody took, until nobody is asked any more. */
const PATIENCE = 64;
/** Messages that a decoder may throw at. */
const MAX_FAILURES = 3;

interface Bidder {
  readonly subprotocol: Subprotocol;
  readonly bid: number;
}

interface Opened {
  readonly subprotocol: Subprotocol;
  readonly decoder: UnitDecoder;
  /** Of the messages within its messages. */
  readonly inner: SessionDecoding | undefined;
  failures: number;
}

export class SessionDecoding {
  private readonly opened: Opened[] = [];
  /** Who is asked first, and what it bid. */
  private first: Opened | undefined;
  private firstBid = 0;
  private readonly preferred: readonly Subprotocol[];
  private declined = 0;
  /** Somebody has taken a message. */
  private taken = false;
  /** Nobody is asked any more. */
  isOver = false;
  private readonly confidence = { client: 1, server: 1 };

  constructor(
    private readonly session: Session,
    private readonly subprotocols: readonly Subprotocol[],
    private readonly tools: SharedTools,
    private readonly troubles: Troubles,
  ) {
    this.preferred = subprotocols.filter((one) => one.preferred === true);
    this.takeExpected();
  }

  decode(message: Message): Decoded | undefined {
    const units = this.units(message);
    return units && joinUnits(units);
  }

  units(message: Message): readonly Unit[] | undefined {
    if (this.isOver || isControl(message.opcode)) return undefined;
    this.noteConfidence(message);
    if (!isWhole(message)) {
      this.lost(message.sender);
      return undefined;
    }
    const units = this.askInTurn(message) ?? this.askAsText(message);
    if (units === undefined) {
      this.declined++;
      this.isOver = !this.taken && this.declined >= PATIENCE;
      if (this.isOver) this.close();
      return undefined;
    }
    this.taken = true;
    return units;
  }

  close(): void {
    for (const { decoder, inner } of this.opened) {
      contained(() => decoder.close?.(), undefined);
      inner?.close();
    }
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
    for (const { decoder, inner } of this.opened) {
      contained(() => decoder.lost?.(sender), undefined);
      inner?.lost(sender);
    }
  }

  private takeExpected(): void {
    const [found] = this.ranked(this.subprotocols, (one) => one.expects(this.session), undefined);
    if (found !== undefined) this.takeFirst(found);
  }

  private takeFirst({ subprotocol, bid }: Bidder): void {
    this.first = this.open(subprotocol);
    this.firstBid = bid;
  }

  /** Those with a number above 0, the highest first. */
  private ranked(
    among: readonly Subprotocol[],
    measure: (one: Subprotocol) => number,
    message: Message | undefined,
  ): readonly Bidder[] {
    let ranked: Bidder[] | undefined;
    for (const subprotocol of among) {
      const bid = this.contained(subprotocol, message, () => measure(subprotocol), 0);
      if (bid > 0) {
        ranked ??= [];
        ranked.push({ subprotocol, bid });
      }
    }
    return ranked?.sort((one, other) => other.bid - one.bid) ?? NOBODY;
  }

  private open(subprotocol: Subprotocol): Opened {
    const known = this.opened.find((one) => one.subprotocol === subprotocol);
    if (known !== undefined) return known;
    const { session, tools, troubles } = this;
    const others = this.subprotocols.filter((one) => one !== subprotocol);
    let inner: SessionDecoding | undefined;
    const opening = () =>
      subprotocol.open(session, {
        ...tools,
        inner(message) {
          inner ??= new SessionDecoding(session, others, tools, troubles);
          return inner.units(message);
        },
      });
    const decoder = this.contained(subprotocol, undefined, opening, FAILED);
    const opened: Opened = {
      subprotocol,
      decoder,
      get inner() {
        return inner;
      },
      failures: 0,
    };
    this.opened.push(opened);
    return opened;
  }

  private askInTurn(message: Message): readonly Unit[] | undefined {
    return this.askPreferred(message) ?? this.askFirst(message) ?? this.askOthers(message);
  }

  /** It takes the message, and the session goes on with whom it speaks. */
  private askPreferred(message: Message): readonly Unit[] | undefined {
    if (this.first === undefined) return undefined;
    for (const { subprotocol, bid } of this.bidders(this.preferred, message)) {
      const units = bid < this.firstBid ? undefined : this.ask(this.open(subprotocol), message);
      if (units !== undefined) return units;
    }
    return undefined;
  }

  private askFirst(message: Message): readonly Unit[] | undefined {
    return this.first && this.ask(this.first, message);
  }

  private askOthers(message: Message): readonly Unit[] | undefined {
    for (const bidder of this.bidders(this.subprotocols, message)) {
      const { subprotocol } = bidder;
      const units = this.ask(this.open(subprotocol), message);
      if (units === undefined) continue;
      if (subprotocol.byContent !== true) this.takeFirst(bidder);
      return units;
    }
    return undefined;
  }

  private bidders(among: readonly Subprotocol[], message: Message): readonly Bidder[] {
    const { first } = this;
    return this.ranked(among, (one) => (one === first?.subprotocol ? 0 : one.bid(message)), message);
  }

  private contained<T>({ name }: Subprotocol, message: Message | undefined, ask: () => T, otherwise: T): T {
    try {
      return ask();
    } catch (error) {
      this.troubles.failed(name, message, error);
      return otherwise;
    }
  }

  /** Some send JSON in binary messages: it is what it would be in a text. */
  private askAsText(message: Message): readonly Unit[] | undefined {
    const text = jsonText(message);
    return text && this.askInTurn(text);
  }

  private ask(opened: Opened, message: Message): readonly Unit[] | undefined {
    if (opened.failures >= MAX_FAILURES) return undefined;
    try {
      return opened.decoder.decode(message);
    } catch (error) {
      const { name } = opened.subprotocol;
      this.troubles.failed(name, message, error);
      opened.failures++;
      if (opened.failures === MAX_FAILURES) this.troubles.gaveUp(name, message);
      contained(() => opened.decoder.lost?.(message.sender), undefined);
      return undefined;
    }
  }
}

const NOBODY: readonly Bidder[] = [];

/** Told of decoders that throw. */
export interface Troubles {
  /** Each time; `message`: undefined where it was asked of the handshake. */
  failed(name: string, message: Message | undefined, error: unknown): void;
  /** It is asked no more in this session. */
  gaveUp(name: string, message: Message): void;
}

/** Of a subprotocol whose decoder cannot be made. */
const FAILED: UnitDecoder = {
  decode() {
    throw new Error('no decoder');
  },
};

function contained<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
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
