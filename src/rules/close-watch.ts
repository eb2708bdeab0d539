/**
 * What senders send behind their own Close (RFC 6455 §5.5.1), for the rules on that and for all others: a frame that
 * must not be there is one violation, whatever else is odd in it, so that no other rule is told of it.
 */
import type { Sender } from '../websocket/frame-record.js';
import { EMPTY } from '../websocket/frame-state.js';
import type { FrameFacts } from '../websocket/observer.js';
import { CLOSE, isControl, isReserved, opcodeName, PING, PONG } from '../websocket/opcode.js';
import { payloadBytes } from './lengths.js';
import { peerOf, type Report, type Watcher, whereIs } from './rule.js';

interface Side {
  closeFrame: number | undefined;
  closeTime: number;
  /** Pings that it has got and not answered yet, and the payload of the latest. */
  owed: number;
  latest: Uint8Array;
}

const side = (): Side => ({ closeFrame: undefined, closeTime: 0, owed: 0, latest: EMPTY });

export class CloseWatch implements Watcher {
  /** The frame told of last lies behind its sender's own Close, and is no Pong that was due. */
  isLate = false;
  private readonly sides = { client: side(), server: side() };
  private readonly told: { readonly control: boolean; readonly report: Report }[] = [];

  get calm(): boolean {
    const { client, server } = this.sides;
    return client.closeFrame === undefined && server.closeFrame === undefined;
  }

  /** Has each such frame reported that is one of RFC 6455's control frames, or that is none of them. */
  on(control: boolean, report: Report): void {
    this.told.push({ control, report });
  }

  frame(facts: FrameFacts): void {
    const { sender, header, confidence, number, time } = facts;
    const { opcode } = header;
    const own = this.sides[sender];
    if (opcode === PING) {
      const peer = this.sides[peerOf(sender)];
      peer.owed++;
      peer.latest = facts.controlPayload;
    }
    const due = opcode === PONG && pay(own, facts);
    this.isLate = own.closeFrame !== undefined && !due;
    if (this.isLate) this.tell(facts, own);
    // Not a Close that was only guessed: the finding would be an error all the same.
    if (opcode !== CLOSE || confidence < 1 || own.closeFrame !== undefined) return;
    own.closeFrame = number;
    own.closeTime = time;
  }

  /** Whether the frame with this number lies behind the Close of its sender. */
  isBehind(sender: Sender, frame: number): boolean {
    const { closeFrame } = this.sides[sender];
    return closeFrame !== undefined && frame > closeFrame;
  }

  private tell(facts: FrameFacts, own: Side): void {
    const { opcode } = facts.header;
    const isKnownControl = isControl(opcode) && !isReserved(opcode);
    for (const { control, report } of this.told)
      if (control === isKnownControl) report(facts.sender, describe(facts, own), whereIs(facts));
  }
}

/** Whether the Pong was due. One to the latest Ping answers those before it, too (RFC 6455 §5.5.3). */
function pay(own: Side, { controlPayload, complete }: FrameFacts): boolean {
  const { owed, latest } = own;
  const isToLatest = !complete || sameBytes(latest, controlPayload);
  own.owed = isToLatest ? 0 : Math.max(0, owed - 1);
  return owed > 0;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

function describe({ header, time }: FrameFacts, { closeFrame, closeTime }: Side): string {
  const { opcode } = header;
  const what = isReserved(opcode)
    ? `a frame of reserved opcode ${opcode} and ${payloadBytes(header)}`
    : `${opcode === CLOSE ? 'a second Close' : `a ${opcodeName(opcode)}`} frame with ${payloadBytes(header)} of payload`;
  const late = Math.round((time - closeTime) * 1000);
  const when = late === 0 ? 'right behind' : `${late} ms after`;
  return `${what} comes ${when} its own Close (frame ${closeFrame})`;
}
