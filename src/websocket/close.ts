/**
 * The body of a Close frame, RFC 6455 §5.5.1 and §7.4: a two-octet status code and a UTF-8 reason.
 */

/** What a Close frame says. */
export interface CloseBody {
  /** 0 … 65535; closeCodeName() has what it means. */
  readonly code: number;
  /** Empty where there is none; octets that are no UTF-8 stand as U+FFFD. */
  readonly reason: string;
}

/** Names of the registered codes, RFC 6455 §7.4.1 and the IANA registry of §11.7. */
const names: Readonly<Record<number, string>> = {
  1000: 'Normal Closure',
  1001: 'Going Away',
  1002: 'Protocol error',
  1003: 'Unsupported Data',
  1004: 'Reserved',
  1005: 'No Status Rcvd',
  1006: 'Abnormal Closure',
  1007: 'Invalid frame payload data',
  1008: 'Policy Violation',
  1009: 'Message Too Big',
  1010: 'Mandatory Ext.',
  1011: 'Internal Error',
  1012: 'Service Restart',
  1013: 'Try Again Later',
  1014: 'Bad Gateway',
  1015: 'TLS handshake',
  3000: 'Unauthorized',
  3003: 'Forbidden',
  3008: 'Timeout',
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The body, or undefined where there is no whole code (an empty payload, or a single octet). */
export function decodeClose(payload: Uint8Array): CloseBody | undefined {
  if (payload.length < 2) return undefined;
  // Most have none, and a view of nothing costs 100 octets.
  const reason = payload.length === 2 ? '' : decoder.decode(payload.subarray(2));
  return { code: (payload[0] << 8) | payload[1], reason };
}

/** The payload of a Close frame; nothing is checked, neither the code nor the 125 octets that it may have. */
export function encodeClose(code: number, reason = ''): Uint8Array {
  const text = new TextEncoder().encode(reason);
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code & 0xff;
  payload.set(text, 2);
  return payload;
}

/** The registered name, or what the range means (§7.4.2). */
export function closeCodeName(code: number): string {
  const name = names[code];
  if (name !== undefined) return name;
  if (code < 1000) return 'not used';
  if (code < 3000) return 'Reserved for the protocol';
  if (code < 4000) return 'Registered for libraries and frameworks';
  return code < 5000 ? 'Private use' : 'not defined';
}
