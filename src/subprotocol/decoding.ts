/**
 * Decodes the subprotocols of all sessions of a run: messages go in as they are told, what they say comes out.
 *
 * Strategy: state per session is made when its first message comes and forgotten when the session closes; what sessions
 * may cost together is bounded here (requests without an answer, octets of units under way).
 */
import { atLimit, DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Message } from '../websocket/message-record.js';
import type { Session } from '../websocket/session-record.js';
import { clip } from './bounded.js';
import type { Decoded, SharedTools, Subprotocol } from './decoder.js';
import { HeldBudget } from './held.js';
import { decodePlainJson } from './json.js';
import { SUBPROTOCOLS } from './registry.js';
import { OpenRequests, SessionRequests } from './requests.js';
import { SessionDecoding, type Troubles } from './session-decoding.js';

/** How messages are to be decoded. */
export interface SubprotocolDecodingOptions {
  /** `maxOpenRequests` and `maxHeldUnits`. */
  readonly limits?: Partial<Limits> | undefined;
  /** Whether plain JSON is told of as such, where no subprotocol has taken a message; by default it is. */
  readonly plainJson?: boolean;
  /** Told of limits that were hit, and of decoders that failed. */
  readonly defect?: ((code: string, message: string) => void) | undefined;
  /** In place of those that are known. */
  readonly subprotocols?: readonly Subprotocol[];
}

/**
 * Decodes what messages say, of any number of sessions at a time. Messages of a session must be decoded in their order, and
 * only once. It never throws: where a decoder fails, its session is decoded without it, and `defect` is told.
 *
 * @example What was said, and what it answers
 * ```ts
 * import { dissect } from 'wsdissect';
 * import { SubprotocolDecoding } from 'wsdissect/subprotocol';
 *
 * const decoding = new SubprotocolDecoding();
 * for await (const message of dissect('capture.pcapng').messages()) {
 *   const decoded = decoding.decode(message);
 *   if (decoded?.answers !== undefined)
 *     console.log(message.number, decoded.protocol, decoded.summary, decoded.answers.message, decoded.answers.latency);
 * }
 * ```
 */
export class SubprotocolDecoding {
  private readonly sessions = new WeakMap<Session, SessionDecoding>();
  /** Messages that follow each other are often of the same session. */
  private last: { readonly session: Session; readonly decoding: SessionDecoding } | undefined;
  private readonly requests: OpenRequests;
  private readonly held: HeldBudget;
  private readonly unpacking: Pick<SharedTools, 'maxUnpacked' | 'unpackedLimitHit'>;
  private latest: Message | undefined = undefined;
  /** Names of decoders whose fault was told. */
  private readonly failed = new Set<string>();

  constructor(private readonly options: SubprotocolDecodingOptions = {}) {
    const { maxOpenRequests, maxHeldUnits, maxUnpacked } = { ...DEFAULT_LIMITS, ...options.limits };
    this.requests = new OpenRequests(maxOpenRequests, (message) =>
      this.report(
        message,
        'open-requests-limit',
        `too many requests wait for an answer: the oldest is forgotten ${atLimit('maxOpenRequests', maxOpenRequests)}`,
      ),
    );
    this.held = new HeldBudget(maxHeldUnits, () =>
      this.report(
        this.latest!,
        'held-units-limit',
        'too much is held of what goes on in later messages: it is not decoded ' +
          atLimit('maxHeldUnits', maxHeldUnits),
      ),
    );
    this.unpacking = {
      maxUnpacked,
      unpackedLimitHit: () =>
        this.report(
          this.latest!,
          'unpacked-limit',
          `compressed content comes to too much: it is not decoded ${atLimit('maxUnpacked', maxUnpacked)}`,
        ),
    };
  }

  /** What a message says; undefined for control frames, and where nobody can tell. */
  decode(message: Message): Decoded | undefined {
    this.latest = message;
    const decoded = this.of(message.session).decode(message);
    this.latest = undefined;
    if (decoded !== undefined || this.options.plainJson === false) return decoded;
    return decodePlainJson(message);
  }

  /** Nobody is asked any more what messages of this session say: they need not come. */
  isOver(session: Session): boolean {
    const decoding = this.last?.session === session ? this.last.decoding : this.sessions.get(session);
    return decoding?.isOver === true;
  }

  /** Forgets a session that is over. */
  close(session: Session): void {
    this.sessions.get(session)?.close();
    this.sessions.delete(session);
    if (this.last?.session === session) this.last = undefined;
  }

  private of(session: Session): SessionDecoding {
    if (this.last?.session === session) return this.last.decoding;
    let decoding = this.sessions.get(session);
    if (decoding === undefined) {
      const tools = { requests: new SessionRequests(this.requests), held: this.held, ...this.unpacking };
      decoding = new SessionDecoding(
        session,
        this.options.subprotocols ?? SUBPROTOCOLS,
        tools,
        this.troubles(session),
      );
      this.sessions.set(session, decoding);
    }
    this.last = { session, decoding };
    return decoding;
  }

  private troubles(session: Session): Troubles {
    return {
      failed: (name, message, error) => {
        if (this.failed.has(name)) return;
        this.failed.add(name);
        const where = message === undefined ? '' : `message ${message.number}: `;
        this.options.defect?.(
          'decoder-failed',
          `session ${session.number}: ${where}the decoder of ${name} fails: ${told(error)}`,
        );
      },
      gaveUp: (name, message) =>
        this.report(
          message,
          'decoder-failed',
          `the decoder of ${name} fails: this session is decoded without it`,
        ),
    };
  }

  private report({ session, number }: Message, code: string, text: string): void {
    this.options.defect?.(code, `session ${session.number}: message ${number}: ${text}`);
  }
}

const MAX_FAULT = 200;

/** What was thrown, in a line: `TypeError: it is undefined`. */
function told(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return clip(text.split('\n', 1)[0], MAX_FAULT);
}
