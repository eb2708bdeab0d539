/**
 * A conversation that breaks one rule: made of the rule's own example, so that what `rules` explains and what a sample shows
 * are the same bytes.
 */
import { exampleRequest, exampleResponse } from '../rules/example-heads.js';
import { rules } from '../rules/index.js';
import type { Rule } from '../rules/rule.js';
import type { Sender } from '../websocket/frame-record.js';
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

const SETTINGS: Readonly<Record<string, Setting>> = {
  'unmasked-client-frame': { by: 'client' },
  'masked-server-frame': { by: 'server' },
  'rsv1-misplaced': { script: { deflate: true } },
  'deflate-undecodable': { script: { deflate: true } },
  'deflate-final-block': { script: { deflate: true } },
  'deflate-context-used': { script: extensions('permessage-deflate; server_no_context_takeover') },
  'ping-unanswered': { first: 4, wait: 4, end: BYE },
  'pong-mismatch': { first: 4 },
  'ping-answered-by-data': { first: 8, end: BYE },
  'close-answered-by-data': { first: 8, end: FIN },
  'close-code-changed': { first: 8, end: FIN },
  'client-closed-tcp-first': { first: 4, end: CLIENT_FIN },
  'close-unanswered': { end: FIN },
  'no-close': { end: FIN },
};

/** Rules of which there is no sample: HTTP/2 is not written yet, and one needs a message that no step can say. */
const WITHOUT: ReadonlySet<string> = new Set(
  rules.map(({ id }) => id).filter((id) => id.startsWith('h2-') || id === 'deflate-window-exceeded'),
);

export const VIOLATIONS: readonly Scenario[] = rules
  .filter(({ id }) => !WITHOUT.has(id))
  .map((rule) => ({
    name: `${VIOLATION}${rule.id}`,
    summary: rule.title,
    script: { title: `${rule.title} (${rule.section}): ${rule.asks}`, ...scriptOf(rule) },
  }));

function scriptOf(rule: Rule): Script {
  const { bytes } = rule.example;
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

function ofFrames({ id, example }: Rule, { by, first, wait, script, end = [] }: Setting): Script {
  const bytes = example.bytes.split(' ');
  const sender = by ?? (Number.parseInt(bytes[1]!, 16) >= 0x80 ? 'client' : 'server');
  const other = sender === 'client' ? 'server' : 'client';
  const split = first ?? bytes.length;
  const rest = bytes.slice(split).join(' ');
  const steps: Step[] = [
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
