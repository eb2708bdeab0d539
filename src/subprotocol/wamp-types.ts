/**
 * The messages of WAMP v2 (https://wamp-proto.org/wamp_latest_ietf.html §6.3, §6.5): what their items are, which of them
 * may be left out, what asks and what answers.
 */

/** What an answer answers: the number of a type. */
export type Asked = number;

export interface WampType {
  readonly name: string;
  /** Names of the items behind the type. */
  readonly items: readonly string[];
  /** Items that must be there. */
  readonly least: number;
  /** Something answers it. */
  readonly asks?: boolean;
  readonly answers?: Asked;
}

const PAYLOAD = ['args', 'kwargs'];
const [HELLO, CHALLENGE, GOODBYE, PUBLISH, SUBSCRIBE, UNSUBSCRIBE] = [1, 4, 6, 16, 32, 34];
const [CALL, REGISTER, UNREGISTER, INVOCATION] = [48, 64, 66, 68];

const asks = (name: string, ...items: string[]): WampType => ({ ...says(name, ...items), asks: true });
const answers = (name: string, asked: Asked, ...items: string[]): WampType => ({
  ...says(name, ...items),
  answers: asked,
});

function says(name: string, ...items: string[]): WampType {
  const least = items.filter((item) => !PAYLOAD.includes(item) && !item.endsWith('?')).length;
  return { name, items: items.map((item) => item.replace('?', '')), least };
}

/** By number. */
export const TYPES: Readonly<Record<number, WampType>> = {
  [HELLO]: asks('HELLO', 'realm', 'details'),
  2: answers('WELCOME', HELLO, 'session', 'details'),
  3: answers('ABORT', HELLO, 'details', 'reason', ...PAYLOAD),
  [CHALLENGE]: { ...answers('CHALLENGE', HELLO, 'method', 'extra'), asks: true },
  5: answers('AUTHENTICATE', CHALLENGE, 'signature', 'extra'),
  [GOODBYE]: { ...answers('GOODBYE', GOODBYE, 'details', 'reason', ...PAYLOAD), asks: true },
  8: says('ERROR', 'type', 'request', 'details', 'error', ...PAYLOAD),
  [PUBLISH]: asks('PUBLISH', 'request', 'options', 'topic', ...PAYLOAD),
  17: answers('PUBLISHED', PUBLISH, 'request', 'publication'),
  [SUBSCRIBE]: asks('SUBSCRIBE', 'request', 'options', 'topic'),
  33: answers('SUBSCRIBED', SUBSCRIBE, 'request', 'subscription'),
  [UNSUBSCRIBE]: asks('UNSUBSCRIBE', 'request', 'subscription'),
  35: answers('UNSUBSCRIBED', UNSUBSCRIBE, 'request', 'details?'),
  36: says('EVENT', 'subscription', 'publication', 'details', ...PAYLOAD),
  [CALL]: asks('CALL', 'request', 'options', 'procedure', ...PAYLOAD),
  49: says('CANCEL', 'request', 'options'),
  50: answers('RESULT', CALL, 'request', 'details', ...PAYLOAD),
  [REGISTER]: asks('REGISTER', 'request', 'options', 'procedure'),
  65: answers('REGISTERED', REGISTER, 'request', 'registration'),
  [UNREGISTER]: asks('UNREGISTER', 'request', 'registration'),
  67: answers('UNREGISTERED', UNREGISTER, 'request', 'details?'),
  [INVOCATION]: asks('INVOCATION', 'request', 'registration', 'details', ...PAYLOAD),
  69: says('INTERRUPT', 'request', 'options'),
  70: answers('YIELD', INVOCATION, 'request', 'options', ...PAYLOAD),
};
