/**
 * All fields that filters know, by name.
 */
import { nearest } from '../bytes/nearest.js';
import { type Field, ofEndedMessage } from './field.js';
import { trafficFields } from './fields-traffic.js';
import { websocketFields } from './fields-websocket.js';
import { JSON_PREFIX, jsonField } from './json.js';
import type { Token } from './lexer.js';

/** In the list it stands for all paths. */
const anyJson: Field = { ...ofEndedMessage(jsonField(wordOf(JSON_PREFIX))), name: `${JSON_PREFIX}.<path>` };

/** All fields, in the order in which `wsdissect fields` lists them; `ws.json.<path>` stands for all paths. */
export const fields: readonly Field[] = [...trafficFields, ...websocketFields, anyJson];

const byName = new Map(fields.map((field) => [field.name, field]));

/** Undefined for a word that names no field. Throws FilterError for a JSON path that is none. */
export function fieldNamed(token: Token): Field | undefined {
  const { text } = token;
  if (text === JSON_PREFIX || text.startsWith(`${JSON_PREFIX}.`) || text.startsWith(`${JSON_PREFIX}[`))
    return ofEndedMessage(jsonField(token));
  return byName.get(text);
}

function wordOf(text: string): Token {
  return { kind: 'word', text, column: 0, length: text.length };
}

/** The name that a word is probably meant to be. */
export function nearestField(word: string): string | undefined {
  return nearest(word, [...byName.keys()]);
}

interface Missing {
  /** Put behind what is said of any unknown field. */
  readonly why: string;
  readonly instead: string;
}

const NO_PACKETS = ': of packets only numbers and times are known';
const AT_THE_LAST = ': what belongs together is told at its last frame';
const BEFORE = ': packets are not listed here';

/** Fields of Wireshark that somebody may look for, and what comes nearest. */
export const MISSING: ReadonlyMap<string, Missing> = new Map<string, Missing>([
  ['frame', { why: ': payloads are searched, not packets', instead: 'websocket.payload' }],
  ['data', { why: ': payloads are searched, not packets', instead: 'websocket.payload' }],
  ['frame.len', { why: NO_PACKETS, instead: 'ws.length' }],
  ['frame.cap_len', { why: NO_PACKETS, instead: 'ws.length' }],
  ['tcp.len', { why: NO_PACKETS, instead: 'ws.length' }],
  ['frame.time_delta', { why: BEFORE, instead: 'ws.gap' }],
  ['frame.time_delta_displayed', { why: BEFORE, instead: 'ws.gap' }],
  ['tcp.time_delta', { why: BEFORE, instead: 'ws.gap' }],
  ['ip.host', { why: ': no names are looked up', instead: 'ip.addr' }],
  ['websocket.fragment', { why: AT_THE_LAST, instead: 'websocket.fragments' }],
  ['websocket.reassembled.in', { why: AT_THE_LAST, instead: 'websocket.fragments' }],
  ...['error', 'multiple_tails', 'overlap', 'overlap.conflict', 'too_long_fragment'].map(
    (name): [string, Missing] => [
      `websocket.fragment.${name}`,
      { why: ': of a message each frame follows the one before', instead: 'websocket.fragments' },
    ],
  ),
]);
