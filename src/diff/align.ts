/**
 * Which members of two lists are the same in the same order: what one list lacks, and what it has besides, is what is left.
 *
 * Strategy: beginning and end that are alike go together. Between them, what is there once in each list anchors the rest (as
 * in patience diff), and so again between the anchors. Where nothing is there once, the first goes with the first, the
 * second with the second. The longest run of pairs in order counts. Each step takes n log n, and there are few of them, so
 * that lists made to be slow are not; the pairs may then be fewer than could be.
 */

/** Steps into each other. */
const MAX_DEPTH = 16;

interface Part {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
  readonly depth: number;
}

type Pair = readonly [a: number, b: number];

/** Of each index in `a` that in `b`, or -1; ascending but for the -1. */
export function align(a: readonly number[], b: readonly number[]): Int32Array {
  const paired = new Int32Array(a.length).fill(-1);
  const parts: Part[] = [{ aStart: 0, aEnd: a.length, bStart: 0, bEnd: b.length, depth: 0 }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const rest = trimmed(a, b, part, paired);
    if (rest.aStart === rest.aEnd || rest.bStart === rest.bEnd) continue;
    const anchors = rest.depth < MAX_DEPTH ? inOrder(onceInEach(a, b, rest)) : [];
    for (const [i, j] of anchors.length > 0 ? anchors : inOrder(byTurns(a, b, rest))) paired[i] = j;
    if (anchors.length > 0) parts.push(...between(anchors, rest));
  }
  return paired;
}

/** Pairs what is alike at both ends, and gives what lies between. */
function trimmed(a: readonly number[], b: readonly number[], part: Part, paired: Int32Array): Part {
  let { aStart, aEnd, bStart, bEnd } = part;
  while (aStart < aEnd && bStart < bEnd && a[aStart] === b[bStart]) paired[aStart++] = bStart++;
  while (aStart < aEnd && bStart < bEnd && a[aEnd - 1] === b[bEnd - 1]) paired[--aEnd] = --bEnd;
  return { aStart, aEnd, bStart, bEnd, depth: part.depth };
}

function onceInEach(a: readonly number[], b: readonly number[], part: Part): Pair[] {
  const inA = places(a, part.aStart, part.aEnd);
  const inB = places(b, part.bStart, part.bEnd);
  const pairs: Pair[] = [];
  for (const [value, where] of inA) {
    const there = inB.get(value);
    if (where.length === 1 && there?.length === 1) pairs.push([where[0], there[0]]);
  }
  return pairs;
}

function byTurns(a: readonly number[], b: readonly number[], part: Part): Pair[] {
  const inB = places(b, part.bStart, part.bEnd);
  const turns = new Map<number, number>();
  const pairs: Pair[] = [];
  for (let i = part.aStart; i < part.aEnd; i++) {
    const turn = turns.get(a[i]) ?? 0;
    turns.set(a[i], turn + 1);
    const j = inB.get(a[i])?.[turn];
    if (j !== undefined) pairs.push([i, j]);
  }
  return pairs;
}

function places(list: readonly number[], start: number, end: number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let i = start; i < end; i++) {
    const known = found.get(list[i]);
    if (known === undefined) found.set(list[i], [i]);
    else known.push(i);
  }
  return found;
}

function between(anchors: readonly Pair[], { aStart, aEnd, bStart, bEnd, depth }: Part): Part[] {
  const starts: Pair[] = [[aStart, bStart], ...anchors.map(([i, j]): Pair => [i + 1, j + 1])];
  const ends: Pair[] = [...anchors, [aEnd, bEnd]];
  return starts
    .map(([i, j], at) => ({ aStart: i, aEnd: ends[at][0], bStart: j, bEnd: ends[at][1], depth: depth + 1 }))
    .filter((part) => part.aStart < part.aEnd && part.bStart < part.bEnd);
}

/** The longest run of the pairs, which ascend in `a`, that ascends in `b`, too (by patience sorting). */
function inOrder(pairs: readonly Pair[]): Pair[] {
  /** Of runs of each length the pair that ends lowest, and before each pair the one in its run. */
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (const [index, [, b]] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]][1] < b) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[index] = ends[low - 1];
    ends[low] = index;
  }
  const run: Pair[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]) run.push(pairs[at]);
  return run.reverse();
}
