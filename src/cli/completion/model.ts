/**
 * What can be completed: the commands, their options and what these take, as the option parser knows them, so that no
 * script of a shell lists anything that is not there.
 */
import type { Argument, Command, Option } from 'commander';
import { fields } from '../../filter/index.js';
import { LESSONS } from '../../lesson/lessons/index.js';
import { TOPICS } from '../../lesson/quiz/topic.js';
import { LIMIT_KEYS, limitName } from '../../limits.js';
import { rules } from '../../rules/index.js';
import { SAMPLES } from '../../sample/samples.js';

/** What may be written: one of these words, the name of a file, a filter's first field, or what cannot be told beforehand. */
export type Completable = readonly string[] | 'file' | 'field' | 'free';

/** What a filter may begin with; of a JSON path that is its beginning. */
export const FIELDS: readonly { readonly name: string; readonly meaning: string }[] = fields.map(
  ({ name, meaning }) => ({ name: name.replace('<path>', ''), meaning }),
);
const FILTERS = ['--display-filter', '--filter-a', '--filter-b'];

export interface CompletedOption {
  /** `-T`, `--format`. */
  readonly flags: readonly string[];
  /** One line. */
  readonly description: string;
  /** Undefined: it takes no value. */
  readonly value: Completable | undefined;
}

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** The first argument, and the others. */
  readonly first: Completable;
  readonly others: Completable;
}

/** The command that is meant where none is named. */
export const DEFAULT_COMMAND = 'frames';

export function completedCommands(program: Command): readonly CompletedCommand[] {
  const names = program.commands.map((command) => command.name());
  return program.commands.map((command) => {
    const [first, second = first] = command.registeredArguments;
    return {
      name: command.name(),
      summary: command.summary(),
      options: command.createHelp().visibleOptions(command).map(completedOption),
      first: completedArgument(first, names),
      others: second?.variadic || second !== first ? completedArgument(second, names) : [],
    };
  });
}

function completedOption(option: Option): CompletedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  return { flags, description: option.description.replace(/\s+/g, ' '), value: completedValue(option) };
}

function completedValue({ flags, long, argChoices, required, optional }: Option): Completable | undefined {
  if (!required && !optional) return undefined;
  if (long === '--limit') return LIMIT_KEYS.map((key) => `${limitName(key)}=`);
  if (long === '--rule') return rules.map(({ id }) => id);
  if (FILTERS.includes(long ?? '')) return 'field';
  return argChoices ?? (flags.includes('file>') ? 'file' : 'free');
}

function completedArgument(argument: Argument | undefined, commands: readonly string[]): Completable {
  if (argument === undefined) return [];
  const name = argument.name();
  if (name === 'rule') return rules.map(({ id }) => id);
  if (name === 'lesson') return LESSONS.map((lesson) => lesson.name);
  if (name === 'topic') return TOPICS;
  if (name === 'scenario') return ['list', ...SAMPLES.map((sample) => sample.name)];
  if (name === 'command') return commands;
  return argument.argChoices ?? (/^(capture|out|[ab]$)/.test(name) ? 'file' : 'free');
}
