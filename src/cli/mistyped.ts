/**
 * A mistyped command looks like a capture to the default command. What is no file but nearly the name of a
 * command is taken for what it is, and so is a command behind options. Other names that are mistyped get the
 * nearest one proposed.
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { distance, MIN_PREFIX } from '../bytes/nearest.js';
import { UsageError } from './exit.js';

/** Letters typed wrongly, left out or added. */
const MAX_DISTANCE = 2;

/** Throws UsageError when the first argument of a command that was not named looks like the name of one, or is it. */
export function refuseMistypedCommand(program: Command, command: Command): void {
  const [word] = command.args;
  if (word === undefined || program.args[0] === command.name() || existsSync(word)) return;
  const names = program.commands.map((candidate) => candidate.name());
  if (names.includes(word)) throw new UsageError(nameFirst(word));
  const name = names.find((known) => resembles(word, known));
  if (name !== undefined)
    throw new UsageError(`${word}: no such file, and no such command; did you mean wsdissect ${name}?`);
}

/**
 * What to do about an option that is not known, where it stands before the command: it was taken for one of `frames`. Undefined
 * where no command follows an option; whether what does is one, or the value of that option, is not known.
 */
export function orderHint(
  { commands }: Command,
  [first = '', ...others]: readonly string[],
): string | undefined {
  if (!first.startsWith('-')) return undefined;
  const name = others.find((word) => commands.some((one) => one.name() === word));
  return name && nameFirst(name);
}

const nameFirst = (name: string): string => `name the command first: wsdissect ${name} …`;

function resembles(word: string, name: string): boolean {
  if (word.length >= MIN_PREFIX && name.startsWith(word)) return true;
  return Math.abs(word.length - name.length) <= MAX_DISTANCE && distance(word, name) <= MAX_DISTANCE;
}
