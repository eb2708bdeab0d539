/**
 * A conversation that breaks one rule: made of the rule's own example, so that what `rules` explains and what a sample shows
 * are the same bytes.
 */
import { formatHex } from '../bytes/hex.js';
import { exampleRequest, exampleResponse } from '../rules/example-heads.js';
import { rules } from '../rules/index.js';
import type { Rule } from '../rules/rule.js';
import { deflateMessage } from '../websocket/deflate-encode.js';
import { encodeFrame } from '../websocket/frame-encode.js';
import type { Sender } from '../websocket/frame-record.js';
import { BINARY } from '../websocket/opcode.js';
import type { Scenario } from './scenarios.js';
import type { Script, Step } from './script.js';

/** In front of a rule's name. */
export const VIOLATION = 'violation:';

/** How an example is told where its bytes do not say all. */
interface Setting {
  /** Who says the first of the bytes, where their masks do not tell. */
  readonly by?: Sender;
  /** Octets that are the first side's; the rest is what the other one says. */
  readonly first?: number;
  /** Seconds between them. */
  readonly wait?: number;
  readonly script?: Omit<Script, 'steps'>;
  /** What comes before. */
  readonly before?: readonly Step[];
  /** What follows; default: nothing, the capture ends there. */
  readonly end?: readonly Step[];
}

const FIN: readonly Step[] = [
  { by: 'server', said: { end: 'fin' } },
  { by: 'client', said: { end: 'fin' } },
];
const CLIENT_FIN: readonly Step[] = [
  { by: 'client', said: { end: 'fin' } },
  { by: 'server', said: { end: 'fin' } },
];
const BYE: readonly Step[] = [
  { by: 'client', said: { close: 1000 } },
  { by: 'server', said: { close: 1000 } },
  ...FIN,
];
const extensions = (answer: string): Omit<Script, 'steps'> => ({
  request: exampleRequest({
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
  }),
  response: exampleResponse({ 'Sec-WebSocket-Extensions': answer }),
});

/** A frame with so many zeros, deflated. */
function compressed(length: number): string {
  const payload = deflateMessage(new Uint8Array(length));
  return formatHex(encodeFrame({ opcode: BINARY, rsv1: true, payload }));
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  'unmasked-client-frame': { by: 'client' },
  'masked-server-frame': { by: 'server' },
  'rsv1-misplaced': { script: { deflate: true } },
  'deflate-undecodable': { script: { deflate: true } },
  'deflate-final-block': { script: { deflate: true } },
  'deflate-context-used': { script: extensions('permessage-deflate; server_no_context_takeover') },
  'deflate-window-exceeded': {
    script: extensions('permessage-deflate; server_max_window_bits=8'),
    before: [{ by: 'server', said: { bytes: compressed(320), comment: 'A message of 320 bytes' } }],
  },
  'ping-unanswered': { first: 4, wait: 4, end: BYE },
  'pong-mismatch': { first: 4 },
  'ping-answered-by-data': { first: 8, end: BYE },
  'close-answered-by-data': { first: 8, end: FIN },
  'close-code-changed': { first: 8, end: FIN },
  'client-closed-tcp-first': { first: 4, end: CLIENT_FIN },
  'close-unanswered': { end: FIN },
  'no-close': { end: FIN },
};

export const VIOLATIONS: readonly Scenario[] = rules.map((rule) => ({
  name: `${VIOLATION}${rule.id}`,
  summary: rule.title,
  script: { title: `${rule.title} (${rule.section}): ${rule.asks}`, ...scriptOf(rule) },
}));

function scriptOf(rule: Rule): Script {
  const { bytes } = rule.example;
  if (bytes.startsWith(':')) return ofStream(rule);
  return /^(?:GET|POST|HTTP)/.test(bytes) ? ofHeads(rule) : ofFrames(rule, SETTINGS[rule.id] ?? {});
}

/** The heads of the example; the one that it leaves out is the usual one. */
function ofHeads({ example }: Rule): Script {
  const [first, second] = example.bytes.split('\n\n');
  const isAnswer = first!.startsWith('HTTP');
  const request = isAnswer ? exampleRequest() : first!;
  const frames = second !== undefined && !second.startsWith('HTTP') ? second : undefined;
  const response = isAnswer ? first : frames === undefined ? second : undefined;
  return {
    request,
    ...(response !== undefined && { response }),
    ...(frames !== undefined && { early: frames }),
    steps: [],
  };
}

/** The fields of an extended CONNECT, and maybe of its answer. */
function ofStream({ id, example }: Rule): Script {
  const [request, response] = example.bytes.split('\n\n');
  return {
    http2: id === 'h2-connect-not-offered' ? 'not-offered' : true,
    request: request!,
    ...(response !== undefined && { response }),
    steps: BYE,
  };
}

function ofFrames(
  { id, example }: Rule,
  { by, first, wait, script, before = [], end = [] }: Setting,
): Script {
  const bytes = example.bytes.split(' ');
  const sender = by ?? (Number.parseInt(bytes[1]!, 16) >= 0x80 ? 'client' : 'server');
  const other = sender === 'client' ? 'server' : 'client';
  const split = first ?? bytes.length;
  const rest = bytes.slice(split).join(' ');
  const steps: Step[] = [
    ...before,
    {
      by: sender,
      said: { bytes: bytes.slice(0, split).join(' '), comment: `${id}: ${example.explanation}` },
    },
    ...(wait === undefined ? [] : [{ wait }]),
    ...(rest === '' ? [] : [{ by: other, said: { bytes: rest } } as const]),
    ...end,
  ];
  return { ...script, steps };
}
