/**
 * The completion script for fish: a line for each command and option.
 *
 * Strategy: what belongs to a command is offered behind it; the default one's, where no other is named.
 */
import {
  type Completable,
  type CompletedCommand,
  type CompletedOption,
  DEFAULT_COMMAND,
  FIELDS,
} from './model.js';

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  const others = names.filter((name) => name !== DEFAULT_COMMAND);
  const lines = commands.flatMap((command) => {
    const isDefault = command.name === DEFAULT_COMMAND;
    const seen = isDefault
      ? `not __fish_seen_subcommand_from ${others.join(' ')}`
      : `__fish_seen_subcommand_from ${command.name}`;
    return [
      `complete -c wsdissect -n '__fish_use_subcommand' -a ${command.name} -d ${quoted(command.summary)}`,
      ...command.options.map((option) => optionLine(option, seen)),
      ...argumentLines(command, seen),
    ];
  });
  return `# Completion of wsdissect for fish: wsdissect completion fish > ~/.config/fish/completions/wsdissect.fish
function __wsdissect_fields
  printf '%s\\t%s\\n' ${FIELDS.map(({ name, meaning }) => `${quoted(name)} ${quoted(meaning)}`).join(' ')}
end
${lines.join('\n')}
`;
}

function optionLine({ flags, description, value }: CompletedOption, seen: string): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const takes = value === undefined ? '' : taken(value);
  return `complete -c wsdissect -n '${seen}' ${names.join(' ')}${takes} -d ${quoted(description)}`;
}

function taken(value: Completable): string {
  if (value === 'file') return ' -r -F';
  if (value === 'field') return " -x -a '(__wsdissect_fields)'";
  return value === 'free' ? ' -x' : words(value);
}

/** Of files nothing is to be said; words are offered until there is one of them. */
function argumentLines({ first }: CompletedCommand, seen: string): string[] {
  if (typeof first === 'string') return [];
  if (first.length === 0) return [`complete -c wsdissect -n '${seen}' -f`];
  const isDue = `${seen}; and not __fish_seen_subcommand_from ${first.join(' ')}`;
  return [`complete -c wsdissect -n '${isDue}' -f${words(first)}`];
}

const words = (values: readonly string[]) => ` -x -a '${values.join(' ')}'`;
const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
