/**
 * Whether a message answers a Close (RFC 6455 §5.5.1), in place of the Close that is due.
 *
 * Strategy: its sender's application may know nothing of the Close yet, so that only what the message says counts; or
 * that nothing else can have brought it about, by all that its sender has done before.
 */
import type { MessageFacts } from '../websocket/observer.js';
import { CONTROL_LIMIT } from '../websocket/opcode.js';
import { LEAST_HELD, startOf } from './pings.js';

/** A Close, and what is known of its receiver. */
export interface CloseHeard {
  readonly payload: Uint8Array;
  /** Nothing that its receiver sends can be anything but a reaction: it owes nothing, and sends nothing on its own. */
  readonly toSilent: boolean;
  /** The same, and it has sent one message for each that it got. */
  readonly toReplier: boolean;
}

/** Replies of a side that sends one message for each that it gets, and none more. */
export const ENOUGH_REPLIES = 3;
/** RFC 6455 §5.5.1: the code comes first. */
const REASON_AT = 2;
const SAYS_GOODBYE = /^(?:(?:good)?bye|clos(?:e|ed|ing))$/i;
/** Words of a message that says nothing but that. */
const FEW_WORDS = 3;

/**
 * Of the first message behind a Close: it is the Close's body or has it in it; or its sender had nothing to reply to, and
 * it has the reason in it, says goodbye, or comes from who replies to each message.
 */
export function answers({ payload, toSilent, toReplier }: CloseHeard, message: MessageFacts): boolean {
  const { complete, length } = message;
  if (!complete) return false;
  const start = startOf(message);
  const body = Buffer.from(payload);
  const reason = body.subarray(REASON_AT);
  const holdsBody = body.length > 0 && start.includes(body);
  if (holdsBody && (length === body.length || body.length >= LEAST_HELD)) return true;
  if (!toSilent) return false;
  if (toReplier || holdsBody || (length === 0 && body.length === 0)) return true;
  const saysReason = reason.length >= LEAST_HELD && start.includes(reason);
  const words = start.toString().match(/\w+/g) ?? [];
  const saysGoodbye = words.length <= FEW_WORDS && words.some((word) => SAYS_GOODBYE.test(word));
  return saysReason || (length <= CONTROL_LIMIT && saysGoodbye);
}
