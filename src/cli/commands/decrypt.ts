/**
 * `wsdissect decrypt`: defined here, done in ../decrypt.ts.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addSecretOptions, parseFilter, type SecretOptions } from './options.js';

export interface DecryptOptions extends SecretOptions {
  readonly displayFilter?: string;
}

export function addDecryptCommand(program: Command, terminal: Terminal): void {
  addSecretOptions(program.command('decrypt'))
    .argument('<capture>', 'the capture file')
    .argument('<out.pcapng>', 'the file to write; - for standard output')
    .summary('write the capture with the TLS secrets in it, so that Wireshark opens it decrypted')
    .description(ABOUT)
    .option(
      '-Y, --display-filter <filter>',
      'write only connections with something for which it holds, in whole, and only their secrets: ' +
        'http.host == "example.com"',
      parseFilter,
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (capture: string, out: string, options: DecryptOptions) =>
      (await import('../decrypt.js')).decryptCapture(capture, out, options, terminal),
    );
}

const ABOUT = `\
Writes the capture as pcapng with the secrets of its TLS connections embedded,
and of no others: Wireshark and wsdissect open it decrypted, without a key log.
The packets stay as they are. Whoever has the file can read the connections,
so it is made readable for its owner only. With -Y only connections that have
a hit are written, in whole, and no secrets of others: to give them away.`;

const EXAMPLES = `
Examples:
  wsdissect decrypt --keylog keys.log capture.pcapng readable.pcapng
  wsdissect decrypt -Y ws.finding --keylog keys.log capture.pcapng bad.pcapng
  wsdissect decrypt --rsa-key server.pem old.pcap readable.pcapng`;
