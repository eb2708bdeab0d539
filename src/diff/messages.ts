/**
 * What became of the messages of one sender between two captures.
 *
 * Strategy: messages are the same if their content is; what is left over on both sides is out of order if the same content is
 * there elsewhere, changed if it lies between the same neighbours and is of the same kind, and else lost or added.
 */
import { CONTINUATION } from '../websocket/opcode.js';
import { align } from './align.js';
import type { SideMessage } from './side.js';

export type MessagePair = readonly [a: SideMessage, b: SideMessage];

export interface MessageDiff {
  /** How many each capture has. */
  readonly a: number;
  readonly b: number;
  /** The same content in the same order. */
  readonly same: readonly MessagePair[];
  /** The same content, but not in the same order. */
  readonly reordered: readonly MessagePair[];
  /** Between the same neighbours, with another content. */
  readonly changed: readonly MessagePair[];
  /** The same, where one of the two is not whole: what its capture lacks may be all that differs. */
  readonly incomplete: readonly MessagePair[];
  readonly onlyA: readonly SideMessage[];
  readonly onlyB: readonly SideMessage[];
}

export function compareMessages(a: readonly SideMessage[], b: readonly SideMessage[]): MessageDiff {
  const contents = (list: readonly SideMessage[]) => list.map(({ content }) => content);
  const paired = align(contents(a), contents(b));
  const same: MessagePair[] = [];
  const taken = new Set<number>();
  for (const [i, j] of paired.entries())
    if (j >= 0) {
      same.push([a[i], b[j]]);
      taken.add(j);
    }
  const left = withNeighbour(a, (i) => paired[i] >= 0);
  const leftB = withNeighbour(b, (j) => taken.has(j));
  const reordered = takePairs(left, leftB, ({ message }) => String(message.content));
  const replaced = [
    ...takePairs(left, leftB, ({ behind, message }) => `${behind} ${message.opcode}`),
    // What has lost its beginning does not tell of which kind it is.
    ...takePairs(left, leftB, placeOf, placeOfRest),
    ...takePairs(left, leftB, placeOfRest, placeOf),
  ];
  const isWhole = ([one, other]: MessagePair) => one.complete && other.complete;
  return {
    a: a.length,
    b: b.length,
    same,
    reordered,
    changed: replaced.filter(isWhole),
    incomplete: replaced.filter((pair) => !isWhole(pair)),
    onlyA: [...left].map(({ message }) => message),
    onlyB: [...leftB].map(({ message }) => message),
  };
}

interface Left {
  readonly message: SideMessage;
  /** How many that are the same come before it. */
  readonly behind: number;
}

/** Those that are not paired. */
function withNeighbour(list: readonly SideMessage[], isPaired: (index: number) => boolean): Set<Left> {
  const left = new Set<Left>();
  let behind = 0;
  for (const [index, message] of list.entries())
    if (isPaired(index)) behind++;
    else left.add({ message, behind });
  return left;
}

function placeOf({ behind }: Left): string {
  return String(behind);
}

/** Of a message whose beginning is missing. */
function placeOfRest({ behind, message }: Left): string | undefined {
  return message.opcode === CONTINUATION ? String(behind) : undefined;
}

type NameOf = (left: Left) => string | undefined;

/** Takes out of both what has the same name, in order; what has none stays. */
function takePairs(a: Set<Left>, b: Set<Left>, nameOf: NameOf, nameOfB = nameOf): MessagePair[] {
  const waiting = new Map<string, { readonly items: Left[]; next: number }>();
  for (const one of b) {
    const name = nameOfB(one);
    if (name === undefined) continue;
    const known = waiting.get(name);
    if (known === undefined) waiting.set(name, { items: [one], next: 0 });
    else known.items.push(one);
  }
  const pairs: MessagePair[] = [];
  for (const one of a) {
    const found = waiting.get(nameOf(one) ?? '');
    if (found === undefined || found.next === found.items.length) continue;
    const other = found.items[found.next++];
    a.delete(one);
    b.delete(other);
    pairs.push([one.message, other.message]);
  }
  return pairs;
}
