/**
 * Whether a peer has broken the protocol, so that the other one may fail the connection: it may then leave
 * out the Close frame, and end TCP without more ado (RFC 6455 §7.1.7), and is not to be blamed for it.
 *
 * Strategy: the handshake is judged by the rules about it; frames by a condensed form of those on framing,
 * since this is asked for each of them.
 */
import type { FrameHeader } from '../websocket/frame.js';
import { shortestForm } from '../websocket/frame-encode.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Handshake } from '../websocket/handshake.js';
import type { FrameFacts, MessageFacts } from '../websocket/observer.js';
import { BINARY, CONTINUATION, CONTROL_LIMIT, isControl, isReserved, TEXT } from '../websocket/opcode.js';
import { accept } from './accept.js';
import { closeBody, isFaultyBody } from './close-body.js';
import { isContentKnown } from './content.js';
import { extensionNotOffered } from './extension-not-offered.js';
import { extensionParameters } from './extension-parameters.js';
import { extensionSyntax } from './extension-syntax.js';
import { extensionTwice } from './extension-twice.js';
import { hasMalformedAnswer } from './h2-handshake-header.js';
import { h2Status } from './h2-status.js';
import { hasTopBit } from './lengths.js';
import { knownExtensions } from './negotiated.js';
import { repeatedHeader } from './repeated-header.js';
import { responseConnection } from './response-connection.js';
import { responseUpgrade } from './response-upgrade.js';
import { isBlamed, type Rule, type WatchedSession } from './rule.js';
import { subprotocolNotOffered } from './subprotocol-not-offered.js';
import { subprotocolTwice } from './subprotocol-twice.js';
import { upgradeWithBody } from './upgrade-with-body.js';

/** A response that breaks one of these makes clients give up before the session begins (RFC 6455 §4.1). */
const REFUSED_BY_CLIENTS: readonly Rule[] = [
  accept,
  responseUpgrade,
  responseConnection,
  subprotocolNotOffered,
  subprotocolTwice,
  extensionNotOffered,
  extensionTwice,
  extensionSyntax,
  extensionParameters,
  repeatedHeader,
  upgradeWithBody,
  h2Status,
];

export class PeerFaults {
  private readonly faulty = { client: false, server: false };
  private readonly extensions: ReadonlySet<string> | undefined;
  private readonly contentKnown: boolean;

  private unjudged: Handshake | undefined;

  constructor(private readonly watched: WatchedSession) {
    const { handshake } = watched;
    this.extensions = knownExtensions(handshake);
    this.contentKnown = isContentKnown(handshake);
    this.unjudged = handshake;
  }

  /** Whether `sender` has broken the protocol so far. */
  of(sender: Sender): boolean {
    if (sender === 'server') this.judgeHandshake();
    return this.faulty[sender];
  }

  /** Seldom does anybody want to know. */
  private judgeHandshake(): void {
    const { unjudged, watched } = this;
    if (unjudged === undefined) return;
    this.unjudged = undefined;
    if (hasMalformedAnswer(unjudged) || isBlamed('server', REFUSED_BY_CLIENTS, unjudged, watched.session))
      this.faulty.server = true;
  }

  frame(facts: FrameFacts): void {
    const { sender } = facts;
    if (!this.faulty[sender]) this.faulty[sender] = this.isFaultyFrame(facts);
  }

  message({ sender, badTextOffset, inflated }: MessageFacts): void {
    if (!this.contentKnown) return;
    const undecodable =
      inflated !== undefined &&
      (inflated.failure !== undefined || inflated.exceedsWindow || inflated.usesContext);
    if (badTextOffset !== undefined || undecodable) this.faulty[sender] = true;
  }

  private isFaultyFrame(facts: FrameFacts): boolean {
    const { header, sender, messageUnderWay } = facts;
    const { opcode } = header;
    if (header.masked !== (sender === 'client') || isReserved(opcode) || isWasteful(header)) return true;
    if (this.hasWrongBits(header)) return true;
    if (isControl(opcode)) {
      if (!header.fin || header.length > CONTROL_LIMIT) return true;
      const body = closeBody(facts);
      return body !== undefined && isFaultyBody(body);
    }
    if (opcode === CONTINUATION) return messageUnderWay === false;
    return messageUnderWay === true && (opcode === TEXT || opcode === BINARY);
  }

  /** RFC 6455 §5.2, RFC 7692 §6. */
  private hasWrongBits({ rsv1, rsv2, rsv3, opcode }: Readonly<FrameHeader>): boolean {
    const { extensions } = this;
    if (extensions === undefined) return false;
    if (extensions.size === 0) return rsv1 || rsv2 || rsv3;
    return rsv2 || rsv3 || (rsv1 && isControl(opcode));
  }
}

/** RFC 6455 §5.2: the shortest form of the length, and its most significant bit clear. */
function isWasteful(header: Readonly<FrameHeader>): boolean {
  return shortestForm(header.length) !== header.lengthForm || hasTopBit(header);
}
