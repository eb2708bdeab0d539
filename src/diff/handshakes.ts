/**
 * How the heads of two handshakes differ: headers that only one has, and values that are not the same.
 */
import type { HeaderField } from '../http/head.js';
import type { Session } from '../websocket/session-record.js';

export interface HeadDifference {
  readonly head: 'request' | 'response';
  /** A header as A has it, or else B; `:target` and `:status` are the start line's. */
  readonly name: string;
  /** Values in order, joined by a comma (RFC 9110 §5.3); undefined where there is none. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** What is not known of one of them, because it was not captured, differs from nothing. */
export function compareHandshakes(a: Session, b: Session): HeadDifference[] {
  const [one, other] = [a.handshake, b.handshake];
  if (one === undefined || other === undefined) return [];
  const list: HeadDifference[] = [];
  if (one.request !== undefined && other.request !== undefined) {
    add(list, 'request', ':target', one.target, other.target);
    compareHeaders(list, 'request', one.request.headers, other.request.headers);
  }
  add(list, 'response', ':status', text(one.status), text(other.status));
  compareHeaders(list, 'response', one.response.headers, other.response.headers);
  return list;
}

function compareHeaders(
  list: HeadDifference[],
  head: HeadDifference['head'],
  a: readonly HeaderField[],
  b: readonly HeaderField[],
): void {
  const [inA, inB] = [byName(a), byName(b)];
  for (const name of new Set([...inA.keys(), ...inB.keys()])) {
    const [one, other] = [inA.get(name), inB.get(name)];
    add(list, head, (one ?? other)!.name, one?.values.join(', '), other?.values.join(', '));
  }
}

function byName(headers: readonly HeaderField[]): Map<string, { name: string; values: string[] }> {
  const found = new Map<string, { name: string; values: string[] }>();
  for (const { name, value } of headers) {
    const known = found.get(name.toLowerCase());
    if (known === undefined) found.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  return found;
}

function add(
  list: HeadDifference[],
  head: HeadDifference['head'],
  name: string,
  a: string | undefined,
  b: string | undefined,
): void {
  if (a !== b) list.push({ head, name, a, b });
}

function text(number: number | undefined): string | undefined {
  return number === undefined ? undefined : String(number);
}
