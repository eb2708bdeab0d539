/**
 * The script of a conversation, which a teacher writes in YAML or JSON, and the samples are written in: who says what,
 * in which frames, and what happens to the packets.
 *
 * Strategy: plain data. Every member is checked, with the place of what is wrong, so that nothing is ignored silently.
 */
import { nearest } from '../bytes/nearest.js';
import { SENDERS, type Sender } from '../websocket/frame-record.js';

export interface Script {
  /** What it shows, in a sentence: a comment of the first packet. */
  readonly title?: string;
  /** Request target; default `/`. */
  readonly path?: string;
  readonly host?: string;
  readonly subprotocol?: string;
  /** permessage-deflate is agreed on; `no-takeover`: each message by itself. */
  readonly deflate?: boolean | 'no-takeover';
  /** Within TLS 1.3, whose secrets the capture has. */
  readonly tls?: boolean;
  /** Over HTTP/2 (RFC 8441); `not-offered`: though the server has not offered it. Heads are then lines of fields. */
  readonly http2?: boolean | 'not-offered';
  /** Heads in place of the usual ones, lines without their ends. */
  readonly request?: string;
  readonly response?: string;
  /** Octets in hexadecimal that the client sends right behind its request, before there is an answer. */
  readonly early?: string;
  /** Whatever is random is made of it; default 1. */
  readonly seed?: number;
  readonly steps: readonly Step[];
}

/** What is said, or a pause in seconds. */
export type Step = { readonly by: Sender; readonly said: Said } | { readonly wait: number };

/** One message or frame; exactly one of `text` to `end`. */
export interface Said {
  readonly text?: string;
  /** Octets in hexadecimal. */
  readonly binary?: string;
  readonly ping?: string;
  readonly pong?: string;
  /** Code of a Close; 0: without one. */
  readonly close?: number;
  /** Octets as they are, with whatever they break, in hexadecimal. */
  readonly bytes?: string;
  /** The TCP stream ends, in order or not. */
  readonly end?: 'fin' | 'reset';
  /** Of a Close. */
  readonly reason?: string;
  /** Frames that it comes in, also where a control frame may not (RFC 6455 §5.4). */
  readonly fragments?: number;
  /** Default: a message where deflate is agreed on. */
  readonly compressed?: boolean;
  /** Whether its frames are masked, or the octets of their key in hexadecimal; default: of the client, each with a new key. */
  readonly mask?: boolean | string;
  /** Of the first packet of it. */
  readonly comment?: string;
  /** TCP segments that it comes in; default: as few as do. */
  readonly segments?: number;
  /** What happens to the first of its segments. */
  readonly packet?: 'lost' | 'twice' | 'late';
}

/** Names and indexes of what is wrong: `steps`, 1, `client`, `text`. */
export type ScriptPath = readonly (string | number)[];

export class ScriptError extends Error {
  override name = 'ScriptError';

