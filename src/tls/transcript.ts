/**
 * The handshake messages of both sides up to the ClientKeyExchange, which the extended master secret is made of (RFC 7627 §3).
 *
 * Strategy: by side, since of two that speak at once the capture may have either first. Each ClientHello begins a new one, also inside a session that is renegotiated; behind the ClientKeyExchange
 * nothing is kept. If a message is not whole, or there are too many, there is none.
 */
import { HANDSHAKE_TYPE } from './handshake.js';

/** Certificates make most of it. */
const MOST = 1 << 18;
/** Type and length. */
const HEADER = 4;

export class Transcript {
  private hello: Uint8Array | undefined = undefined;
  private readonly others: [Uint8Array[], Uint8Array[]] = [[], []];
  private client: 0 | 1 = 0;
  private size = 0;
  private state: 'none' | 'begun' | 'lost' = 'none';

  /** A message of a side; `body` undefined: it was not kept. */
  add(side: 0 | 1, type: number, body: Uint8Array | undefined): void {
    if (type === HANDSHAKE_TYPE.clientHello) {
      this.forget('begun');
      this.client = side;
    }
    if (this.state !== 'begun' || type === HANDSHAKE_TYPE.helloRequest) return;
    this.size += HEADER + (body?.length ?? 0);
    if (body === undefined || this.size > MOST) {
      this.forget('lost');
      return;
    }
    const message = Buffer.alloc(HEADER + body.length);
    message.writeUInt32BE(body.length);
    message[0] = type;
    message.set(body, HEADER);
    if (this.hello === undefined) this.hello = message;
    else this.others[side].push(message);
  }

  /** Up to the message that was added last; undefined where it is not whole. Nothing more is kept. */
  take(): Uint8Array | undefined {
    const { hello, others, client } = this;
    const all = [...others[1 - client], ...others[client]];
    const whole = this.state === 'begun' && hello !== undefined ? Buffer.concat([hello, ...all]) : undefined;
    this.forget('none');
    return whole;
  }

  private forget(state: 'none' | 'begun' | 'lost'): void {
    this.state = state;
    this.hello = undefined;
    for (const list of this.others) list.length = 0;
    this.size = 0;
  }
}
