/**
 * `wsdissect [frames]`: the frame list.
 */
import type { Command } from 'commander';
import type { Dissector } from '../dissector.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { frameJson } from '../output/frame-json.js';
import {
  detailRenderer,
  type FrameRenderer,
  jsonRenderer,
  lineRenderer,
  tableRenderer,
} from '../output/frame-render.js';
import { frameLine } from '../output/frame-text.js';
import { PREVIEW_BYTES } from '../output/preview.js';
import type { Timestamp } from '../stream/place.js';
import type { Frame } from '../websocket/frame-record.js';
import { UsageError } from './exit.js';
import {
  addCommonOptions,
  addFormatOption,
  type CommonOptions,
  type Format,
  parseCount,
  run,
} from './run.js';
import type { Terminal } from './terminal.js';

interface FramesOptions extends CommonOptions {
  readonly format?: Format;
  readonly verbose?: boolean;
  readonly hex?: boolean;
  readonly count?: number;
  readonly session?: number;
}

export function addFramesCommand(program: Command, terminal: Terminal): void {
  const frames = addFormatOption(program.command('frames', { isDefault: true }))
    .summary('list every WebSocket frame (the default, and may be left out)')
    .description(ABOUT)
    .option('-V, --verbose', 'each frame as a tree of its fields: bits, meaning, section of the RFC, packets')
    .option('-x, --hex', 'the bytes of each frame, as on the wire and unmasked')
    .option('-c, --count <n>', 'stop after n frames', parseCount)
    .option('--session <n>', 'only the frames of session n', parseCount);
  addCommonOptions(frames)
    .addHelpText('after', EXAMPLES)
    .action((captures: string[], options: FramesOptions) => listFrames(captures, options, terminal));
}

const ABOUT = `\
Lists every WebSocket frame of both sides, in the order of capture: session,
direction, FIN, RSV bits, opcode, masking key, length and unmasked payload.
This is the default command: "wsdissect capture.pcapng" does the same.`;

const EXAMPLES = `
Examples:
  wsdissect capture.pcapng
  wsdissect -V -c 3 capture.pcap
  wsdissect -x --session 2 capture.pcap.gz
  wsdissect -T ndjson cap_0000* | jq .payload
  tcpdump -i lo -U -w - tcp port 8080 | wsdissect -`;

async function listFrames(captures: string[], options: FramesOptions, terminal: Terminal): Promise<void> {
  const format = options.format ?? (terminal.stdoutIsTerminal ? 'table' : 'text');
  const detailed = options.verbose === true || options.hex === true;
  if (detailed && (format === 'json' || format === 'ndjson'))
    throw new UsageError(`-V and -x print text: leave them out with -T ${format}`);
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  const context: ColumnContext = { timeFormat: options.time, start: () => start };
  const renderer = makeRenderer(format, options, context, terminal);
  const limit = options.count ?? Number.POSITIVE_INFINITY;
  let shown = 0;
  const consumer = {
    opened: (dissector: Dissector) => {
      start = dissector.start;
    },
    frame(frame: Frame) {
      if (shown >= limit || (options.session !== undefined && frame.session.number !== options.session))
        return;
      shown++;
      renderer.frame(frame);
    },
    more: () => shown < limit,
    block: () => renderer.flush(),
  };
  await run(captures, options, terminal, {
    consumer,
    printing: true,
    previewPayload: detailed || format === 'json' || format === 'ndjson' ? undefined : PREVIEW_BYTES,
    finish: () => renderer.end(),
  });
}

function makeRenderer(
  format: Format,
  options: FramesOptions,
  context: ColumnContext,
  terminal: Terminal,
): FrameRenderer {
  const { stdout, colors, width } = terminal;
  if (options.verbose || options.hex)
    return detailRenderer(stdout, context, colors, {
      tree: options.verbose === true,
      hex: options.hex === true,
    });
  if (format === 'table') return tableRenderer(stdout, context, colors, width);
  if (format === 'text') return lineRenderer(stdout, (frame) => frameLine(frame, context, colors));
  return format === 'json' ? jsonRenderer(stdout) : lineRenderer(stdout, frameJson);
}
