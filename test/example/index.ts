/**
 * What is in captures, by TypeScript: frames, messages, sessions, findings, what a filter holds for, and what answers what in
 * a subprotocol. Prints one JSON document.
 *
 *   npm install && npm run build && npm start -- CAPTURE CAPTURE-OF-SOCKET.IO
 */
import {
  CaptureError,
  type CaptureErrorCode,
  compileFilter,
  dissect,
  type FilterContext,
  FilterError,
  type Finding,
  type Frame,
  type Message,
  opcodeName,
  type SessionSummary,
} from 'wsdissect';
import { type Decoded, SubprotocolDecoding } from 'wsdissect/subprotocol';

const [capture = '', chat = ''] = process.argv.slice(2);

async function all<Item, Told>(items: AsyncIterable<Item>, tell: (item: Item) => Told): Promise<Told[]> {
  const told: Told[] = [];
  for await (const item of items) told.push(tell(item));
  return told;
}

const dissection = dissect(capture);
const frames = await all(dissection.frames(), ({ session, sender, opcode, length }: Frame) =>
  [session.number, sender, opcodeName(opcode), length].join(' '),
);

const text = new TextDecoder();
const isShort = compileFilter(
  'ws.sender == client && ws.message.length < 20 && !(websocket.opcode == close)',
  'message',
);
const context: FilterContext = { start: () => ({ seconds: 0, nanoseconds: 0 }), findings: () => [] };
const short: string[] = [];
for await (const message of dissect(capture).messages())
  if (message.validText && isShort.matches(message, context)) short.push(text.decode(message.content));

const sessions = await all(dissect(capture).sessions(), ({ session, frames, close }: SessionSummary) => ({
  path: session.path,
  frames,
  code: close.client?.body?.code,
}));

const findings = await all(dissect(capture).findings(), ({ rule, breaker, frame, severity }: Finding) =>
  [rule.id, breaker, frame, severity].join(' '),
);

/** What is said, and the number of the message that it answers. */
const decoding = new SubprotocolDecoding();
const answers = await all(dissect(chat).messages(), (message: Message) => {
  const decoded: Decoded | undefined = decoding.decode(message);
  return decoded?.answers && `${message.number} answers ${decoded.answers.message}: ${decoded.summary}`;
});

async function errorOf(input: string): Promise<CaptureErrorCode | undefined> {
  try {
    for await (const _ of dissect(input).frames()) break;
  } catch (error) {
    if (error instanceof CaptureError) return error.code;
    throw error;
  }
  return undefined;
}

function columnOf(filter: string): number | undefined {
  try {
    compileFilter(filter, 'frame');
  } catch (error) {
    if (error instanceof FilterError) return error.column;
    throw error;
  }
  return undefined;
}

const summary = { packets: dissection.summary?.packets, messages: dissection.summary?.messages };
const errors = {
  missing: await errorOf('missing.pcap'),
  text: await errorOf('index.ts'),
  column: columnOf('tcp.port == '),
};
console.log(
  JSON.stringify({ frames, short, sessions, findings, answers: answers.filter(Boolean), summary, errors }),
);
