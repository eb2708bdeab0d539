/**
 * `wsdissect [frames]`: lists frames as they come.
 */
import type { Dissector } from '../dissector.js';
import type { Decode } from '../output/decoded-text.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { FrameJson } from '../output/frame-json.js';
import { detailRenderer, tableRenderer } from '../output/frame-render.js';
import { FrameLines } from '../output/frame-text.js';
import { PREVIEW_BYTES } from '../output/preview.js';
import { objectRenderer, type RowRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { FramesOptions } from './commands/frames.js';
import { type Format, formatFor } from './commands/options.js';
import { makeDecoding } from './decoding.js';
import { UsageError } from './exit.js';
import { feedFrames } from './frame-feed.js';
import { type List, list } from './list.js';
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
  const decoded = options.verbose === true && options.decode ? await decodedFrames(options) : undefined;
  await list(captures, options, terminal, {
    kind: 'frame',
    render: (context) => makeRenderer(format, options, context, terminal, decoded?.of),
    consume:
      decoded?.consume ?? ((take, { filtering, lent, over }) => feedFrames(take, filtering, { lent, over })),
    keepsItems: decoded !== undefined,
    ...(decoded && { decoded: decoded.says }),
    previewPayload: detailed || format === 'json' || format === 'ndjson' ? undefined : PREVIEW_BYTES,
  });
}

interface DecodedFrames {
  of(frame: Frame): Decoded | undefined;
  /** For filters. */
  readonly says: Decode;
  readonly consume: List<'frame'>['consume'];
}

/** Frames, each that ends a message when it is known what that says. */
async function decodedFrames(options: FramesOptions): Promise<DecodedFrames> {
  let dissector: Dissector | undefined;
  const said = new WeakMap<Message, Decoded>();
  const ofFrames = new WeakMap<Frame, Decoded>();
  const defect = (code: string, message: string) => dissector?.defect('subprotocol', code, message);
  const decoding = await makeDecoding(options, defect, true);
  return {
    of: (frame) => ofFrames.get(frame),
    says: (message) => said.get(message),
    consume(take, { filtering, over }) {
      const shown = (frame: Frame, message?: Message) => {
        const decoded = message && said.get(message);
        if (decoded !== undefined) ofFrames.set(frame, decoded);
        take(frame, message);
      };
      const feed = feedFrames(shown, filtering, {
        over,
        message: (message) => {
          const decoded = decoding.decode(message);
          if (decoded !== undefined) said.set(message, decoded);
        },
      });
      return {
        ...feed,
        opened: (its) => {
          dissector = its;
        },
        sessionClosed: (summary) => {
          feed.sessionClosed?.(summary);
          decoding.close(summary.session);
        },
      };
    },
  };
}

function makeRenderer(
  format: Format,
  options: FramesOptions,
  context: ColumnContext,
  terminal: Terminal,
  decoded: ((frame: Frame) => Decoded | undefined) | undefined,
): RowRenderer<Frame> {
  const { stdout, colors, width } = terminal;
  if (options.verbose || options.hex)
    return detailRenderer(stdout, context, colors, {
      tree: options.verbose === true,
      hex: options.hex === true,
      decoded,
    });
  if (format === 'table') return tableRenderer(stdout, context, colors, width);
  if (format === 'text') {
    const lines = new FrameLines(stdout, context, colors);
    return objectRenderer(format, stdout, (frame) => lines.write(frame));
  }
  const json = new FrameJson(stdout);
  return objectRenderer(format, stdout, (frame, isNeighbour) => json.write(frame, isNeighbour));
}
