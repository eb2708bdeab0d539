/**
 * The body of a Close frame (RFC 6455 §5.5.1, §7.4), as far as the rules on it have something to judge.
 */
import { Utf8Validator } from '../bytes/utf8.js';
import type { FrameFacts } from '../websocket/observer.js';
import { CLOSE } from '../websocket/opcode.js';
import { isSoundControl } from './control-form.js';

/** Body of a Close frame that was captured whole and is right in form; undefined for every other frame. */
export function closeBody(facts: FrameFacts): Uint8Array | undefined {
  if (facts.header.opcode !== CLOSE || !facts.complete || !isSoundControl(facts)) return undefined;
  return facts.controlPayload;
}

/** The code, or undefined where there is none. */
export function closeCode(body: Uint8Array): number | undefined {
  return body.length < 2 ? undefined : (body[0] << 8) | body[1];
}

/** Why a code must not be in a Close frame; undefined for one that may. */
export function closeCodeFault(code: number): string | undefined {
  if (code < 1000) return 'codes below 1000 are not used';
  if (code === 1004) return 'it is reserved and has no meaning yet';
  // §7.4.1: these name what an endpoint observed, for its own application.
  if (code === 1005) return 'it means that there was no code';
  if (code === 1006) return 'it means that there was no Close frame';
  if (code === 1015) return 'it means that the TLS handshake failed';
  // §7.4.2; 1012, 1013 and 1014 were registered later.
  if (code > 1014 && code < 3000) return 'it is reserved for the protocol and not registered';
  return code > 4999 ? 'codes end at 4999' : undefined;
}

export interface BadReason {
  /** Of the first octet that does not fit, in the reason. */
  readonly offset: number;
  /** Octets of the reason to be read to know it. */
  readonly detectedAt: number;
}

const validator = new Utf8Validator();

/** Where the reason stops being UTF-8; undefined where it does not. */
export function badReason(body: Uint8Array): BadReason | undefined {
  validator.reset();
  validator.push(body, Math.min(2, body.length), body.length);
  validator.end();
  const { badOffset, detectedAt } = validator;
  return badOffset === undefined ? undefined : { offset: badOffset, detectedAt };
}

/** The body breaks a rule: whoever receives it fails the connection instead of answering it. */
export function isFaultyBody(body: Uint8Array): boolean {
  const code = closeCode(body);
  if (code === undefined) return body.length === 1;
  return closeCodeFault(code) !== undefined || badReason(body) !== undefined;
}
