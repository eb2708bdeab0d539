/**
 * `wsdissect [frames]`: the frame list.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addListOptions, type ListOptions } from './options.js';

export interface FramesOptions extends ListOptions {
  readonly verbose?: boolean;
  readonly hex?: boolean;
  /** False with --no-decode. */
  readonly decode: boolean;
}

export function addFramesCommand(program: Command, terminal: Terminal): void {
  const frames = program
    .command('frames', { isDefault: true })
    .summary('list every WebSocket frame (the default, and may be left out)')
    .description(ABOUT)
    .option('-V, --verbose', 'each frame as a tree of its fields: bits, meaning, section of the RFC, packets')
    .option('-x, --hex', 'the bytes of each frame, as on the wire and unmasked');
  addListOptions(frames, 'frames')
    .option('--no-decode', 'with -V, do not tell what messages say in their subprotocols')
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: FramesOptions) =>
      (await import('../frames.js')).listFrames(captures, options, terminal),
    );
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
  tcpdump -i lo -U --immediate-mode -w - tcp port 8080 | wsdissect -`;
