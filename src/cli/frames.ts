/**
 * `wsdissect [frames]`: the frame list.
 */
import type { Command } from 'commander';
import type { ColumnContext } from '../output/frame-columns.js';
import { frameJson } from '../output/frame-json.js';
import { detailRenderer, tableRenderer } from '../output/frame-render.js';
import { frameLine } from '../output/frame-text.js';
import { PREVIEW_BYTES } from '../output/preview.js';
import { jsonRenderer, lineRenderer, type RowRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { Frame } from '../websocket/frame-record.js';
import { UsageError } from './exit.js';
import { addListOptions, type ListOptions, list } from './list.js';
import { type Format, formatFor } from './run.js';
import type { Terminal } from './terminal.js';

interface FramesOptions extends ListOptions {
  readonly verbose?: boolean;
  readonly hex?: boolean;
}

export function addFramesCommand(program: Command, terminal: Terminal): void {
  const frames = program
    .command('frames', { isDefault: true })
    .summary('list every WebSocket frame (the default, and may be left out)')
    .description(ABOUT)
    .option('-V, --verbose', 'each frame as a tree of its fields: bits, meaning, section of the RFC, packets')
    .option('-x, --hex', 'the bytes of each frame, as on the wire and unmasked');
  addListOptions(frames, 'frames')
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
  const format = formatFor(options, terminal);
  if (format === 'table') await loadTables();
  const detailed = options.verbose === true || options.hex === true;
  if (detailed && (format === 'json' || format === 'ndjson'))
    throw new UsageError(`-V and -x print text: leave them out with -T ${format}`);
  await list<Frame>(captures, options, terminal, {
    render: (context) => makeRenderer(format, options, context, terminal),
    consume: (take) => ({ frame: take }),
    previewPayload: detailed || format === 'json' || format === 'ndjson' ? undefined : PREVIEW_BYTES,
  });
}

function makeRenderer(
  format: Format,
  options: FramesOptions,
  context: ColumnContext,
  terminal: Terminal,
): RowRenderer<Frame> {
  const { stdout, colors, width } = terminal;
  if (options.verbose || options.hex)
    return detailRenderer(stdout, context, colors, {
      tree: options.verbose === true,
      hex: options.hex === true,
    });
  if (format === 'table') return tableRenderer(stdout, context, colors, width);
  if (format === 'text') return lineRenderer(stdout, (frame) => frameLine(frame, context, colors));
  return format === 'json' ? jsonRenderer(stdout, frameJson) : lineRenderer(stdout, frameJson);
}
