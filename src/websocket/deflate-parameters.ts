/**
 * What was negotiated on compression, by sender: Handshake → context takeover and window of each side.
 *
 * Strategy: the answer decides. Valid parameters apply, others are passed over, so that what follows can be
 * decoded as far as possible; what is wrong with a parameter list is listed apart, for a rule to judge.
 *
 * `permessage-deflate` (RFC 7692) compresses messages: RSV1 on the first frame only, the payload of all frames
 * joined and given to the sender's MessageInflater. `x-webkit-deflate-frame` (draft-tyoshino-hybi-websocket-
 * perframe-deflate, of old Safari and Chrome) compresses frames: RSV1 on each compressed one, continuations too,
 * the trailer removed from each. Its data frames are given to the same MessageInflater one by one, each as a
 * whole message, and contents joined after that; context takeover is then from frame to frame.
 */
import { visible } from '../bytes/visible.js';
import type { Extension, ExtensionParameter } from './extensions.js';
import type { Handshake } from './handshake.js';

/** How one side compresses. */
export interface DeflateParameters {
  /** Its matches may reach into what it sent before. */
  readonly contextTakeover: boolean;
  /** 8 … 15: none reaches back further than 2^windowBits octets. */
  readonly windowBits: number;
}

/** The compression that a session has agreed on. */
export interface NegotiatedDeflate {
  readonly client: DeflateParameters;
  readonly server: DeflateParameters;
  readonly extension: 'permessage-deflate' | 'x-webkit-deflate-frame';
}

export interface ParameterProblem {
  readonly section: string;
  /** A sentence part, safe to print. */
  readonly message: string;
}

const PERMESSAGE = 'permessage-deflate';
const PERFRAME = 'x-webkit-deflate-frame';
const TAKEOVER = ['server_no_context_takeover', 'client_no_context_takeover'];
const WINDOW = ['server_max_window_bits', 'client_max_window_bits'];
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ['server_no_context_takeover', 'RFC 7692 §7.1.1.1'],
  ['client_no_context_takeover', 'RFC 7692 §7.1.1.2'],
  ['server_max_window_bits', 'RFC 7692 §7.1.2.1'],
  ['client_max_window_bits', 'RFC 7692 §7.1.2.2'],
]);
/** §7.1.2: a decimal integer without leading zeros, 8 … 15. */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;
const LARGEST = 15;

/** The first compression extension of the answer; undefined where none was accepted, or the upgrade was not. */
export function deflateParameters(handshake: Handshake): NegotiatedDeflate | undefined {
  if (!handshake.isWebSocketResponse) return undefined;
  const accepted = handshake.extensions.extensions.find((one) => isNamed(one, PERMESSAGE, PERFRAME));
  if (accepted === undefined) return undefined;
  if (isNamed(accepted, PERMESSAGE))
    return {
      client: parametersOf(accepted, 'client_no_context_takeover', 'client_max_window_bits'),
      server: parametersOf(accepted, 'server_no_context_takeover', 'server_max_window_bits'),
      extension: PERMESSAGE,
    };
  // In the draft each side states what the other side's compressor is to observe.
  const offered = handshake.offeredExtensions.extensions.find((one) => isNamed(one, PERFRAME));
  return {
    client: parametersOf(accepted, 'no_context_takeover', 'max_window_bits'),
    server: parametersOf(offered, 'no_context_takeover', 'max_window_bits'),
    extension: PERFRAME,
  };
}

/** What RFC 7692 §7.1 finds wrong with the parameters of an offer; a server has to decline it then. */
export function offerProblems(offer: Extension): ParameterProblem[] {
  return listProblems(offer, 'offer');
}

/**
 * What RFC 7692 §7.1 finds wrong with the parameters of an answer; a client has to fail the connection then.
 * It has to fit one of `offers`, the offers of the extension in the request; undefined if that is not known.
 */
