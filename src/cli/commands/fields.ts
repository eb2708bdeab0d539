/**
 * `wsdissect fields`: what filters may ask for.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addFormatOption, type Format } from './options.js';

export interface FieldsOptions {
  readonly format?: Format;
}

export function addFieldsCommand(program: Command, terminal: Terminal): void {
  addFormatOption(program.command('fields'))
    .argument('[text]', 'only fields whose name or meaning has it')
    .summary('list the fields that filters (-Y) may ask for')
    .description(ABOUT)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (text: string | undefined, options: FieldsOptions) =>
      (await import('../field-list.js')).listFields(text, options, terminal),
    );
}

const ABOUT = `\
Lists the fields that filters (-Y) may ask for, with their types. The letters
tell which records have a field: F frames, M messages, S sessions, f findings.
Names and meanings are Wireshark's; those that begin with ws. are our own.
Comparisons: == != > < >= <= contains matches in & (or eq ne gt lt ge le); they
are joined by and, or, xor, not (&& || ^^ !) and brackets. A field alone holds
where a record has it. field[0:2] is a slice; len() count() lower() upper() are
functions; 10.0.0.0/8 is a network; "…" is a string, r"…" one without escapes.`;

const EXAMPLES = `
Examples:
  wsdissect -Y 'websocket.opcode == close' capture.pcapng
  wsdissect -Y 'ws.sender == client && websocket.mask == 0' capture.pcapng
  wsdissect -Y 'websocket.payload[0:2] == 1f:8b' capture.pcapng
  wsdissect messages -Y 'ws.json.user.name matches "^ann"' capture.pcapng
  wsdissect messages -Y 'ws.length in {0, 125..127}' --context 2 capture.pcap
  wsdissect sessions -Y 'ip.src == 10.0.0.0/8 && ws.duration > 60' capture.pcap
  wsdissect check -Y 'ws.finding contains "utf8"' capture.pcapng`;
