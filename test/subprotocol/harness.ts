/**
 * A conversation made up for a test: what each message says, in one session. Message N comes N seconds after the start,
 * so latencies are whole seconds.
 */
import {
  type Decoded,
  SubprotocolDecoding,
  type SubprotocolDecodingOptions,
} from '../../src/subprotocol/index.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import type { Session } from '../../src/websocket/session-record.js';
import { makeMessage, makeSession } from '../output/samples.js';

export interface ConversationOptions extends SubprotocolDecodingOptions {
  readonly path?: string;
  readonly subprotocol?: string;
  /** The capture began in the middle. */
  readonly midstream?: boolean;
}

type Content = string | Uint8Array;

export class Conversation {
  readonly defects: [code: string, message: string][] = [];
  readonly decoding: SubprotocolDecoding;
  readonly session: Session;
  private count = 0;

  constructor({ path = '/chat', subprotocol, midstream, ...options }: ConversationOptions = {}) {
    this.decoding = new SubprotocolDecoding({
      plainJson: false,
      defect: (...defect) => this.defects.push(defect),
      ...options,
    });
    const session = makeSession({
      request: { target: path },
      ...(subprotocol === undefined ? {} : { response: { subprotocol } }),
    });
    this.session = midstream === true ? { ...session, handshake: undefined, path: undefined } : session;
  }

  client(content: Content, more: Partial<Message> = {}): Decoded | undefined {
    return this.say('client', content, more);
  }

  server(content: Content, more: Partial<Message> = {}): Decoded | undefined {
    return this.say('server', content, more);
  }

  /** All messages of one side, one after the other. */
  all(sender: Sender, contents: readonly Content[]): (Decoded | undefined)[] {
    return contents.map((content) => this.say(sender, content));
  }

  private say(sender: Sender, content: Content, more: Partial<Message> = {}): Decoded | undefined {
    const number = ++this.count;
    return this.decoding.decode(
      makeMessage({
        number,
        session: this.session,
        sender,
        opcode: typeof content === 'string' ? 1 : 2,
        timestamp: { seconds: 1_700_000_000 + number, nanoseconds: 0 },
        ...more,
        content,
      }),
    );
  }
}

/** Type and summary, and what is answered, as `event "chat" ← 3`. */
export const told = (decoded: Decoded | undefined): string =>
  decoded === undefined
    ? '-'
    : `${decoded.protocol} ${decoded.summary}${decoded.answers ? ` ← ${decoded.answers.message}` : ''}`;

export const octets = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

/** Nesting that would end a recursive walk. */
export const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
