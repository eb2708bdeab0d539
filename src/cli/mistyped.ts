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
 * What to do about an option that is not known where it stands before the command: it was taken for one of `frames`. Undefined
 * where no command follows, or one that does not know that option either: then the word may be its value.
 */
export function orderHint({ args: [first = ''], commands }: Command): string | undefined {
  if (!first.startsWith('-')) return undefined;
  // The option parser has left in them what is no known option, and no value of one.
  const words = commands.find(({ args }) => args.length > 0)?.args ?? [];
  const [option] = words.find((word) => word.startsWith('-'))?.split('=') ?? [];
  const isMeant = (command: Command) =>
    command.name() === words[0] ||
    command.options.some(({ short, long }) => option === short || option === long);
  const meant = commands.find((command) => words.includes(command.name()) && isMeant(command));
  return meant && nameFirst(meant.name());
}

const nameFirst = (name: string): string => `name the command first: wsdissect ${name} …`;

function resembles(word: string, name: string): boolean {
  if (word.length >= MIN_PREFIX && name.startsWith(word)) return true;
  return Math.abs(word.length - name.length) <= MAX_DISTANCE && distance(word, name) <= MAX_DISTANCE;
}
