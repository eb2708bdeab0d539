/**
 * A mistyped command looks like a capture to the default command. What is no file but nearly the name of a
 * command is taken for what it is, and so is a command behind options. Other names that are mistyped get the
 * nearest one proposed.
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from './exit.js';

/** Letters typed wrongly, left out or added. */
const MAX_DISTANCE = 2;
/** Letters that are enough for an abbreviation. */
const MIN_PREFIX = 3;

/** Throws UsageError when the first argument of a command that was not named looks like the name of one, or is it. */
export function refuseMistypedCommand(program: Command, command: Command): void {
  const [word] = command.args;
  if (word === undefined || program.args[0] === command.name() || existsSync(word)) return;
  const names = program.commands.map((candidate) => candidate.name());
  if (names.includes(word)) throw new UsageError(`name the command first: wsdissect ${word} …`);
  const name = names.find((known) => resembles(word, known));
  if (name !== undefined)
    throw new UsageError(`${word}: no such file, and no such command; did you mean wsdissect ${name}?`);
}

/** The name that a word is probably meant to be: one that holds it, or that differs in half its letters at most. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const asked = word.toLowerCase();
  const holding = names.find((name) => asked.length >= MIN_PREFIX && name.includes(asked));
  if (holding !== undefined) return holding;
  const [best] = names
    .map((name) => ({ name, letters: distance(asked, name) }))
    .sort((a, b) => a.letters - b.letters);
  return best !== undefined && best.letters <= asked.length / 2 ? best.name : undefined;
}

function resembles(word: string, name: string): boolean {
  if (word.length >= MIN_PREFIX && name.startsWith(word)) return true;
  return Math.abs(word.length - name.length) <= MAX_DISTANCE && distance(word, name) <= MAX_DISTANCE;
}

/** Levenshtein's, row by row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(row[j] + (a[i] === b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row[b.length];
}
