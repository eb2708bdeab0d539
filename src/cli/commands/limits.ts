/**
 * `wsdissect limits`: what bounds there are on what input may cost, and `--limit`, which sets one.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LIMIT_KEYS, LIMITS, type LimitKey, type Limits, type LimitUnit, limitName } from '../../limits.js';
import { nearest } from '../mistyped.js';
import type { Terminal } from '../terminal.js';
import { addFormatOption, type Format } from './options.js';

export interface LimitsOptions {
  readonly format?: Format;
}

export type GivenLimits = { readonly [Key in LimitKey]?: number };

export function addLimitsCommand(program: Command, terminal: Terminal): void {
  addFormatOption(program.command('limits'))
    .summary('list the bounds on what input may cost')
    .description(ABOUT)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (options: LimitsOptions) => (await import('../limits.js')).listLimits(options, terminal));
}

export function limitOption(): Option {
  return new Option('--limit <name=value>', 'set a bound (wsdissect limits lists them); may be repeated')
    .argParser((text: string, previous: GivenLimits) => ({ ...previous, ...parseLimit(text) }))
    .default({});
}

const UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** A number of bytes: `65536`, `64KiB`, `1MiB`, `2GiB`. */
export function parseSize(text: string): number {
  const [, digits, unit] = /^(\d+)([KMG]iB)?$/.exec(text) ?? [];
  const value = digits === undefined ? 0 : Number(digits) * UNITS[unit ?? ''];
  if (value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('It must be a number of bytes greater than 0, such as 65536 or 64KiB.');
  return value;
}

function parseLimit(text: string): Partial<Limits> {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It must look like connections=1000.');
  const key = LIMIT_KEYS.find((known) => limitName(known) === name);
  if (key === undefined) {
    const near = nearest(name, LIMIT_KEYS.map(limitName));
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new InvalidArgumentError(`There is no such limit${hint} (wsdissect limits lists them)`);
  }
  return { [key]: parseValue(value, LIMITS[key].unit) };
}

function parseValue(text: string, unit: LimitUnit): number {
  if (unit === 'bytes') return parseSize(text);
  const value = Number(text);
  const pattern = unit === 'seconds' ? /^\d+(\.\d+)?$/ : /^\d+$/;
  if (!pattern.test(text) || value <= 0 || value > Number.MAX_SAFE_INTEGER)
    throw new InvalidArgumentError(
      unit === 'seconds'
        ? 'It must be a number of seconds greater than 0.'
        : 'It must be a whole number greater than 0.',
    );
  return value;
}

const ABOUT = `\
Lists the bounds that keep hostile or unlucky input from costing too much time
or memory, with their defaults and what happens beyond them. Each hit is told as
a warning that names the limit; --limit of the other commands sets one.`;

const EXAMPLES = `
Examples:
  wsdissect limits
  wsdissect check --limit connections=100000 capture.pcapng
  wsdissect --limit payload=1MiB --limit held-total=256MiB capture.pcapng`;
