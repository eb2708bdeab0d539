/**
 * `wsdissect explain`: one frame, bit by bit.
 */
import { type Command, Option } from 'commander';
import { SENDERS } from '../../websocket/frame-record.js';
import type { Terminal } from '../terminal.js';
import { addCommonOptions, type CommonOptions, parseCount } from './options.js';

const FORMATS = ['text', 'json', 'markdown', 'svg'] as const;

export type ExplanationFormat = (typeof FORMATS)[number];

export interface ExplainOptions extends CommonOptions {
  readonly format: ExplanationFormat;
  readonly frame?: number;
  readonly count: number;
  readonly hex?: string;
  readonly base64?: string;
  readonly sender?: 'client' | 'server';
  readonly deflate?: boolean;
}

export function addExplainCommand(program: Command, terminal: Terminal): void {
  const explain = program
    .command('explain')
    .summary('explain a frame bit by bit, of a capture or of bytes')
    .description(ABOUT)
    .option('--frame <n>', 'frame n of the capture (default: the first one)', parseCount)
    .option('-c, --count <n>', 'with -Y or bytes: so many frames (default 1)', parseCount, 1)
    .option('--hex <bytes>', 'bytes in hexadecimal in place of a capture; - reads them from standard input')
    .option('--base64 <bytes>', 'bytes in Base64 in place of a capture; - reads them from standard input')
    .addOption(
      new Option(
        '--sender <sender>',
        'who says the bytes: client or server (default: the client if they are masked)',
      ).choices(SENDERS),
    )
    .option('--deflate', 'of bytes: permessage-deflate was agreed on (default: where RSV1 begins a message)')
    .option('--no-deflate', 'of bytes: it was not')
    .addOption(
      new Option('-T, --format <format>', 'text (default), json (one object a line), markdown, or svg')
        .choices(FORMATS)
        .default('text'),
    );
  addCommonOptions(explain)
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: ExplainOptions) =>
      (await import('../explain.js')).explainFrames(captures, options, terminal),
    );
}

const ABOUT = `\
Explains a frame: the figure of RFC 6455 filled with its bits, what each part
says and why it is so, the bytes in the colours of their parts, the unmasking
byte by byte, the steps of a decoder, the packets that brought it, and what is
wrong with it. The frame is one of a capture, or given as bytes.`;

const EXAMPLES = `
Examples:
  wsdissect explain capture.pcapng
  wsdissect explain --frame 7 capture.pcapng
  wsdissect explain -Y 'websocket.opcode == close' capture.pcapng
  wsdissect explain --hex '81 85 37 fa 21 3d 7f 9f 4d 51 58'
  wsdissect explain --base64 gQVIZWxsbw==
  wsdissect explain --frame 7 -T svg capture.pcapng > frame.svg`;
