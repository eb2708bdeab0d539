/**
 * Options that commands have in common.
 *
 * The modules in this folder define the commands; what a command does is loaded when it runs, so that the
 * program starts quickly.
 */
import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TimeFormat } from '../../output/time.js';
import type { Terminal } from '../terminal.js';
import { type GivenLimits, limitOption, parseSize } from './limit-option.js';

/** Where the secrets of TLS connections come from. */
export interface SecretOptions {
  readonly keylog: string[];
  readonly rsaKey: string[];
}

/** How captures are read. */
export interface ReadingOptions extends SecretOptions {
  readonly reader: 'own' | 'pcap-parser';
  readonly maxPayload?: number;
  readonly maxMessage?: number;
  readonly decodeAs: number[];
  readonly limit: GivenLimits;
  /** Modules of decoders. */
  readonly decoder: string[];
  readonly proto: Proto[];
  readonly summary?: boolean;
  readonly quiet?: boolean;
}

export interface CommonOptions extends ReadingOptions {
  readonly read: string[];
  readonly time: TimeFormat;
  readonly displayFilter?: string;
}

/** Of those that make a page. */
export interface PageOptions extends ReadingOptions {
  readonly read: string[];
  readonly displayFilter?: string;
}

/** A file of Protocol Buffers, and which of its messages are meant. */
export interface Proto {
  readonly given: string;
  readonly file: string;
  readonly names: readonly string[];
}

export type Format = 'table' | 'text' | 'json' | 'ndjson';

/** Says which formats there are; undefined: left to where standard output goes. */
export function addFormatOption(command: Command): Command {
  return command.addOption(
    new Option(
      '-T, --format <format>',
      'table (default on a terminal), text (default elsewhere), json, or ndjson (one object a line)',
    ).choices(['table', 'text', 'json', 'ndjson']),
  );
}

/** The format asked for, or the one that suits where standard output goes. */
export function formatFor(options: { readonly format?: Format }, terminal: Terminal): Format {
  return options.format ?? (terminal.stdoutIsTerminal ? 'table' : 'text');
}

export function addSecretOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--keylog <file>',
        'secrets to read TLS with, as browsers and others write them for SSLKEYLOGFILE; env: the file that ' +
          'SSLKEYLOGFILE names; may be repeated',
      )
        .argParser((value: string, previous: string[]) => [...previous, value])
        .default([]),
    )
    .addOption(
      new Option(
        '--rsa-key <file>',
        "a server's private RSA key (PEM or DER), for TLS without forward secrecy; may be repeated",
      )
        .argParser((value: string, previous: string[]) => [...previous, value])
        .default([]),
    );
}

function addDecoderOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--decoder <module>',
        'a JavaScript module that decodes a subprotocol of your own; may be repeated',
      )
        .argParser((value: string, previous: string[]) => [...previous, existing(value)])
        .default([]),
    )
    .addOption(
      new Option(
        '--proto <file[:message]>',
        'Protocol Buffers: binary messages are of this type (file.proto:package.Message), or of one of the client ' +
          'and one of the server (file.proto:Ask,Answer); may be repeated',
      )
        .argParser((value: string, previous: Proto[]) => [...previous, parseProto(value)])
        .default([]),
    );
}

export function addCommonOptions(command: Command): Command {
  const withInput = addCaptures(command)
    .addOption(
      new Option(
        '-t, --time <format>',
        'times in table and text: relative to the first packet (default), epoch, or utc',
      )
        .choices(['relative', 'epoch', 'utc'])
        .default('relative'),
    )
    .option(
      '-Y, --display-filter <filter>',
      'list only what it holds for, as in Wireshark: websocket.opcode == 1 && ws.sender == client ' +
        '(wsdissect fields lists the fields)',
      parseFilter,
    );
  return addReadingOptions(addReadOption(withInput));
}

export function addCaptures(command: Command): Command {
  return command.argument('[capture...]', 'capture files in time order, or - for standard input');
}

