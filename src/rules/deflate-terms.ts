/**
 * The parameters of permessage-deflate (RFC 7692 §7.1): whether an offer or an answer is valid, and whether an
 * answer fits an offer.
 */
import type { Extension } from '../websocket/extensions.js';
import { quote } from './quote.js';

const TAKEOVER = ['server_no_context_takeover', 'client_no_context_takeover'];
const WINDOW = ['server_max_window_bits', 'client_max_window_bits'];

/** A decimal integer without leading zeros, 8 … 15 (§7.1.2). */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;

/** What is wrong with the parameters, or undefined. */
export function parameterFault(role: 'offer' | 'answer', { parameters }: Extension): string | undefined {
  const seen = new Set<string>();
  for (const { name, value } of parameters) {
    if (seen.has(name)) return `${quote(name)} is given twice`;
    seen.add(name);
    if (TAKEOVER.includes(name)) {
      if (value !== undefined) return `${name} has the value ${quote(value)}, and takes none`;
    } else if (!WINDOW.includes(name)) return `${quote(name)} is no parameter of permessage-deflate`;
    else if (value === undefined) {
      // Only the client may leave the value open (§7.1.2.2).
      if (role === 'answer' || name === 'server_max_window_bits') return `${name} has no value`;
    } else if (!WINDOW_BITS.test(value)) return `${name} is ${quote(value)}, not a number from 8 to 15`;
  }
  return undefined;
}

/** Why a valid answer is none to a valid offer, or undefined where it is. */
export function misfit(offer: Extension, answer: Extension): string | undefined {
  const [offered, answered] = [terms(offer), terms(answer)];
  if (offered.has('server_no_context_takeover') && !answered.has('server_no_context_takeover'))
    return 'server_no_context_takeover was asked for and is not in the answer';
  const asked = offered.get('server_max_window_bits');
  const given = answered.get('server_max_window_bits');
  if (asked !== undefined && given === undefined)
    return `server_max_window_bits=${asked} was asked for and is not in the answer`;
  if (asked !== undefined && Number(given) > Number(asked))
    return `server_max_window_bits is ${given} where ${asked} was asked for`;
  if (!answered.has('client_max_window_bits')) return undefined;
  if (!offered.has('client_max_window_bits')) return 'client_max_window_bits was not offered';
  const most = offered.get('client_max_window_bits');
  const wanted = answered.get('client_max_window_bits');
  return Number(wanted) > Number(most)
    ? `client_max_window_bits is ${wanted} where ${most} was offered`
    : undefined;
}

function terms({ parameters }: Extension): ReadonlyMap<string, string | undefined> {
  return new Map(parameters.map(({ name, value }) => [name, value]));
}