  constructor(
    readonly path: ScriptPath,
    message: string,
  ) {
    super(message);
  }
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isLine: Check = (value) => typeof value === 'string' && !/[\r\n\0]/.test(value);
const isHex: Check = (value) => typeof value === 'string' && /^([0-9a-f]{2}\s*)*$/i.test(value.trim());
const isSomeHex: Check = (value) => isHex(value) && value !== '';
const isKey: Check = (value) => isHex(value) && String(value).replace(/\s/g, '').length === 8;
const isWhole =
  (from: number, to: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
const isOneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

const SCRIPT: Readonly<Record<keyof Script, readonly [Check, what: string]>> = {
  title: [isText, 'a text'],
  path: [isLine, 'a text of one line'],
  host: [isLine, 'a text of one line'],
  subprotocol: [isLine, 'a text of one line'],
  deflate: [isOneOf(true, false, 'no-takeover'), 'true, false or no-takeover'],
  tls: [isOneOf(true, false), 'true or false'],
  http2: [isOneOf(true, false, 'not-offered'), 'true, false or not-offered'],
  request: [isText, 'a text'],
  response: [isText, 'a text'],
  early: [isSomeHex, 'octets in hexadecimal'],
  seed: [isWhole(0, 0xffff_ffff), 'a whole number'],
  steps: [Array.isArray, 'a list, such as "- client: Hello"'],
};

const SAID: Readonly<Record<keyof Said, readonly [Check, what: string]>> = {
  text: [isText, 'a text'],
  binary: [isHex, 'octets in hexadecimal'],
  ping: [isText, 'a text'],
  pong: [isText, 'a text'],
  close: [isWhole(0, 65_535), 'a code from 0 to 65535'],
  bytes: [isSomeHex, 'octets in hexadecimal'],
  end: [isOneOf('fin', 'reset'), 'fin or reset'],
  reason: [isText, 'a text'],
  fragments: [isWhole(1, 1000), 'a number from 1 to 1000'],
  compressed: [isOneOf(true, false), 'true or false'],
  mask: [(value) => typeof value === 'boolean' || isKey(value), 'true, false or four octets in hexadecimal'],
  comment: [isText, 'a text'],
  segments: [isWhole(1, 1000), 'a number from 1 to 1000'],
  packet: [isOneOf('lost', 'twice', 'late'), 'lost, twice or late'],
};

const KINDS = ['text', 'binary', 'ping', 'pong', 'close', 'bytes', 'end'] as const;
type Kind = (typeof KINDS)[number];

const WITH_FRAMES: readonly Kind[] = ['text', 'binary', 'ping', 'pong', 'close'];

/** What else may be said of what is said, where that is not all of it. */
const BESIDE: Readonly<Partial<Record<keyof Said, readonly Kind[]>>> = {
  reason: ['close'],
  fragments: WITH_FRAMES,
  compressed: WITH_FRAMES,
  mask: WITH_FRAMES,
  segments: [...WITH_FRAMES, 'bytes'],
  packet: [...WITH_FRAMES, 'bytes'],
};

const STEPS: readonly string[] = [...SENDERS, 'wait'];

/** Longest pause: an hour. */
const MAX_WAIT = 3600;

/** Throws ScriptError for what is no script, with the place. */
export function readScript(value: unknown): Script {
  const script = checked<Script>(members(value, [], 'the script'), SCRIPT, [], '');
  if (script.steps === undefined)
    throw new ScriptError(['steps'], 'steps: a list is needed, such as "- client: Hello"');
  for (const [name, other] of [
    ['path', 'request'],
    ['host', 'request'],
    ['early', 'http2'],
  ] as const)
    if (script[name] !== undefined && script[other] !== undefined && script[other] !== false)
      throw new ScriptError([name], `${name} says nothing beside ${other}`);
  return { ...script, steps: script.steps.map(readStep) };
}

function readStep(value: unknown, index: number): Step {
  const place = `step ${index + 1}`;
  const path = ['steps', index];
  const entries = Object.entries(members(value, path, place));
  const [entry] = entries;
  if (entries.length !== 1 || !STEPS.includes(entry[0]))
    throw new ScriptError(path, `${place}: ${noStep(entries.map(([name]) => name))}`);
  const [name, what] = entry;
  if (name === 'wait') {
    if (typeof what !== 'number' || !(what >= 0 && what <= MAX_WAIT))
      throw new ScriptError([...path, name], `${place}: wait takes seconds, up to ${MAX_WAIT}`);
    return { wait: what };
  }
  return { by: name as Sender, said: readSaid(what, [...path, name], place) };
}

/** What is wrong with the names of a step: what a message has beside its text stands inside it. */
function noStep(names: readonly string[]): string {
  const said = names.find((name) => Object.hasOwn(SAID, name));
  const unknown = names.find((name) => !STEPS.includes(name));
  const sender = names.find((name) => name === 'client' || name === 'server');
  if (said !== undefined)
    return `${said} stands inside what ${sender ?? 'a side'} says: "- ${sender ?? 'client'}: { text: Hello, ${said}: … }"`;
  if (unknown !== undefined) {
    const near = nearest(unknown, STEPS);
    return `${unknown} is not known; ${near === undefined ? 'there are client, server and wait' : `did you mean ${near}?`}`;
  }
  return names.length > 1
    ? `${names.join(' and ')} are steps of their own, each with a "-" before it`
    : 'one of client, server and wait is needed';
}

function readSaid(what: unknown, path: ScriptPath, place: string): Said {
  if (typeof what === 'string') return { text: what };
  const said = checked<Said>(members(what, path, place), SAID, path, `${place}: `);
  const [kind, second] = KINDS.filter((one) => said[one] !== undefined);
  if (kind === undefined) throw new ScriptError(path, `${place}: one of ${KINDS.join(', ')} is needed`);
  if (second !== undefined)
    throw new ScriptError([...path, second], `${place}: ${second} is a step of its own, not beside ${kind}`);
  for (const [name, kinds] of Object.entries(BESIDE))
    if (said[name as keyof Said] !== undefined && !kinds.includes(kind))
      throw new ScriptError(
        [...path, name],
        `${place}: ${name} goes with ${kinds.join(', ')}, not with ${kind}`,
      );
  if (said.close === 0 && said.reason !== undefined)
    throw new ScriptError(
      [...path, 'reason'],
      `${place}: a reason stands behind a code, and close: 0 sends none`,
    );
  return said;
}

function members(value: unknown, path: ScriptPath, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new ScriptError(path, `${place}: ${notMembers(value)}`);
}

/** YAML makes numbers and words such as `true` of what has no quotes. */
function notMembers(value: unknown): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return isScalar ? `a text stands in quotes, such as "${value}"` : 'names with values are needed';
}

function checked<T>(
  value: Record<string, unknown>,
  known: Readonly<Record<string, readonly [Check, what: string]>>,
  path: ScriptPath,
  place: string,
): T {
  for (const [name, one] of Object.entries(value)) {
    const refuse = (why: string) => new ScriptError([...path, name], `${place}${name} ${why}`);
    if (!Object.hasOwn(known, name)) throw refuse(`is not known; there are ${Object.keys(known).join(', ')}`);
    const [check, what] = known[name];
    // YAML makes a number of digits without quotes.
    const quotes = typeof one === 'number' && (check('00') || check('00000000')) ? ', in quotes' : '';
    const none = typeof one === 'string' && check(Number(one)) ? ', without quotes' : '';
    if (!check(one)) throw refuse(`takes ${what}${quotes}${none}`);
  }
  return value as T;
}