export function answerProblems(
  answer: Extension,
  offers: readonly Extension[] | undefined,
): ParameterProblem[] {
  const problems = listProblems(answer, 'answer');
  if (offers === undefined || offers.length === 0) return problems;
  const misfits = offers.map((offer) => fitProblems(answer, offer));
  const fewest = misfits.reduce((best, list) => (list.length < best.length ? list : best));
  return [...problems, ...fewest];
}

function listProblems({ parameters }: Extension, role: 'offer' | 'answer'): ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  const seen = new Set<string>();
  for (const { name, value } of parameters) {
    const known = name.toLowerCase();
    if (seen.has(known)) problems.push(problem(known, `${quote(name)} is given more than once`));
    seen.add(known);
    const message = valueProblem(known, value, role);
    if (message !== undefined) problems.push(problem(known, message));
  }
  return problems;
}

function valueProblem(name: string, value: string | undefined, role: 'offer' | 'answer'): string | undefined {
  if (TAKEOVER.includes(name))
    return value === undefined ? undefined : `${name} has the value ${quote(value)}, where none may be`;
  if (!WINDOW.includes(name)) return `${quote(name)} is not a parameter of permessage-deflate`;
  // §7.1.2.2: only in an offer client_max_window_bits may stand alone.
  if (value === undefined)
    return role === 'offer' && name === 'client_max_window_bits' ? undefined : `${name} has no value`;
  return WINDOW_BITS.test(value) ? undefined : `${name} is ${quote(value)}, not a number from 8 to 15`;
}

/** What an answer owes to an offer, as far as the values of both are valid. */
function fitProblems(answer: Extension, offer: Extension): ParameterProblem[] {
  const problems: ParameterProblem[] = [];
  // §7.1.1.1, §7.1.2.1: a server accepts these two by giving them back.
  if (find(offer, 'server_no_context_takeover') && !find(answer, 'server_no_context_takeover'))
    problems.push(
      problem('server_no_context_takeover', 'server_no_context_takeover was offered, not answered'),
    );
  const asked = windowBits(offer, 'server_max_window_bits');
  if (asked !== undefined && !find(answer, 'server_max_window_bits'))
    problems.push(problem('server_max_window_bits', 'server_max_window_bits was offered, not answered'));
  if (find(answer, 'client_max_window_bits') && !find(offer, 'client_max_window_bits'))
    problems.push(
      problem('client_max_window_bits', 'client_max_window_bits is answered, but was not offered'),
    );
  for (const name of WINDOW) {
    const most = windowBits(offer, name);
    const given = windowBits(answer, name);
    if (most !== undefined && given !== undefined && given > most)
      problems.push(problem(name, `${name} is ${given}, more than the ${most} offered`));
  }
  return problems;
}

function parametersOf(extension: Extension | undefined, takeover: string, window: string): DeflateParameters {
  if (extension === undefined) return { contextTakeover: true, windowBits: LARGEST };
  const contextTakeover = !all(extension, takeover).some(({ value }) => value === undefined);
  return { contextTakeover, windowBits: windowBits(extension, window) ?? LARGEST };
}

/** The first valid value. */
function windowBits(extension: Extension, name: string): number | undefined {
  const valid = all(extension, name).find(({ value }) => value !== undefined && WINDOW_BITS.test(value));
  return valid === undefined ? undefined : Number(valid.value);
}

function find(extension: Extension, name: string): ExtensionParameter | undefined {
  return all(extension, name)[0];
}

function all({ parameters }: Extension, name: string): ExtensionParameter[] {
  return parameters.filter((parameter) => parameter.name.toLowerCase() === name);
}

function isNamed({ name }: Extension, ...names: readonly string[]): boolean {
  return names.includes(name.toLowerCase());
}

function problem(name: string, message: string): ParameterProblem {
  return { section: SECTIONS.get(name) ?? 'RFC 7692 §7.1', message };
}

/** Enough to recognise it by. */
function quote(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `"${visible(shown)}"`;
}
