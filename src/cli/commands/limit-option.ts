/**
 * `--limit NAME=VALUE`: one option for all bounds, and how sizes are given.
 */
import { InvalidArgumentError, Option } from 'commander';
import { didYouMean } from '../../bytes/nearest.js';
import { LIMIT_KEYS, LIMITS, type LimitKey, type Limits, type LimitUnit, limitName } from '../../limits.js';

export type GivenLimits = { readonly [Key in LimitKey]?: number };

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
    const hint = didYouMean(name, LIMIT_KEYS.map(limitName));
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
