/**
 * Test help: a TlsOwner that writes down what it is told and what the sides say, and plays steps in any pieces.
 */
import type { KeyObject } from 'node:crypto';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { Place } from '../../src/stream/place.js';
import type { StreamEnd, StreamSink } from '../../src/stream/stream-sink.js';
import { TlsConnection, type TlsOwner } from '../../src/tls/connection.js';
import type { TlsFacts, UnreadReason } from '../../src/tls/facts.js';
import { Resumable, type TlsContext } from '../../src/tls/master.js';
import { type SecretLabel, SecretStore } from '../../src/tls/secrets.js';
import { TextSink } from '../http/recorder.js';
import { embedded } from '../support/splits.js';
import type { Peer, Sent, SideIndex } from './peer.js';

/** Bytes, a gap of so many, or the end. */
export type Step = readonly [side: SideIndex, what: Uint8Array | number | StreamEnd];

export interface RecorderOptions {
  readonly secrets?: SecretStore;
  readonly rsaKeys?: readonly KeyObject[];
  readonly maxHeld?: number;
  readonly maxTried?: number;
  readonly context?: TlsContext;
}

export class Recorder implements TlsOwner {
  readonly place = new Place();
  readonly log: string[] = [];
  readonly sinks: readonly [TextSink, TextSink] = [new TextSink(this.place), new TextSink(this.place)];
  readonly connection: TlsConnection;
  facts: TlsFacts | undefined;
  unreadFacts: TlsFacts | undefined;
  held = 0;
  mostHeld = 0;
  /** Octets of buffers for records and messages that are not whole. */
  buffers = 0;

  constructor(options: RecorderOptions = {}) {
    const { secrets = new SecretStore(), rsaKeys = [], maxHeld = 1 << 20 } = options;
    const context = options.context ?? {
      secrets,
      rsaKeys,
      resumable: new Resumable(),
      guesses: { made: 0 },
      waiting: new Set(),
    };
    const account = {
      add: (bytes: number) => {
        this.held += bytes;
        this.mostHeld = Math.max(this.mostHeld, this.held);
      },
    };
    this.connection = new TlsConnection({
      place: this.place,
      owner: this,
      context,
      limits: { ...DEFAULT_LIMITS, maxHeldForSecrets: maxHeld, maxTlsTried: options.maxTried ?? 1 << 27 },
      account: {
        add: (bytes) => {
          this.buffers += bytes;
        },
      },
      waiting: account,
    });
  }

  get texts(): readonly [string, string] {
    return [this.sinks[0].text, this.sinks[1].text];
  }

  recognised(): void {
    this.log.push('recognised');
  }

  opened(facts: TlsFacts): readonly [StreamSink, StreamSink] {
    this.facts = facts;
    this.log.push('opened');
    return this.sinks;
  }

  unread(facts: TlsFacts, reason: UnreadReason, whole: boolean): void {
    this.unreadFacts = facts;
    this.log.push(`unread ${reason}${whole ? ' whole' : ''}`);
  }

  over(): void {}

  foreign(): void {
    this.log.push('foreign');
  }

  defect(code: string): void {
    this.log.push(`defect ${code}`);
  }

  play(steps: Iterable<Step>): this {
    for (const [side, what] of steps) {
      this.place.packet++;
      const sink = this.connection.sides[side];
      if (typeof what === 'number') sink.gap(what);
      else if (typeof what === 'string') sink.end(what);
      else {
        const [chunk, start, end] = embedded(what);
        this.place.origin = start;
        sink.bytes(chunk, start, end);
        // It was borrowed.
        chunk.fill(0xdd);
      }
    }
    return this;
  }
}

export const ENDS: readonly Step[] = [
  [0, 'fin'],
  [1, 'fin'],
];

/** Each record in a step of its own, and the ends. */
export function stepsOf(sent: readonly Sent[], ends = ENDS): Step[] {
  return [...sent.map(({ side, bytes }): Step => [side, bytes]), ...ends];
}

/** A store with the peer's secrets, or those among them that are wanted. */
export function storeOf(peer: Peer, wanted: (label: SecretLabel) => boolean = () => true): SecretStore {
  const store = new SecretStore();
  tellSecrets(store, peer, wanted);
  return store;
}

export function tellSecrets(
  store: SecretStore,
  { told }: Peer,
  wanted: (label: SecretLabel) => boolean = () => true,
): void {
  for (const [label, random, secret] of told) if (wanted(label)) store.add(label, random, secret);
}

/** Ways to cut steps that must all lead to the same: as they are, octet by octet, one of them in two. */
export function* cuts(steps: readonly Step[], every = 1): Generator<Step[]> {
  yield [...steps];
  yield steps.flatMap(([side, what]): Step[] =>
    what instanceof Uint8Array ? Array.from(what, (octet) => [side, Uint8Array.of(octet)]) : [[side, what]],
  );
  for (const [index, [side, what]] of steps.entries()) {
    if (!(what instanceof Uint8Array)) continue;
    for (let at = 1; at < what.length; at += every) {
      const halves: Step[] = [
        [side, what.subarray(0, at)],
        [side, what.subarray(at)],
      ];
      yield [...steps.slice(0, index), ...halves, ...steps.slice(index + 1)];
    }
  }
}

/** What a side says in a row is one step. */
export function joined(steps: readonly Step[]): Step[] {
  const result: Step[] = [];
  for (const [side, what] of steps) {
    const last = result.at(-1);
    if (last?.[0] === side && last[1] instanceof Uint8Array && what instanceof Uint8Array)
      result[result.length - 1] = [side, Buffer.concat([last[1], what])];
    else result.push([side, what]);
  }
  return result;
}
