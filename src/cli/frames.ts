/**
 * `wsdissect [frames]`: lists frames as they come.
 */
import type { ColumnContext } from '../output/frame-columns.js';
import { FrameJson } from '../output/frame-json.js';
import { detailRenderer, tableRenderer } from '../output/frame-render.js';
import { FrameLines } from '../output/frame-text.js';
import { PREVIEW_BYTES } from '../output/preview.js';
import { objectRenderer, type RowRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { Frame } from '../websocket/frame-record.js';
import type { FramesOptions } from './commands/frames.js';
import { type Format, formatFor } from './commands/options.js';
import { UsageError } from './exit.js';
import { list } from './list.js';
import type { Terminal } from './terminal.js';

export async function listFrames(
  captures: string[],
  options: FramesOptions,
  terminal: Terminal,
): Promise<void> {
  const format = formatFor(options, terminal);
  const detailed = options.verbose === true || options.hex === true;
  if (detailed && options.format !== undefined && options.format !== 'text')
    throw new UsageError(`-V and -x print text: leave them out with -T ${format}`);
  if (format === 'table') await loadTables();
  await list(captures, options, terminal, {
    kind: 'frame',
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
  if (format === 'text') {
    const lines = new FrameLines(stdout, context, colors);
    return objectRenderer(format, stdout, (frame) => lines.write(frame));
  }
  const json = new FrameJson(stdout);
  return objectRenderer(format, stdout, (frame) => json.write(frame));
}
