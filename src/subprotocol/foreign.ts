/**
 * Decoders that somebody else has written: checked before they are asked, and what they tell as well.
 *
 * Strategy: a wrapper of the same type. What it is given is what all decoders are given; of what comes back only the fields
 * of a unit are taken, bounded. Anything else is an exception, which session-decoding.ts contains.
 */
import type { Message } from '../websocket/message-record.js';
import { bounded, clip } from './bounded.js';
import { MAX_UNITS, type Subprotocol, type Unit, type UnitDecoder } from './decoder.js';

const MAX_NAME = 64;
const MAX_SUMMARY = 1024;

/** A decoder that can be asked like those that are known. Throws Error with one line for what is none. */
export function foreignDecoder(value: unknown): Subprotocol {
  const one = value as Partial<Subprotocol> | null | undefined;
  if (typeof one !== 'object' || one === null) throw new Error('is no object with name, bid and open');
  const { name, byContent } = one;
  if (typeof name !== 'string' || name === '') throw new Error('has no name');
  for (const method of ['bid', 'open'] as const)
    if (typeof one[method] !== 'function') throw new Error(`has no ${method}()`);
  const known = one as Subprotocol;
  return {
    name: clip(name, MAX_NAME),
    ...(byContent === true ? { byContent } : {}),
    preferred: true,
    expects: (session) => (typeof one.expects === 'function' ? measured(known.expects(session)) : 0),
    bid: (message) => measured(known.bid(ownCopy(message))),
    open(session, tools) {
      const decoder: Partial<UnitDecoder> = known.open(session, tools);
      if (typeof decoder?.decode !== 'function') throw new Error('no decoder');
      return {
        decode: (message) => checkedUnits(decoder.decode!(ownCopy(message))),
        lost: (sender) => decoder.lost?.(sender),
        close: () => decoder.close?.(),
      };
    },
  };
}

/** What it does to the octets is not seen by others. */
const ownCopy = (message: Message): Message => ({ ...message, content: message.content.slice() });

function measured(number: unknown): number {
  if (typeof number === 'number') return number > 0 ? number : 0;
  throw new TypeError('bid() and expects() give a number from 0 to 1');
}

function checkedUnits(told: unknown): readonly Unit[] | undefined {
  if (told === undefined || told === null) return undefined;
  if (!Array.isArray(told)) throw new TypeError('a decoder gives a list of units, or undefined');
  return told.slice(0, MAX_UNITS).map(checkedUnit);
}

function checkedUnit(unit: Partial<Unit>): Unit {
  const { protocol, type, summary, value = null, answers } = unit;
  if (typeof protocol !== 'string' || typeof type !== 'string' || typeof summary !== 'string')
    throw new TypeError('a unit has protocol, type and summary, which are strings');
  const { message, latency } = answers ?? {};
  const isAnswer = Number.isSafeInteger(message) && Number.isFinite(latency);
  return {
    protocol: clip(protocol, MAX_NAME),
    type: clip(type, MAX_NAME),
    summary: clip(summary, MAX_SUMMARY),
    value: bounded(value),
    answers: isAnswer ? { message: message!, latency: latency! } : undefined,
  };
}
