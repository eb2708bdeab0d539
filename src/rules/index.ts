/**
 * All rules, in the order in which they are listed: handshake, framing, content, control frames, closing.
 */
import { accept } from './accept.js';
import { clientClosedTcpFirst } from './client-closed-tcp-first.js';
import { closeAnsweredByData } from './close-answered-by-data.js';
import { closeCodeChanged } from './close-code-changed.js';
import { closeCodeInvalid } from './close-code-invalid.js';
import { closeOneByte } from './close-one-byte.js';
import { closeReasonUtf8 } from './close-reason-utf8.js';
import { closeUnanswered } from './close-unanswered.js';
import { continuationWithoutStart } from './continuation-without-start.js';
import { controlAfterClose } from './control-after-close.js';
import { deflateContextUsed } from './deflate-context-used.js';
import { deflateFinalBlock } from './deflate-final-block.js';
import { deflateUndecodable } from './deflate-undecodable.js';
import { deflateWindowExceeded } from './deflate-window-exceeded.js';
import { draftHeaders } from './draft-headers.js';
import { earlyFrames } from './early-frames.js';
import { extensionNotOffered } from './extension-not-offered.js';
import { extensionParameters } from './extension-parameters.js';
import { extensionSyntax } from './extension-syntax.js';
import { extensionTwice } from './extension-twice.js';
import { fragmentedControl } from './fragmented-control.js';
import { frameAfterClose } from './frame-after-close.js';
import { h2ConnectNotOffered } from './h2-connect-not-offered.js';
import { h2HandshakeHeader } from './h2-handshake-header.js';
import { h2PseudoHeader } from './h2-pseudo-header.js';
import { h2Status } from './h2-status.js';
import { host } from './host.js';
import { httpVersion } from './http-version.js';
import { interleavedMessage } from './interleaved-message.js';
import { invalidUtf8 } from './invalid-utf8.js';
import { key } from './key.js';
import { lengthTopBit } from './length-top-bit.js';
import { maskedServerFrame } from './masked-server-frame.js';
import { maskingKeyPredictable } from './masking-key-predictable.js';
import { maskingKeyRepeated } from './masking-key-repeated.js';
import { maskingKeyZero } from './masking-key-zero.js';
import { method } from './method.js';
import { noClose } from './no-close.js';
import { nonMinimalLength } from './non-minimal-length.js';
import { oversizedControl } from './oversized-control.js';
import { pingAnsweredByData } from './ping-answered-by-data.js';
import { pingUnanswered } from './ping-unanswered.js';
import { pongMismatch } from './pong-mismatch.js';
import { repeatedHeader } from './repeated-header.js';
import { requestConnection } from './request-connection.js';
import { requestTarget } from './request-target.js';
import { requestUpgrade } from './request-upgrade.js';
import { reservedOpcode } from './reserved-opcode.js';
import { responseConnection } from './response-connection.js';
import { responseUpgrade } from './response-upgrade.js';
import { rsvWithoutExtension } from './rsv-without-extension.js';
import { rsv1Misplaced } from './rsv1-misplaced.js';
import type { Rule } from './rule.js';
import { subprotocolNotOffered } from './subprotocol-not-offered.js';
import { subprotocolRepeated } from './subprotocol-repeated.js';
import { subprotocolSyntax } from './subprotocol-syntax.js';
import { subprotocolTwice } from './subprotocol-twice.js';
import { unmaskedClientFrame } from './unmasked-client-frame.js';
import { upgradeWithBody } from './upgrade-with-body.js';
import { version } from './version.js';
import { versionRefusal } from './version-refusal.js';

/** All rules, in the order in which they are listed; `wsdissect rules` shows them. */
export const rules: readonly Rule[] = [
  method,
  httpVersion,
  requestTarget,
  host,
  requestUpgrade,
  requestConnection,
  key,
  version,
  subprotocolRepeated,
  subprotocolSyntax,
  extensionSyntax,
  extensionParameters,
  draftHeaders,
  repeatedHeader,
  earlyFrames,
  accept,
  responseUpgrade,
  responseConnection,
  subprotocolNotOffered,
  subprotocolTwice,
  extensionNotOffered,
  extensionTwice,
  upgradeWithBody,
  versionRefusal,
  h2ConnectNotOffered,
  h2PseudoHeader,
  h2HandshakeHeader,
  h2Status,
  unmaskedClientFrame,
  maskedServerFrame,
  rsvWithoutExtension,
  rsv1Misplaced,
  reservedOpcode,
  nonMinimalLength,
  lengthTopBit,
  fragmentedControl,
  oversizedControl,
  continuationWithoutStart,
  interleavedMessage,
  maskingKeyRepeated,
  maskingKeyZero,
  maskingKeyPredictable,
  invalidUtf8,
  deflateUndecodable,
  deflateWindowExceeded,
  deflateContextUsed,
  deflateFinalBlock,
  pingUnanswered,
  pongMismatch,
  pingAnsweredByData,
  closeOneByte,
  closeCodeInvalid,
  closeReasonUtf8,
  frameAfterClose,
  controlAfterClose,
  closeUnanswered,
  closeAnsweredByData,
  noClose,
  clientClosedTcpFirst,
  closeCodeChanged,
];

/** The rule with this id, or undefined. */
export function findRule(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id);
}
