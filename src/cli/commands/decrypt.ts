/**
 * `wsdissect decrypt`: defined here, done in ../decrypt.ts.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addSecretOptions, type SecretOptions } from './options.js';

export function addDecryptCommand(program: Command, terminal: Terminal): void {
  addSecretOptions(program.command('decrypt'))
    .argument('<capture>', 'the capture file')
    .argument('<out.pcapng>', 'the file to write; - for standard output')
    .summary('write the capture with the TLS secrets in it, so that Wireshark opens it decrypted')
    .description(ABOUT)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (capture: string, out: string, options: SecretOptions) =>
      (await import('../decrypt.js')).decryptCapture(capture, out, options, terminal),
    );
}

const ABOUT = `\
Writes the capture as pcapng with the secrets of its TLS connections embedded,
and of no others: Wireshark and wsdissect open it decrypted, without a key log.
The packets stay as they are. Whoever has the file can read the connections,
so it is made readable for its owner only. To give away some connections,
write these with wsdissect export pcapng -Y first.`;

const EXAMPLES = `
Examples:
  wsdissect decrypt --keylog keys.log capture.pcapng readable.pcapng
  wsdissect decrypt --rsa-key server.pem old.pcap readable.pcapng`;
