/**
 * Which decoder is asked for the messages of one session.
 *
 * Strategy: first whom the handshake names, then whoever took the last message; if that one declines, the others bid, and
 * they are asked from the highest bid on. A session that nobody has taken a message of is given up after some: most of what is
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

interface Opened {
  readonly subprotocol: Subprotocol;
  readonly decoder: UnitDecoder;
  /** Of the messages within its messages. */
  readonly inner: SessionDecoding | undefined;
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
  isOver = false;
  private readonly confidence = { client: 1, server: 1 };

  constructor(
    private readonly session: Session,
    private readonly subprotocols: readonly Subprotocol[],
    private readonly tools: SharedTools,
    private readonly troubles: Troubles,
  ) {
    this.first = this.expected();
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
    const units = this.askFirst(message) ?? this.askOthers(message) ?? this.askAsText(message);
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

  private expected(): Opened | undefined {
    const [found] = this.ranked((subprotocol) => subprotocol.expects(this.session), undefined);
    return found && this.open(found);
  }

  /** Those with a number above 0, the highest first. */
  private ranked(
    measure: (one: Subprotocol) => number,
    message: Message | undefined,
  ): readonly Subprotocol[] {
    let ranked: [one: Subprotocol, measured: number][] | undefined;
    for (const one of this.subprotocols) {
      const measured = this.contained(one, message, () => measure(one), 0);
      if (measured > 0) {
        ranked ??= [];
        ranked.push([one, measured]);
      }
    }
    return ranked?.sort((one, other) => other[1] - one[1]).map(([one]) => one) ?? NOBODY;
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

  private askFirst(message: Message): readonly Unit[] | undefined {
    return this.first && this.ask(this.first, message);
  }

  private askOthers(message: Message): readonly Unit[] | undefined {
    const { first } = this;
    const bidders = this.ranked((one) => (one === first?.subprotocol ? 0 : one.bid(message)), message);
    for (const subprotocol of bidders) {
      const bidder = this.open(subprotocol);
      const units = this.ask(bidder, message);
      if (units === undefined) continue;
      if (subprotocol.byContent !== true) this.first = bidder;
      return units;
    }
    return undefined;
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
    return text && (this.askFirst(text) ?? this.askOthers(text));
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

const NOBODY: readonly Subprotocol[] = [];

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
