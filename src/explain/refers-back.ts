/**
 * Whether the payload of a compressed frame refers back to what its sender said in earlier messages: context takeover
 * (RFC 7692 §7.1.1, §7.2.3.2).
 *
 * Strategy: a frame that is its whole message is inflated by itself, with a window of which nothing is known; whether a match
 * reaches into that is then certain. Of a fragment it is not.
 */
import { deflateParameters } from '../websocket/deflate-parameters.js';
import { type Frame, isWholeMessage } from '../websocket/frame-record.js';
import { Inflater } from '../websocket/inflate.js';
import { InflateWindow } from '../websocket/inflate-window.js';

/** Octets of content that are looked through. */
const MOST = 1 << 20;

/** Undefined: it is not compressed. */
export function refersBack(frame: Frame): 'yes' | 'no' | 'maybe' | undefined {
  const { compressed, payload, complete, length, fin, opcode } = frame;
  if (!compressed) return undefined;
  const otherwise = mayReferBack(frame) ? 'maybe' : 'no';
  const isWhole = isWholeMessage({ fin, opcode, compressed: false }) && complete && payload.length === length;
  if (!isWhole) return otherwise;
  const window = new InflateWindow();
  window.forget();
  const inflater = new Inflater();
  inflater.inflate(window, payload, 0, length, true, MOST);
  if (inflater.reachedLength >= 0) return 'yes';
  return inflater.limited || inflater.fault !== undefined ? otherwise : 'no';
}

/** Whether that was agreed on: it is, unless an answer says otherwise (§7.1.1). */
function mayReferBack({ session: { handshake }, sender }: Frame): boolean {
  return handshake === undefined || deflateParameters(handshake)?.[sender].contextTakeover !== false;
}