export function addReadOption(command: Command): Command {
  return command.addOption(
    new Option('-r, --read <file>', 'a capture, as tshark takes it; may be repeated')
      .argParser((value: string, previous: string[]) => [...previous, value])
      .default([]),
  );
}

/** How captures are read, and what is said of that. */
export function addReadingOptions(command: Command): Command {
  const withReading = command
    .addOption(
      new Option(
        '--reader <reader>',
        'who reads the capture: own (default), or pcap-parser, the npm package, for classic pcap only',
      )
        .choices(['own', 'pcap-parser'])
        .default('own'),
    )
    .addOption(
      new Option('--max-payload <bytes>', 'payload bytes kept per frame (default 64 MiB)').argParser(
        parseSize,
      ),
    )
    .addOption(
      new Option(
        '--max-message <bytes>',
        'content bytes kept per message, after inflation (default 64 MiB)',
      ).argParser(parseSize),
    )
    .addOption(limitOption())
    .addOption(
      new Option(
        '--decode-as <what>',
        'tcp.port==N,websocket: a WebSocket even without its handshake; may be repeated',
      )
        .argParser((value: string, previous: number[]) => [...previous, parseDecodeAs(value)])
        .default([]),
    );
  return addDecoderOptions(addSecretOptions(withReading))
    .option('--summary', 'at the end, on standard error, what was read, decoded and dropped')
    .option('-q, --quiet', 'no warnings on standard error')
    .helpOption('-h, --help', 'print this help');
}

/** A whole number greater than 0. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number greater than 0.');
  return value;
}

/** One filter only: of two, one would go unheard. */
export function parseFilter(text: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('There is one already: join them with && or ||.');
  return text;
}

/** One session only. */
export function parseSession(text: string, before: number | undefined): number {
  if (before !== undefined)
    throw new InvalidArgumentError('There is one already: -Y "ws.session in {1, 2}" is of several.');
  return parseCount(text);
}

/** What random numbers are made of: a whole number of 32 bits. */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffff_ffff) throw new InvalidArgumentError('It must be a whole number.');
  return seed;
}

function existing(file: string): string {
  if (!existsSync(file)) throw new InvalidArgumentError('There is no such file.');
  return file;
}

/** `FILE`, `FILE:package.Message`, `FILE:Client,Server`; a file's name may have a colon, too. */
function parseProto(given: string): Proto {
  if (existsSync(given)) return { given, file: given, names: [] };
  const [, file = given, names] = /^(.+):([\w.]+(?:,[\w.]+)?)$/.exec(given) ?? [];
  return { given, file: existing(file), names: names?.split(',') ?? [] };
}

/** As in tshark: the port whose connections carry a WebSocket. */
function parseDecodeAs(text: string): number {
  const port = /^tcp\.port\s*==\s*(\d{1,5})\s*,\s*websocket$/.exec(text)?.[1];
  if (port === undefined || Number(port) > 65_535)
    throw new InvalidArgumentError('It must look like tcp.port==8080,websocket.');
  return Number(port);
}

export interface ListOptions extends CommonOptions {
  readonly format?: Format;
  readonly count?: number;
  readonly session?: number;
  readonly context?: number;
}

export function addListOptions(command: Command, items: string): Command {
  return addCommonOptions(
    addFormatOption(command)
      .option('-c, --count <n>', `stop after n ${items}`, parseCount)
      .option('--session <n>', `only the ${items} of session n`, parseSession)
      .option(
        '--context <n>',
        `with -Y, also n ${items} of the session before and behind each; JSON marks these by "context": true`,
        parseCount,
      ),
  );
}

/** What `report` and `serve` read, and the filter that the page opens with. */
export function addPageOptions(command: Command): Command {
  const withFilter = command.option(
    '-Y, --display-filter <filter>',
    'the filter that the page opens with, as of frames; all is in the page',
    parseFilter,
  );
  return addReadingOptions(addReadOption(addCaptures(withFilter)));
}
