/**
 * `wsdissect explain`: chooses the frames of a capture, or decodes them of bytes, and has them explained.
 */
import type { Dissector } from '../dissector.js';
import { type Explanation, explainFrame } from '../explain/explanation.js';
import { explanationJson } from '../explain/json.js';
import { explanationMarkdown } from '../explain/markdown.js';
import { framesOfBytes } from '../explain/of-bytes.js';
import { explanationSvg } from '../explain/svg.js';
import { explanationText } from '../explain/text.js';
import { loadWidths } from '../output/width.js';
import type { Finding } from '../rules/finding.js';
import { rules } from '../rules/index.js';
import { CaptureError } from '../stream/defect.js';
import type { Timestamp } from '../stream/place.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { ExplainOptions } from './commands/explain.js';
import { EXIT, UsageError } from './exit.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { FindingsByRecord } from './findings-by-record.js';
import { feedFrames } from './frame-feed.js';
import { OneLate } from './one-late.js';
import { Printing } from './progress.js';
import { readSmall } from './read-small.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** Of hexadecimal or Base64 on standard input, in bytes. */
const MAX_INPUT = 16 << 20;

export async function explainFrames(
  captures: readonly string[],
  options: ExplainOptions,
  terminal: Terminal,
): Promise<void> {
  const { hex, base64, frame, displayFilter } = options;
  const isOfBytes = hex !== undefined || base64 !== undefined;
  if (
    isOfBytes &&
    (captures.length > 0 || options.read.length > 0 || (hex !== undefined && base64 !== undefined))
  )
    throw new UsageError('explain takes a capture, --hex or --base64: only one of them');
  if (!isOfBytes && (options.sender !== undefined || options.deflate !== undefined))
    throw new UsageError('--sender and --deflate are of bytes: a capture tells who says what, and how');
  if (frame !== undefined && isOfBytes)
    throw new UsageError('--frame chooses a frame of a capture: of bytes -c N explains the first N');
  if (frame !== undefined && displayFilter !== undefined)
    throw new UsageError('--frame chooses a frame of a capture by its number, without -Y');
  await loadWidths();
  if (isOfBytes) await explainBytes(options, terminal);
  else await explainCaptures(captures, options, terminal).catch(pointAtHex);
}

/** Who has the bytes of frames and no capture is told how to give them. */
function pointAtHex(error: unknown): never {
  if (error instanceof CaptureError && error.code === 'not-a-capture')
    throw new CaptureError(
      error.code,
      `${error.message}; frames without a capture are read as hexadecimal by --hex - (xxd -p makes it of raw bytes)`,
    );
  throw error;
}

async function explainBytes(options: ExplainOptions, terminal: Terminal): Promise<void> {
  const bytes = await bytesOf(options);
  const { frames, findings, messages, rest, assumed } = framesOfBytes(bytes, rules, options);
  const shown = frames.slice(0, options.count);
  const told = shown.map((frame) =>
    explainFrame(
      frame,
      findings.filter((finding) => finding.frame === frame.number),
      false,
      messages.find((message) => message.frames.at(-1) === frame.number),
      assumed,
    ),
  );
  write(told, options, terminal);
  const warn = (text: string) => terminal.stderr.write(`wsdissect: ${text}\n`);
  const cut = frames.some(({ truncated }) => truncated);
  if (cut || rest > 0) {
    warn(
      frames.length === 0 || rest > 0
        ? 'the bytes end in the middle of a header'
        : 'the bytes end in the middle of a frame',
    );
    process.exitCode = EXIT.input;
  }
  if (frames.length > shown.length && options.quiet !== true)
    warn(`${moreFrames(frames.length - shown.length)} in the bytes (-c ${frames.length} explains all)`);
  terminal.stderr.flush();
}

function moreFrames(count: number): string {
  return count === 1 ? '1 more frame is' : `${count} more frames are`;
}

/** Throws UsageError for what is no hexadecimal or Base64. */
async function bytesOf({ hex, base64 }: ExplainOptions): Promise<Uint8Array> {
  const given = hex ?? base64 ?? '';
  const text = given === '-' ? await readSmall('-', MAX_INPUT) : given;
  const digits = text.replace(/0x|\\x|[\s:,-]/gi, '');
  if (hex !== undefined) {
    if (!/^([0-9a-f]{2})+$/i.test(digits))
      throw new UsageError(
        '--hex takes bytes of two hexadecimal digits each, such as "81 05 48 65 6c 6c 6f"',
      );
    return Buffer.from(digits, 'hex');
  }
  const packed = text.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed))
    throw new UsageError('--base64 takes Base64, such as gQVIZWxsbw==');
  return Buffer.from(packed, 'base64');
}

interface Chosen {
  readonly frame: Frame;
  readonly message: Message | undefined;
  readonly found: Finding[];
}

async function explainCaptures(
  captures: readonly string[],
  options: ExplainOptions,
  terminal: Terminal,
): Promise<void> {
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  let dissector: Dissector | undefined;
  const filtering = await makeFiltering(options, 'frame', {
    start: () => start,
    defect: (code, message) => dissector?.defect('subprotocol', code, message),
  });
  const wanted = filtering === undefined ? (options.frame ?? 1) : undefined;
  const chosen = new Map<number, Chosen>();
  const findings = new FindingsByRecord();
  const take = (frame: Frame, message?: Message) => {
    if (chosen.size === options.count) return;
    if (wanted === undefined ? filtering!.matches(frame, message) : frame.number === wanted)
      chosen.set(frame.number, { frame, message, found: [...findings.ofFrame(frame)] });
  };
  const late = new OneLate(take);
  const joinedOnly = filtering === undefined ? () => true : filtering.joinedOnly;
  const feed = feedFrames((frame, message) => late.take(frame, message), filtering, {
    messages: 'joined',
    over: ({ session }) => {
      late.settle();
      filtering?.closed(session);
      findings.forget(session.number);
    },
  });
  await run(captures, options, terminal, {
    consumer: {
      ...feed,
      finding: (finding) => {
        filterConsumer(filtering).finding?.(finding);
        findings.add(finding);
        if (finding.frame !== undefined) chosen.get(finding.frame)?.found.push(finding);
      },
      opened: (its: Dissector) => {
        dissector = its;
        start = its.start;
      },
    },
    printing: new Printing(true),
    previewPayload: undefined,
    keepsItems: true,
    joinedOnly,
    finish: ({ frames }) => {
      late.settle();
      if (chosen.size === 0) throw new UsageError(noSuchFrame(wanted, frames));
      write(
        [...chosen.values()].map(({ frame, found, message }) => explainFrame(frame, found, true, message)),
        options,
        terminal,
      );
    },
  });
}

function noSuchFrame(wanted: number | undefined, frames: number): string {
  if (frames === 0) return 'there is no frame to explain';
  return wanted === undefined
    ? `of ${frames} frames the filter holds for none`
    : `there is no frame ${wanted}: the capture has ${frames}`;
}

const FORMATS = {
  markdown: explanationMarkdown,
  svg: explanationSvg,
  json: (explanation: Explanation) => `${explanationJson(explanation)}\n`,
};

function write(
  explanations: readonly Explanation[],
  { format }: ExplainOptions,
  { stdout, colors }: Terminal,
): void {
  if (format === 'svg' && explanations.length > 1)
    throw new UsageError('-T svg draws one frame: leave out -c');
  const texts = explanations.map((one) =>
    format === 'text' ? explanationText(one, colors) : FORMATS[format](one),
  );
  stdout.write(texts.join(format === 'text' ? '\n' : ''));
  stdout.flush();
}
